"""How a clock stands at a moment: running, paused, late, met or missed, and the time it has left or is late by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jimu.business_time import working_time_between
from jimu.definitions.kinds.sla import ClockDef, SlaDef
from jimu.definitions.manifest import Manifest
from jimu.flows.sla.clock import MET, MISSED, PAUSED, RUNNING, counting
from jimu.flows.sla.records import calendar_of, clock_of

LATE = "late"
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """``left``: how much of the time that counts lies before the end; negative: by how much it is or was late.
    ``used``: the part of the allowed time that is used, 0 to 1. ``is_working_time``: only working time counts.
    """

    definition: ClockDef
    state: str
    due_at: datetime
    left: timedelta
    used: float
    is_working_time: bool


def standing_of(row: Mapping[str, Any], manifest: Manifest, now: datetime) -> Standing | None:
    """How the clock of a row of ``sla_clock`` stands; None where its service level is no more."""
    sla: SlaDef | None = manifest.all("sla").get(row["policy"] or "")
    definition = sla.clocks.get(row["clock"] or "") if sla is not None else None
    clock = clock_of(row)
    if sla is None or definition is None or clock is None:
        return None
    counted = counting(clock.target, calendar_of(sla, manifest))
    left = working_time_between(counted, clock.stopped_at or clock.paused_at or now, clock.due_at)
    allowed = working_time_between(counted, clock.started_at, clock.due_at) - clock.paused
    used = 1.0 if allowed <= _NONE else min(max(1 - left / allowed, 0.0), 1.0)
    late = clock.is_breached(now) and clock.state in (RUNNING, PAUSED)
    state = LATE if late else clock.state
    if state in (LATE, MISSED):
        used = 1.0
    return Standing(definition, state, clock.due_at, left, used, clock.target.is_business)


__all__ = ["LATE", "MET", "MISSED", "PAUSED", "RUNNING", "Standing", "standing_of"]
