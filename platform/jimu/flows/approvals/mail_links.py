"""Decisions by a link in a mail: made for one person, one task as it is now and a while; good for one decision.

The link itself is the right to decide, so a flow has to allow it (``email_decision``), and it is not given to people
who need a second factor. What it opens is judged anew each time: the task's version changes with whatever happens to
it. Opening decides nothing, since mail scanners open links; only sending the form does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jimu.access.account_policy import AccountPolicy
from jimu.access.actor import Actor
from jimu.access.approvals import TASK
from jimu.access.loading import load_actor
from jimu.access.stages import needs_second_factor
from jimu.definitions.approvals.model import PeopleNode
from jimu.errors import Conflict, Forbidden, JimuError, NotFound
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.approvals.choosing import picks_by
from jimu.flows.approvals.driving import Done
from jimu.flows.approvals.keeping import Kept, load
from jimu.flows.approvals.model import DELEGATED, PENDING, Task
from jimu.flows.approvals.service import Answer, decide
from jimu.messages import Message
from jimu.records import Context
from jimu.records.reading import reading
from jimu.storage import Transaction

VIA = "email"
PATH = "/approvals/by-link"
LABELS = {"approve": Message("Approve"), "reject": Message("Reject"), "done": Message("Done")}
# Notices that ask somebody to decide; the others lead to the approval alone.
_ASKING = frozenset({"approval.asked", "approval.delegated", "approval.urged", "approval.remind", "approval.overdue"})

INVALID = Message("This link is not valid.")
EXPIRED = Message("This link has expired. Log in to decide.")
USED = Message("This link was used, or the task has changed since it was sent. Log in to see how it stands.")
GONE = Message("This account can no longer decide.")
SECOND_FACTOR = Message("Your account needs a second factor, so you have to log in to decide.")
NOT_HERE = Message("This step cannot be decided by mail. Log in to decide.")
INPUT_NEEDED = Message("This step wants something filled in or signed. Log in to decide.")


@dataclass(frozen=True)
class Link:
    """``version``: of the task's record when the link was made."""

    task: int
    person: int
    version: int
    until: datetime


@dataclass(frozen=True)
class Opened:
    """What a link opens. ``actor``: whose it is; ``address``: where the task is found after logging in."""

    link: Link
    kept: Kept
    task: Task
    node: PeopleNode
    actor: Actor

    @property
    def answers(self) -> tuple[str, ...]:
        return ("done",) if self.node.is_handle else ("approve", "reject")

    @property
    def address(self) -> str:
        return f"/approvals/{encode_id(self.kept.id)}"


def sign(link: Link, key: bytes) -> str:
    text = ".".join((encode_id(link.task), encode_id(link.person), str(link.version), str(int(link.until.timestamp()))))
    return f"{text}.{_signature(key, text)}"


def read_signed(text: str, key: bytes) -> Link:
    """Raises NotFound for what was not signed here."""
    told, _, signature = text.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(key, told).encode()):
        raise NotFound(INVALID)
    task, person, version, until = told.split(".")
    return Link(decode_id(task), decode_id(person), int(version), datetime.fromtimestamp(int(until), UTC))


