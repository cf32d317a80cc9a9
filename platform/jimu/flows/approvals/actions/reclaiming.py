"""Taking one's own decision back, while nobody has acted on what followed: everything is again as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.flows.approvals import refusals
from jimu.flows.approvals.acting import find_task, require_may, require_running
from jimu.flows.approvals.events import Reclaim
from jimu.flows.approvals.model import Undo
from jimu.flows.approvals.moving import close
from jimu.flows.approvals.work import Work
from jimu.messages import Message

# Nodes whose work cannot be taken back by putting the run back.
_NOT_TAKEN_BACK = frozenset({"action", "sub_flow", "end"})


def reclaim(work: Work, event: Reclaim) -> None:
    task = find_task(work, event.task)
    require_running(work)
    if task.is_open:
        raise refusals.conflict(Message("It is not decided."))
    if task.kind == "repair":
        raise refusals.not_allowed_here()
    if task.decided_by != event.actor or task.state not in ("approved", "rejected", "returned"):
        raise refusals.not_yours()
    require_may(work, task, "reclaim")
    undo = next((u for u in work.get("undo") if u.task == task.id), None)
    if undo is None or not _is_untouched(work, undo) or _has_another_share(work, undo):
        raise refusals.conflict(Message("Others have gone on from there; it can no longer be taken back."))
    work.note("reclaim", visit=task.visit, task=task.id, person=task.person, comment=event.comment)
    _restore_tasks(work, undo)
    _restore_visits(work, undo)
    _restore(work.tokens, undo.tokens)
    _restore(work.timers, undo.timers)
    work.set(undo=tuple(u for u in work.get("undo") if u is not undo))


def _is_untouched(work: Work, undo: Undo) -> bool:
    """Nothing that the decision touched has been touched since, and nothing happened that stays."""
    pairs: list[tuple[Any, Any]] = [
        (work.tasks, undo.tasks), (work.visits, undo.visits), (work.tokens, undo.tokens), (work.timers, undo.timers),
    ]  # fmt: skip
    for now, before in pairs:
        for id in before:
            found = now.get(id)
            if found is not None and found.changed != undo.seq:
                return False
    visit = work.visits[work.tasks[undo.task].visit]
    if visit.state != "open" and visit.id not in undo.visits:
        return False
    opened = [id for id, old in undo.visits.items() if old is None and id in work.visits]
    return not any(work.node(work.visits[id]).type in _NOT_TAKEN_BACK for id in opened)


def _has_another_share(work: Work, undo: Undo) -> bool:
    """Whether somebody whose task would be open again was given another share of the visit meanwhile."""
    shares = {(t.visit, t.person) for t in work.tasks.values() if t.is_open and t.id not in undo.tasks}
    again = [t for t in undo.tasks.values() if t is not None and t.is_open and t.person is not None]
    return any((t.visit, t.person) in shares for t in again)


def _restore_tasks(work: Work, undo: Undo) -> None:
    for id, old in undo.tasks.items():
        now = work.tasks.get(id)
        if old is not None:
            work.tasks[id] = old
        elif now is not None and now.is_open:
            close(work, now, "cancelled", "reclaimed")


def _restore_visits(work: Work, undo: Undo) -> None:
    for id, old in undo.visits.items():
        if old is not None:
            work.visits[id] = old
        else:
            work.put_visit(work.visits[id], state="cancelled", outcome="reclaimed")


def _restore(now: dict[int, Any], before: Mapping[int, Any]) -> None:
    for id, old in before.items():
        if old is not None:
            now[id] = old
        else:
            now.pop(id, None)
