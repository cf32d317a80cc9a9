"""The jobs of units: one carries a bulk action on, as the user who asked for it, with the rights of
that moment; others forget old ones, and work out roll-ups that long runs have left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from jimu.access.loading import load_actor
from jimu.bulk.hand_over.running import carry_hand_over_on
from jimu.bulk.keeping import KEEPING, forget_old
from jimu.bulk.noting import as_engine
from jimu.bulk.results import Run, load_run
from jimu.bulk.running import JOB, JOBS, carry_on, fail
from jimu.errors import BadRequest, Conflict, Forbidden, NotFound
from jimu.fieldtypes.ids import decode_id
from jimu.hookspecs import hookimpl
from jimu.jobs import GiveUp, RetryLater
from jimu.jobs.timers import Timer
from jimu.messages import Message
from jimu.records import Context
from jimu.records.rollups_due import work_off_rates, work_off_rollups
from jimu.records.write_steps.rollups import DUE_JOB, RATES_JOB

PAUSE = timedelta(seconds=5)
NOT_ACTIVE = Message("The account that asked for this is no longer active.")
BROKE_OFF = Message("It broke off and was tried again several times; an administrator finds the error among the jobs.")


def run_mass_change(job: Any, context: Any) -> None:
    carry_unit(job, context, carry_on)


def run_hand_over(job: Any, context: Any) -> None:
    carry_unit(job, context, carry_hand_over_on)


def carry_unit(job: Any, context: Any, go_on: Callable[[int, Context], Run]) -> None:
    """As whoever the unit belongs to; what cannot go on ends there, what met a busy store is tried again."""
    id, user = decode_id(job.payload["run"]), decode_id(job.payload["user"])
    try:
        run = load_run(id, as_engine(context))
    except NotFound as error:
        raise GiveUp("its record is no longer there") from error
    if run.state not in ("running", "planned"):
        return
    with context.store.read() as transaction:
        actor = load_actor(transaction, context.manifest, user, via="job", at=context.clock())
    if actor is None:
        fail(run, NOT_ACTIVE, context)
        return
    own = replace(context, actor=actor)
    try:
        go_on(id, own)
    except (BadRequest, Forbidden, NotFound) as error:
        fail(load_run(id, as_engine(context)), error.message, own)
    except Exception as error:
        if job.attempts >= job.max_attempts:
            fail(load_run(id, as_engine(context)), BROKE_OFF, own)
        elif isinstance(error, Conflict):
            raise RetryLater(PAUSE, str(error)) from error
        raise


def keep_units(job: Any, context: Any) -> None:
    forget_old(context)
    work_off_rollups(context)


def catch_rollups_up(job: Any, context: Any) -> None:
    """What a run has left so far: it may take long yet, or be dead."""
    work_off_rollups(context)


def convert_anew(job: Any, context: Any) -> None:
    """A rate of exchange was changed: what roll-ups converted at the one before."""
    work_off_rates(context)


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    carry = {JOB: run_mass_change, JOBS["hand_over"]: run_hand_over}
    return {**carry, KEEPING: keep_units, DUE_JOB: catch_rollups_up, RATES_JOB: convert_anew}


@hookimpl
def jimu_timers(manifest: Any) -> Iterable[Timer]:
    return [Timer("bulk_keeping", "40 3 * * *", KEEPING)]
