"""Work on many approvals at once by who looks after them: to another version of the flow, and a person's tasks to
somebody else. Each approval is a transaction of its own, so that one that cannot follow leaves the others done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jimu.access.approvals import APPROVAL, TASK
from jimu.access.rights import has_right
from jimu.errors import Forbidden, JimuError
from jimu.flows.approvals import events, service
from jimu.flows.approvals.driving import drive
from jimu.flows.approvals.engine import advance
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.keeping import load
from jimu.flows.approvals.service import Batch
from jimu.flows.approvals.versions import current_flow, keep_version
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.reading import reading
from jimu.storage.query import Compare, Query

RIGHT = "modify_all"
"""The right of those who look after all approvals: pages and API ask for the same."""

_MOST = 10_000


@dataclass(frozen=True)
class Migration:
    """One running approval: brought to today's flow (or could be, in a dry run), or why not."""

    approval: int
    subject: str
    version: str
    problem: Message | None = None


def migrate(
    flow: str, context: Context, *, nodes: Mapping[str, str] | None = None, dry_run: bool = True, comment: str = ""
) -> list[Migration]:
    """Bring the running approvals of ``flow`` that go by an older text to today's. ``nodes``: old name -> new name,
    where a node is called otherwise now.
    """
    require_looking_after(context)
    today = current_flow(context.manifest, flow)
    filter = Compare("flow", "eq", flow) & Compare("key", "not_blank") & Compare("flow_version", "ne", today.version)
    with reading(context) as transaction:
        query = Query(APPROVAL, filter, fields=("subject", "flow_version", "revokes"), limit=_MOST)
        rows = [r for r in transaction.select(query).rows if r["revokes"] is None]
    found = []
    for row in rows:
        problem = _migrate_one(row["id"], today.version, nodes or {}, context, dry_run, comment)
        found.append(Migration(row["id"], row["subject"] or "", row["flow_version"], problem))
    return found


def _migrate_one(
    approval: int, version: str, nodes: Mapping[str, str], context: Context, dry_run: bool, comment: str
) -> Message | None:
    try:
        with write.unit_of_work(context) as inner:
            kept = load(approval, inner, lock=True)
            today = replace(kept, flow=current_flow(context.manifest, kept.flow.name))
            event = events.Migrate(
                actor=int(context.actor.id or 0), at=context.clock(), version=version, nodes=nodes, comment=comment
            )
            if dry_run:
                facts = Facts(inner, today.flow, today.record, today.run.submitter, today.held)
                facts.of_run(today.run)
                advance(today.flow, today.run, event, facts)
            else:
                keep_version(today.flow, inner)
                drive(today, event, inner)
    except JimuError as error:
        return error.message
    return None


def hand_over(person: int, to: int, context: Context, comment: str) -> list[Batch]:
    """Give every open task of ``person`` to somebody else, as when they leave; a reason must be given."""
    require_looking_after(context)
    mine = Compare("holder", "eq", person) & Compare("state", "in", ("waiting", "pending", "delegated"))
    with reading(context) as transaction:
        query = Query(TASK, mine & Compare("kind", "ne", "repair"), fields=("kind",), limit=_MOST)
        rows = transaction.select(query).rows
    found = []
    for row in rows:
        try:
            with write.unit_of_work(context) as inner, inner.transaction.savepoint():
                done = service.on_task(events.Reassign, row["id"], inner, to=to, comment=comment)
            found.append(Batch(row["id"], done))
        except JimuError as error:
            found.append(Batch(row["id"], error=error))
    return found


def require_looking_after(context: Context) -> None:
    """Raises Forbidden unless the actor may look after all approvals."""
    if not has_right(context.actor, context.manifest, RIGHT):
        raise Forbidden(Message("Only who looks after approvals may do this."))
