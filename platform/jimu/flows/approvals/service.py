"""What the faces call: begin an approval, decide, hand on, add people, withdraw, administer. One transaction each.

Every function locks the approval, works one event off and stores what has become of it, its history, the record's
changes, notices and timers together, or nothing. A task is named by its record's id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from jimu.access import SYSTEM, record_filter
from jimu.access.approvals import APPROVAL, TASK
from jimu.definitions.approvals.model import FlowDef
from jimu.errors import Conflict, Forbidden, Invalid, JimuError, NotFound, Problem
from jimu.flows.approvals import events
from jimu.flows.approvals.actions.beginning import NOT_AGAIN
from jimu.flows.approvals.choosing import SUBMITTER, picks_by
from jimu.flows.approvals.departments import require_choice
from jimu.flows.approvals.driving import Done, create_approval, drive, new_kept, refuse_running
from jimu.flows.approvals.engine import new_run
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.keeping import Kept, key_of, load, no_approval
from jimu.flows.approvals.model import APPROVED, RESTARTABLE
from jimu.flows.approvals.seen import refuse_unseen
from jimu.flows.approvals.versions import current_flow, flows_of, revocation_of
from jimu.messages import Message
from jimu.records import Context, Update, read, write
from jimu.records.environment import build_environment
from jimu.records.write import BUSY
from jimu.storage.query import Compare, Query

_ATTEMPTS = 5


@dataclass(frozen=True)
class Request:
    """A wish to have ``record`` approved. ``flow`` '': the first that fits. ``purpose``: record, change (of ``held``)
    or delete. ``picks``: node -> people chosen. ``department``: the one of their own that the actor asks for.
    """

    object: str
    record: int
    flow: str = ""
    comment: str = ""
    picks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    purpose: str = "record"
    held: Mapping[str, Any] | None = None
    key: str = ""
    department: int | None = None


@dataclass(frozen=True)
class Restarting:
    """What may be said anew on starting something again; what is left out stays."""

    comment: str = ""
    picks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    department: int | None = None


@dataclass(frozen=True)
class Answer:
    """A decision. ``answer``: approve, reject or done. ``record_version``: of the record as its decider saw it;
    ``task_version``: of the task's record, refused where it is another by now. ``via``: email for a link in a mail.
    """

    answer: str
    comment: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    picks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    attachments: tuple[int, ...] = ()
    signature: str = ""
    record_version: int | None = None
    key: str = ""
    via: str = ""
    task_version: int | None = None


T = TypeVar("T")


def _unit(context: Context, do: Callable[[Context], T]) -> T:
    """``do`` in one transaction, again where the store was busy."""
    for attempt in range(_ATTEMPTS):
        try:
            with write.unit_of_work(context) as inner:
                return do(inner)
        except Conflict as error:
            if error.message.template != BUSY.template or attempt == _ATTEMPTS - 1 or context.transaction is not None:
                raise
    raise AssertionError("unreachable")


# --- beginning ---


def start(request: Request, context: Context) -> Done:
    """Begin an approval. Raises NotFound, Forbidden, Invalid (nothing fits, nobody can be asked, wrong choice),
    Conflict (one runs already).
    """
    return _unit(context, lambda inner: _start(request, inner))


def _start(request: Request, context: Context) -> Done:
    flow = choose_flow(request, context)
    _require_may_ask(flow, request, context)
    require_choice(flow, request.department, context)
    kept = create_approval(
        flow.name, request.record, context, submitter=int(context.actor.id or 0), purpose=request.purpose,
        held=dict(request.held) if request.held else None,
    )  # fmt: skip
    event = events.Submit(
        actor=int(context.actor.id or 0), at=context.clock(), comment=request.comment, picks=request.picks,
        key=request.key, department=request.department,
    )  # fmt: skip
    return drive(kept, event, context)


def choose_flow(request: Request, context: Context) -> FlowDef:
    """The flow asked for, or the first that fits the record; it must be active and its condition hold."""
    wanted = {"record": "button", "change": "update", "delete": "delete"}[request.purpose]
    if request.flow:
        flow = current_flow(context.manifest, request.flow)
        if flow.object != request.object:
            raise NotFound(Message("There is no approval flow called {name}.", {"name": request.flow}))
        found = [flow] if flow.active and fits(flow, request, context) else []
    else:
        candidates = (f for f in flows_of(context.manifest, request.object) if wanted in f.trigger.on)
        found = [f for f in candidates if fits(f, request, context)]
    if not found:
        raise Invalid(
            Message("No approval flow fits this record."),
            [Problem("no_flow", Message("No approval flow fits this record."))],
        )
    return found[0]


def fits(flow: FlowDef, request: Request, context: Context) -> bool:
    """Whether the flow is for the record: its company, its currency, its condition."""
    facts = Facts(context, flow, request.record, int(context.actor.id or 0), request.held)
    return facts.handed_in(request.department).fits()


def _require_may_ask(flow: FlowDef, request: Request, context: Context) -> None:
    """The record is seen by the actor, who is one of those that may ask."""
    actor = context.actor
    record = read.get(request.object, request.record, context, titles=False)
    if actor.is_system or actor.is_admin:
        return
    for by in flow.trigger.by:
        if by == "anyone" and _may_change(request, context):
            return
        if by == "owner" and record.values.get("owner") == actor.id:
            return
        if by.startswith("role:") and by[5:] in actor.roles:
            return
    raise Forbidden(Message("You may not ask for this approval."))


def _may_change(request: Request, context: Context) -> bool:
    rule = record_filter(context.actor, context.manifest, request.object, "update")
    environment = build_environment(context)
    return bool(context.transaction.matching(request.object, [request.record], rule, environment, "alive"))


def resubmit(
    approval: int, context: Context, *, comment: str = "", picks: Mapping[str, tuple[int, ...]] | None = None,
    department: int | None = None,
) -> Done:  # fmt: skip
    """Hand it in again after it was returned; people and department may be chosen anew."""
    more = {"comment": comment, "picks": picks or {}, "department": department}
    return _happen(approval, events.Submit, context, **more)


def restart(approval: int, request: Restarting, context: Context) -> Done:
    """Ask again for what has ended without approval: by another approval linked to it, or in a further round of it."""
    return _unit(context, lambda inner: _restart(approval, request, inner))


def _restart(approval: int, request: Restarting, context: Context) -> Done:
    first = load(approval, context, lock=True)
    _require_seen(first, context)
    if context.actor.id != first.run.submitter:
        raise Forbidden(Message("This task is not yours."))
    if not can_restart(first):
        raise Conflict(NOT_AGAIN)
    refuse_running(key_of(first.flow.name, first.record), context)
    own = {node.name for node, _ in picks_by(current_flow(context.manifest, first.flow.name), SUBMITTER)}
    picks = {**{n: p for n, p in first.run.picks.items() if n in own}, **request.picks}
    if first.flow.restart == "same":
        event = events.Restart(
            actor=first.run.submitter, at=context.clock(), comment=request.comment, picks=picks,
            department=request.department,
        )  # fmt: skip
        return drive(first, event, context)
    wish = Request(
        first.flow.object, first.record, first.flow.name, request.comment, picks, str(first.row["purpose"]),
        first.held or None, department=request.department or first.run.department,
    )  # fmt: skip
    done = _start(wish, context)
    write.write(Update(APPROVAL, done.approval.id, {"restarts": approval}), context.as_actor(SYSTEM))
    return done


def can_restart(first: Kept) -> bool:
    """Whether it may begin again: what was not approved, is no part of another, and still has something to be done."""
    row = first.row
    is_own = row.get("revokes") is None and row.get("parent_run") is None and bool(first.record)
    wanted = row.get("purpose") in ("record", "change", "delete") and first.flow.restart != "never"
    return is_own and wanted and first.run.state in RESTARTABLE


def revoke(approval: int, context: Context, *, comment: str = "") -> Done:
    """Ask those who approved to take it back; within the time that the flow allows."""
    return _unit(context, lambda inner: _revoke(approval, comment, inner))


def _revoke(approval: int, comment: str, context: Context) -> Done:
    first = load(approval, context, lock=True)
    _require_seen(first, context)
    ended = first.row.get("ended_at")
    if first.run.state != APPROVED or first.flow.revoke is None or ended is None:
        raise Conflict(Message("It cannot be revoked."))
    if context.actor.id != first.run.submitter and not context.actor.is_admin:
        raise Forbidden(Message("This task is not yours."))
    facts = Facts(context, first.flow, first.record, first.run.submitter)
    until = facts.ask_due(ended.isoformat(), first.flow.revoke.amount, first.flow.revoke.unit, None, "")
    if context.clock().isoformat() > until:
        raise Conflict(Message("It is too late to revoke it."))
    flow = revocation_of(first.flow, first.run)
    key = f"revoke:{approval}"
    refuse_running(key, context)
    values = {
        "owner": context.actor.id, "subject": first.row["subject"], "record": first.row["record"],
        "of_object": flow.object, "flow": flow.name, "flow_version": flow.version, "state": "draft", "key": key,
        "purpose": "revoke", "revokes": approval,
    }  # fmt: skip
    kept = new_kept(values, new_run(flow, int(context.actor.id or 0)), flow, context)
    return drive(kept, events.Submit(actor=int(context.actor.id or 0), at=context.clock(), comment=comment), context)


# --- what people do with their tasks ---


def decide(task: int, answer: Answer, context: Context) -> Done:
    """Approve, reject or say that it is done."""

    def do(inner: Context) -> Done:
        kept, number = find_task(task, inner)
        _refuse_changed(task, answer.task_version, inner)
        if answer.key not in kept.run.keys:
            refuse_unseen(kept, number, answer.record_version, inner)
        event = events.Decide(
            actor=int(inner.actor.id or 0), at=inner.clock(), key=answer.key, comment=answer.comment,
            attachments=answer.attachments, task=number, answer=answer.answer, changes=answer.changes,
            picks=answer.picks, signature=answer.signature, record_version=answer.record_version,
            via=answer.via,
        )  # fmt: skip
        return drive(kept, event, inner)

    return _unit(context, do)


def _refuse_changed(task: int, version: int | None, context: Context) -> None:
    """The approval is locked, so whoever comes second with the same version finds another one."""
    if version is not None and context.transaction.fetch(TASK, [task], ("version",))[task]["version"] != version:
        raise Conflict(Message("This task is no longer open."))


@dataclass(frozen=True)
class Batch:
    """One answer to one of several tasks: done, or why not."""

    task: int
    done: Done | None = None
    error: JimuError | None = None


def on_task(kind: type[events.Event], task: int, context: Context, **values: Any) -> Done:
    """Any other event on a task: Return, Transfer, Delegate, Recall, AddSign, RemoveSign, Reclaim, Claim, Unclaim,
    Reassign.
    """

    def do(inner: Context) -> Done:
        kept, number = find_task(task, inner)
        return drive(kept, kind(actor=int(inner.actor.id or 0), at=inner.clock(), task=number, **values), inner)  # type: ignore[call-arg]

    return _unit(context, do)


def on_approval(kind: type[events.Event], approval: int, context: Context, **values: Any) -> Done:
    """Any other event on the approval: Withdraw, Urge, Comment, CopyTo, Signal, Jump, Terminate, Suspend, Continue,
    Repair.
    """
    return _happen(approval, kind, context, **values)


def _happen(approval: int, kind: type[events.Event], context: Context, **values: Any) -> Done:
    def do(inner: Context) -> Done:
        kept = load(approval, inner, lock=True)
        _require_seen(kept, inner)
        return drive(kept, kind(actor=int(inner.actor.id or 0), at=inner.clock(), **values), inner)

    return _unit(context, do)


def find_task(task: int, context: Context) -> tuple[Kept, int]:
    """The approval of a task, locked, and the task's number in it. To who may not see it there is none."""
    row = context.transaction.fetch(TASK, [task], ("approval", "number")).get(task)
    if row is None:
        raise NotFound(Message("There is no such task."))
    kept = load(row["approval"], context, lock=True)
    _require_seen(kept, context)
    return kept, row["number"]


