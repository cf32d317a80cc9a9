"""Audit entries of what records are read and written for: in the caller's transaction, else in one of its own."""

from __future__ import annotations

from typing import Any

from jimu.access.audit import AuditEntry, record_audit
from jimu.records.context import Context


def audit(context: Context, kind: str, **what: Any) -> None:
    """Keep an entry of what the actor does just now; ``what``: see ``AuditEntry``."""
    entry = AuditEntry(kind, context.actor, context.clock(), **what)
    if context.transaction is not None:
        record_audit(context.transaction, entry)
        return
    with context.store.write() as transaction:
        record_audit(transaction, entry)
