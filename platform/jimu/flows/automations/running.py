"""Running an automation on records: all of a job in one transaction; if one fails, each in its own.

A run is logged in the transaction of its effects under a key made of the job's id, so a job that runs twice does
nothing twice. What failed is tried again with growing pauses, as often as the automation says; then its run waits in
the list of failed ones until somebody has it tried again or discards it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jimu.business_time import NoEnd, add, find_calendar
from jimu.definitions.kinds.automation import AutomationDef
from jimu.errors import BadRequest, JimuError, NotFound
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.actions import Doing, Subject, find_subjects, perform
from jimu.flows.automations.following import JOB, RUN, job_of
from jimu.flows.chain import in_chain, trace
from jimu.jobs.backoff import compute_delay
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Create, Update
from jimu.storage.query import AllOf, Compare, Query

_MOST_ERROR = 5000
# What all automations that one event sets off are told of it.
_OF_EVENT = ("event", "chain", "asked_by", "judge")


class _SomeFailed(Exception):
    """Takes the transaction back."""

    def __init__(self, failed: Sequence[Subject]) -> None:
        super().__init__()
        self.failed = failed


@dataclass(frozen=True)
class _Task:
    """What a job says. ``root``: the first job of it all; ``start``: the action to begin with; ``attempt``: counts."""

    automation: AutomationDef
    ids: tuple[int, ...]
    payload: Mapping[str, Any]
    root: str
    start: int = 0
    attempt: int = 1

    @property
    def chain(self) -> tuple[str, ...]:
        return (*self.payload.get("chain", ()), self.automation.name)

    def key(self) -> str:
        """Under which the run is logged: one record by itself has its own."""
        alone = encode_id(self.ids[0]) if len(self.ids) == 1 else "all"
        return f"{self.root}/{self.start}/{alone}"

    def alone(self, id: int) -> _Task:
        return replace(self, ids=(id,))


def run_automation(job: Any, context: Context) -> None:
    """The handler of ``JOB``: one automation, then the job for those that come after it. One that fails is tried again
    by itself and holds up none after it; nor does one whose job is at its last try.
    """
    payload = {key: value for key, value in job.payload.items() if key != "then"}
    is_last_try = job.attempts >= job.max_attempts
    if is_last_try:
        _hand_on(job, context)
    automation = context.manifest.all("automation").get(payload["automation"])
    if automation is not None and automation.active:
        ids = tuple(decode_id(text) for text in payload["ids"])
        root = str(payload.get("root", job.id))
        run_task(_Task(automation, ids, payload, root, payload.get("start", 0), payload.get("attempt", 1)), context)
    if not is_last_try:
        _hand_on(job, context)


def _hand_on(job: Any, context: Context) -> None:
    """Queue what comes after this job, once however often it runs."""
    then = job.payload.get("then")
    if not then:
        return
    event = {key: job.payload[key] for key in _OF_EVENT if key in job.payload}
    event["root"] = f"{job.payload.get('root', job.id)}+"  # the same each time, so that runs are found in the log
    with context.store.write() as transaction:
        for row in job_of([(name, ids) for name, ids in then], event):
            transaction.add_job(row.kind, row.payload, key=f"after/{job.id}")


def run_task(task: _Task, context: Context) -> None:
    """Run it for all its records at once; if some fail, for each alone, so that one does not hold up the others."""
    if len(task.ids) > 1:
        try:
            _run(task, context)
        except (_SomeFailed, JimuError):
            for id in task.ids:
                _run_alone(task.alone(id), context)
        return
    _run_alone(task, context)


def _run_alone(task: _Task, context: Context) -> None:
    try:
        _run(task, context)
    except _SomeFailed as error:
        _note_failure(task, error.failed[0].error or "", context)
    except JimuError as error:
        _note_failure(task, str(error), context)


def _run(task: _Task, context: Context) -> None:
    begun = time.perf_counter()
    with write.unit_of_work(in_chain(task.chain, context)) as inside:
        logged = _logged(task, inside)
        if logged is not None and logged["state"] not in ("retrying", "failed"):
            return
        if len(task.ids) > 1 and _went_alone(task, inside):
            raise _SomeFailed(())
        deleted = task.payload.get("event") == "delete"
        subjects = find_subjects(task.automation.object, task.ids, inside, deleted=deleted)
        asked = task.payload.get("asked_by")
        doing = Doing(inside, task.automation.object, subjects, decode_id(asked) if asked else None)
        if task.payload.get("judge"):
            doing.subjects = [s for s in subjects if holds_for(task.automation, s, doing)]
        done = perform(task.automation.actions, doing, task.start)
        failed = [s for s in doing.subjects if s.error is not None]
        if failed:
            raise _SomeFailed(failed)
        state = "done" if done.waiting is None else "waiting"
        if done.waiting is not None:
            _go_on_later(task, done.waiting, [s.id for s in doing.subjects], inside)
        if doing.subjects or logged is not None:
            took = int((time.perf_counter() - begun) * 1000)
            _log(task, logged, {"state": state, "milliseconds": took, "error": None}, inside)


def holds_for(automation: AutomationDef, subject: Subject, doing: Doing) -> bool:
    """Whether the automation's condition holds for the subject as it is now."""
    return automation.condition is None or bool(doing.value(automation.condition, subject))