def _require_seen(kept: Kept, context: Context) -> None:
    """Who may read neither the approval nor its record knows of neither."""
    if context.actor.is_system or may_see(kept, context):
        return
    raise no_approval()


def may_see(kept: Kept, context: Context) -> bool:
    environment = build_environment(context)
    for object, id in ((APPROVAL, kept.id), (kept.flow.object, kept.record)):
        rule = record_filter(context.actor, context.manifest, object)
        if id and context.transaction.matching(object, [id], rule, environment, "alive"):
            return True
    return False


# --- what the engine does by itself ---


def timer_due(approval: int, timer: int, context: Context) -> None:
    """A timer's moment has come; one that is gone is nothing."""

    def do(inner: Context) -> None:
        try:
            kept = load(approval, inner, lock=True)
        except NotFound:
            return
        if timer in kept.run.timers:
            drive(kept, events.TimerDue(actor=0, at=inner.clock(), timer=timer), inner)

    _unit(context.as_actor(SYSTEM), do)


def person_changed(person: int, kind: type[events.Event], context: Context) -> int:
    """Somebody left (events.Left) or their absence changed (events.AgentsChanged): every running approval in which
    they have an open task is looked at; how many there were.
    """
    system = context.as_actor(SYSTEM)
    with context.store.read() as transaction:
        mine = Compare("holder", "eq", person) | Compare("person", "eq", person)
        query = Query(TASK, mine & Compare("state", "in", _OPEN), fields=("approval",), limit=10_000)
        ids = sorted({row["approval"] for row in transaction.select(query).rows})
    for id in ids:
        _unit(system, lambda inner, id=id: drive(  # type: ignore[misc]
            load(id, inner, lock=True), kind(actor=0, at=inner.clock(), person=person), inner  # type: ignore[call-arg]
        ))  # fmt: skip
    return len(ids)


_OPEN = ("waiting", "pending", "delegated")
