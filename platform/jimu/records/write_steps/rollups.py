"""Roll-ups of the records above: recomputed set-wise in the same transaction, up through chains of roll-ups.

A long run would work out the same ones batch after batch, each time over more records: it only notes which are due, and
has them worked out at its end (``records.rollups_due``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from jimu.records.object_plan import ObjectPlan, plan_of
from jimu.records.rates import RATES
from jimu.records.rollup_feeds import RollupFeed
from jimu.records.wave import Unit, Wave
from jimu.records.write_steps.ownership import follow_moves
from jimu.records.write_steps.titles import rollup_changed
from jimu.storage.entries import BULK, JobRow

DUE_JOB = "jimu.rollups_due"
RATES_JOB = "jimu.rollups_of_rates"
DUE_AFTER = timedelta(minutes=5)
"""So long a long run leaves roll-ups to itself; then a job works out those that are due, also if the run is dead."""

Values = Mapping[str, Any]
Change = tuple[Values | None, Values | None]


def update_rollups(wave: Wave) -> None:
    """Recompute what the stored drafts feed: the old and the new parent where a lookup moved."""
    drafts = wave.judged
    if wave.plan.feeds and drafts:
        changes = [(d.before, d.values, frozenset(d.changed)) for d in drafts]
        for feed in wave.plan.feeds:
            moved = [(b, a) for b, a, changed in changes if b is None or not feed.reads.isdisjoint(changed)]
            recompute_or_note(wave.unit, wave.plan, feed, parents_of(feed, moved))
    _follow_currency(wave)


def follow_rates(wave: Wave) -> None:
    """Roll-ups that convert are worked out again after a rate was changed: later, since it may be all of them."""
    if wave.plan.object.name == RATES and wave.judged:
        wave.unit.transaction.emit([JobRow(RATES_JOB, {}, wave.unit.now, RATES_JOB, priority=BULK)])


def _follow_currency(wave: Wave) -> None:
    """Roll-ups of the records themselves that are in a currency which was changed."""
    for field in wave.plan.object.active_fields:
        code = field.rollup.currency_of if field.rollup else ""
        moved = {d.id for d in wave.judged if d.before is not None and code in d.changed} if code else set()
        if moved and field.rollup is not None:
            feeds = plan_of(wave.unit.context.manifest, field.rollup.object).feeds
            feed = next(f for f in feeds if (f.parent, f.field) == (field.object, field.name))
            recompute_or_note(wave.unit, wave.plan, feed, moved)


def recompute_or_note(unit: Unit, plan: ObjectPlan, feed: RollupFeed, parents: set[int]) -> None:
    """Recompute one roll-up of ``parents`` or, in a long run, note that it is due: unless records of ``plan`` are
    themselves judged or computed by it.
    """
    if not parents:
        return
    if not unit.context.rollups_later or any(path[-1] == feed.field for path in plan.far_paths):
        recompute(unit, feed, parents)
        return
    unit.transaction.add_rollup_due(feed.parent, feed.field, parents)
    unit.transaction.emit([JobRow(DUE_JOB, {}, unit.now + DUE_AFTER, DUE_JOB, priority=BULK)])


def parents_of(feed: RollupFeed, changes: Iterable[Change]) -> set[int]:
    """The ids that the feed's lookup had before and has after."""
    return {row[feed.lookup] for change in changes for row in change if row and row.get(feed.lookup) is not None}


def recompute(unit: Unit, feed: RollupFeed, parents: set[int]) -> None:
    """Recompute one roll-up of ``parents``; where a value changed, go on with the roll-ups that read it.

    The parents are locked first: two transactions that add to one parent must see each other's records.
    """
    if not parents:
        return
    unit.transaction.fetch(feed.parent, sorted(parents), ["id"], lock=True)
    changed = unit.transaction.rollup(feed.parent, feed.field, feed.spec, parents)
    if not changed:
        return
    rollup_changed(unit, feed.parent, feed.field, changed)
    follow_moves(unit, feed.parent, feed.field, changed)
    above = [f for f in plan_of(unit.context.manifest, feed.parent).feeds if feed.field in f.reads]
    if not above:
        return
    rows = unit.transaction.fetch(feed.parent, changed, sorted({f.lookup for f in above}))
    for upper in above:
        recompute(unit, upper, parents_of(upper, [(None, row) for row in rows.values()]))
