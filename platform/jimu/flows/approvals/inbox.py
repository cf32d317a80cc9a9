"""What somebody has to do with approvals: to decide, decided, sent a copy, asked for. One page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jimu.access import SYSTEM
from jimu.access.approvals import APPROVAL, READER, TASK, pools_of
from jimu.access.scopes import Question
from jimu.errors import BadRequest
from jimu.flows.approvals.dump import load_run
from jimu.messages import Message
from jimu.records import Context, Update, write
from jimu.records.environment import build_environment
from jimu.records.reading import reading
from jimu.storage.query import EVERYTHING, Compare, Filter, Query, Related, Sort

BOXES = ("pending", "done", "copies", "mine")
MOST = 200
_OPEN = ("pending", "delegated")
_MOST_AGENCIES = 500


@dataclass(frozen=True)
class Item:
    """One line. ``task``: of the boxes pending and done. ``behalf``: for whom, where the reader is only an agent."""

    approval: int
    subject: str
    flow: str
    object: str
    record: int | None
    state: str
    submitter: int | None
    since: datetime | None
    due: datetime | None = None
    task: int | None = None
    node: str = ""
    kind: str = ""
    pool: str = ""
    task_state: str = ""
    behalf: int | None = None
    read: bool = True
    at_nodes: str = ""


@dataclass(frozen=True)
class Box:
    items: tuple[Item, ...]
    next: str | None


def box(name: str, context: Context, *, after: str | None = None, limit: int = 50, flow: str = "") -> Box:
    """A page of the reader's box ``name``; ``flow``: only of that one. Raises BadRequest for an unknown box."""
    if name not in BOXES:
        raise BadRequest(Message("There is no box called {name}.", {"name": name}))
    with reading(context) as transaction:
        return _BOXES[name](replace(context, transaction=transaction), after, min(limit, MOST), flow)


def count_pending(context: Context) -> int:
    """How many tasks the reader could decide now."""
    with reading(context) as transaction:
        inner = replace(context, transaction=transaction)
        found: int = transaction.count(TASK, _mine(inner), cap=1000).value
        return found + len(_as_agent(inner))


def _mine(context: Context) -> Filter:
    own: Filter = Compare("holder", "eq", context.actor.id)
    pools = pools_of(Question(context.actor, context.manifest, context.manifest.object(TASK), "read"))
    if pools:
        own = own | (Compare("holder", "blank") & Compare("pool", "in", pools))
    return own & Compare("state", "in", _OPEN)


def _pending(context: Context, after: str | None, limit: int, flow: str) -> Box:
    """Own tasks, those of own pools, and (on the first page) those of people for whom the reader stands in."""
    query = Query(TASK, _mine(context) & _of_flow(flow), sort=(Sort(("opened_at",)),), limit=limit, after=after)
    page = context.transaction.select(query)
    rows = list(page.rows) if after else [*_as_agent(context, flow), *page.rows]
    return Box(_with_approvals(rows, context), page.next)


def _of_flow(flow: str) -> Filter:
    """Of one flow alone, before pages are cut; '' for all."""
    return Related("approval", APPROVAL, Compare("flow", "eq", flow)) if flow else EVERYTHING


def _as_agent(context: Context, flow: str = "") -> list[Mapping[str, Any]]:
    """Open tasks of others that the reader may decide in their absence."""
    mine = Compare("person", "eq", context.actor.id) & Compare("kind", "eq", "agent")
    now = Compare("until", "gt", context.clock())
    agencies = context.transaction.select(Query(READER, mine & now, fields=("approval",), limit=_MOST_AGENCIES)).rows
    ids = tuple(row["approval"] for row in agencies)
    if not ids:
        return []
    runs = context.transaction.fetch(APPROVAL, ids, ("run",))
    filter = Compare("approval", "in", ids) & Compare("state", "in", _OPEN) & _of_flow(flow)
    tasks = context.transaction.select(Query(TASK, filter, limit=_MOST_AGENCIES)).rows
    found: list[Mapping[str, Any]] = []
    for row in tasks:
        task = load_run(runs[row["approval"]]["run"]).tasks.get(row["number"])
        is_mine = row["holder"] == context.actor.id
        if task and not is_mine and any(a.user == context.actor.id for a in task.agents):
            found.append({**row, "behalf": row["holder"]})
    return found


