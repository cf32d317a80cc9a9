"""The clusters of duplicates as somebody may see them: only their own objects, only records that they may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from jimu.access import SYSTEM, require_action
from jimu.care.merging import NOT_ALLOWED, may_merge
from jimu.care.scanning import CLUSTER, MEMBER, scanned_rules, settle
from jimu.errors import Forbidden, NotFound
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Command, Create
from jimu.records.duplicates.detecting import APART, pair
from jimu.records.environment import build_environment
from jimu.records.reading import reading
from jimu.records.titles import find_titles
from jimu.storage.query import Aggregate, AllOf, Compare, Filter, Measure, Query, Sort

PAGE = 20
_LOOKED_AT = 200
NO_CLUSTER = Message("There is no such group of duplicates.")


@dataclass(frozen=True)
class Cluster:
    """``members``: id → title of those that the actor may read; ``hidden``: how many they may not."""

    id: int
    object: str
    rule: str
    score: float
    members: Mapping[int, str]
    hidden: int

    @property
    def first(self) -> int:
        """The record by which the group is named."""
        return next(iter(self.members))


@dataclass(frozen=True)
class ClusterPage:
    clusters: Sequence[Cluster]
    next: str | None
    total: int


def merged_objects(context: Context) -> list[str]:
    """The objects with duplicate rules whose records the actor may merge."""
    names = [o.name for o in context.manifest.objects.values() if not o.retired]
    return [name for name in names if scanned_rules(context.manifest, name) and may_merge(name, context)]


def find_clusters(object: str, context: Context, *, rule: str = "", after: str | None = None) -> ClusterPage:
    """Open clusters, the largest first; those of which the actor sees less than two records are passed over."""
    require_action(context.actor, context.manifest, object, "read")
    wanted = Wanted(object, rule).filter
    environment = build_environment(context)
    with reading(context) as transaction:
        shown: list[Cluster] = []
        looked = 0
        while len(shown) < PAGE and looked < _LOOKED_AT:
            page = transaction.select(
                Query(
                    CLUSTER,
                    wanted,
                    sort=(Sort(("size",), True), Sort(("score",), True)),
                    fields=("of_object", "rule", "score", "size"),
                    limit=PAGE - len(shown),
                    after=after,
                    environment=environment,
                )
            )
            shown += _seen(page.rows, transaction, context)
            looked += len(page.rows)
            after = page.next
            if after is None:
                break
        total = transaction.count(CLUSTER, wanted, environment, 10_000).value
    return ClusterPage(shown, after, total)


@dataclass(frozen=True)
class Wanted:
    """Open clusters of ``object``: of one duplicate rule, so much alike at least, or those with ``ids``."""

    object: str
    rule: str = ""
    alike: float = 0.0
    ids: tuple[int, ...] = ()

    @property
    def filter(self) -> Filter:
        found: list[Filter] = [
            Compare("of_object", "eq", self.object), Compare("state", "eq", "open"), Compare("about", "blank")
        ]  # fmt: skip
        if self.rule:
            found.append(Compare("rule", "eq", self.rule))
        if self.alike:
            found.append(Compare("score", "ge", Decimal(str(self.alike))))
        if self.ids:
            found.append(Compare("id", "in", self.ids))
        return AllOf(tuple(found))


def count_clusters(wanted: Wanted, context: Context) -> tuple[int, int]:
    """How many there are, and how many records would go if each became one."""
    require_merging(wanted.object, context)
    measures = (Measure("count", None, "groups"), Measure("sum", ("size",), "records"))
    query = Aggregate(CLUSTER, measures=measures, filter=wanted.filter)
    with reading(context) as transaction:
        (row,) = transaction.aggregate(query)
    groups = int(row["groups"] or 0)
    return groups, int(row["records"] or 0) - groups


def next_clusters(wanted: Wanted, after: int, most: int, context: Context) -> tuple[list[Cluster], int]:
    """The next ones in the order of their ids, and the id of the last that was looked at (0: there are no more). Those
    of which the actor sees less than two records are passed over. ``context`` holds a transaction.
    """
    require_merging(wanted.object, context)
    query = Query(
        CLUSTER,
        AllOf((wanted.filter, Compare("id", "gt", after))),
        sort=(Sort(("id",), False),),
        fields=("of_object", "rule", "score", "size"),
        limit=most,
        environment=build_environment(context),
    )
    rows = context.transaction.select(query).rows
    return _seen(rows, context.transaction, context), rows[-1]["id"] if len(rows) == most else 0


def require_merging(object: str, context: Context) -> None:
    """Raises Forbidden unless the actor may merge some of these."""
    if not may_merge(object, context):
        raise Forbidden(NOT_ALLOWED)


def get_cluster(id: int, context: Context) -> Cluster:
    """Raises NotFound unless it is there, open, and the actor sees two of its records."""
    with reading(context) as transaction:
        row = transaction.fetch(CLUSTER, [id]).get(id)
        is_open = row is not None and row["state"] == "open" and row["about"] is None
        found = _seen([row], transaction, context) if row is not None and is_open else []
    if not found:
        raise NotFound(NO_CLUSTER)
    return found[0]


def _seen(rows: Sequence[Mapping[str, Any]], transaction: Any, context: Context) -> list[Cluster]:
    ids = [row["id"] for row in rows]
    found = transaction.refs(MEMBER, "cluster", ids, deleted=False) if ids else []
    by_cluster: dict[int, list[tuple[Any, int]]] = {}
    for member in transaction.fetch(MEMBER, found, ("cluster", "record", "score")).values() if found else ():
        by_cluster.setdefault(member["cluster"], []).append((-(member["score"] or 0), member["record"]))
    every = [record for members in by_cluster.values() for _, record in members]
    titles = find_titles(transaction, every, context, build_environment(context))
    made = []
    for row in rows:
        members = [record for _, record in sorted(by_cluster.get(row["id"], ()))]
        known = {id: titles[id] for id in members if id in titles}
        alive = {id for id, t in transaction.titles(members).items() if not t.deleted} if members else set()
        if len(known) > 1:
            hidden = len(alive - known.keys())
            made.append(Cluster(row["id"], row["of_object"], row["rule"], float(row["score"] or 0), known, hidden))
    return made


def dismiss(cluster: Cluster, context: Context) -> None:
    """These records are not the same; no rule takes them for it again. Needs the right to change them all."""
    set_apart(cluster.object, cluster.members, context)
    settle(cluster.id, "dismissed", context)


def set_apart(object: str, ids: Iterable[int], context: Context) -> None:
    """Remember that no two of ``ids`` are the same."""
    keep_apart(object, combinations(sorted(ids), 2), context)


def keep_apart(object: str, couples: Iterable[tuple[int, int]], context: Context) -> None:
    """Remember that these are not told of as the same again. Needs the right to change records of ``object``."""
    require_action(context.actor, context.manifest, object, "update")
    engine = context.as_actor(SYSTEM)
    pairs = {pair(one, other) for one, other in couples}
    with write.unit_of_work(engine) as unit:
        known = {pair(*p) for p in _apart(pairs, unit)}
        commands: list[Command] = [Create(APART, {"one": a, "other": b}) for a, b in sorted(pairs - known)]
        write.write_many(commands, unit, atomic=False, values=False)


def _apart(pairs: Iterable[tuple[int, int]], context: Context) -> set[tuple[int, int]]:
    found = context.transaction.find_ids(APART, ("one", "other"), list(pairs))
    return {key for key, ids in found.items() if ids}
