"""What a bulk action, an import or an undo did to followed records: told once, when it is over.

The unit's items are gone through a portion at a time, each asked set-wise; nothing is held of a record but the count,
and the first few, which are told of one by one where there are no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from jimu.access import record_filter
from jimu.access.actor import Actor
from jimu.bulk import Item, Run, load_run
from jimu.bulk.results import RUN, items_of_run
from jimu.errors import NotFound
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.followers.audience import Audience, listening_to
from jimu.flows.followers.happenings import CHANGED, DELETED, FIELDS, OWNER, Happening, tracked_fields
from jimu.flows.followers.telling import MOST_SINGLE, many_notice, notices_for
from jimu.flows.stages.finding import stages_for
from jimu.jobs import GiveUp
from jimu.records import Command, Context, Create, Update, write
from jimu.records.environment import build_environment
from jimu.records.followed import can_be_followed
from jimu.records.mentions import NOTIFICATION, active_actors
from jimu.records.wave import Wave
from jimu.storage.entries import JobRow
from jimu.storage.query import EVERYTHING, NOTHING, Compare, Query

UNIT_JOB = "followers.unit"
_PORTION = 500
_OVER = ("done", "stopped", "failed")


def follow_units(wave: Wave) -> None:
    """Queue the telling of a unit that has ended."""
    if wave.object != RUN or wave.action != "update":
        return
    ended = [d for d in wave.judged if "state" in d.changed and d.values.get("state") in _OVER]
    told = [d for d in ended if (d.values.get("succeeded") or 0) + (d.values.get("related") or 0)]
    wave.transaction.emit([JobRow(UNIT_JOB, {"run": encode_id(d.id)}) for d in told])


@dataclass
class _Tally:
    """What one person is to hear: how many records of each object, and the first of them."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[int, list[Happening]] = field(default_factory=dict)


def tell_of_unit(job: Any, context: Context) -> None:
    """The handler. Reads in transactions of their own, so that nobody waits; writes all notices at once, and once."""
    try:
        run = load_run(decode_id(job.payload["run"]), context)
    except NotFound as error:
        raise GiveUp("the unit is no longer there") from error
    tallies: dict[int, _Tally] = {}
    for items in _portions(run, context):
        with context.store.read() as transaction:
            _count(items, run, tallies, replace(context, transaction=transaction))
    with write.unit_of_work(context) as inside:
        if tallies and not _is_told(run, inside):
            commands = [_marked(command, run) for command in _notices(run, tallies, inside)]
            write.write_many(commands, inside, values=False)


def _portions(run: Run, context: Context) -> Iterator[list[Item]]:
    items = (i for i in items_of_run(run.id, context) if i.status in ("updated", "deleted") and not i.along)
    while portion := list(islice(items, _PORTION)):
        yield portion


def _count(items: Sequence[Item], run: Run, tallies: dict[int, _Tally], context: Context) -> None:
    """Add to the tallies what a portion did to records that somebody follows and may read."""
    by_object: dict[str, list[Item]] = {}
    for item in items:
        by_object.setdefault(item.object or run.object, []).append(item)
    for object, some in by_object.items():
        if can_be_followed(context.manifest, object):
            happened = {h.record: h for item in some if (h := _happening(object, item, context)) is not None}
            listening = listening_to(list(happened.values()), context)
            wanted: dict[int, list[Happening]] = {}
            for record, people in listening.items():
                for person in people - {run.owner}:
                    wanted.setdefault(person, []).append(happened[record])
            _add(object, wanted, tallies, context)


def _happening(object: str, item: Item, context: Context) -> Happening | None:
    if item.status == "deleted":
        return Happening(item.id, DELETED)
    tracked = tracked_fields(context.manifest, object)
    always = {OWNER, *(stages.field for stages in stages_for(context.manifest, object))}
    names = [tracked.get(name, name) for name in item.before or () if name in tracked or name in always]
    return Happening(item.id, CHANGED, {FIELDS: list(dict.fromkeys(names))}) if names else None


def _add(object: str, wanted: Mapping[int, list[Happening]], tallies: dict[int, _Tally], context: Context) -> None:
    for actor in active_actors(context.transaction, wanted, context):
        mine = {h.record: h for h in wanted[actor.id or 0]}
        found = _readable(object, mine, actor, context)
        if found:
            tally = tallies.setdefault(actor.id or 0, _Tally())
            tally.counts[object] += len(found)
            for record in list(found)[:MOST_SINGLE]:
                tally.first.setdefault(record, []).append(mine[record])


def _readable(object: str, ids: Iterable[int], actor: Actor, context: Context) -> set[int]:
    rule = record_filter(actor, context.manifest, object)
    if rule in (NOTHING, EVERYTHING):
        return set(ids) if rule == EVERYTHING else set()
    environment = build_environment(context.as_actor(actor))
    found: set[int] = context.transaction.matching(object, ids, rule, environment, "any")
    return found


def _is_told(run: Run, context: Context) -> bool:
    query = Query(NOTIFICATION, Compare("source", "eq", run.id), fields=(), limit=1, deleted="any")
    return bool(context.transaction.select(query).rows)


def _notices(run: Run, tallies: Mapping[int, _Tally], context: Context) -> list[Create | Update]:
    few = {person: tally.first for person, tally in tallies.items() if tally.counts.total() <= MOST_SINGLE}
    commands = notices_for(Audience(context, run.owner, few), context)
    actors = active_actors(context.transaction, sorted(tallies.keys() - few.keys()), context)
    return [*commands, *(many_notice(actor, tallies[actor.id or 0].counts, context) for actor in actors)]


def _marked(command: Create | Update, run: Run) -> Command:
    """That it comes of the unit, so that it is written once."""
    return replace(command, values={**command.values, "source": run.id})
