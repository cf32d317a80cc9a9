"""Pages about revisions: what a list says in short, what a plan does, grouped by how much it matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jimu.definitions import Change, compare
from jimu.definitions.diff import PARTS
from jimu.diagnostics import Diagnostic
from jimu.errors import DefinitionErrors
from jimu.messages import Message
from jimu.revisions import Deployment, Finding, Plan, Severity, is_destructive, load_revision
from jimu.storage import RevisionRow

# What came of a change, in the order in which it is told, with its sign.
_SIGNS = {"added": "+", "restored": "+", "changed": "~", "renamed": "~", "retired": "−", "removed": "−"}

SEVERITIES: Mapping[Severity, Message] = {
    Severity.BLOCKING: Message("Stops the plan"),
    Severity.WARNING: Message("To look at"),
    Severity.SAFE: Message("Safe"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many changes of one part: ``field`` +2 ~1 −3."""

    part: Message
    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True)
class FindingView:
    finding: Finding
    is_destructive: bool


@dataclass(frozen=True)
class PlanView:
    """A plan for the eyes. ``refused``: what stops it and cannot be allowed; ``allow``: what has to be confirmed."""

    plan: Plan
    groups: list[tuple[Severity, Message, list[FindingView]]]
    allow: tuple[str, ...]
    needs_confirmation: bool
    is_refused: bool


def tallies(summary: Mapping[str, int] | None) -> list[Tally]:
    """What a revision's summary says, a line per part; unknown sorts are left out."""
    counts: dict[str, dict[str, int]] = {}
    for key, n in (summary or {}).items():
        part, _, what = key.rpartition("_")
        if part in PARTS and what in _SIGNS:
            signs = counts.setdefault(part, {})
            signs[_SIGNS[what]] = signs.get(_SIGNS[what], 0) + n
    told = [(label, counts[part]) for part, label in PARTS.items() if part in counts]
    return [Tally(label, found.get("+", 0), found.get("~", 0), found.get("−", 0)) for label, found in told]


def view_plan(plan: Plan, allow: Sequence[str], needs_confirmation: bool) -> PlanView:
    groups = []
    for severity, label in SEVERITIES.items():
        found = [FindingView(f, is_destructive(f)) for f in plan.findings if f.severity is severity]
        if found:
            groups.append((severity, label, found))
    is_refused = any(f.severity is Severity.BLOCKING and not f.can_be_allowed for f in plan.findings)
    return PlanView(plan, groups, tuple(allow), needs_confirmation, is_refused)


def changes_between(deployment: Deployment, before: RevisionRow | None, after: RevisionRow) -> list[Change] | None:
    """The changes of the definitions, in words; None where this engine cannot read one of the two."""
    try:
        old = load_revision(deployment, before) if before else None
        return compare(old, load_revision(deployment, after))
    except DefinitionErrors:
        return None


@dataclass(frozen=True)
class Trouble:
    """Why the files do not load: the diagnostics by file, errors before warnings."""

    by_file: list[tuple[str, list[Diagnostic]]]

    @classmethod
    def of(cls, error: DefinitionErrors) -> Trouble:
        by_file: dict[str, list[Diagnostic]] = {}
        for diagnostic in sorted(error.diagnostics, key=lambda d: d.severity != "error"):
            by_file.setdefault(diagnostic.place.file, []).append(diagnostic)
        return cls(list(by_file.items()))
