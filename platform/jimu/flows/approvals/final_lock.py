"""The lock that stays when an approval has ended: of records whose last approval by a flow came out as the flow says.

It ends when the approval is revoked, or another one by the same flow comes out otherwise. Asked by the write path, by
those who act in the engine's name, and by pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from jimu.access.actor import Actor
from jimu.access.approvals import APPROVAL
from jimu.definitions.approvals.model import FlowDef
from jimu.flows.approvals.keeping import flow_for
from jimu.flows.approvals.model import APPROVED, REJECTED
from jimu.messages import Message
from jimu.records import Context
from jimu.storage import Transaction
from jimu.storage.query import Compare, Query, Sort

SETTLED = Message("This record is settled by an approval and cannot be changed.")
_FIELDS = ("record", "flow", "flow_version", "state", "revokes", "subject")
_MOST = 5_000


def settled(
    object: str, records: Iterable[int], transaction: Transaction, context: Context
) -> dict[int, tuple[Mapping[str, Any], FlowDef]]:
    """Record -> the approval that keeps it locked, with its flow."""
    ids = tuple(records)
    own = [f for f in context.manifest.all("approval").values() if f.object == object]
    if not ids or not any(flow.lock_after for flow in own):
        return {}
    ended = Compare("record", "in", ids) & Compare("key", "blank") & Compare("revokes", "blank")
    filter = ended & Compare("state", "in", (APPROVED, REJECTED))
    query = Query(APPROVAL, filter, fields=_FIELDS, sort=(Sort(("id",), descending=True),), limit=_MOST)
    inner = replace(context, transaction=transaction)
    found: dict[int, tuple[Mapping[str, Any], FlowDef]] = {}
    known: set[tuple[int, str]] = set()
    for row in transaction.select(query).rows:
        if (row["record"], row["flow"]) in known:
            continue
        known.add((row["record"], row["flow"]))
        flow = flow_for(row, inner)
        if row["state"] in flow.lock_after:
            found.setdefault(row["record"], (row, flow))
    return found


def may_change(flow: FlowDef, actor: Actor) -> bool:
    """Administrators may, unless the flow locks for everybody."""
    return actor.is_system or (flow.lock != "all" and actor.is_admin)
