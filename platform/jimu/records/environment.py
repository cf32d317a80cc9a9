"""The environment of formulas: the moment, the actor's zone and language, the actor's own record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jimu.access.actor import Actor, user_values
from jimu.access.per_manifest import PerManifest
from jimu.business_time import (
    ALWAYS,
    NoEnd,
    add_working_time,
    exceptions_of,
    find_calendar,
    working_time_between,
)
from jimu.definitions.kinds.calendar import CalendarDef
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.regions import Regions, RegionTree
from jimu.formulas.types import BusinessCalendar, Environment
from jimu.records.context import Context
from jimu.records.followed import with_followed
from jimu.records.per_hooks import PerHooks
from jimu.records.rates import Rates

_UTC = ZoneInfo("UTC")
_zones: dict[str, ZoneInfo] = {"UTC": _UTC}


def build_environment(context: Context, now: datetime | None = None) -> Environment:
    """What formulas may know besides the record when ``context.actor`` acts at ``now`` (else: by the clock)."""
    actor, settings = context.actor, context.settings
    free, worked = _exceptions.get(context.manifest)
    return Environment(
        now=now or context.clock(),
        zone=zone_of(actor),
        user=with_followed(user_values(actor), context),
        language=actor.locale,
        holidays=settings.get("holidays", free),
        workdays=settings.get("workdays", worked),
        calendars=_calendars.get(context.manifest),
        regions=_regions.get(context.hooks),
        currency=context.manifest.workspace.currency,
        rates=Rates(context),
    )


def _workweek(manifest: Manifest) -> tuple[frozenset[date], frozenset[date]]:
    """Without a default calendar it is Monday to Friday."""
    calendar = find_calendar(manifest)
    return (frozenset(), frozenset()) if calendar is ALWAYS else exceptions_of(calendar)


# By the default business calendar: the workdays of formulas are those of deadlines.
_exceptions: PerManifest[tuple[frozenset[date], frozenset[date]]] = PerManifest(_workweek)


def _by_name(manifest: Manifest) -> Mapping[str, BusinessCalendar]:
    return {"": _as_used(find_calendar(manifest))} | {
        name: _as_used(calendar) for name, calendar in manifest.all("calendar").items()
    }


def _as_used(calendar: CalendarDef) -> BusinessCalendar:
    free, worked = exceptions_of(calendar)

    def after(start: datetime, length: timedelta) -> datetime | None:
        try:
            return add_working_time(calendar, start, length)
        except NoEnd:
            return None

    return BusinessCalendar(free, worked, partial(working_time_between, calendar), after)


_calendars: PerManifest[Mapping[str, BusinessCalendar]] = PerManifest(_by_name)


def region_trees(context: Context) -> Mapping[str, RegionTree]:
    """The region tree of each country that a plugin brings one for."""
    return _trees.get(context.hooks)


def _ask_trees(hooks: Any) -> dict[str, RegionTree]:
    return {country: tree for part in hooks.jimu_region_trees() for country, tree in (part or {}).items()}


_trees: PerHooks[dict[str, RegionTree]] = PerHooks(_ask_trees, {})
_regions: PerHooks[Regions] = PerHooks(lambda hooks: Regions(_trees.get(hooks)), Regions({}))


def zone_of(actor: Actor) -> ZoneInfo:
    """The actor's time zone; UTC if it is none that this machine knows."""
    zone = _zones.get(actor.time_zone)
    if zone is None:
        try:
            zone = ZoneInfo(actor.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = _UTC
        _zones[actor.time_zone] = zone
    return zone
