"""What those need to know of approvals who act on many records in the engine's name: which records stand still, and
which tasks a person has that a hand-over gives on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from jimu.access import SYSTEM
from jimu.access.approvals import APPROVAL, TASK
from jimu.bulk.hand_over.others import OtherWork
from jimu.errors import JimuError, Locked
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.final_lock import settled
from jimu.flows.approvals.keeping import flow_for
from jimu.flows.approvals.looking_after import hand_over
from jimu.hookspecs import hookimpl
from jimu.messages import Message
from jimu.records import Context
from jimu.records.reading import reading
from jimu.storage.query import Compare, Query

UNDER_APPROVAL = Message("{title} is being approved ({flow}) and has to stay as it is until that is decided.")
SETTLED_BY = Message("{title} is settled by an approval ({flow}) and stays as it is.")
TASKS = Message("Open approval tasks")


@hookimpl
def jimu_locks(object: str, ids: Sequence[int], context: Context) -> Mapping[int, JimuError]:
    """Of flows that lock; those that an approver may edit stand still for all others too."""
    if not any(flow.object == object for flow in context.manifest.all("approval").values()):
        return {}
    filter = Compare("record", "in", tuple(ids)) & Compare("key", "not_blank")
    fields = ("record", "flow", "flow_version", "revokes", "subject")
    rows = context.transaction.select(Query(APPROVAL, filter, fields=fields, limit=len(ids) * 5)).rows
    found: dict[int, JimuError] = {}
    for row in rows:
        flow = flow_for(row, context) if row["revokes"] is None else None
        if flow is not None and flow.lock != "none":
            approval = encode_id(row["id"])
            details = {"approval": approval, "flow": row["flow"], "href": f"/approvals/{approval}"}
            said = {"title": row["subject"] or "", "flow": flow.label}
            found[row["record"]] = Locked(Message(UNDER_APPROVAL.template, said), details=details)
    for record, (row, flow) in settled(object, ids, context.transaction, context).items():
        details = {"approval": encode_id(row["id"]), "flow": row["flow"], "href": f"/approvals/{encode_id(row['id'])}"}
        said = {"title": row["subject"] or "", "flow": flow.label}
        found.setdefault(record, Locked(Message(SETTLED_BY.template, said), details=details))
    return found


@hookimpl
def jimu_work_of(person: int, context: Context) -> Iterable[OtherWork]:
    """The open tasks of a person; in none the engine's own ``repair``."""
    with reading(context) as transaction:
        mine = Compare("holder", "eq", person) & Compare("state", "in", ("waiting", "pending", "delegated"))
        query = Query(TASK, mine & Compare("kind", "ne", "repair"), fields=("kind",), limit=10_000)
        count = len(transaction.select(query).rows)
    if not count:
        return []

    def give(to: int, comment: str, context: Context) -> list[tuple[int, JimuError | None]]:
        return [(b.task, b.error) for b in hand_over(person, to, context.as_actor(SYSTEM), comment)]

    return [OtherWork(TASK, TASKS, count, give)]
