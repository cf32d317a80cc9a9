"""Why something cannot be done with an approval, as errors that the faces show. One function per reason."""

from __future__ import annotations

from datetime import datetime

from jimu.errors import Conflict, Forbidden, Invalid, NotFound, Problem, TooManyRequests
from jimu.flows.approvals.model import Task
from jimu.messages import Message


def no_task() -> NotFound:
    return NotFound(Message("There is no such task."))


def not_yours() -> Forbidden:
    return Forbidden(Message("This task is not yours."))


def admins_only() -> Forbidden:
    return Forbidden(Message("Only who looks after approvals may do this."))


def not_allowed_here() -> Forbidden:
    return Forbidden(Message("This step does not allow it."))


def already(task: Task) -> Conflict:
    """The task is over: what became of it, when, and through whom."""
    at = task.decided_at.isoformat() if task.decided_at else None
    return Conflict(
        Message("This task is no longer open."),
        details={"state": task.state, "reason": task.reason, "by": task.decided_by, "at": at},
    )


def taken_by(task: Task, by: int | None, at: datetime | None, outcome: str) -> Conflict:
    return Conflict(
        Message("Somebody else has decided already."),
        details={
            "state": task.state, "reason": task.reason, "by": by, "at": at.isoformat() if at else None,
            "outcome": outcome,
        },
    )  # fmt: skip


def not_running(state: str) -> Conflict:
    return Conflict(Message("The approval is not running."), details={"state": state})


def wait_for_turn() -> Conflict:
    return Conflict(Message("It is not your turn yet."))


def is_delegated() -> Conflict:
    return Conflict(Message("You have asked somebody else first; take that back before you decide."))


def wrong(code: str, message: Message, field: str | None = None) -> Invalid:
    return Invalid(message, [Problem(code, message, field)])


def too_soon(again: datetime) -> TooManyRequests:
    return TooManyRequests(
        Message("They were reminded just now."), details={"again_at": again.isoformat()}
    )  # fmt: skip


def conflict(message: Message) -> Conflict:
    return Conflict(message)
