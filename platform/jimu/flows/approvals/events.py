"""Everything that can happen to an approval. ``actor`` did it, ``at`` that moment; ``key``: given by a caller who may
ask again, so that the same request counts once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    actor: int
    at: datetime
    key: str = ""
    comment: str = ""
    attachments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Event):
    """Begin; or, where it was returned, hand in again. ``picks``: node -> people chosen by the submitter.
    ``department``: the one of their own that they ask for; None: as before, the main one at first.
    """

    picks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    department: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart(Submit):
    """Begin a further round of what has ended without approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide(Event):
    """``answer``: approve, reject or done. ``changes``: fields filled in; ``picks``: people for later nodes.
    ``via``: email where a link in a mail decided. ``changed``: of the fields filled in those that are other now.
    """

    task: int
    answer: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    picks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    signature: str = ""
    record_version: int | None = None
    via: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Event):
    """The record was changed beside any decision, in these fields."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Event):
    """``target``: start or a node visited in this round. ``resume``: as the node says, or '' (from the start)."""

    task: int
    target: str
    resume: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Event):
    """Hand the task over for good; with ``later`` also what this run would ask of the person later."""

    task: int
    to: int
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate(Event):
    task: int
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(Event):
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSign(Event):
    """``relation``: before, after (which approves at once) or parallel; ``method``: all, any or sequence."""

    task: int
    people: tuple[int, ...]
    relation: str
    method: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSign(Event):
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclaim(Event):
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Event):
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaim(Event):
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Urge(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Event):
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTo(Event):
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDue(Event):
    timer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsDone(Event):
    """The actions of a node (or an end) have been carried out; or have failed for good, with a ``problem``."""

    visit: int
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored(Event):
    """The change that was not approved was taken back in ``fields``; ``kept``: others changed these meanwhile.

    ``problem``: why nothing could be taken back.
    """

    fields: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildEnded(Event):
    child: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Event):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump(Event):
    """By an admin, with a reason in ``comment``."""

    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(Event):
    task: int
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue(Event):
    """After a suspension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair(Event):
    """Try again what led to the error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Event):
    """``person`` is no longer active."""

    person: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsChanged(Event):
    """The absence of ``person`` has begun, changed or ended."""

    person: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked(Event):
    """The revocation of an approved run was approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrate(Event):
    """Go on under another version of the flow; ``nodes``: old name -> new name."""

    version: str
    nodes: Mapping[str, str] = field(default_factory=dict)


EVENTS: dict[str, type[Event]] = {
    cls.__name__: cls
    for cls in (
        Submit, Restart, Decide, Edited, Return, Withdraw, Transfer, Delegate, Recall, AddSign, RemoveSign, Reclaim,
        Claim, Unclaim, Urge, Comment, CopyTo, TimerDue, ActionsDone, ChildEnded, Restored, Signal, Jump, Reassign,
        Terminate, Suspend, Continue, Repair, Left, AgentsChanged, Revoked, Migrate,
    )
}  # fmt: skip
