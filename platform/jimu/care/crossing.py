"""Records that are like records of other objects (a lead, and the account that is there), and what can be done there:
convert the one onto the other, link them, or say that they are not the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.access import action_allowed, require_action
from jimu.access.fields import EDIT, field_access
from jimu.care.converting import can_convert, conversions_of
from jimu.care.scanning import CLUSTER, MEMBER, crossing_rules, settle
from jimu.care.workbench import NO_CLUSTER, PAGE, keep_apart
from jimu.definitions.kinds.conversion import ConversionDef
from jimu.definitions.model import FieldDef
from jimu.errors import NotFound
from jimu.fieldtypes.kinds import Kind
from jimu.records import Context, write
from jimu.records.commands import Update
from jimu.records.duplicates import Telling
from jimu.records.duplicates.detecting import Match
from jimu.records.duplicates.rules import Rule, find_rule
from jimu.records.environment import build_environment
from jimu.records.reading import reading
from jimu.records.titles import find_titles
from jimu.storage.query import AllOf, Compare, Query, Sort

_LOOKED_AT = 200


@dataclass(frozen=True)
class Other:
    """A record of another object that the actor may read, and in which they may read what was compared."""

    id: int
    object: str
    title: str
    score: float


@dataclass(frozen=True)
class Crossing:
    """``about``: the record of ``object`` that ``others`` are like. ``hidden``: how many more the actor cannot see."""

    id: int
    object: str
    rule: str
    score: float
    about: int
    title: str
    others: Sequence[Other]
    hidden: int


@dataclass(frozen=True)
class CrossingPage:
    crossings: Sequence[Crossing]
    next: str | None
    total: int


@dataclass(frozen=True)
class Ways:
    """What the actor can do with one crossing: ``conversions``: other's id → conversion and step that can take it;
    ``links``: other's id → blank lookups that could point at it.
    """

    conversions: Mapping[int, Sequence[tuple[ConversionDef, str]]]
    links: Mapping[int, Sequence[FieldDef]]


def crossed_objects(context: Context) -> list[str]:
    """The objects with rules across objects whose records the actor may change."""
    actor, manifest = context.actor, context.manifest
    names = [o.name for o in manifest.objects.values() if not o.retired and crossing_rules(manifest, o.name)]
    return [name for name in names if all(action_allowed(actor, manifest, name, a) for a in ("read", "update"))]


def find_crossings(object: str, context: Context, *, rule: str = "", after: str | None = None) -> CrossingPage:
    """The open ones, most alike first; those of which the actor sees only one side are passed over."""
    require_action(context.actor, context.manifest, object, "read")
    parts = [Compare("of_object", "eq", object), Compare("state", "eq", "open"), Compare("about", "not_blank")]
    wanted = AllOf((*parts, Compare("rule", "eq", rule)) if rule else tuple(parts))
    environment = build_environment(context)
    fields = ("of_object", "rule", "score", "about")
    with reading(context) as transaction:
        shown: list[Crossing] = []
        looked = 0
        while len(shown) < PAGE and looked < _LOOKED_AT:
            query = Query(
                CLUSTER, wanted, sort=(Sort(("score",), True),), fields=fields, limit=PAGE - len(shown), after=after,
                environment=environment,
            )  # fmt: skip
            page = transaction.select(query)
            shown += _seen(page.rows, transaction, context)
            looked, after = looked + len(page.rows), page.next
            if after is None:
                break
        total = transaction.count(CLUSTER, wanted, environment, 10_000).value
    return CrossingPage(shown, after, total)


def get_crossing(id: int, context: Context) -> Crossing:
    """Raises NotFound unless it is there, open, and the actor sees both sides."""
    found = find_crossing(id, context)
    if found is None:
        raise NotFound(NO_CLUSTER)
    return found


def find_crossing(id: int, context: Context) -> Crossing | None:
    """See ``get_crossing``."""
    with reading(context) as transaction:
        row = transaction.fetch(CLUSTER, [id]).get(id)
        is_open = row is not None and row["state"] == "open" and row["about"] is not None
        found = _seen([row], transaction, context) if row is not None and is_open else []
    return found[0] if found else None


def _seen(rows: Sequence[Mapping[str, Any]], transaction: Any, context: Context) -> list[Crossing]:
    listed = transaction.refs(MEMBER, "cluster", [row["id"] for row in rows], deleted=False) if rows else []
    members: dict[int, list[tuple[float, int]]] = {}
    for member in transaction.fetch(MEMBER, listed, ("cluster", "record", "score")).values() if listed else ():
        members.setdefault(member["cluster"], []).append((float(member["score"] or 0), member["record"]))
    everybody = {row["about"] for row in rows} | {id for found in members.values() for _, id in found}
    known = {id: t for id, t in transaction.titles(everybody).items() if not t.deleted} if everybody else {}
    rules = {row["rule"]: find_rule(context.manifest, row["of_object"], row["rule"]) for row in rows}
    compared = [
        match
        for row in rows
        for id in (row["about"], *(id for _, id in members.get(row["id"], ())))
        if (rule := rules[row["rule"]]) is not None and id in known
        for match in _compared(rule, known[id].object, id)
    ]
    environment = build_environment(context)
    seen = Telling(transaction, context, environment).seen(compared)
    titles = find_titles(transaction, seen, context, environment)
    made = []
    for row in rows:
        about, rule = row["about"], rules[row["rule"]]
        alive = [(score, id) for score, id in sorted(members.get(row["id"], ()), reverse=True) if id in known]
        others = [Other(id, known[id].object, titles[id], score) for score, id in alive if id in titles]
        if rule is not None and about in titles and others:
            hidden = 0 if rule.definition.tell == "none" else len(alive) - len(others)
            told = float(row["score"] or 0), about, titles[about], others, hidden
            made.append(Crossing(row["id"], row["of_object"], row["rule"], *told))
    return made


def _compared(rule: Rule, object: str, id: int) -> list[Match]:
    """What was compared, so that who may not read it is not told of it."""
    fields = rule.fields_of(object)
    return [Match(rule, object, id, 1.0, dict.fromkeys(fields, 1.0), {})] if fields else []


def ways_of(crossing: Crossing, context: Context) -> Ways:
    able = [c for c in conversions_of(crossing.object, context) if can_convert(c, crossing.about, context)]
    with reading(context) as transaction:
        row = transaction.fetch(crossing.object, [crossing.about]).get(crossing.about, {})
    access = field_access(context.actor, context.manifest, crossing.object)
    blank = [
        f
        for f in context.manifest.object(crossing.object).fields.values()
        if f.kind is Kind.REFERENCE and f.target and not f.system and access.get(f.name) == EDIT and not row.get(f.name)
    ]
    return Ways(
        {o.id: [(c, s.name) for c in able for s in c.steps.values() if s.object == o.object] for o in crossing.others},
        {o.id: [f for f in blank if o.object in f.target] for o in crossing.others},
    )


def link(crossing: Crossing, field: str, other: int, context: Context) -> None:
    """Point ``field`` of the record at ``other``; they are not told of again. Raises NotFound, and as writes do."""
    if field not in {f.name for f in ways_of(crossing, context).links.get(other, ())}:
        raise NotFound(NO_CLUSTER)
    with write.unit_of_work(context) as inner:
        write.write(Update(crossing.object, crossing.about, {field: other}), inner)
        keep_apart(crossing.object, [(crossing.about, other)], inner)
        settle(crossing.id, "linked", inner)


def dismiss_crossing(crossing: Crossing, context: Context) -> None:
    """The record is none of the others; no rule takes it for one of them again."""
    keep_apart(crossing.object, [(crossing.about, other.id) for other in crossing.others], context)
    settle(crossing.id, "dismissed", context)
