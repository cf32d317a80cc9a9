"""Working out the roll-ups that long runs have left: each once, however many batches moved it.

Called by runs at their end and by a job, which also comes when a run died. Knows nothing of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jimu.access import SYSTEM
from jimu.records.context import Context
from jimu.records.object_plan import plan_of
from jimu.records.rollup_feeds import RollupFeed
from jimu.records.wave import build_unit
from jimu.records.write import follow_up, unit_of_work
from jimu.records.write_steps.rollups import recompute
from jimu.storage.query import Compare, Query, Sort
from jimu.storage.rollups_due import RollupDue

MOST_IDS = 20_000
"""Records whose roll-ups are worked out in one transaction, in which others wait for them."""

_MOST_NOTES = 500


def work_off_rollups(context: Context) -> None:
    """All that is due now, in as many transactions as it takes."""
    while work_some_off(context):
        pass


def work_off_rates(context: Context) -> None:
    """All roll-ups that convert, since a rate of exchange was changed: noted first, then worked off in portions."""
    manifest = context.manifest
    for object in manifest.objects.values():
        for field in object.active_fields if not object.retired else ():
            if field.rollup is not None and field.rollup.converts:
                _note_all(object.name, field.name, context)
    work_off_rollups(context)


def _note_all(object: str, field: str, context: Context) -> None:
    last = 0
    while True:
        with context.store.write() as transaction:
            asked = Query(object, Compare("id", "gt", last), (Sort(("id",)),), (), limit=MOST_IDS)
            ids = [row["id"] for row in transaction.select(asked).rows]
            if ids:
                transaction.add_rollup_due(object, field, ids)
        if len(ids) < MOST_IDS:
            return
        last = ids[-1]


def work_some_off(context: Context) -> bool:
    """As many of those that are due as one transaction takes; False: there are none."""
    return _some(replace(context.as_actor(SYSTEM), rollups_later=False, journal=None))


def _some(context: Context) -> bool:
    with unit_of_work(context) as inner:
        due = _taken(inner.transaction.rollups_due(_MOST_NOTES))
        if not due:
            return False
        unit = build_unit(inner, inner.transaction)
        by_field: dict[tuple[str, str], set[int]] = {}
        for one in due:
            by_field.setdefault((one.object, one.field), set()).update(one.ids)
        for (object, field), ids in by_field.items():
            feed = _feed(object, field, inner)
            if feed is not None:
                recompute(unit, feed, ids)
        if unit.follow_ups or unit.moves:
            follow_up(unit)
        inner.transaction.drop_rollups_due([one.number for one in due])
        return True


def _taken(due: Sequence[RollupDue]) -> list[RollupDue]:
    """As many of them as one transaction works out; at least one."""
    taken: list[RollupDue] = []
    ids: set[tuple[str, int]] = set()
    for one in due:
        ids.update((one.object, id) for id in one.ids)
        if taken and len(ids) > MOST_IDS:
            break
        taken.append(one)
    return taken


def _feed(object: str, field: str, context: Context) -> RollupFeed | None:
    """How the roll-up is worked out; None: the configuration in force has it no longer."""
    definition = context.manifest.objects.get(object)
    found = definition.fields.get(field) if definition and not definition.retired else None
    if found is None or found.retired or found.rollup is None:
        return None
    feeds = plan_of(context.manifest, found.rollup.object).feeds
    return next((feed for feed in feeds if (feed.parent, feed.field) == (object, field)), None)
