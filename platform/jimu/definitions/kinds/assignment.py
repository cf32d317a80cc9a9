"""Assignment rules: who gets a record that has no owner, and what happens if they do not take it up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from jimu.definitions.documents import Document, optional_text, text_of
from jimu.definitions.kinds.duration import Duration, parse_duration
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.kinds.people import USER, PeopleRule, build_people, user_formula
from jimu.definitions.link.linker import LinkScope
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import NO_TEXT, FieldDef, Formula
from jimu.definitions.symbols import build_symbol
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Place
from jimu.fieldtypes import registry
from jimu.formulas import check
from jimu.formulas.types import BOOLEAN, NUMBER, Symbol, Type
from jimu.messages import Message, Text

CANDIDATE = "candidate"
"""The name by which a score speaks of the person in question: ``candidate.department``."""

WAYS = ("round_robin", "weighted", "by_load", "by_match", "manager_of", "random")


@dataclass(frozen=True, slots=True)
class LimitsDef:
    """What one person is given at most; None: no limit. ``open``: records at once, by the rule's ``load``."""

    open: int | Formula | None = None
    per_day: int | Formula | None = None


@dataclass(frozen=True, slots=True)
class AcceptDef:
    """Whoever was given a record takes it up ``within`` that time, or the next gets it, at most ``tries`` times.
    ``when``: a condition on the record that counts as taking up.
    """

    within: Duration
    when: Formula | None = None
    tries: int = 3


@dataclass(frozen=True, slots=True)
class AssignmentDef:
    """``pool``: its members are the candidates (besides ``to``). ``manager_of``: a field that points at a user,
    ``created_by`` or ``previous_owner``. ``otherwise``, if nobody can take it: ``pool`` (it stays without an owner),
    ``managers`` (those of its pool are told), or an e-mail address.
    """

    name: str
    label: Text
    object: str
    how: str
    order: int = 100
    help: Text = NO_TEXT
    when: Formula | None = None
    on: frozenset[str] = frozenset()
    every: str = "hour"
    to: tuple[PeopleRule, ...] = ()
    pool: str = ""
    weight: Formula | None = None
    load: Formula | None = None
    score: Formula | None = None
    least_score: Decimal | None = None
    manager_of: str = ""
    limits: LimitsDef = field(default_factory=LimitsDef)
    accept: AcceptDef | None = None
    otherwise: str = "pool"
    source: Place = field(default_factory=Place)


class CandidateScope(LinkScope):
    """The record's fields and, as ``candidate``, the user who is judged."""

    def find(self, object: str, name: str) -> Symbol | None:
        if name == CANDIDATE and object == self.object:
            kind = registry.get(USER).resolve({}).kind
            return build_symbol(FieldDef(CANDIDATE, object, USER, kind, Text({}), target=(USER,)))
        return super().find(object, name)

    def names(self, object: str) -> list[str]:
        return [*super().names(object), *([CANDIDATE] if object == self.object else [])]


def build_assignment(document: Document, linking: Linking) -> AssignmentDef | None:
    data = document.data
    object = data.get("object", "")
    if not linking.linker.check_object(object, document.value_place("object"), document.address):
        return None
    if linking.linker.objects[object].owner not in ("pool", "user"):
        template = "Records of {object} have no owner, so there is nothing to assign."
        linking.findings.error(
            "not_poolable", template, {"object": object}, document.value_place("object"), document.address
        )
        return None
    making = _Making(document, linking, object)
    if not making.is_whole():
        return None
    limits = data.get("limits") or {}
    least = data.get("least_score")
    return AssignmentDef(
        document.name,
        text_of(data, "label", document.name),
        object,
        data["how"],
        data.get("order", 100),
        optional_text(data, "help"),
        making.formula("when", BOOLEAN),
        frozenset(data.get("on") or ("button",)),
        data.get("every", "hour"),
        build_people(data.get("to"), ("to",), document, linking),
        making.pool(),
        user_formula(data.get("weight"), NUMBER, ("weight",), document, linking),
        making.formula("load", BOOLEAN),
        making.score(),
        None if least is None else Decimal(str(least)),
        making.manager_of(),
        LimitsDef(making.limit(limits.get("open"), "open"), making.limit(limits.get("per_day"), "per_day")),
        making.accept(),
        data.get("otherwise", "pool"),
        document.place,
    )


