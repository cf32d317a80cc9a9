"""The state of one approval: frozen, plain data. ``advance`` makes a new one of it; nothing here does anything.

A *run* is one approval of one record; its *round* grows by one at each resubmission. A *token* stands at a node; a
*visit* is one activation of a node by a token; a *task* is one person's (or pool's) share of a visit. ``changed`` is
the sequence number of the entry that touched the thing last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

RUNNING, RETURNED, SUSPENDED, ERROR = "running", "returned", "suspended", "error"
APPROVED, REJECTED, WITHDRAWN, TERMINATED, EXPIRED = "approved", "rejected", "withdrawn", "terminated", "expired"
REVOKED, DRAFT = "revoked", "draft"
RESTARTABLE = frozenset({REJECTED, WITHDRAWN, TERMINATED, EXPIRED, REVOKED})
FINAL = frozenset({APPROVED, REJECTED, WITHDRAWN, TERMINATED, EXPIRED, REVOKED})
STATES = (DRAFT, RUNNING, RETURNED, SUSPENDED, ERROR, *sorted(FINAL))

WAITING, PENDING, DELEGATED = "waiting", "pending", "delegated"
OPEN = frozenset({WAITING, PENDING, DELEGATED})
TASK_STATES = (
    WAITING, PENDING, DELEGATED, "approved", "rejected", "returned", "transferred", "cancelled", "auto_passed",
    "auto_rejected", "expired",
)  # fmt: skip

# Why a task ended without its person's decision.
REASONS = (
    "decided-by-other", "node-rejected", "returned-past", "withdrawn", "removed", "duplicate", "self", "empty",
    "timeout", "admin", "reclaimed", "branch-cancelled", "left", "ended", "delegated", "kept", "taken", "voided",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """``block``: the visit of the parallel node whose branch ``branch`` it walks; None: the main one."""

    id: int
    node: str
    block: int | None = None
    branch: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """``state``: open, done, cancelled or stale (done, but returned past). ``outcome``: approved, rejected, passed …

    Of a block: ``started`` branches, ``arrived`` and ``refused`` ones. ``children``: keys of runs it waits for.
    """

    id: int
    node: str
    token: int
    round: int
    opened: int
    state: str = "open"
    outcome: str = ""
    block: int | None = None
    started: tuple[int, ...] = ()
    arrived: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    children: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    remaining: bool = False  # entered on resuming: only who had not approved is asked
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Agent:
    """``until`` None: for as long as it is so."""

    user: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """``person`` owns it, ``holder`` has it now (a delegate, or the person); of an unclaimed pool both are None.

    ``pool``: "role:finance". ``parent``, ``relation`` (before, after, parallel), ``method`` and ``group``: of an added
    share: whose it was added to, how, and the entry that added it. ``owners``: to whom a delegation goes back.
    ``original``: who was asked first. ``closed_by``: the entry that ended it, ``was`` its state before.
    """

    id: int
    visit: int
    state: str
    person: int | None
    holder: int | None
    original: int | None = None
    kind: str = "approve"  # approve handle repair
    order: int = 0
    weight: Fraction = Fraction(1)
    pool: str = ""
    agents: tuple[Agent, ...] = ()
    parent: int | None = None
    relation: str = ""
    method: str = ""
    group: int = 0
    added_by: int | None = None
    owners: tuple[int, ...] = ()
    transfers: int = 0
    reason: str = ""
    replaces: int | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
    opened: int = 0
    closed: int = 0
    due: datetime | None = None
    changed: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Timer:
    """``kind``: deadline, remind (of a task) or wait (of a visit)."""

    id: int
    kind: str
    visit: int
    due: datetime
    task: int | None = None
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Undo:
    """What one decision touched, as it was before: what taking it back restores. Values are None for what was not."""

    seq: int
    task: int
    actor: int
    tokens: Mapping[int, Token | None]
    visits: Mapping[int, Visit | None]
    tasks: Mapping[int, Task | None]
    timers: Mapping[int, Timer | None]


@dataclass(frozen=True, slots=True)
class Run:
    """``told``: who was sent a copy already; ``readers``: who may read through the run beside its people. ``picks``:
    node -> chosen people. ``department``: the one of their own that the submitter asks for, None the main one.
    ``rates``: code -> what a unit was worth in the workspace's own currency when it was asked for, as text.
    ``instead``: who handed all later tasks of this run on -> to whom. ``keys``: idempotency key -> (digest of the
    event, its entry). ``stopped``: when it was suspended. ``back``: where it was returned from, (node, whom resuming
    asks). ``cause``: of an error.
    """

    flow: str
    version: str
    submitter: int
    state: str = DRAFT
    round: int = 0
    sequence: int = 0
    counter: int = 0
    tokens: Mapping[int, Token] = field(default_factory=dict)
    visits: Mapping[int, Visit] = field(default_factory=dict)
    tasks: Mapping[int, Task] = field(default_factory=dict)
    timers: Mapping[int, Timer] = field(default_factory=dict)
    undo: tuple[Undo, ...] = ()
    told: frozenset[int] = frozenset()
    readers: frozenset[int] = frozenset()
    picks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    department: int | None = None
    rates: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[int, int] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    urged: Mapping[int, datetime] = field(default_factory=dict)
    decided: bool = False  # somebody has decided in this round
    stopped: datetime | None = None
    back: tuple[str, str] | None = None
    cause: str = ""
    depth: int = 0
    restores: bool = False  # a change is in effect already, to be taken back unless it is approved
    holds: bool = False  # something is done when it is approved: a change held aside, a deletion
    reopen: str = ""  # where it goes on after standing still, since approvals became void meanwhile
    ending: str = ""  # the end node whose actions are being carried out

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def open_tasks(self) -> list[Task]:
        return [t for t in self.tasks.values() if t.is_open]

    @property
    def path(self) -> list[Visit]:
        """The visits of this round, in order."""
        return [v for v in self.visits.values() if v.round == self.round]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of history, never changed. ``event`` and ``answers`` (what the world said) make a replay possible; only
    the first entry of an event has them.
    """

    seq: int
    at: datetime
    action: str
    actor: int | None = None
    behalf: int | None = None
    node: str = ""
    visit: int | None = None
    task: int | None = None
    person: int | None = None
    comment: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    event: Mapping[str, Any] | None = None
    answers: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What is to be done outside, as data. ``kind``: actions (of ``visit`` at ``node``; "" = of the flow's ``point``),
    notice (``point`` says which, to ``people``), child (start ``key``), end_child,
    changes (of fields, by an approver), restore (what the change that was not approved has changed).
    """

    kind: str
    node: str = ""
    point: str = ""
    visit: int | None = None
    task: int | None = None
    people: tuple[int, ...] = ()
    key: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``repeated``: the event was known by its key and nothing has changed; ``entry`` is the number of the first."""

    run: Run
    entries: tuple[Entry, ...] = ()
    effects: tuple[Effect, ...] = ()
    repeated: bool = False
    entry: int = 0
