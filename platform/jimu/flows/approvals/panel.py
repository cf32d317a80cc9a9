"""One approval as its readers see it: where it is, who was asked, what happened, and what the reader may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jimu.access.approvals import APPROVAL
from jimu.access.organisation import Department
from jimu.definitions.approvals.model import FlowDef, PeopleNode
from jimu.flows.approvals.actions.beginning import is_too_late
from jimu.flows.approvals.actions.deciding import allowed_targets
from jimu.flows.approvals.approvers import looks_after, pool_members
from jimu.flows.approvals.choosing import SUBMITTER, picks_by
from jimu.flows.approvals.departments import choices
from jimu.flows.approvals.events import Comment
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.keeping import Kept, entries_of, load, no_approval, task_ids
from jimu.flows.approvals.model import DELEGATED, PENDING, RETURNED, RUNNING, WAITING, Run, Task, Visit
from jimu.flows.approvals.service import can_restart, may_see
from jimu.flows.approvals.work import Work
from jimu.flows.approvals.world import World
from jimu.messages import Text
from jimu.records import Context
from jimu.records.reading import reading
from jimu.storage.query import Compare, Query, Sort


@dataclass(frozen=True)
class Place:
    """A node in the graph. ``state``: '' not reached, open, done, stale, cancelled."""

    name: str
    label: str
    type: str
    state: str
    outcome: str = ""
    next: tuple[str, ...] = ()
    block: str = ""


@dataclass(frozen=True)
class Pick:
    """A step whose people are chosen by hand: how many, of whom (() everyone), and who is chosen so far."""

    node: str
    label: Text
    least: int
    most: int | None
    range: tuple[str, ...]
    chosen: tuple[int, ...] = ()


@dataclass(frozen=True)
class TaskView:
    """``id``: of the task's record. ``may``: what the reader may do with it now; ``targets``: where to return it."""

    id: int
    node: str
    state: str
    person: int | None
    holder: int | None
    pool: str
    reason: str
    decided_by: int | None
    decided_at: datetime | None
    due: datetime | None
    kind: str
    relation: str = ""
    agents: tuple[int, ...] = ()
    may: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    fields: Mapping[str, str] | None = None
    comment: str = "never"
    signature: bool = False
    behalf: int | None = None
    picks: tuple[Pick, ...] = ()


@dataclass(frozen=True)
class Panel:
    """``picks``: whom the reader chooses on handing in again; ``departments``: among which of their own.
    ``may``: what the reader may do with the whole: withdraw, urge, comment, copy, resubmit, restart, revoke, and for
    admins jump, terminate, suspend, continue, repair.
    """

    id: int
    flow: FlowDef
    run: Run
    row: Mapping[str, Any]
    places: tuple[Place, ...]
    tasks: tuple[TaskView, ...]
    entries: tuple[Mapping[str, Any], ...]
    may: tuple[str, ...]
    picks: tuple[Pick, ...] = ()
    departments: tuple[Department, ...] = ()


def panel(approval: int, context: Context) -> Panel:
    """Raises NotFound for who may read neither the approval nor its record."""
    with reading(context) as transaction:
        inner = replace(context, transaction=transaction)
        kept = load(approval, inner)
        if not context.actor.is_system and not may_see(kept, inner):
            raise no_approval()
        return build_panel(kept, inner)


def build_panel(kept: Kept, context: Context) -> Panel:
    locale = context.actor.locale
    facts = Facts(context, kept.flow, kept.record, kept.run.submitter).of_run(kept.run)
    actor = int(context.actor.id or 0)
    work = Work(kept.flow, kept.run, Comment(actor=actor, at=context.clock()), World(facts))
    ids = task_ids(kept.id, kept.run.tasks, context)
    tasks = [_task_view(work, t, ids[t.id]) for t in kept.run.tasks.values() if t.id in ids]
    may = _may(work, kept, context)
    again = bool({"resubmit", "restart"} & set(may))
    return Panel(
        kept.id,
        kept.flow,
        kept.run,
        kept.row,
        tuple(places_of(kept.flow, kept.run, locale)),
        tuple(tasks),
        tuple(entries_of(kept.id, context)),
        may,
        picks_of(kept.flow, SUBMITTER, kept.run) if again else (),
        tuple(choices(kept.flow, kept.run.submitter, context)) if again else (),
    )


def picks_of(flow: FlowDef, by: str, run: Run | None = None) -> tuple[Pick, ...]:
    """Whom the submitter, or who decides at the node ``by``, chooses."""
    known = run.picks if run is not None else {}
    return tuple(
        Pick(n.name, n.label, rule.least, rule.most, rule.range, tuple(known.get(n.name, ())))
        for n, rule in picks_by(flow, by)
    )