class _Making:
    def __init__(self, document: Document, linking: Linking, object: str) -> None:
        self.document, self.linking, self.object = document, linking, object
        self.data = document.data

    def is_whole(self) -> bool:
        """Whether the way of choosing has what it needs; a report if not."""
        how, data = self.data["how"], self.data
        needed = {"weighted": "weight", "by_match": "score", "manager_of": "manager_of"}.get(how)
        if needed is not None and not data.get(needed):
            template = "The way {how} needs the key {key}."
            self._error("assignment_key", template, ("how",), how=how, key=needed)
            return False
        if how != "manager_of" and not data.get("to") and not data.get("pool"):
            self._error("nobody_to_assign", "Say to whom: with the key to, or pool.", ("how",))
            return False
        return True

    def formula(self, key: str, expected: Type) -> Formula | None:
        return self.formula_at(self.data.get(key), (key,), expected)

    def formula_at(self, source: object, path: tuple[str | int, ...], expected: Type) -> Formula | None:
        if not isinstance(source, str):
            return None
        place = self.document.value_place(*path)
        made = self.linking.linker.formula(source, self.object, expected, place, self.document.address)
        if made is not None and made.python_only:
            template = "The database cannot compute {name}; it is asked there."
            self._error("not_in_sql", template, path, name=made.python_only)
            return None
        return made

    def score(self) -> Formula | None:
        source = self.data.get("score")
        if not isinstance(source, str):
            return None
        place = self.document.value_place("score")
        scope = CandidateScope(self.object, self.linking.linker)
        made, found = check(source, scope, self.object, NUMBER, place)
        self.linking.findings.extend(d if d.address else replace(d, address=self.document.address) for d in found)
        return made

    def accept(self) -> AcceptDef | None:
        raw = self.data.get("accept")
        if raw is None:
            return None
        within = parse_duration(str(raw["within"]))
        if within is None:
            template = "A length of time is written like 4 hours or 1 workday; not {text}."
            self._error("bad_duration", template, ("accept", "within"), text=str(raw["within"]))
            return None
        when = self.formula_at(raw.get("when"), ("accept", "when"), BOOLEAN)
        return AcceptDef(within, when, int(raw.get("tries", 3)))

    def limit(self, raw: object, key: str) -> int | Formula | None:
        if isinstance(raw, str):
            return user_formula(raw, NUMBER, ("limits", key), self.document, self.linking)
        return int(raw) if isinstance(raw, int) else None

    def pool(self) -> str:
        name = self.data.get("pool") or ""
        pools = self.linking.manifest.all("pool")
        if name and (name not in pools or pools[name].object != self.object):
            self.linking.findings.unknown(
                "unknown_pool",
                "There is no pool called {name} of {object}.",
                name,
                self.document.value_place("pool"),
                self.document.address,
                [p.name for p in pools.values() if p.object == self.object],
                object=self.object,
            )
            return ""
        return name

    def manager_of(self) -> str:
        name = self.data.get("manager_of") or ""
        if not name or name == "previous_owner":
            return name
        place = self.document.value_place("manager_of")
        found = self.linking.linker.check_field(name, self.object, place, self.document.address)
        if found is not None and found.target != (USER,):
            self._error("not_a_user", "{field} does not point at a user.", ("manager_of",), field=found.address)
        return name

    def _error(self, code: str, template: str, path: tuple[str | int, ...], **params: object) -> None:
        place = self.document.value_place(*path)
        self.linking.findings.error(code, template, params, place, self.document.address)


def uses_of_assignment(manifest: Manifest, rule: AssignmentDef) -> Iterator[Use]:
    source = f"assignment:{rule.name}"

    def use(target: str) -> Use:
        return Use(target, source, "assigns", rule.source)

    yield use(rule.object)
    if rule.pool:
        yield use(f"pool:{rule.pool}")
    formulas = [rule.when, rule.load, rule.score, rule.accept.when if rule.accept else None]
    paths = {p for f in formulas if f is not None for p in f.paths if p[0] != CANDIDATE}
    yield from (use(address) for address in fields_on(manifest, rule.object, sorted(paths)))
    yield from (use(f"role:{role}") for role in sorted({role for one in rule.to for role in one.roles}))


ASSIGNMENT = DefinitionKind(
    "assignment",
    "flows/assignments",
    Message("assignment rule"),
    Message("Assignment rules"),
    build_assignment,
    uses_of_assignment,
)
