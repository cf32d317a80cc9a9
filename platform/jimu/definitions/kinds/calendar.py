"""Business calendars: when people work, by weekday and by day. How long a time is in them: ``jimu.business_time``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from jimu.definitions.documents import Document, text_of
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.diagnostics import Place
from jimu.messages import Message, Text

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Span = tuple[int, int]
"""Minutes of the day from (with) to (without): 540, 1080 is 9:00 to 18:00."""


@dataclass(frozen=True, slots=True)
class CalendarDef:
    """``hours``: the spans of each weekday, Monday first. ``days``: the spans of single days that differ: () is a
    holiday, others are made-up workdays or short days; ``names`` says what a day is. ``zone``: an IANA time zone, in
    which the hours are meant; '' is the workspace's. ``departments``: codes of those whose people work by it, with what
    is below them.
    """

    name: str
    label: Text
    zone: str
    hours: tuple[tuple[Span, ...], ...]
    days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    names: Mapping[date, Text] = field(default_factory=dict)
    default: bool = False
    departments: tuple[str, ...] = ()
    source: Place = field(default_factory=Place)


def build_calendar(document: Document, linking: Linking) -> CalendarDef | None:
    data, reading = document.data, _Reading(document, linking)
    hours = tuple(reading.spans(data.get("hours", {}).get(day, ()), ("hours", day)) for day in WEEKDAYS)
    if not any(hours):
        reading.error("no_hours", "A calendar needs working hours on some weekday.", ("hours",))
    # What an ordinary working day is, for workdays that say nothing of their hours.
    usual = next((spans for spans in hours if spans), ())
    days: dict[date, tuple[Span, ...]] = {}
    names: dict[date, Text] = {}
    for key in ("holidays", "workdays"):
        for i, raw in enumerate(data.get(key, ())):
            reading.day(raw, (key, i), usual if key == "workdays" else (), days, names)
    zone = data.get("zone") or linking.manifest.workspace.time_zone
    reading.check_zone(zone)
    return CalendarDef(
        document.name,
        text_of(data, "label", document.name),
        zone,
        hours,
        days,
        names,
        bool(data.get("default")),
        tuple(data.get("departments") or ()),
        document.place,
    )


class _Reading:
    def __init__(self, document: Document, linking: Linking) -> None:
        self.document, self.findings = document, linking.findings

    def error(self, code: str, template: str, path: tuple[str | int, ...], **params: object) -> None:
        self.findings.error(code, template, params, self.document.value_place(*path), self.document.address)

    def spans(self, written: list[str], path: tuple[str | int, ...]) -> tuple[Span, ...]:
        """``["9:00-12:00", "13:30-18:00"]`` as minutes, in order and apart from each other."""
        found = [s for i, text in enumerate(written) if (s := self.span(text, (*path, i))) is not None]
        for i in range(1, len(found)):
            if found[i][0] < found[i - 1][1]:
                template = "{hours} begins before the hours before it end."
                self.error("hours_overlap", template, (*path, i), hours=written[i])
        return tuple(found)

    def span(self, text: str, path: tuple[str | int, ...]) -> Span | None:
        match = re.fullmatch(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", text)
        h1, m1, h2, m2 = (int(g) for g in match.groups()) if match else (0, 99, 0, 0)
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if match and m1 < 60 and m2 < 60 and start < end <= 24 * 60:
            return start, end
        template = "Hours are written like 9:00-18:00, the end after the beginning; not {text}."
        self.error("bad_hours", template, path, text=text)
        return None

    def day(
        self,
        raw: Mapping[str, object] | str,
        path: tuple[str | int, ...],
        usual: tuple[Span, ...],
        days: dict[date, tuple[Span, ...]],
        names: dict[date, Text],
    ) -> None:
        """A day, alone or with its name and hours, into ``days`` and ``names``."""
        written = raw if isinstance(raw, str) else str(raw.get("day", ""))
        try:
            day = date.fromisoformat(written)
        except ValueError:
            self.error("bad_day", "A day is written like 2026-10-01; not {text}.", path, text=written)
            return
        if day in days:
            self.error("duplicate_day", "{day} is there twice.", path, day=written)
        days[day] = usual
        if not isinstance(raw, str):
            if raw.get("hours"):
                days[day] = self.spans(list(raw["hours"]), (*path, "hours"))  # type: ignore[call-overload]
            if raw.get("name"):
                names[day] = Text.of(raw["name"])  # type: ignore[arg-type]

    def check_zone(self, name: str) -> None:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            self.error("unknown_time_zone", "There is no time zone called {name}.", ("zone",), name=name)


CALENDAR = DefinitionKind(
    "calendar", "flows/calendars", Message("business calendar"), Message("Business calendars"), build_calendar
)
