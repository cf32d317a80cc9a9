"""How tokens move: into nodes, out of them, together at joins, back; and how a run ends or gets stuck."""

from __future__ import annotations

from jimu.definitions.approvals.model import START, BlockNode, EndNode
from jimu.errors import Invalid
from jimu.flows.approvals.approvers import admins
from jimu.flows.approvals.copies import send
from jimu.flows.approvals.events import Submit
from jimu.flows.approvals.model import (
    APPROVED,
    ERROR,
    EXPIRED,
    REJECTED,
    RETURNED,
    Task,
    Token,
    Visit,
)
from jimu.flows.approvals.tree import below, descended
from jimu.flows.approvals.work import Work

_CANCELLED_BY_END = {
    REJECTED: "node-rejected", "withdrawn": "withdrawn", "terminated": "admin", EXPIRED: "timeout", APPROVED: "ended",
}  # fmt: skip


def drain(work: Work) -> None:
    """Let every token that is on its way arrive, until people, time or others must act."""
    from jimu.flows.approvals.nodes import NODES  # nodes move tokens

    while work.agenda and work.state == "running":
        id, name = work.agenda.popleft()
        token = work.tokens.get(id)
        if token is None:
            continue
        visit = _open_visit(work, token, name)
        if visit is None:
            continue
        try:
            NODES[work.node(visit).type].enter(work, visit)
        except Invalid as error:
            if isinstance(work.event, Submit):
                raise
            fail(work, str(error), visit)
    work.agenda.clear()


def _open_visit(work: Work, token: Token, name: str) -> Visit | None:
    """A new visit of ``name``; None (and the run is in error) where it was visited too often."""
    round = work.round
    times = sum(v.node == name and v.round == round for v in work.visits.values())
    token = work.put_token(token, node=name)
    remaining, work.resuming = name == work.resuming, ""
    new = Visit(work.new_id(), name, token.id, round, work.base, block=token.block, remaining=remaining)
    visit = work.put_visit(new)
    work.note_own("entered", node=name, visit=visit.id)
    if times >= work.flow.limits.visits:
        fail(work, "too-many-visits", visit)
        return None
    return visit


def leave(work: Work, visit: Visit, outcome: str, to: str | None = "") -> None:
    """The visit is over; its token goes on to ``to`` ('' = where the node says, None = the end of its branch)."""
    done = work.put_visit(visit, state="done", outcome=outcome)
    work.note_own("left", node=visit.node, visit=visit.id, details={"outcome": outcome})
    work.drop_timers(visit=visit.id)
    token = work.tokens[done.token]
    target = work.node(visit).to if to == "" else to
    if target is not None:
        work.go(token, target)
    else:
        arrive(work, token)


def arrive(work: Work, token: Token, *, refused: bool = False) -> None:
    """A branch has come to its end."""
    if token.block is None:
        fail(work, "no-way-on", work.open_visit_of(token.id))
        return
    block = work.visits[token.block]
    del work.tokens[token.id]
    if refused:
        block = work.put_visit(block, refused=(*block.refused, token.branch))
    block = work.put_visit(block, arrived=(*block.arrived, token.branch))
    join(work, block)


def join(work: Work, block: Visit) -> None:
    """Goes on once enough branches have arrived; the rest are cancelled or left to finish beside."""
    node: BlockNode = work.node(block)
    if block.state != "open":
        return  # a straggler of a block that went on without it
    need = len(block.started) if node.join is None else min(node.join, len(block.started))
    if len(block.arrived) < need:
        return
    if block.refused:
        if len(block.arrived) < len(block.started) and node.join is None:
            return
        good = len(block.arrived) - len(block.refused)
        if node.join is None or good < need:
            if len(block.arrived) < len(block.started):
                return
            refuse(work, block, "end")
            return
    if node.rest != "finish":
        _end_others(work, block, with_copies=node.rest == "copy")
    leave(work, block, "passed")


