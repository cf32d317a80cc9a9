"""Groups: a list by one or two fields, each group with how many records it has and the sums of the number columns.

The figures come from the aggregate read path: they count what the reader may read and nothing else. The rows of a group
are read when it is opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date, format_skeleton

from jimu.definitions.model import FieldDef
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import AggregateRequest, ListRequest
from jimu.storage.query import Count
from jimu.web.pages.display import Shown, presenter_for
from jimu.web.pages.list_columns import ColumnShape
from jimu.web.pages.list_fields import fields_on, path_label
from jimu.web.pages.list_formulas import number_text, quoted
from jimu.web.pages.list_sums import Sums, sums_of
from jimu.web.pages.list_words import value_words
from jimu.web.pages.reader import Reader

BUCKETS = ("day", "week", "month", "quarter", "year")
MOST_GROUPS = 200
_WRITTEN = re.compile(r"(?:(day|week|month|quarter|year)\()?([a-z][\w.]*)\)?")


@dataclass(frozen=True)
class Level:
    """One level of groups. ``name``: of its column in the figures."""

    text: str
    path: str
    bucket: str
    field: FieldDef
    label: str

    @property
    def name(self) -> str:
        return f"{self.path}_{self.bucket}" if self.bucket else self.path

    @property
    def is_list(self) -> bool:
        """Whether a record stands in several groups of this level: one for each of its values."""
        return self.field.kind is Kind.TEXTS


@dataclass
class GroupView:
    """One group. ``keys``: what it is called in addresses, from the outermost level in. ``sums``: column -> texts."""

    keys: tuple[str | None, ...]
    level: int
    label: str
    shown: Shown
    count: int
    sums: Mapping[str, list[str]] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)
    more: str = ""
    href: str = ""
    is_open: bool = False
    inner: list[GroupView] = field(default_factory=list)


def level_of(text: str, object: str, reader: Reader) -> Level | None:
    """The level that ``stage`` or ``month(close_on)`` names; None where the reader cannot group so."""
    matched = _WRITTEN.fullmatch(text)
    steps = fields_on(matched[2], object, reader) if matched else None
    if matched is None or not steps:
        return None
    bucket, last = matched[1] or "", steps[-1]
    if not can_group(last) or (last.kind in (Kind.DATE, Kind.DATETIME)) != bool(bucket):
        return None
    return Level(text, matched[2], bucket, last, path_label(steps, reader))


def can_group(field: FieldDef) -> bool:
    """Whether records can be grouped by the field and it makes sense to."""
    if field.type in ("secret", "autonumber") or field.name in ("id", "version", "title", "deleted_at"):
        return False
    if field.formula is not None and not field.stored and field.formula.python_only:
        return False
    return field.kind.is_groupable and field.kind is not Kind.TIME


def group_formula(level: Level, key: str | None) -> str:
    """The condition that the records of one group fulfil. Raises BadRequest for a key that there cannot be."""
    if key is None:
        return f"is_blank({level.path})"
    kind = level.field.kind
    if kind in (Kind.DATE, Kind.DATETIME):
        return _bucket_formula(level, key)
    if kind is Kind.BOOLEAN:
        return f"{level.path} == {'True' if key == 'true' else 'False'}"
    if kind in (Kind.INTEGER, Kind.DECIMAL):
        return f"{level.path} == {_required(number_text(key))}"
    if kind is Kind.DURATION:
        return f"{level.path} == seconds({_required(number_text(key))})"
    if level.is_list:
        return f"includes({level.path}, {quoted(key)})"
    return f"{level.path} == {quoted(key)}"


def _bucket_formula(level: Level, key: str) -> str:
    try:
        first = date.fromisoformat(key)
    except ValueError:
        raise _no_group() from None
    day = f"date_of({level.path})" if level.field.kind is Kind.DATETIME else level.path
    start = f"date('{first.isoformat()}')"
    last = start if level.bucket == "day" else f"end_of({start}, '{level.bucket}')"
    return f"between({day}, {start}, {last})"


def _required(text: str | None) -> str:
    if text is None:
        raise _no_group()
    return text


def _no_group() -> BadRequest:
    return BadRequest(Message("There is no such group."))


@dataclass(frozen=True)
class _Figures:
    """What is known of the groups down to one level: rows by their keys, and the sums of several of them together."""

    found: Mapping[tuple[Any, ...], Mapping[str, Any]]
    amounts: Callable[[Sequence[tuple[Any, ...]]], Mapping[str, list[str]]]
    titles: Mapping[int, str]
    is_cut: bool


def build_groups(
    levels: Sequence[Level], request: ListRequest, columns: Sequence[ColumnShape], reader: Reader
) -> tuple[list[GroupView], bool]:
    """The groups of the outermost level, those of the second inside; and whether there are more than are shown.

    A record with several values stands in several groups, so that the groups inside do not add up to the one around
    them: its figures are asked for by themselves.
    """
    sums = Sums(columns, reader)
    deepest = _figures(levels, request, sums, reader)
    figures = [
        _figures(levels[:depth], request, sums, reader) if any(x.is_list for x in levels[depth:]) else deepest
        for depth in range(1, len(levels))
    ]
    return _arranged(levels, [*figures, deepest], reader), deepest.is_cut


def count_of(request: ListRequest, reader: Reader) -> Count:
    """How many records there are, each counted once whatever groups it stands in."""
    asked = AggregateRequest(request.object, where=request.where, also=request.also, search=request.search)
    (row,) = read.aggregate(AggregateRequest(**{**vars(asked), "measures": ["count()"]}), reader.context).rows
    return Count(int(row["count"]), True)


def _figures(levels: Sequence[Level], request: ListRequest, sums: Sums, reader: Reader) -> _Figures:
    grouped = AggregateRequest(
        request.object,
        groups=[level.text for level in levels],
        where=request.where,
        also=request.also,
        search=request.search,
        limit=MOST_GROUPS + 1,
    )
    measured = read.aggregate(
        AggregateRequest(**{**vars(grouped), "measures": ["count()", *sums.measures]}), reader.context
    )
    names = [level.name for level in levels]
    found = {tuple(row[name] for name in names): row for row in measured.rows[:MOST_GROUPS]}
    amounts = sums_of(sums, grouped, found, names, reader)
    return _Figures(found, amounts, measured.titles, len(measured.rows) > MOST_GROUPS)


def _arranged(
    levels: Sequence[Level], figures: Sequence[_Figures], reader: Reader, above: tuple[Any, ...] = ()
) -> list[GroupView]:
    depth = len(above)
    level, here, titles = levels[depth], figures[depth], figures[-1].titles
    describe = _describer(level, titles, reader)
    values = dict.fromkeys(key[depth] for key in figures[-1].found if key[:depth] == above)
    made = []
    for value in sorted(values, key=_order(level, titles)):
        inside = [key for key in here.found if key[: depth + 1] == (*above, value)]
        view = GroupView(
            tuple(key_of(at, v) for at, v in zip(levels, (*above, value), strict=False)),
            depth,
            level.label,
            describe(value),
            sum(here.found[key]["count"] for key in inside),
            here.amounts(inside),
        )
        if depth + 1 < len(levels):
            view.inner = _arranged(levels, figures, reader, (*above, value))
        made.append(view)
    return made


def key_of(level: Level, value: Any) -> str | None:
    """A group's value as it stands in addresses and in conditions."""
    if value is not None and level.field.kind is Kind.REFERENCE:
        return encode_id(value)
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case timedelta():
            return str(value // timedelta(seconds=1))
        case _:
            return str(value)


def _order(level: Level, titles: Mapping[int, str]) -> Callable[[Any], tuple[Any, ...]]:
    """Choices as they are defined, records by title, everything else by itself; blanks last."""
    places = {c.value: n for n, c in enumerate(level.field.choices or ())}

    def order(value: Any) -> tuple[Any, ...]:
        if value is None:
            return (2,)
        if level.field.choices is not None:
            return (0, places.get(value, len(places)), str(value))
        if level.field.kind is Kind.REFERENCE:
            title = titles.get(value)
            return (1, str(value)) if title is None else (0, title.casefold(), str(value))
        return (0, value)

    return order


def _describer(level: Level, titles: Mapping[int, str], reader: Reader) -> Callable[[Any], Shown]:
    if level.bucket:
        return lambda value: Shown("text", bucket_words(value, level.bucket, reader)) if value else _blank(reader)
    present = presenter_for(level.field, reader)
    if level.is_list:
        return lambda value: _blank(reader) if value is None else present([value], {}, titles).items[0]
    return lambda value: _blank(reader) if value is None else present(value, {}, titles)


def group_words(level: Level, key: str | None, titles: Mapping[int, str], reader: Reader) -> str:
    """The group with a key, as a reader reads it."""
    if key is None:
        return _blank(reader).text
    if level.bucket:
        return bucket_words(date.fromisoformat(key), level.bucket, reader)
    if level.field.kind is Kind.BOOLEAN:
        return presenter_for(level.field, reader)(key == "true", {}, {}).text
    return value_words(key, level.field, reader, titles)


def _blank(reader: Reader) -> Shown:
    return Shown("text", reader.render(Message("Blank")), css="blank")


def bucket_words(first: date, bucket: str, reader: Reader) -> str:
    """January 2026, Q1 2026, 2026, the week of a day."""
    locale = reader.format_context().babel_locale
    if bucket == "week":
        day = format_date(first, format="medium", locale=locale)
        return reader.render(Message("Week of {day}", {"day": day}))
    if bucket == "day":
        return str(format_date(first, format="medium", locale=locale))
    skeleton = {"month": "yMMMM", "quarter": "yQQQ", "year": "y"}[bucket]
    return str(format_skeleton(skeleton, first, locale=locale))