def places_of(flow: FlowDef, run: Run, locale: str) -> list[Place]:
    """The nodes in the order written, as the run stands."""
    latest: dict[str, Visit] = {v.node: v for v in run.path}
    found = []
    for node in flow.nodes.values():
        visit = latest.get(node.name)
        branches = [b.to for b in getattr(node, "branches", ())]
        following = tuple(dict.fromkeys(t for t in (*branches, node.to) if t is not None))
        state, outcome = (visit.state, visit.outcome) if visit else ("", "")
        found.append(Place(node.name, node.label.get(locale) or node.name, node.type, state, outcome, following))
    return found


def _task_view(work: Work, task: Task, id: int) -> TaskView:
    visit = work.visits.get(task.visit)
    node = work.flow.nodes.get(visit.node) if visit else None
    view = TaskView(
        id, visit.node if visit else "", task.state, task.person, task.holder, task.pool, task.reason,
        task.decided_by, task.decided_at, task.due, task.kind, task.relation, tuple(a.user for a in task.agents),
    )  # fmt: skip
    if work.state != RUNNING or not isinstance(node, PeopleNode) or task.kind == "repair":
        return view
    behalf = _behalf(work, task)
    return replace(
        view,
        may=tuple(_may_with(work, task, node)),
        targets=tuple(allowed_targets(work, task)) if task.state == PENDING else (),
        fields=node.fields if task.is_open else None,
        comment=node.comment,
        signature=node.signature,
        behalf=behalf,
        picks=picks_of(work.flow, node.name, work.before),
    )


def _behalf(work: Work, task: Task) -> int | None:
    actor = work.event.actor
    return task.holder if actor != task.holder and any(a.user == actor for a in task.agents) else None


def _may_with(work: Work, task: Task, node: PeopleNode) -> list[str]:
    actor, found = work.event.actor, list[str]()
    mine = task.holder == actor or _behalf(work, task) is not None
    if not task.is_open:
        undone = any(u.task == task.id and u.actor == actor for u in work.get("undo"))
        return ["reclaim"] if undone and "reclaim" in node.may else []
    if task.holder is None and task.pool and actor in pool_members(work, task.pool):
        found.append("claim")
    if mine and task.state in (PENDING, DELEGATED):
        found += ["done"] if node.is_handle else ["approve", "reject"]
    if mine and task.state == PENDING:
        found += [m for m in ("transfer", "delegate", "add_before", "add_after", "add_parallel") if m in node.may]
        found += ["return"] if "return" in node.may and allowed_targets(work, task) else []
        found += ["unclaim"] if task.pool and task.holder is not None else []
    if task.state == DELEGATED and actor in task.owners:
        found.append("recall")
    if task.added_by == actor and "remove" in node.may and task.state in (PENDING, WAITING):
        found.append("remove")
    if looks_after(work, actor):
        found += ["reassign", *(["remove"] if "remove" not in found and _can_be_removed(work, task) else [])]
    return found


def _can_be_removed(work: Work, task: Task) -> bool:
    """Somebody else stays who has not decided: the last share is never taken away."""
    return any(t.is_open and t.id != task.id and t.parent != task.id for t in work.tasks_of(task.visit))


def _may(work: Work, kept: Kept, context: Context) -> tuple[str, ...]:
    actor, state, flow = work.event.actor, work.state, kept.flow
    is_submitter, is_admin = actor == work.get("submitter"), looks_after(work, actor)
    found = ["comment"]
    final = work.is_final
    if is_submitter and not final and not is_too_late(work):
        found.append("withdraw")
    if (is_submitter or is_admin) and state == RUNNING:
        found.append("urge")
    if (is_submitter or is_admin) and state == RETURNED:
        found.append("resubmit")
    if is_submitter and state == "approved" and flow.revoke is not None and kept.row.get("revokes") is None:
        found.append("revoke")
    if is_submitter and can_restart(kept):
        found.append("restart")
    if is_submitter or is_admin or any(actor in (t.person, t.holder) for t in work.tasks.values()):
        found.append("copy")
    if is_admin and not final:
        found += ["jump", "terminate"]
        found += {RUNNING: ["suspend"], "suspended": ["continue"], "error": ["repair"]}.get(state, [])
    return tuple(found)


def approvals_of(record: int, context: Context, limit: int = 20) -> list[Mapping[str, Any]]:
    """The approvals of a record, the latest first, as rows; for who may read the record (the caller has judged)."""
    with reading(context) as transaction:
        query = Query(
            APPROVAL, Compare("record", "eq", record), sort=(Sort(("id",), descending=True),), limit=limit,
            fields=_FIELDS,
        )  # fmt: skip
        return list(transaction.select(query).rows)


_FIELDS = ("subject", "flow", "state", "owner", "round", "created_at", "ended_at", "purpose", "key", "at_nodes")