def _signature(key: bytes, text: str) -> str:
    made = hmac.new(key, b"approval-link:" + text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _key(context: Context) -> bytes:
    key = context.settings.get("secret_key") or b""
    return key if isinstance(key, bytes) else str(key).encode()


def links_for(notice: Mapping[str, Any], person: int, context: Context) -> dict[str, str]:
    """Answer -> the address at which ``person`` gives it to what ``notice`` asks for; {} where a mail decides nothing.

    ``context`` has a transaction.
    """
    base = str(context.settings.get("public_url") or "").rstrip("/")
    source = notice.get("source")
    if not (base and source and _key(context) and notice.get("reason") in _ASKING):
        return {}
    row = context.transaction.fetch(TASK, [source], ("version",)).get(source)
    if row is None:
        return {}
    hours = int(context.settings.get("approval_link_hours") or 72)
    link = Link(source, person, row["version"], context.clock() + timedelta(hours=hours))
    try:
        opened = _judge(link, context)
    except JimuError:
        return {}
    key = sign(link, _key(context))
    return {answer: f"{base}{PATH}?key={key}&answer={answer}" for answer in opened.answers}


def page_for(notice: Mapping[str, Any], context: Context) -> str:
    """The path of the approval that a notice comes from; '' for other notices. ``context`` has a transaction."""
    return pages_for([notice], context.transaction).get(notice["id"], "")


def pages_for(notices: Iterable[Mapping[str, Any]], transaction: Transaction) -> dict[int, str]:
    """Notice -> the path of the approval that it comes from, for those that come from one; one query for all."""
    sources = {n["id"]: n["source"] for n in notices if n.get("source") and _is_of_approval(n)}
    rows = transaction.fetch(TASK, set(sources.values()), ("approval",)) if sources else {}
    return {
        id: f"/approvals/{encode_id(rows[source]['approval'] if source in rows else source)}"
        for id, source in sources.items()
    }


def _is_of_approval(notice: Mapping[str, Any]) -> bool:
    return str(notice.get("reason") or "").startswith("approval.")


def open_link(text: str, context: Context) -> Opened:
    """What the link opens now. Raises NotFound (not ours), Conflict (expired, used, changed) or Forbidden (the person
    may not decide by mail); ``details["approval"]`` says where to look after logging in.
    """
    link = read_signed(text, _key(context))
    with reading(context) as transaction:
        return _judge(link, replace(context, transaction=transaction))


def _judge(link: Link, context: Context) -> Opened:
    row = context.transaction.fetch(TASK, [link.task], ("approval", "number", "version")).get(link.task)
    if row is None:
        raise NotFound(INVALID)
    there = {"approval": encode_id(row["approval"])}
    if context.clock() >= link.until:
        raise Conflict(EXPIRED, details=there)
    kept = load(row["approval"], context)
    task = kept.run.tasks[row["number"]]
    if row["version"] != link.version or task.state not in (PENDING, DELEGATED) or kept.run.state != "running":
        raise Conflict(USED, details=there)
    actor = load_actor(context.transaction, context.manifest, link.person, via=VIA)
    if actor is None:
        raise Forbidden(GONE, details=there)
    if wants_second_factor(actor, context):
        raise Forbidden(SECOND_FACTOR, details=there)
    if link.person != task.holder and link.person not in {a.user for a in task.agents}:
        raise Conflict(USED, details=there)
    node = kept.flow.nodes.get(kept.run.visits[task.visit].node)
    if not isinstance(node, PeopleNode) or task.kind == "repair" or not is_allowed(kept, node):
        raise Forbidden(NOT_HERE, details=there)
    if node.signature or "required" in node.fields.values() or picks_by(kept.flow, node.name):
        raise Forbidden(INPUT_NEEDED, details=there)
    return Opened(link, kept, task, node, actor)


def is_allowed(kept: Kept, node: PeopleNode) -> bool:
    return kept.flow.email_decision if node.email_decision is None else node.email_decision


def wants_second_factor(actor: Actor, context: Context) -> bool:
    """Whether the person has to prove more than that a mail reached them."""
    policy = AccountPolicy(second_factor=bool(context.settings.get("require_second_factor")))
    has_one = actor.id in context.transaction.have_second_factor([actor.id or 0])
    return has_one or needs_second_factor(context.manifest, actor, policy)


def decide_by_link(text: str, answer: str, comment: str, record_version: int | None, context: Context) -> Done:
    """Decide as whose link it is. Raises what ``open_link`` and a decision raise; of two sent at once one is USED."""
    opened = open_link(text, context)
    given = Answer(answer, comment, record_version=record_version, via=VIA, task_version=opened.link.version)
    return decide(opened.link.task, given, context.as_actor(opened.actor))
