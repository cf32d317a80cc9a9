"""What the recycle bin tells of a record: who put it there, and what went along. Read from its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jimu.access import record_filter
from jimu.records.context import Context
from jimu.records.reading import reading
from jimu.records.write_steps.deletion import DELETION
from jimu.storage.query import NOTHING


@dataclass(frozen=True)
class Deletion:
    """``actor``: the user who did it (0: the system). ``along``: object → how many of its records went with it, of the
    objects that the asker may read. ``went_with``: the record whose deletion took this one along.
    """

    actor: int | None = None
    along: Mapping[str, int] = field(default_factory=dict)
    went_with: int | None = None


def find_deletions(ids: Iterable[int], context: Context) -> dict[int, Deletion]:
    """For records that the asker found in the recycle bin: how each got there; one query for all."""
    with reading(context) as transaction:
        entries = transaction.latest_entries(ids, "delete")
    found: dict[int, Deletion] = {}
    for id, entry in entries.items():
        noted = (entry.changes.get(DELETION) or (None, None))[1] or {}
        along = {
            object: len(listed) for object, listed in noted.get("cascaded", {}).items() if _may_know(object, context)
        }
        found[id] = Deletion(entry.actor, along, noted.get("with"))
    return found


def _may_know(object: str, context: Context) -> bool:
    manifest = context.manifest
    known = manifest.objects.get(object)
    return known is not None and not known.retired and record_filter(context.actor, manifest, object) != NOTHING
