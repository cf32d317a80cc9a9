"""Clocks as records of ``sla_clock``, and the rules that hold for a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.business_time import find_calendar, working_time_between
from jimu.definitions.kinds.calendar import CalendarDef
from jimu.definitions.kinds.duration import parse_duration
from jimu.definitions.kinds.sla import ClockDef, SlaDef
from jimu.definitions.manifest import Manifest
from jimu.flows.sla.clock import Clock, Facts, counting, next_look, spec_of
from jimu.formulas import Environment, evaluate
from jimu.formulas.formula import Formula
from jimu.storage import Transaction
from jimu.storage.query import Compare, Query

CLOCK = "sla_clock"
FIELDS = (
    "record", "of_object", "policy", "clock", "state", "target", "started_at", "due_at", "paused_at", "paused_seconds",
    "stopped_at", "breached_at", "warned",
)  # fmt: skip


def _by_object(manifest: Manifest) -> Mapping[str, tuple[SlaDef, ...]]:
    found: dict[str, list[SlaDef]] = {}
    for _, sla in sorted(manifest.all("sla").items()):
        found.setdefault(sla.object, []).append(sla)
    return {name: tuple(listed) for name, listed in found.items()}


_known: PerManifest[Mapping[str, tuple[SlaDef, ...]]] = PerManifest(_by_object)


def policies_of(manifest: Manifest, object: str) -> tuple[SlaDef, ...]:
    """The service levels of ``object``, in order of name."""
    return _known.get(manifest).get(object, ())


def _read_by(manifest: Manifest) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for sla in manifest.all("sla").values():
        conditions = [sla.when]
        for clock in sla.clocks.values():
            conditions += [clock.start, clock.pause, clock.stop, *(t.when for t in clock.targets)]
        found.setdefault(sla.object, set()).update(path[0] for c in conditions if c is not None for path in c.paths)
    return {object: frozenset(names) for object, names in found.items()}


_names_read: PerManifest[Mapping[str, frozenset[str]]] = PerManifest(_read_by)


def read_by(manifest: Manifest, object: str) -> frozenset[str]:
    """The fields of ``object`` that the conditions of its service levels read."""
    return _names_read.get(manifest).get(object, frozenset())


def calendar_of(sla: SlaDef, manifest: Manifest) -> CalendarDef:
    return find_calendar(manifest, sla.calendar)


def facts_of(sla: SlaDef, clock: ClockDef, get: Callable[..., Any], environment: Environment) -> Facts:
    """What the conditions say of the record that ``get`` reads."""

    def holds(condition: Formula | None, otherwise: bool) -> bool:
        return otherwise if condition is None else bool(evaluate(condition, get, environment))

    applies = holds(sla.when, True)
    target = next((t.within for t in clock.targets if holds(t.when, True)), None) if applies else None
    return Facts(holds(clock.start, True), holds(clock.pause, False), holds(clock.stop, False), target)


def load_clocks(transaction: Transaction, records: Sequence[int]) -> dict[tuple[int, str, str], Mapping[str, Any]]:
    """(record, policy, clock) -> the row of its clock."""
    query = Query(CLOCK, Compare("record", "in", tuple(records)), fields=FIELDS, limit=max(len(records), 1) * 20)
    return {(r["record"], r["policy"], r["clock"]): r for r in transaction.select(query).rows}


def clock_of(row: Mapping[str, Any] | None) -> Clock | None:
    """The clock that a row keeps."""
    target = parse_duration(row["target"] or "") if row else None
    if row is None or target is None:
        return None
    return Clock(
        row["state"],
        target,
        row["started_at"],
        row["due_at"],
        row["paused_at"],
        timedelta(seconds=row["paused_seconds"] or 0),
        row["stopped_at"],
        row["breached_at"],
    )


def values_of(clock: Clock, definition: ClockDef, warned: int, calendar: CalendarDef) -> dict[str, Any]:
    """The row that keeps ``clock``."""
    return {
        "state": clock.state,
        "target": str(clock.target),
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "paused_at": clock.paused_at,
        "paused_seconds": int(clock.paused.total_seconds()),
        "stopped_at": clock.stopped_at,
        "breached_at": clock.breached_at,
        "warned": warned,
        "next_at": next_look(clock, definition, warned, calendar),
        "spec": spec_of(definition, calendar),
    }


def kept_values(clock: Clock | None, definition: ClockDef, now: datetime, calendar: CalendarDef) -> dict[str, Any]:
    """What the record's own fields show of ``clock``. How much time is left is kept while it does not run: else it
    would have to be written every minute.
    """
    all_values: dict[str, Any] = {
        "due": clock.due_at if clock else None,
        "state": clock.state if clock else None,
        "breached": clock.is_breached(now) if clock else False,
        "stopped": clock.stopped_at if clock else None,
        "left": _left(clock, calendar) if clock else None,
    }
    return {name: all_values[what] for what, name in definition.keep.items()}


def _left(clock: Clock, calendar: CalendarDef) -> timedelta | None:
    """The time that counts before the end of a clock that stands still or has stopped, negative if it was late."""
    at = clock.stopped_at or clock.paused_at
    if at is None:
        return None
    found = working_time_between(counting(clock.target, calendar), at, clock.due_at)
    return timedelta(seconds=found // timedelta(seconds=1))


def each_clock(manifest: Manifest, object: str) -> Iterable[tuple[SlaDef, ClockDef, CalendarDef]]:
    for sla in policies_of(manifest, object):
        for clock in sla.clocks.values():
            yield sla, clock, calendar_of(sla, manifest)