def _end_others(work: Work, block: Visit, *, with_copies: bool) -> None:
    """The branches that the block does not wait for end; with copies to those who were asked in them."""
    others = [t for t in below(work, work.tokens[block.token]) if t.id in work.tokens]
    line = {t.id for t in others}
    here = {v.id for v in work.visits.values() if v.token in line}
    asked = [t.holder for t in work.open_tasks if t.opened and t.visit in here]
    for token in others:
        if token.id in work.tokens:
            cancel_token(work, token, "branch-cancelled")
    if with_copies:
        send(work, block.node, [person for person in asked if person is not None])


def refuse(work: Work, visit: Visit, rule: str) -> None:
    """The node was rejected: what its rule says follows, once."""
    work.drop_timers(visit=visit.id)
    visit = work.put_visit(visit, state="done", outcome="rejected")
    work.note_own("rejected_at", node=visit.node, visit=visit.id, details={"rule": rule})
    token = work.tokens[visit.token]
    if rule == "end":
        _refuse_branch(work, token)
    elif rule == START:
        give_back(work, visit)
    else:
        target = _target_of(work, visit, rule)
        if target is None:
            give_back(work, visit)
        else:
            back_to(work, visit, target, allow_new=True)


def _target_of(work: Work, visit: Visit, rule: str) -> str | None:
    """The node that a rejection leads to; None: the submitter."""
    if rule == "previous":
        return previous_node(work, visit)
    return parent_node(work, visit) if rule == "parent" else rule


def _refuse_branch(work: Work, token: Token) -> None:
    """Ends the run, unless the block in whose branch it happened waits for the others."""
    if token.block is not None:
        block = work.visits[token.block]
        node = work.flow.nodes.get(block.node)
        if isinstance(node, BlockNode) and (node.on_reject == "wait" or block.state != "open"):
            arrive(work, token, refused=True)
            return
    end = next((n for n in work.flow.nodes.values() if isinstance(n, EndNode) and n.result == REJECTED), None)
    if end is None:
        finish(work, REJECTED)
        return
    main = _root(work, token)
    clear(work, "node-rejected", keep=main)
    work.go(main, end.name)


def _root(work: Work, token: Token) -> Token:
    while token.block is not None:
        token = work.tokens[work.visits[token.block].token]
    return token


def previous_node(work: Work, visit: Visit) -> str | None:
    """The node of people that was visited last before this one, by history; None: the submitter."""
    return next(iter(return_targets(work, visit)), None)


def parent_node(work: Work, visit: Visit) -> str | None:
    """The nearest node of people that leads to this one as the flow is drawn; None: the submitter.

    What follows a block has the block's own parent, as do the first nodes of its branches.
    """
    seen, queue = {visit.node}, [visit.node]
    while queue:
        here = queue.pop(0)
        for node in work.flow.nodes.values():
            leads = node.to == here or any(b.to == here for b in getattr(node, "branches", ()))
            if not leads or node.name in seen:
                continue
            if node.type in ("approve", "handle"):
                return str(node.name)
            seen.add(node.name)
            queue.append(node.name)
    return None


def return_targets(work: Work, visit: Visit) -> list[str]:
    """Nodes of people visited in this round to which this visit can be returned, the latest first."""
    token = work.tokens.get(visit.token)
    if token is None:
        return []
    line, found = [token.id], list[str]()
    while token.block is not None and work.visits[token.block].state == "open":
        token = work.tokens[work.visits[token.block].token]
        line.append(token.id)
    for other in reversed(list(work.visits.values())):
        node = work.flow.nodes.get(other.node)
        people = node is not None and node.type in ("approve", "handle")
        earlier = other.id < visit.id and other.state == "done" and other.round == visit.round
        if people and earlier and other.token in line and other.node not in (*found, visit.node):
            found.append(other.node)
    return found


def back_to(work: Work, visit: Visit, target: str, *, allow_new: bool = False) -> None:
    """Put the run back to ``target``: what came after it is stale, sibling branches go where it lies before them."""
    found = next(
        (v for v in reversed(list(work.visits.values())) if v.node == target and v.state == "done" and v.id < visit.id
         and v.round == work.round and v.token in work.tokens), None,
    )  # fmt: skip
    token = work.tokens[visit.token]
    cancel_visit(work, visit, "returned-past")
    if found is not None:
        owner = work.tokens[found.token]
        for lower in below(work, owner):
            if lower.id in work.tokens:
                cancel_token(work, lower, "returned-past")
        waiting = work.open_visit_of(owner.id)
        if waiting is not None:
            cancel_visit(work, waiting, "returned-past")
        make_stale(work, found)
        token = owner
    elif not allow_new:
        raise AssertionError(f"{target} was not visited")
    work.go(token, target)


