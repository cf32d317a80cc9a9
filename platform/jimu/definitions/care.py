"""What an object's YAML says of the care for its data: which records are the same, how long they are kept, which of
them tell of a person. Frozen, like all definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from jimu.diagnostics import Place
from jimu.messages import Text

Formula = Any  # formulas.Formula, a checked tree

FUZZY = "fuzzy"
_LONGEST_FLOW = 60
HOWS = ("exact", "normalised", "fuzzy", "pinyin", "phone", "email", "domain")


@dataclass(frozen=True, slots=True)
class MatchDef:
    """How far two records agree in ``field``. ``least``: the score (0 to 1) that counts as agreeing. ``optional``: it
    only moves the score of the rule, by its ``weight``, and blanks leave it out.
    """

    field: str
    how: str = "exact"
    least: float = 1.0
    weight: float = 1.0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class AcrossDef:
    """Records of ``object`` count too; ``fields``: the rule's field → theirs. ``where``: only those."""

    object: str
    fields: Mapping[str, str]
    where: Formula | None = None


@dataclass(frozen=True, slots=True)
class DuplicateRuleDef:
    """Records of ``object`` that agree in all of ``match`` (and score at least ``least`` in all) are taken for the
    same. ``when``: for which records it is asked; ``among``: which others of the same object count; ``own`` False:
    none, only those of ``across``. ``on_match``: warn, allow_with_reason, block, request. ``tell``: what is told of a
    match that the actor may not see: none, exists, owner, full. Of request: ``approval`` names the flow by which it is
    approved, else ``reviewers`` are asked (approver rules as they are written).
    """

    name: str
    object: str
    label: Text
    match: tuple[MatchDef, ...]
    across: tuple[AcrossDef, ...] = ()
    when: Formula | None = None
    among: Formula | None = None
    own: bool = True
    least: float = 0.0
    on_match: str = "warn"
    tell: str = "exists"
    leave_out: tuple[str, ...] = ()  # further words that say nothing at the end of a name
    message: Text = field(default_factory=lambda: Text({}))
    approval: str = ""
    reviewers: tuple[Any, ...] = ()
    source: Place = field(default_factory=Place)

    @property
    def flow(self) -> str:
        """The approval flow that a request goes by: the one that is named, or that of the reviewers."""
        return self.approval or review_name(self.object, self.name)

    def fields_of(self, object: str) -> Mapping[str, str]:
        """The rule's field → the field of ``object``; empty where records of it do not take part."""
        if object == self.object:
            return {part.field: part.field for part in self.match}
        return next((across.fields for across in self.across if across.object == object), {})

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects whose records may be found, its own first."""
        own = (self.object,) if self.own else ()
        return (*own, *(across.object for across in self.across if across.object != self.object))


def review_name(object: str, rule: str) -> str:
    """The name of the flow by which the reviewers of a rule are asked; no file of a flow can have such a name."""
    name = f"{object}.{rule}"
    if len(name) <= _LONGEST_FLOW:
        return name
    return f"{name[: _LONGEST_FLOW - 9]}.{sha256(name.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class RetentionRuleDef:
    """Records for which ``when`` holds and whose ``since`` (a date or moment) is ``days`` ago are dealt with as
    ``then`` says: delete (into the recycle bin), purge or anonymise.
    """

    name: str
    days: int
    since: str
    then: str
    when: Formula | None = None
    label: Text = field(default_factory=lambda: Text({}))
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class RetentionDef:
    """``bin_days``: how long records stay in the recycle bin (None: until somebody purges them)."""

    bin_days: int | None = None
    rules: tuple[RetentionRuleDef, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalDef:
    """``fields`` tell of a person: of the record itself (``about`` empty: the record is a person's), or of the
    persons that the lookups ``about`` point at. ``keep``: what an anonymised field says instead, by field.
    """

    fields: tuple[str, ...]
    about: tuple[str, ...] = ()
    keep: Mapping[str, Any] = field(default_factory=dict)
