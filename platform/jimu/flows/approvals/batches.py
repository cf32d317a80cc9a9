"""One answer to many tasks: as many at once as their flows allow, more of them in the queue, too many refused.

Each task is decided in a transaction of its own, with a result of its own. Called by the pages and the API; the job
decides as whoever asked for it, with their rights of that moment, and tells them what came of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from jimu.access import SYSTEM, record_filter
from jimu.access.approvals import APPROVAL, TASK
from jimu.access.loading import load_actor
from jimu.definitions.approvals.model import FlowDef, PeopleNode
from jimu.errors import Forbidden, Invalid, JimuError, Problem
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.approvals.choosing import picks_by
from jimu.flows.approvals.dump import dump, load_data
from jimu.flows.approvals.keeping import flow_for
from jimu.flows.approvals.notices import NOTIFICATION
from jimu.flows.approvals.service import Answer, Batch, decide
from jimu.hookspecs import hookimpl
from jimu.jobs import GiveUp
from jimu.messages import Message
from jimu.records import Context, Create, write
from jimu.records.environment import build_environment
from jimu.records.reading import reading
from jimu.storage.entries import JobRow
from jimu.translation import translator

BATCH_JOB = "approvals.batch"
ONE_BY_ONE = Message("Approvals of this flow are decided one by one.")
_MOST_TOLD = 20


@dataclass(frozen=True)
class Decided:
    """What came of a batch: a result for each task, or how many of them wait in the queue."""

    results: tuple[Batch, ...] = ()
    queued: int = 0


def decide_batch(tasks: Sequence[int], answer: Answer, context: Context) -> Decided:
    """Raises Invalid for more than the flow of some of them allows; then nothing was decided."""
    wanted = tuple(dict.fromkeys(tasks))
    flows = _flows_of(wanted, context)
    _refuse_too_many(flows)
    at_once = min((flow.batch.at_once for flow in flows.values()), default=len(wanted))
    if len(wanted) <= at_once:
        return Decided(tuple(_decide(task, answer, flows, context) for task in wanted))
    payload = {
        "tasks": [encode_id(t) for t in wanted], "user": encode_id(int(context.actor.id or 0)), "key": uuid4().hex,
        "answer": dump(answer),
    }  # fmt: skip
    with write.unit_of_work(context) as inner:
        inner.transaction.emit([JobRow(BATCH_JOB, payload)])
    return Decided(queued=len(wanted))


def is_batchable(flow: FlowDef, node: str) -> bool:
    """Whether tasks at the node can be decided with others: the flow allows it, and the step takes no more than an
    answer.
    """
    step = flow.nodes.get(node)
    if not isinstance(step, PeopleNode) or not flow.batch.answers:
        return False
    wants = step.signature or "required" in step.fields.values() or picks_by(flow, node)
    return not wants and bool(flow.batch.answers & ({"done"} if step.is_handle else {"approve", "reject"}))


def _flows_of(tasks: Sequence[int], context: Context) -> dict[int, FlowDef]:
    """Task -> the flow by which it runs, of approvals that the actor may see."""
    rule, environment = record_filter(context.actor, context.manifest, APPROVAL), build_environment(context)
    with reading(context) as transaction:
        inner = replace(context, transaction=transaction)
        rows = transaction.fetch(TASK, tasks, ("approval",))
        asked = list({row["approval"] for row in rows.values()})
        seen = transaction.matching(APPROVAL, asked, rule, environment, "alive")
        approvals = transaction.fetch(APPROVAL, list(seen), ("flow", "flow_version", "revokes"))
        known: dict[tuple[Any, ...], FlowDef] = {}
        found: dict[int, FlowDef] = {}
        for task, row in rows.items():
            approval = approvals.get(row["approval"])
            if approval is not None:
                key = (approval["flow"], approval["flow_version"], approval["revokes"])
                found[task] = known[key] = known.get(key) or flow_for(approval, inner)
        return found


def _refuse_too_many(flows: Mapping[int, FlowDef]) -> None:
    counts = Counter(flow.name for flow in flows.values())
    for flow in flows.values():
        if flow.batch.answers and counts[flow.name] > flow.batch.most:
            params = {"most": flow.batch.most, "flow": flow.label}
            text = Message("At most {most} approvals are decided together: {flow}.", params)
            raise Invalid(text, [Problem("too_many", text, "tasks")])


def _decide(task: int, answer: Answer, flows: Mapping[int, FlowDef], context: Context) -> Batch:
    flow = flows.get(task)
    if flow is not None and answer.answer not in flow.batch.answers:
        return Batch(task, error=Forbidden(ONE_BY_ONE))
    try:
        return Batch(task, decide(task, answer, context))
    except JimuError as error:
        return Batch(task, error=error)


# --- in the queue ---


def run_batch(job: Any, context: Any) -> None:
    """Done again after a crash, decisions that were made count once, by their keys."""
    user = decode_id(job.payload["user"])
    with context.store.read() as transaction:
        actor = load_actor(transaction, context.manifest, user, via="job", at=context.clock())
    if actor is None:
        raise GiveUp("the account that asked for it is no longer active")
    own = replace(context, actor=actor)
    answer = load_data(Answer, job.payload["answer"])
    tasks = [decode_id(text) for text in job.payload["tasks"]]
    flows = _flows_of(tasks, own)
    found = []
    for task in tasks:
        given = replace(answer, key=f"{job.payload['key']}:{encode_id(task)}")
        found.append(_decide(task, given, flows, own))
    _tell(found, own)


def _tell(found: Sequence[Batch], context: Context) -> None:
    """In the language of whoever asked: how many were decided, and why the others were not."""
    say = translator(context.actor.locale)
    failed = [b for b in found if b.error is not None]
    params = {"done": len(found) - len(failed), "all": len(found)}
    reasons = Counter(b.error.message.render(say) for b in failed if b.error is not None)
    values = {
        "owner": context.actor.id,
        "subject": Message("{done} of {all} were decided.", params).render(say)[:255],
        "text": "\n".join(f"{count} × {text}" for text, count in reasons.most_common(_MOST_TOLD)),
        "reason": "approval.batch",
    }
    with write.unit_of_work(context) as inner:
        write.write_many([Create(NOTIFICATION, values)], inner.as_actor(SYSTEM), values=False)


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {BATCH_JOB: run_batch}
