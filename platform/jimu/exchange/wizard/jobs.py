"""The jobs of imports: one tries every row, one takes the file in. As whoever asked, with the rights of that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from jimu.access.loading import load_actor
from jimu.bulk.jobs import BROKE_OFF, NOT_ACTIVE
from jimu.bulk.noting import as_engine
from jimu.bulk.results import Run, load_run
from jimu.bulk.running import JOBS, fail
from jimu.errors import BadRequest, Conflict, Forbidden, NotFound
from jimu.exchange.wizard.checking import Check
from jimu.exchange.wizard.imports import DataImport, load_import, note
from jimu.exchange.wizard.running import carry_import_on
from jimu.exchange.wizard.source import open_source
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.hookspecs import hookimpl
from jimu.jobs import GiveUp, RetryLater
from jimu.messages import Message, keep_message
from jimu.records import Context, write
from jimu.storage.entries import JobRow

CHECK = "jimu.import_check"
PAUSE = timedelta(seconds=5)
AT_ONCE = 1_000
"""So many rows are checked while the asker waits."""


def start_check(data: DataImport, context: Context) -> DataImport:
    """Tries every row: at once where they are few, else by a job. Raises what an unusable mapping raises."""
    if not data.is_open:
        raise Conflict(Message("This import has begun already."))
    open_source(data, context)
    with write.unit_of_work(context) as unit:
        note(data, {"state": "checking", "checked_rows": 0, "forecast": None, "problem": None}, unit)
        if data.rows > AT_ONCE:
            payload = {"import": encode_id(data.id), "user": encode_id(context.actor.id or 0)}
            unit.transaction.emit([JobRow(CHECK, payload)])
    if data.rows <= AT_ONCE:
        check(data.id, context)
    return load_import(data.id, context)


def check(import_id: int, context: Context) -> None:
    """Judges every row. Broken off if the mapping changes meanwhile."""
    data = load_import(import_id, context)
    if data.state != "checking":
        return
    try:
        made = Check(open_source(data, context), import_id)
        for done in made.run():
            if load_import(import_id, context).plan != data.plan:
                return
            note(data, {"checked_rows": done}, context)
    except (BadRequest, Forbidden, NotFound) as error:
        note(data, {"state": "mapping", "forecast": {"problem": keep_message(error.message)}}, context)
        return
    values = {"state": "checked", "forecast": made.forecast.dump(), "checked_rows": data.rows}
    note(data, values, context)


def run_check(job: Any, context: Any) -> None:
    own = _acting(job, context)
    if own is not None:
        check(decode_id(job.payload["import"]), own)


def run_import(job: Any, context: Any) -> None:
    """``job.payload``: the unit (``run``) and whose it is (``user``)."""
    run = _run(decode_id(job.payload["run"]), context)
    own = _acting(job, context)
    if own is None:
        fail(run, NOT_ACTIVE, context)
        return
    try:
        carry_import_on(decode_id(run.plan["import"]), own)
    except (BadRequest, Forbidden, NotFound) as error:
        fail(_run(run.id, context), error.message, own)
    except Exception as error:
        if job.attempts >= job.max_attempts:
            fail(_run(run.id, context), BROKE_OFF, own)
        elif isinstance(error, Conflict):
            raise RetryLater(PAUSE, str(error)) from error
        raise


def _run(id: int, context: Context) -> Run:
    try:
        return load_run(id, as_engine(context))
    except NotFound as error:
        raise GiveUp("its record is no longer there") from error


def _acting(job: Any, context: Context) -> Context | None:
    user = decode_id(job.payload["user"])
    if not user:
        return context
    with context.store.read() as transaction:
        actor = load_actor(transaction, context.manifest, user, via="job")
    return replace(context, actor=actor) if actor is not None else None


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {JOBS["import"]: run_import, CHECK: run_check}