def make_stale(work: Work, first: Visit) -> None:
    """``first`` and all that was visited after it on its way no longer count."""
    line = descended(work, first.token)
    for visit in list(work.visits.values()):
        if visit.id >= first.id and visit.token in line and visit.state == "done":
            work.put_visit(visit, state="stale")


def give_back(work: Work, visit: Visit, resume: str = "") -> None:
    """Back to the submitter, who may hand it in again."""
    clear(work, "returned-past")
    for other in list(work.visits.values()):
        if other.round == work.round and other.state == "done":
            work.put_visit(other, state="stale")
    work.set(state=RETURNED, back=(visit.node, resume), undo=())
    work.note_own("returned_to_submitter", node=visit.node, visit=visit.id)
    work.tell("returned", [work.get("submitter")])


def cancel_visit(work: Work, visit: Visit, reason: str) -> None:
    """Its open tasks, timers and children end with it."""
    visit = work.visits[visit.id]
    for task in work.tasks_of(visit.id):
        if task.is_open:
            close(work, task, "cancelled", reason)
    work.drop_timers(visit=visit.id)
    for key in visit.children:
        work.effect("end_child", key=key, visit=visit.id)
    if visit.state == "open":
        work.put_visit(visit, state="cancelled", outcome=reason, children=())


def close(work: Work, task: Task, state: str, reason: str = "", **values: object) -> Task:
    """The task ends in ``state``; its entry says why."""
    done = work.put_task(task, state=state, reason=reason, closed=work.base, **values)
    work.drop_timers(task=task.id)
    if reason:
        behalf = {"person": task.person, "details": {"reason": reason, "state": state}}
        work.note_own("task_closed", visit=task.visit, task=task.id, **behalf)
    return done


def cancel_token(work: Work, token: Token, reason: str) -> None:
    for lower in below(work, token):
        if lower.id in work.tokens:
            cancel_token(work, lower, reason)
    visit = work.open_visit_of(token.id)
    if visit is not None:
        cancel_visit(work, visit, reason)
    work.tokens.pop(token.id, None)


def clear(work: Work, reason: str, keep: Token | None = None) -> None:
    """Cancel everything that is open; ``keep`` stays, standing nowhere."""
    for visit in list(work.visits.values()):
        if visit.state == "open":
            cancel_visit(work, visit, reason)
    for task in list(work.tasks.values()):
        if task.is_open:
            close(work, task, "cancelled", reason)
    kept = {keep.id: work.tokens[keep.id]} if keep else {}
    work.tokens.clear()
    work.tokens.update(kept)
    work.timers.clear()
    work.agenda.clear()


def finish(work: Work, result: str) -> None:
    """The run is over."""
    clear(work, _CANCELLED_BY_END.get(result, "ended"))
    work.set(state=result, undo=(), ending="", cause="", stopped=None)
    work.note_own("ended", details={"result": result})
    work.tell("ended", [work.get("submitter")], result=result)
    if work.get("restores") and result != APPROVED:
        work.effect("restore")


def fail(work: Work, cause: str, visit: Visit | None) -> None:
    """The run cannot go on by itself: it says why, and somebody is asked to repair it."""
    work.set(state=ERROR, cause=cause)
    found = admins(work)
    where = {"node": visit.node, "visit": visit.id} if visit else {}
    work.note_own("error", details={"cause": cause}, **where)
    if any(t.kind == "repair" and t.is_open for t in work.tasks.values()):
        return
    person = found[0] if found else None
    task = Task(
        work.new_id(), visit.id if visit else 0, "pending", person, person, original=person, kind="repair",
        pool="" if found else "admins:", opened=work.base,
    )  # fmt: skip
    work.put_task(task)
    work.tell("error", found, task, cause=cause)
