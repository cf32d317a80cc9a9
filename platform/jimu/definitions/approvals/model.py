"""The definitions of an approval flow, frozen. A run points at a flow by name and revision and never changes it.

Everything that is asked of records (conditions, people of a formula) stands here as a checked ``Formula``; the pure
core knows it by its address (``node``, ``node.branch``) alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from jimu.definitions.kinds.duration import Duration
from jimu.diagnostics import Place
from jimu.messages import Text

NO_TEXT = Text({})
Formula = Any

START = "start"
"""Where a run comes from and may be returned to: the submitter. No node has this name."""


MAY = ("transfer", "delegate", "add_before", "add_after", "add_parallel", "remove", "return", "reclaim")
"""What people may do with a task beside deciding; all of it where a node does not say."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How the answers of several people become the outcome of a node.

    ``kind``: all, any, sequence or vote. ``collect``: all answer before it is decided. ``any_rejects``: of ``any``,
    whether the first rejection decides (else only if all reject). Of a vote one of ``percent``, ``count``,
    ``fraction``, ``weight`` is set; ``strict``: more than that; ``reject_at``: as many rejections (in the same measure)
    end it.
    """

    kind: str = "all"
    collect: bool = False
    any_rejects: bool = True
    percent: Fraction | None = None
    count: int | None = None
    fraction: Fraction | None = None
    weight: Fraction | None = None
    strict: bool = False
    reject_at: Fraction | None = None


@dataclass(frozen=True, slots=True)
class ApproverRule:
    """One line of ``approvers``. ``kind``:

    user (``names``: e-mail addresses), people (``ids``, of runs that the engine makes), role (``name``), group (a
    department's code), submitter, owner, field (``name``), manager (of ``of``, ``level``), head (of the department of
    ``of``, ``level``), managers and heads (a chain from ``level`` to ``until_level``, the top, or who holds
    ``until_role``), pick (by ``of``, from ``range``), node (who approved at ``name``), formula.

    ``of``: submitter, owner, or a field. ``within``: of a role, company or department of the submitter, else anywhere;
    of managers and heads, the company of whose they are, or anywhere.
    """

    kind: str
    name: str = ""
    names: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    of: str = "submitter"
    level: int = 1
    until_level: int | None = None
    until_role: str = ""
    top_down: bool = False
    within: str = ""  # '': as usual for the kind
    least: int = 1
    most: int | None = None
    range: tuple[str, ...] = ()  # role:… or e-mail addresses; () = everyone
    weight: Fraction = Fraction(1)
    formula: Formula | None = None
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class Deadline:
    """``then``: remind, approve, reject, to_manager, to_admin, suspend, close. ``remind``: so long before it is due.

    ``of``: task (each who is asked has so long) or node (all of a visit together, from when the first was asked).
    """

    after: Duration
    then: str = "remind"
    remind: tuple[Duration, ...] = ()
    calendar: str = ""
    of: str = "task"


@dataclass(frozen=True, slots=True)
class Empty:
    """What becomes of a node that has nobody: to_admin, pass, refuse, or the people of ``rules``."""

    then: str = "to_admin"
    rules: tuple[ApproverRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One thing done to records: set (``values`` on the record), create (``object``), delete, notify (``people``).

    ``values``: field -> plain value or checked Formula on the flow's record.
    """

    kind: str
    object: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[ApproverRule, ...] = ()
    text: Text = NO_TEXT
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class NodeDef:
    """``to``: the node after it; None: the end of the branch it stands in."""

    name: str
    label: Text = NO_TEXT
    to: str | None = None
    source: Place = field(default_factory=Place)

    KIND: ClassVar[str] = ""

    @property
    def type(self) -> str:
        """As it is written."""
        return self.KIND


@dataclass(frozen=True, slots=True)
class PeopleNode(NodeDef):
    """A node at which people act: ``approve``, or ``handle`` (where there is nothing to reject).

    ``on_empty``; ``on_self``: drop, skip, allow, manager, head, forbid; ``dedupe``: None as the flow says.
    ``on_reject``: end, start, previous (by history), parent (as drawn), or a node. ``returns``: start, previous,
    visited, or node names. ``resume``: '' from the start, else who is asked on resuming here: all or remaining.
    ``same_people``: on entering again, those of before. ``may``: what its people may do beside deciding. ``fields``:
    hidden, read, edit, required. ``comment``: never, on_reject, always. ``pool``: one task for all, to be claimed.
    ``email_decision``: whether a link in a mail decides; None: as the flow says.
    """

    is_handle: bool = False
    approvers: tuple[ApproverRule, ...] = ()
    policy: Policy = Policy()
    on_empty: Empty = Empty()
    on_self: str = "drop"
    dedupe: str | None = None
    on_reject: str = "end"
    returns: tuple[str, ...] = (START, "visited")
    resume: str = ""
    same_people: bool = False
    may: frozenset[str] = frozenset(MAY)
    fields: Mapping[str, str] = field(default_factory=dict)
    comment: str = "never"
    signature: bool = False
    deadline: Deadline | None = None
    email_decision: bool | None = None
    pool: bool = False
    cc: tuple[ApproverRule, ...] = ()

    @property
    def type(self) -> str:
        return "handle" if self.is_handle else "approve"


@dataclass(frozen=True, slots=True)
class Branch:
    """``when`` None: otherwise (of a decision or inclusive node), always (of a parallel one)."""

    to: str | None
    when: Formula | None = None
    otherwise: bool = False
    label: Text = NO_TEXT
    source: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True)
class DecisionNode(NodeDef):
    branches: tuple[Branch, ...] = ()
    KIND: ClassVar[str] = "decision"


