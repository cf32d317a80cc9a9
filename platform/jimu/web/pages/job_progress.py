"""How far jobs are that go through many records: bulk actions, imports, hand-overs. Their units tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.bulk.results import RUN
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.ids import decode_id
from jimu.storage import Store

_RUNS = "run"


@dataclass(frozen=True, slots=True)
class Progress:
    """``handled`` of ``total`` records."""

    handled: int
    total: int

    @property
    def percent(self) -> int:
        return min(100, self.handled * 100 // self.total) if self.total else 0


def progress_of(jobs: Sequence[Mapping[str, Any]], store: Store, manifest: Manifest) -> dict[int, Progress]:
    """Job -> how far its unit is, for those that have one; one query for all."""
    units = {job["id"]: id for job in jobs if (id := _unit_of(job)) is not None}
    if not units or RUN not in manifest.objects:
        return {}
    with store.read() as transaction:
        rows = transaction.fetch(RUN, set(units.values()), ("handled", "total"))
    return {
        job: Progress(rows[unit]["handled"] or 0, rows[unit]["total"])
        for job, unit in units.items()
        if unit in rows and rows[unit]["total"]
    }


def _unit_of(job: Mapping[str, Any]) -> int | None:
    given = job["payload"].get(_RUNS) if isinstance(job["payload"], dict) else None
    try:
        return decode_id(given) if isinstance(given, str) else None
    except ValueError:
        return None