def _go_on_later(task: _Task, index: int, ids: Sequence[int], context: Context) -> None:
    after = task.automation.actions[index].after
    assert after is not None
    try:
        at = add(find_calendar(context.manifest), context.clock(), after)
    except NoEnd as error:
        raise BadRequest(Message("The calendar has no such day.")) from error
    payload = {
        **task.payload,
        "ids": [encode_id(id) for id in ids],
        "start": index + 1,
        "root": task.root,
        "attempt": 1,
    }
    context.transaction.add_job(JOB, payload, at)


def _note_failure(task: _Task, error: str, context: Context) -> None:
    """Log the failure and queue the next try, in one transaction."""
    last = task.attempt >= task.automation.attempts
    with write.unit_of_work(in_chain(task.chain, context)) as inside:
        logged = _logged(task, inside)
        if logged is not None and logged["state"] not in ("retrying", "failed"):
            return
        if not last:
            delay = compute_delay(task.ids[0], task.attempt)
            payload = {
                **task.payload,
                "ids": [encode_id(task.ids[0])],
                "start": task.start,
                "root": task.root,
                "attempt": task.attempt + 1,
            }
            inside.transaction.add_job(JOB, payload, inside.clock() + delay)
        state = "failed" if last else "retrying"
        _log(task, logged, {"state": state, "error": error[:_MOST_ERROR]}, inside)


def _logged(task: _Task, context: Context) -> Mapping[str, Any] | None:
    query = Query(RUN, Compare("key", "eq", task.key()), fields=("state", "attempts"), limit=1)
    rows = context.transaction.select(query).rows
    return rows[0] if rows else None


def _went_alone(task: _Task, context: Context) -> bool:
    """Whether an earlier run of the same job has gone record by record: then this one must, too."""
    keys = tuple(task.alone(id).key() for id in task.ids)
    return bool(context.transaction.select(Query(RUN, Compare("key", "in", keys), fields=(), limit=1)).rows)


def _log(task: _Task, logged: Mapping[str, Any] | None, values: Mapping[str, Any], context: Context) -> None:
    if logged is not None:
        given = {**values, "attempts": task.attempt, "started_at": context.clock()}
        write.write(Update(RUN, logged["id"], given), context)
        return
    base = {
        "key": task.key(),
        "automation": task.automation.name,
        "of_object": task.automation.object,
        "record": task.ids[0] if len(task.ids) == 1 else None,
        "records": len(task.ids),
        "event": str(task.payload.get("event", ""))[:60],
        "attempts": task.attempt,
        "started_at": context.clock(),
        "trace": trace(task.chain)[:2000],
        "inputs": {**task.payload, "start": task.start, "root": task.root},
    }
    write.write(Create(RUN, {**base, **values}), context)


# --- by hand ----------------------------------------------------------------------------------------------------------


def run_again(run: int, context: Context) -> None:
    """Queue a failed run anew, from the action that it failed at. Raises NotFound, BadRequest."""
    row = _failed(run, context)
    payload = {**row["inputs"], "attempt": 1}
    if row["record"] is not None:
        payload["ids"] = [encode_id(row["record"])]
    with write.unit_of_work(context) as inside:
        inside.transaction.add_job(JOB, payload)
        write.write(Update(RUN, run, {"state": "retrying"}), inside)


def discard(run: int, context: Context) -> None:
    """Take a failed run off the list. Raises NotFound, BadRequest."""
    _failed(run, context)
    write.write(Update(RUN, run, {"state": "discarded"}), context)


def _failed(run: int, context: Context) -> Mapping[str, Any]:
    with context.store.read() as transaction:
        filter = AllOf((Compare("id", "eq", run),))
        rows = transaction.select(Query(RUN, filter, fields=("state", "inputs", "record"), limit=1)).rows
    if not rows:
        raise NotFound(Message("There is no such run."))
    if rows[0]["state"] not in ("failed", "stopped"):
        raise BadRequest(Message("Only what failed can be tried again or discarded."))
    if rows[0]["state"] == "stopped":
        raise BadRequest(Message("A circle of automations cannot be tried again; change one of them."))
    found: Mapping[str, Any] = rows[0]
    return found
