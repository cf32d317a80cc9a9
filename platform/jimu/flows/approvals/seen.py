"""A decision is about the record as its decider saw it: what changed meanwhile must be looked at first; and what of the
record the history of an approval shows to whom.
"""

from __future__ import annotations

from jimu.access.fields import NONE, field_access
from jimu.errors import Forbidden, NotFound, StaleVersion
from jimu.fieldtypes.masking import Masked
from jimu.flows.approvals.keeping import Kept
from jimu.messages import Message
from jimu.records import Context, read

_MOST_ENTRIES = 200


def refuse_unseen(kept: Kept, task: int, version: int | None, context: Context) -> None:
    """Raises StaleVersion if a field that the actor may see was changed after ``version``."""
    if version is None or not kept.record:
        return
    row = context.transaction.fetch(kept.flow.object, [kept.record], ("version",)).get(kept.record)
    if row is None or row["version"] == version:
        return
    changed = _changed_since(kept, version, context)
    if changed is None or changed & _visible(kept, task, context):
        details = {"version": row["version"], "fields": sorted(changed or ())}
        raise StaleVersion(Message("The record was changed since you opened it."), details=details)


def _changed_since(kept: Kept, version: int, context: Context) -> set[str] | None:
    """The fields changed after ``version``; None where history does not say."""
    if "history" not in context.manifest.object(kept.flow.object).features:
        return None
    found: set[str] = set()
    for entry in context.transaction.history(kept.record, limit=_MOST_ENTRIES):
        if entry.version is None or entry.version <= version:
            return found
        found |= set(entry.changes)
    return None


def _visible(kept: Kept, task: int, context: Context) -> set[str]:
    levels = field_access(context.actor, context.manifest, kept.flow.object)
    own = kept.run.tasks.get(task)
    visit = kept.run.visits.get(own.visit) if own else None
    node = kept.flow.nodes.get(visit.node) if visit else None
    hidden = {n for n, level in getattr(node, "fields", {}).items() if level == "hidden"}
    return {name for name, level in levels.items() if level != NONE and name not in hidden}


def readable_fields(object: str, record: int | None, context: Context) -> frozenset[str]:
    """The fields of the record under approval whose values the actor may read, whole; none if not the record."""
    try:
        found = read.get(object, record, context, titles=False) if record else None
    except (NotFound, Forbidden):
        return frozenset()
    return frozenset(n for n, v in found.values.items() if type(v) is not Masked) if found else frozenset()
