"""Moments as people speak of them: how long ago for what is near, the day for what is far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from babel.dates import format_date, format_datetime, format_timedelta

from jimu.messages import Message
from jimu.web.pages.reader import Reader

_NEAR = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class When:
    """``text``: short; ``full``: to the minute; ``iso``: for machines."""

    text: str
    full: str
    iso: str


def when_of(moment: dt.datetime, reader: Reader) -> When:
    locale = reader.format_context().babel_locale
    local = moment.astimezone(reader.time_zone)
    day, full = _written(local, locale)
    gone = reader.context.clock() - moment
    if dt.timedelta(0) <= gone < dt.timedelta(minutes=1):
        text = reader.render(Message("just now"))
    elif abs(gone) < _NEAR:
        text = format_timedelta(-gone, add_direction=True, locale=locale, threshold=1)
    else:
        text = day
    return When(text, full, moment.isoformat())


@lru_cache(maxsize=4096)
def _written(local: dt.datetime, locale: str) -> tuple[str, str]:
    """The day and the minute, in the words of a language."""
    return format_date(local.date(), "medium", locale=locale), format_datetime(local, "medium", locale=locale)


def day_of(day: dt.date, reader: Reader) -> str:
    """A day, in words where it is near."""
    today = reader.context.clock().astimezone(reader.time_zone).date()
    near = {0: Message("today"), 1: Message("tomorrow"), -1: Message("yesterday")}.get((day - today).days)
    return reader.render(near) if near else format_date(day, "medium", locale=reader.format_context().babel_locale)
