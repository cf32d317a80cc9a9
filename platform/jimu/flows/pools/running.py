"""A day's run of a pool: what is due goes back, whom it will concern soon is warned.

Batch after batch, each in a transaction of its own that first holds the run's row: two workers take turns, and one that
dies is followed by the next try, which finds what is left. What went back is no longer owned, and each warning is kept
under a key, so nothing happens twice. All of a run is one unit that can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jimu import bulk
from jimu.bulk.noting import as_engine
from jimu.clock import day_in
from jimu.definitions.kinds.pool import PoolDef
from jimu.definitions.kinds.return_rule import ReturnRuleDef
from jimu.errors import Conflict, Invalid, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.flows.pools.membership import find_pool, in_name_of, require_manager
from jimu.flows.pools.notices import Notice, send
from jimu.flows.pools.preview import on_day, soon_filter
from jimu.flows.pools.warning import warn_owners
from jimu.messages import Message
from jimu.records import Context, Create, ListRequest, Update, read, write
from jimu.records.commands import OwnerNote
from jimu.records.guarding import find_locks
from jimu.records.locking import hold
from jimu.records.ownership import select_ids

RUN = "pool_run"
PORTION = 500
SUBJECT = Message("Records that went back to {pool} on {day}")
WENT_BACK = Message("{count} records went back to {pool}")
ONE_WENT_BACK = Message("Went back to {pool}: {title}")
LINE = Message("{title}: {rule}")
_MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class PoolRun:
    """``unit``: the unit by which it can be taken back (None: nothing went back)."""

    id: int
    pool: str
    day: date
    number: int
    state: str
    returned: int
    warned: int
    failures: int
    started_at: datetime | None
    finished_at: datetime | None
    unit: int | None
    problems: Sequence[Any] = ()


def run_pool(pool: PoolDef, context: Context, *, again: bool = False) -> PoolRun:
    """Run ``pool`` for the present day of the workspace. A day's run that is done is not done again, unless somebody
    asks for it (``again``): then what became due since goes back, as a run of its own."""
    engine = on_day(context, None)
    day = day_in(context.clock(), context.manifest.workspace.time_zone)
    run = _begin(pool.name, day, again, engine)
    if run.state == "done":
        return run
    work = _Run(pool, run, engine)
    for rule in pool.returns:
        after = 0
        while (last := work.portion(rule, after)) is not None:
            after = last
    for rule in pool.returns:
        work.warn(rule)
    return work.finish()


def latest_runs(pool: str, context: Context, limit: int = 10) -> list[PoolRun]:
    """The last runs of the pool, the newest first."""
    request = ListRequest(RUN, where=f"pool == {pool!r}", order=("-day", "-number"), limit=limit)
    return [_run_of({**r.values, "id": r.id}) for r in read.list_records(request, on_day(context, None)).records]


def get_run(id: int, context: Context) -> PoolRun:
    record = read.get(RUN, id, on_day(context, None))
    return _run_of({**record.values, "id": record.id})


def undo_run(id: int, context: Context) -> bulk.Run:
    """Take a run back: the records go to who had them, but for those that were changed since. Raises Forbidden for who
    does not manage the pool, Conflict where there is nothing to take back."""
    run = get_run(id, context)
    pool = find_pool(run.pool, context)
    if pool is None:
        raise NotFound(Message("There is no pool called {name}.", {"name": run.pool}))
    require_manager(pool, context)
    if run.unit is None:
        raise Conflict(Message("There is nothing to take back."))
    own = in_name_of(context)
    with write.unit_of_work(own) as unit:
        made = bulk.start_undo(bulk.load_run(run.unit, as_engine(unit)), unit)
        write.write(Update(RUN, run.id, {"state": "undone"}), as_engine(unit))
    return made if made.is_job else bulk.do_now(made.id, own)


def _begin(pool: str, day: date, again: bool, engine: Context) -> PoolRun:
    """The run to go on with: that of the day, or one more where it is done and somebody asks again."""
    try:
        with write.unit_of_work(engine) as unit:
            runs = _of_day(pool, day, unit)
            last = runs[0] if runs else None
            if last is not None and (last.state == "running" or not again):
                return last
            values = {"pool": pool, "day": day, "number": last.number + 1 if last else 1, "state": "running"}
            made = write.write(Create(RUN, {**values, "started_at": unit.clock()}), unit)
            return get_run(made.id, unit)
    except Invalid as error:
        if not any(p.code == "not_unique" for p in error.problems):
            raise
        return _of_day(pool, day, engine)[0]  # another worker was faster by a moment


def _of_day(pool: str, day: date, engine: Context) -> list[PoolRun]:
    where = f"pool == {pool!r} and day == date({day.year}, {day.month}, {day.day})"
    page = read.list_records(ListRequest(RUN, where=where, order=("-number",), limit=1), engine)
    return [_run_of({**r.values, "id": r.id}) for r in page.records]


def _run_of(values: Mapping[str, Any]) -> PoolRun:
    return PoolRun(
        values["id"],
        values["pool"],
        values["day"],
        int(values["number"] or 1),
        values["state"] or "",
        int(values["returned"] or 0),
        int(values["warned"] or 0),
        int(values["failures"] or 0),
        values["started_at"],
        values["finished_at"],
        values["unit"],
        values.get("problems") or (),
    )


class _Run:
    def __init__(self, pool: PoolDef, run: PoolRun, engine: Context) -> None:
        self.pool, self.run, self.engine = pool, run, engine

    def portion(self, rule: ReturnRuleDef, after: int) -> int | None:
        """Returns the next records that the rule takes; the id to go on after, None at the end."""
        with write.unit_of_work(self.engine) as context:
            row = hold(RUN, [self.run.id], context)[self.run.id]
            ids = select_ids(self.pool.object, [self.pool.territory, rule.due], after, PORTION, context)
            if not ids:
                return None
            rows = hold(self.pool.object, ids, context)
            locked = find_locks(self.pool.object, ids, context)
            free = [id for id in ids if id in rows and id not in locked]
            unit = self._unit(row, context)
            with unit.work(context) as inner:
                done = write.write_many(self._commands(rule, free, rows), inner, atomic=False, values=False).rows
            failed = [(id, r.error) for id, r in zip(free, done, strict=True) if r.error is not None]
            self._note(
                rule,
                row,
                [rows[r.record.id] for r in done if r.record is not None],
                [*locked.items(), *failed],
                context,
            )
            return ids[-1]

    def _unit(self, row: Mapping[str, Any], context: Context) -> bulk.Unit:
        if row["unit"] is not None:
            return bulk.resume_unit(row["unit"], context)
        params = {"pool": self.pool.label, "day": str(self.run.day)}
        unit = bulk.open_unit(context, Message(SUBJECT.template, params), "pool_return", self.pool.object)
        write.write(Update(RUN, self.run.id, {"unit": unit.id}), as_engine(context))
        return unit

    def _commands(self, rule: ReturnRuleDef, ids: Sequence[int], rows: Mapping[int, Any]) -> list[Update]:
        note = OwnerNote("auto_returned", self.pool.name, rule.name, run=self.run.id)
        return [Update(self.pool.object, id, {"owner": None}, rows[id]["version"], note) for id in ids]

    def _note(
        self,
        rule: ReturnRuleDef,
        row: Mapping[str, Any],
        returned: Sequence[Mapping[str, Any]],
        failed: Sequence[tuple[int, Any]],
        context: Context,
    ) -> None:
        """The counts of the run, and a notice to each owner."""
        engine = as_engine(context)
        problems = [*(row.get("problems") or ()), *([encode_id(id), error.code] for id, error in failed)]
        now = {
            "returned": (row["returned"] or 0) + len(returned),
            "failures": (row["failures"] or 0) + len(failed),
            "problems": problems[:_MOST_PROBLEMS] or None,
        }
        write.write(Update(RUN, self.run.id, now), engine)
        by_owner: dict[int, list[Mapping[str, Any]]] = {}
        for record in returned:
            by_owner.setdefault(record["owner"], []).append(record)
        send([self._notice(owner, records, rule) for owner, records in by_owner.items()], engine)

    def _notice(self, owner: int, records: Sequence[Mapping[str, Any]], rule: ReturnRuleDef) -> Notice:
        lines = tuple(Message(LINE.template, {"title": r.get("title") or "", "rule": rule.label}) for r in records)
        return Notice(owner, WENT_BACK, ONE_WENT_BACK, self.pool, tuple(records), lines=lines)

    def warn(self, rule: ReturnRuleDef) -> None:
        """Tell owners what will go back soon; each record once for each of the rule's numbers of days."""
        if rule.soon is None:
            return
        after, filter = 0, soon_filter(self.pool, rule)
        while True:
            with write.unit_of_work(self.engine) as context:
                row = hold(RUN, [self.run.id], context)[self.run.id]
                told, last = warn_owners(self.pool, rule, filter, self.run, after, context)
                if told:
                    write.write(Update(RUN, self.run.id, {"warned": (row["warned"] or 0) + told}), as_engine(context))
            if last is None:
                return
            after = last

    def finish(self) -> PoolRun:
        with write.unit_of_work(self.engine) as context:
            row = hold(RUN, [self.run.id], context)[self.run.id]
            if row["state"] == "running":
                if row["unit"] is not None:
                    bulk.resume_unit(row["unit"], context).close()
                write.write(Update(RUN, self.run.id, {"state": "done", "finished_at": context.clock()}), context)
            return get_run(self.run.id, context)
