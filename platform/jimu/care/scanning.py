"""Looking through all records of an object for duplicates: a job, whose finds are clusters to work through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jimu.access import SYSTEM
from jimu.care.clusters import Groups, weakest_links
from jimu.care.merging import MOST
from jimu.definitions.manifest import Manifest
from jimu.hookspecs import hookimpl
from jimu.records import Context, write
from jimu.records.commands import Command, Create, Delete, Update
from jimu.records.duplicates import Rule, Searching, rules_of
from jimu.records.duplicates.detecting import Match
from jimu.records.environment import build_environment
from jimu.storage.entries import BULK, JobRow
from jimu.storage.query import EVERYTHING, AllOf, Compare, Filter, Query, Where

JOB = "jimu.duplicates_scan"
CLUSTER, MEMBER = "duplicate_cluster", "duplicate_member"
BATCH = 5_000
_WRITTEN = 500
_FOUR = Decimal("0.0001")


@dataclass
class Finds:
    """``best``: record → the best score by which it is in a group. ``pairs``: how much alike, and who. ``across``:
    record → those of other objects, with their scores.
    """

    groups: Groups
    best: dict[int, float]
    pairs: list[tuple[float, int, int]] = field(default_factory=list)
    across: dict[int, list[tuple[int, float]]] = field(default_factory=dict)


def scanned_rules(manifest: Manifest, object: str) -> list[Rule]:
    """The rules whose finds can be merged: those that hold records of the object against each other."""
    return [rule for rule in rules_of(manifest, object) if rule.definition.own]


def crossing_rules(manifest: Manifest, object: str) -> list[Rule]:
    """The rules that hold records of the object against those of others."""
    return [rule for rule in rules_of(manifest, object) if rule.definition.across]


def ask_for_scan(object: str, context: Context) -> None:
    """Have a job look through ``object``; while one waits, another is not added."""
    with write.unit_of_work(context) as unit:
        unit.transaction.emit([JobRow(JOB, {"object": object}, key=f"{JOB}:{object}", priority=BULK)])


def run_scan(job: Any, context: Any) -> None:
    object = job.payload["object"]
    definition = context.manifest.objects.get(object)
    if definition is not None and not definition.retired:
        scan(object, context.as_actor(SYSTEM))


def scan(object: str, context: Context) -> int:
    """Look through all living records; the clusters found take the place of the open ones. Returns how many."""
    found = 0
    for rule in rules_of(context.manifest, object):
        finds = look_through(rule, context)
        found += _store(rule, finds, context)
    return found


def look_through(rule: Rule, context: Context) -> Finds:
    """The groups of records that ``rule`` takes for the same, a batch of records and a reading transaction at a time.

    What it finds is what saving each of the records would be told of: those are asked for which ``when`` holds, and a
    pair counts if one of the two finds the other.
    """
    finds = Finds(Groups(), {})
    object, fields = rule.definition.object, sorted(set(rule.fields_of(rule.definition.object).values()))
    after = 0
    while True:
        with context.store.read() as transaction:
            ids = transaction.ids_after(object, after, BATCH)
            if not ids:
                return finds
            environment = build_environment(context)
            asked = transaction.matching(object, ids, _asked(rule), environment, "alive")
            rows = transaction.fetch(object, asked, fields)
            listed = [rows[id] for id in ids if id in rows]
            searching = Searching(transaction, context.manifest, environment)
            for row, matches in zip(listed, searching.find(rule, object, listed), strict=True):
                for match in matches:
                    _note(finds, object, row["id"], match)
        after = ids[-1]


def _asked(rule: Rule) -> Filter:
    when = rule.definition.when
    return EVERYTHING if when is None else Where(when)


def _note(finds: Finds, object: str, one: int, match: Match) -> None:
    other, score = match.id, match.score
    if match.object != object:
        finds.across.setdefault(one, []).append((other, score))
        return
    finds.groups.join(one, other)
    finds.pairs.append((score, one, other))
    for id in (one, other):
        finds.best[id] = max(score, finds.best.get(id, 0.0))


def _store(rule: Rule, finds: Finds, context: Context) -> int:
    """In place of the open clusters of the rule, in one transaction."""
    object = rule.definition.object
    groups = sorted(finds.groups.all(), key=len, reverse=True)
    weakest = weakest_links(finds.pairs)
    with write.unit_of_work(context) as unit:
        _remove_open(object, rule.name, unit)
        for start in range(0, len(groups), _WRITTEN):
            _write_groups(rule, groups[start : start + _WRITTEN], finds.best, weakest, unit)
        across = list(finds.across.items())
        for start in range(0, len(across), _WRITTEN):
            _write_across(rule, across[start : start + _WRITTEN], unit)
    return len(groups) + len(finds.across)


def _remove_open(object: str, rule: str, context: Context) -> None:
    wanted: tuple[Filter, ...] = (
        Compare("of_object", "eq", object), Compare("rule", "eq", rule), Compare("state", "eq", "open")
    )  # fmt: skip
    query = Query(CLUSTER, AllOf(wanted), fields=("id",), limit=_WRITTEN, environment=build_environment(context))
    while rows := context.transaction.select(query).rows:
        commands = [Delete(CLUSTER, row["id"], purge=True) for row in rows]
        write.write_many(commands, context, values=False)


def _write_groups(
    rule: Rule,
    groups: Sequence[list[int]],
    best: Mapping[int, float],
    weakest: Mapping[int, float],
    context: Context,
) -> None:
    """A group is no more alike than the two that hold it together least: those at its ends may be two things."""
    ids = context.transaction.new_ids(len(groups))
    told = {"of_object": rule.definition.object, "rule": rule.name, "state": "open"}
    clusters: list[Command] = [
        Create(CLUSTER, {**told, "size": len(group), "score": _decimal(weakest[group[0]])}, id=id)
        for id, group in zip(ids, groups, strict=True)
    ]
    members: list[Command] = [
        Create(MEMBER, {"cluster": id, "record": one, "score": _decimal(best[one])})
        for id, group in zip(ids, groups, strict=True)
        for one in sorted(group, key=lambda one: -best[one])[:MOST]
    ]
    for commands in (clusters, members):
        write.write_many(commands, context, atomic=False, values=False)


def _write_across(rule: Rule, found: Sequence[tuple[int, list[tuple[int, float]]]], context: Context) -> None:
    """One group for each record: itself, and those of other objects that are like it."""
    ids = context.transaction.new_ids(len(found))
    told = {"of_object": rule.definition.object, "rule": rule.name, "state": "open"}
    clusters: list[Command] = []
    members: list[Command] = []
    for id, (about, others) in zip(ids, found, strict=True):
        best = {"size": len(others) + 1, "score": _decimal(max(score for _, score in others))}
        clusters.append(Create(CLUSTER, {**told, **best, "about": about}, id=id))
        members += [Create(MEMBER, {"cluster": id, "record": r, "score": _decimal(s)}) for r, s in others[:MOST]]
    for commands in (clusters, members):
        write.write_many(commands, context, atomic=False, values=False)


def _decimal(score: float) -> Decimal:
    return Decimal(score).quantize(_FOUR)


def settle(cluster: int, state: str, context: Context) -> None:
    """Say what became of a cluster: merged, converted, linked or dismissed."""
    write.write(Update(CLUSTER, cluster, {"state": state}), context.as_actor(SYSTEM))


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {JOB: run_scan}
