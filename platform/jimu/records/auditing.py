"""Audit entries of what records are read and written for: in the caller's transaction, else in one of its own.

Objects with ``audit: [read]`` in their YAML leave one for each record opened and each page of a list read. It is kept
before the answer is given: what cannot be audited is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jimu.access.audit import AuditEntry, record_audit
from jimu.fieldtypes.ids import encode_id
from jimu.records.context import Context

# So many ids of a page are kept by name; the count tells of all.
_MOST_IDS = 500


def audit(context: Context, kind: str, **what: Any) -> None:
    """Keep an entry of what the actor does just now; ``what``: see ``AuditEntry``."""
    entry = AuditEntry(kind, context.actor, context.clock(), **what)
    if context.transaction is not None and context.transaction.is_writing:
        record_audit(context.transaction, entry)
        return
    with context.store.write() as transaction:
        record_audit(transaction, entry)


def is_read_audited(context: Context, object: str) -> bool:
    """Whether reading records of ``object`` leaves an entry. The engine's own reading does not."""
    return "read" in context.manifest.objects[object].audit and not context.actor.is_system


def note_opened(context: Context, object: str, id: int) -> None:
    """A record was opened. Within one request it is told once."""
    if is_read_audited(context, object) and _is_new(context, (object, id)):
        audit(context, "read.record", object=object, record=id)


def note_listed(context: Context, object: str, ids: Sequence[int], **how: Any) -> None:
    """Records came in a list. ``how``: by which condition, for instance. Within one request the same page is told
    once.
    """
    if not ids or not is_read_audited(context, object) or not _is_new(context, (object, *ids)):
        return
    told = {name: value for name, value in how.items() if value}
    shown = [encode_id(id) for id in ids[:_MOST_IDS]]
    audit(context, "read.list", object=object, details={"count": len(ids), **told, "ids": shown})


def _is_new(context: Context, what: tuple[object, ...]) -> bool:
    if what in context.read_before:
        return False
    context.read_before.add(what)
    return True