def _done(context: Context, after: str | None, limit: int, flow: str) -> Box:
    mine = Compare("decided_by", "eq", context.actor.id) & _of_flow(flow)
    query = Query(TASK, mine, sort=(Sort(("decided_at",), descending=True),), limit=limit, after=after)
    page = context.transaction.select(query)
    return Box(_with_approvals(page.rows, context), page.next)


def _with_approvals(rows: Sequence[Mapping[str, Any]], context: Context) -> tuple[Item, ...]:
    approvals = context.transaction.fetch(APPROVAL, {row["approval"] for row in rows}, _FIELDS)
    found = []
    for row in rows:
        approval = approvals.get(row["approval"])
        if approval is None:
            continue
        at = row["decided_at"] if row["decided_by"] == context.actor.id else row["opened_at"]
        found.append(
            replace(
                _item(row["approval"], approval), task=row["id"], node=row["node"] or "", kind=row["kind"] or "",
                pool=(row["pool"] or "") if row["holder"] is None else "", task_state=row["state"], since=at,
                due=row["due_at"], behalf=row.get("behalf"),
            )
        )  # fmt: skip
    return tuple(found)


def _item(id: int, row: Mapping[str, Any]) -> Item:
    return Item(
        id, row["subject"] or "", row["flow"], row["of_object"], row["record"], row["state"], row["owner"],
        row["created_at"], row["due_at"], at_nodes=row["at_nodes"] or "",
    )  # fmt: skip


_FIELDS = ("subject", "flow", "of_object", "record", "state", "owner", "created_at", "due_at", "at_nodes")


def _copies(context: Context, after: str | None, limit: int, flow: str) -> Box:
    mine = Compare("person", "eq", context.actor.id) & Compare("kind", "eq", "copy") & _of_flow(flow)
    query = Query(READER, mine, sort=(Sort(("id",), descending=True),), limit=limit, after=after)
    page = context.transaction.select(query)
    approvals = context.transaction.fetch(APPROVAL, {row["approval"] for row in page.rows}, _FIELDS)
    items = tuple(
        replace(_item(row["approval"], approvals[row["approval"]]), read=row["read_at"] is not None)
        for row in page.rows
        if row["approval"] in approvals
    )
    return Box(items, page.next)


def mark_read(approval: int, context: Context) -> None:
    """The reader has opened what they were sent a copy of."""
    mine = Compare("approval", "eq", approval) & Compare("person", "eq", context.actor.id)
    unread = mine & Compare("kind", "eq", "copy") & Compare("read_at", "blank")
    with reading(context) as transaction:
        rows = transaction.select(Query(READER, unread, fields=("kind",), limit=1)).rows
    if rows and context.actor.viewed_by is None:
        write.write(Update(READER, rows[0]["id"], {"read_at": context.clock()}), context.as_actor(SYSTEM))


def _own(context: Context, after: str | None, limit: int, flow: str) -> Box:
    mine: Filter = Compare("owner", "eq", context.actor.id)
    if flow:
        mine = mine & Compare("flow", "eq", flow)
    environment = build_environment(context)
    query = Query(
        APPROVAL, mine, sort=(Sort(("id",), descending=True),), fields=_FIELDS, limit=limit, after=after,
        environment=environment,
    )  # fmt: skip
    page = context.transaction.select(query)
    return Box(tuple(_item(row["id"], row) for row in page.rows), page.next)


_BOXES = {"pending": _pending, "done": _done, "copies": _copies, "mine": _own}


def monitor(context: Context, *, state: str = "", overdue: bool = False, limit: int = 100) -> list[Item]:
    """For who looks after approvals: those in error, overdue, or running; the oldest first."""
    filter: Filter = Compare("key", "not_blank")
    if state:
        filter = Compare("state", "eq", state)
    if overdue:
        filter = filter & Compare("due_at", "lt", context.clock())
    with reading(context) as transaction:
        query = Query(APPROVAL, filter, sort=(Sort(("id",)),), fields=_FIELDS, limit=min(limit, 500))
        return [_item(row["id"], row) for row in transaction.select(query).rows]
