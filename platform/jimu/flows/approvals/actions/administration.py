"""What those who look after approvals may do with any run: each with a reason, each in history."""

from __future__ import annotations

from jimu.definitions.approvals.model import START, PeopleNode
from jimu.flows.approvals import refusals
from jimu.flows.approvals.acting import require_admin, require_open, require_target
from jimu.flows.approvals.actions.voiding import reopen
from jimu.flows.approvals.events import Continue, Event, Jump, Migrate, Reassign, Repair, Suspend, Terminate
from jimu.flows.approvals.model import ERROR, RETURNED, RUNNING, SUSPENDED, TERMINATED, Token, Visit
from jimu.flows.approvals.moving import cancel_visit, clear, close, finish, give_back
from jimu.flows.approvals.opening import evaluate, hand_over, renew_deadlines
from jimu.flows.approvals.routes import outermost
from jimu.flows.approvals.work import Work
from jimu.messages import Message


def _require(work: Work, event: Event, *states: str) -> None:
    require_admin(work)
    if work.state not in states:
        raise refusals.not_running(work.state)
    if not event.comment.strip():
        raise refusals.wrong("comment", Message("Say why."), "comment")


def jump(work: Work, event: Jump) -> None:
    """To any node: everything open is cancelled and the run goes on from there. A node in a block leads to the
    block."""
    _require(work, event, RUNNING, ERROR, RETURNED)
    target = START if event.node == START else outermost(work.flow, event.node)
    if target is None:
        raise refusals.wrong("no_node", Message("The flow has no such step."), "node")
    work.note("jump", node=target, comment=event.comment, details={"to": event.node})
    last = next(reversed(work.visits.values()), None)
    clear(work, "admin")
    work.set(state=RUNNING, cause="", back=None, undo=(), reopen="")
    if target == START and last is not None:
        give_back(work, last)
        return
    work.go(work.put_token(Token(work.new_id(), "")), target)


def reassign(work: Work, event: Reassign) -> None:
    _require(work, event, RUNNING)
    task = require_open(work, event.task)
    if task.kind == "repair":
        raise refusals.not_allowed_here()
    require_target(work, task, event.to)
    work.note("reassign", visit=task.visit, task=task.id, person=event.to, comment=event.comment)
    if task.state == "waiting":
        work.put_task(task, person=event.to, holder=event.to)
    else:
        hand_over(work, task, event.to, "transferred", "admin", pool="")
    evaluate(work, task.visit)


def terminate(work: Work, event: Terminate) -> None:
    _require(work, event, RUNNING, RETURNED, SUSPENDED, ERROR)
    work.note("terminate", comment=event.comment)
    work.effect("actions", point="recall")
    finish(work, TERMINATED)


def suspend(work: Work, event: Suspend) -> None:
    _require(work, event, RUNNING)
    work.note("suspend", comment=event.comment)
    work.set(state=SUSPENDED, stopped=work.at)


def carry_on(work: Work, event: Continue) -> None:
    """Every timer has as long left as when it was stopped; a deadline that stopped it begins anew."""
    _require(work, event, SUSPENDED)
    work.note("continue", comment=event.comment)
    stopped = work.get("stopped") or work.at
    pause = work.at - stopped
    for timer in list(work.timers.values()):
        work.put_timer(timer, due=timer.due + pause)
        if timer.kind == "deadline" and timer.task in work.tasks:
            work.put_task(work.tasks[timer.task], due=timer.due + pause)
    renew_deadlines(work)
    work.set(state=RUNNING, stopped=None)
    if work.get("reopen"):
        reopen(work, work.get("reopen"))
        return
    for visit in list(work.visits.values()):
        if visit.state == "open" and isinstance(work.node(visit), PeopleNode):
            evaluate(work, visit.id)


def repair(work: Work, event: Repair) -> None:
    """Try again at every place that cannot go on by itself."""
    _require(work, event, ERROR)
    work.note("repair", comment=event.comment, details={"cause": work.get("cause")})
    for task in list(work.tasks.values()):
        if task.kind == "repair" and task.is_open:
            close(work, task, "approved", decided_by=event.actor, decided_at=work.at)
    work.set(state=RUNNING, cause="")
    if work.get("reopen"):
        reopen(work, work.get("reopen"))
        return
    for token in list(work.tokens.values()):
        visit = work.open_visit_of(token.id)
        if visit is None:
            if token.node:
                work.go(token, token.node)
        elif _is_stuck(work, visit):
            cancel_visit(work, visit, "admin")
            work.go(token, visit.node)
        elif isinstance(work.node(visit), PeopleNode):
            evaluate(work, visit.id)


def _is_stuck(work: Work, visit: Visit) -> bool:
    """Nothing is open that would end this visit."""
    if work.node(visit).type in ("parallel", "inclusive"):
        return not any(t.block == visit.id for t in work.tokens.values())
    has_task = any(t.is_open for t in work.tasks_of(visit.id))
    has_timer = any(t.visit == visit.id for t in work.timers.values())
    waits = work.node(visit).type == "wait" and (has_timer or work.node(visit).signal)
    return not (has_task or waits or visit.children)


def migrate(work: Work, event: Migrate) -> None:
    """The run goes on under another version; what was where under the old one is where the mapping says.

    ``work.flow`` is the new version already.
    """
    require_admin(work)
    if work.is_final:
        raise refusals.not_running(work.state)
    names = {v.node for v in work.visits.values()} | {t.node for t in work.tokens.values() if t.node}
    new = {name: event.nodes.get(name, name) for name in names}
    here = {v.node for v in work.visits.values() if v.state == "open"}
    lost = sorted(n for n in here if new[n] not in work.flow.nodes)
    changed = sorted(n for n in here if new[n] in work.flow.nodes and not _is_like(work, n, new[n]))
    if lost or changed:
        text = Message("The new version has no place for {nodes}.", {"nodes": [*lost, *changed]})
        raise refusals.conflict(text)
    work.note("migrate", comment=event.comment, details={"version": event.version, "nodes": dict(event.nodes)})
    for visit in list(work.visits.values()):
        work.put_visit(visit, node=new[visit.node])
    for token in list(work.tokens.values()):
        if token.node:
            work.put_token(token, node=new[token.node])
    back = work.get("back")
    work.set(version=event.version, undo=(), back=(event.nodes.get(back[0], back[0]), back[1]) if back else None)
    for id in [v.id for v in work.visits.values() if v.state == "open"]:
        if work.state == RUNNING and isinstance(work.node(work.visits[id]), PeopleNode):
            evaluate(work, id)


def _is_like(work: Work, old: str, new: str) -> bool:
    """Whether what is open at the old node can go on at the new one: a node of people at one of people, and so on."""
    visit = next(v for v in work.visits.values() if v.node == old and v.state == "open")
    tasks = any(t.is_open for t in work.tasks_of(visit.id))
    kind = work.flow.nodes[new].type
    if tasks:
        return kind in ("approve", "handle")
    if visit.started:
        return kind in ("parallel", "inclusive")
    return kind not in ("approve", "handle", "parallel", "inclusive")
