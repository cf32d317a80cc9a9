"""Reading dates and times that people or files wrote, in the orders and scripts met in practice.

A date whose day and month could be swapped is refused unless the reader was told which comes first: a wrong date
that looks right is worse than a question.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time

from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.numbers import shown

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号號]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
_DAY_NAME_MONTH = re.compile(r"(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4}|\d{2})")
_NAME_DAY_YEAR = re.compile(r"(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_MONTHS = {
    name[:3]: i
    for i, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
}
_TIME = re.compile(
    r"(?P<before>上午|下午|中午|凌晨|早上|晚上|am|pm)?\s*(?P<hour>\d{1,2})"
    r"(?:\s*[:：时時点點]\s*(?P<minute>\d{1,2})?\s*分?(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,]\d+)?\s*秒?)?)?"
    r"\s*(?P<after>a\.?m\.?|p\.?m\.?)?",
    re.IGNORECASE,
)
_AFTERNOON = {"下午", "晚上", "pm"}
_MORNING = {"上午", "凌晨", "早上", "am"}


def read_date(text: str, *, day_first: bool | None, today: date) -> date:
    """The date ``text`` says; raises FieldError. Two-digit years lie between 80 years ago and 19 years ahead."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    for pattern in (_YEAR_FIRST, _COMPACT):
        if found := pattern.fullmatch(plain):
            return _date(text, *(int(g) for g in found.groups()))
    if found := _YEAR_LAST.fullmatch(plain):
        first, second, year = int(found[1]), int(found[3]), _full_year(found[4], today)
        return _date(text, year, *_month_and_day(text, first, second, found[2], day_first))
    if (found := _DAY_NAME_MONTH.fullmatch(plain)) and (month := _month(found[2])):
        return _date(text, _full_year(found[3], today), month, int(found[1]))
    if (found := _NAME_DAY_YEAR.fullmatch(plain)) and (month := _month(found[1])):
        return _date(text, int(found[3]), month, int(found[2]))
    raise wrong("not_a_date", "{value} is not a date. Write it as {example}.", value=shown(text), example="2026-12-31")


def read_time(text: str) -> time:
    """The time of day ``text`` says, to the second; raises FieldError."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _TIME.fullmatch(plain)
    if not found or (found["minute"] is None and not found["before"] and not found["after"] and plain.isdigit()):
        raise _not_a_time(text)
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    mark = (found["before"] or found["after"] or "").casefold().replace(".", "")
    if mark in {"am", "pm"} and not 1 <= hour <= 12:
        raise _not_a_time(text)
    if mark in _AFTERNOON and hour < 12:
        hour += 12
    elif mark in _MORNING and hour == 12:
        hour = 0
    try:
        return time(hour, minute, second)
    except ValueError:
        raise _not_a_time(text) from None


def split_date_time(text: str) -> tuple[str, str]:
    """``text`` cut into its date and its time of day ('' when it has none)."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := re.fullmatch(
        r"(.+?\d[日号號]?)(?:\s*[T,]\s*|\s+|(?=[上下中凌早晚]))(\D{0,6}\d{1,2}\s*[:时時点點].*|\d{1,2}\s*[ap]\.?m\.?)",
        plain,
        re.IGNORECASE,
    ):
        return found[1].rstrip(", "), found[2]
    if found := re.fullmatch(r"(.+[日号號])\s*(\d{1,2}\s*[:时時点點].*)", plain):
        return found[1], found[2]
    return plain, ""


def _month_and_day(text: str, first: int, second: int, mark: str, day_first: bool | None) -> tuple[int, int]:
    if day_first is None:
        if mark == "." or first > 12 or first == second:
            day_first = True
        elif second > 12:
            day_first = False
        else:
            raise wrong(
                "ambiguous_date",
                "{value} can be read with the day or the month first. Write it as {example}.",
                value=shown(text),
                example="2026-12-31",
            )
    return (second, first) if day_first else (first, second)


def _full_year(text: str, today: date) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    year += today.year // 100 * 100
    if year > today.year + 19:
        return year - 100
    return year + 100 if year < today.year - 80 else year


def _month(name: str) -> int | None:
    return _MONTHS.get(name[:3])


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise wrong(
            "not_a_date", "{value} is not a date. Write it as {example}.", value=shown(text), example="2026-12-31"
        ) from None


def _not_a_time(text: str) -> Exception:
    return wrong(
        "not_a_time", "{value} is not a time of day. Write it as {example}.", value=shown(text), example="14:30"
    )