@dataclass(frozen=True, slots=True)
class BlockNode(NodeDef):
    """Parallel or inclusive: split and join in one. Branches end where a node names no ``to``; then ``to`` follows.

    ``join``: how many branches must arrive (None: all that were started); ``rest``: what becomes of the others: cancel,
    copy (cancelled, and who was asked there gets a copy) or finish. ``on_reject``: end (at once) or wait (for all).
    """

    branches: tuple[Branch, ...] = ()
    is_inclusive: bool = False
    join: int | None = None
    rest: str = "cancel"
    on_reject: str = "end"

    @property
    def type(self) -> str:
        return "inclusive" if self.is_inclusive else "parallel"


@dataclass(frozen=True, slots=True)
class CcNode(NodeDef):
    people: tuple[ApproverRule, ...] = ()
    KIND: ClassVar[str] = "cc"


@dataclass(frozen=True, slots=True)
class ActionNode(NodeDef):
    actions: tuple[Action, ...] = ()
    KIND: ClassVar[str] = "action"


@dataclass(frozen=True, slots=True)
class WaitNode(NodeDef):
    """Waits ``after`` a time, ``until`` the moment in a field, or for ``signal`` (with a time: no longer than that)."""

    after: Duration | None = None
    until: str = ""
    signal: str = ""
    calendar: str = ""
    KIND: ClassVar[str] = "wait"


@dataclass(frozen=True, slots=True)
class SubFlowNode(NodeDef):
    """``flow`` over this record, the one in ``field``, or each record of ``each`` (object.lookup).

    ``wait`` False: it goes on at once. ``on_reject``: reject, return or continue.
    """

    flow: str = ""
    field: str = ""
    each: str = ""
    wait: bool = True
    on_reject: str = "reject"
    KIND: ClassVar[str] = "sub_flow"


@dataclass(frozen=True, slots=True)
class AutoNode(NodeDef):
    """Decides without people. ``on_reject``: where a rejection leads."""

    approves: bool = True
    on_reject: str = "end"

    @property
    def type(self) -> str:
        return "auto_pass" if self.approves else "auto_reject"


@dataclass(frozen=True, slots=True)
class EndNode(NodeDef):
    """``result``: approved or rejected."""

    result: str = "approved"
    actions: tuple[Action, ...] = ()
    cc: tuple[ApproverRule, ...] = ()
    KIND: ClassVar[str] = "end"


@dataclass(frozen=True, slots=True)
class Trigger:
    """``on``: of button, create, update, delete; ``fields``: an update of one of them. ``by``: owner, anyone, role:…
    ``change``: whether an update waits aside (hold) or is written and taken back where it is not approved (restore).
    """

    on: frozenset[str] = frozenset({"button"})
    fields: frozenset[str] = frozenset()
    when: Formula | None = None
    by: tuple[str, ...] = ("anyone",)
    change: str = "hold"


@dataclass(frozen=True, slots=True)
class Limits:
    visits: int = 20
    nesting: int = 3
    transfers: int = 10
    children: int = 5


@dataclass(frozen=True, slots=True)
class BatchRule:
    """Which ``answers`` may be given to several approvals together; up to ``at_once`` are decided at once, up to
    ``most`` in the queue, more are refused.
    """

    answers: frozenset[str] = frozenset({"approve", "reject", "done"})
    at_once: int = 20
    most: int = 500


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A change of one of ``fields`` makes earlier approvals void: the flow goes on from the node ``reopen``."""

    fields: frozenset[str]
    reopen: str


@dataclass(frozen=True, slots=True)
class FlowDef:
    """One approval flow over records of ``object``. ``nodes`` in the order written; the first is where it begins.

    ``lock``: all, admin (all but admins), approver (all but admins and who is asked), none. ``lock_from``:
    not before this node is reached; ``lock_after``: with which results (approved, rejected) the lock stays.
    ``withdraw``: any_time, before_first_decision, never, until (the node ``withdraw_until`` is reached). ``revoke``:
    for so long after approval, None never. ``restart``: of one that ended otherwise: new (another approval, linked),
    same (a further round of it), never. ``read_until``: end (whom it names read the record no longer then), else ''.
    ``admins``: rules for who is asked when nobody else is. ``companies``: codes
    of the legal companies whose records it is for, () all.
    ``currency``: in which its conditions compare the fields ``money``; default and '': that of the workspace.
    ``converts``: amounts in others are converted for that, else the flow is not for them.
    ``batch``: deciding several together. ``submit``, ``recall``, ``revoked``: actions on submission, withdrawal, and
    after a revocation.
    """

    name: str
    object: str
    label: Text = NO_TEXT
    help: Text = NO_TEXT
    nodes: Mapping[str, Any] = field(default_factory=dict)
    trigger: Trigger = Trigger()
    priority: int = 100
    lock: str = "admin"
    dedupe: str = "each"
    lock_from: str = ""
    lock_after: frozenset[str] = frozenset()
    withdraw: str = "any_time"
    withdraw_until: str = ""
    revoke: Duration | None = None
    restart: str = "new"
    read_until: str = ""
    admins: tuple[ApproverRule, ...] = ()
    sensitive: Sensitive | None = None
    companies: tuple[str, ...] = ()
    currency: str = ""
    converts: bool = False
    money: tuple[str, ...] = ()
    urge_every: int = 30
    email_decision: bool = False
    batch: BatchRule = BatchRule()
    limits: Limits = Limits()
    submit: tuple[Action, ...] = ()
    recall: tuple[Action, ...] = ()
    revoked: tuple[Action, ...] = ()
    active: bool = True
    version: str = ""
    source: Place = field(default_factory=Place)
    data: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)  # as written, to be read again

    @property
    def first(self) -> str:
        return next(iter(self.nodes))
