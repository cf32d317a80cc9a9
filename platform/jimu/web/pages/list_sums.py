"""Sums of the number columns of a list, money per currency: for groups and for the line at the foot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jimu.access.fields import field_access
from jimu.definitions.money import is_money, money_of
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.records import read
from jimu.records.requests import AggregateRequest, ListRequest
from jimu.web.pages.display import presenter_for, type_of
from jimu.web.pages.list_columns import ColumnShape
from jimu.web.pages.reader import Reader

MOST_AMOUNTS = 5_000
Key = tuple[Any, ...]


class Sums:
    """The columns that are summed: ``plain`` ones, and ``money`` whose currency stands in a field of its own."""

    def __init__(self, columns: Sequence[ColumnShape], reader: Reader) -> None:
        own = [c for c in columns if len(c.path) == 1 and c.is_number]
        self.money = [c for c in own if _currency_of(c, reader)]
        self.plain = [c for c in own if c not in self.money]

    @property
    def measures(self) -> list[str]:
        return [f"sum({c.name})" for c in self.plain]


def _currency_of(column: ColumnShape, reader: Reader) -> str:
    """The field with the currency of a money column, if there is one and the reader may read it."""
    if not is_money(column.field):
        return ""
    names = money_of(column.field, reader.manifest).fields
    name = names[0] if len(names) == 1 else ""
    known = reader.manifest.objects[column.field.object].fields.get(name)
    readable = field_access(reader.actor, reader.manifest, column.field.object).get(name, "none") != "none"
    return name if known is not None and not known.retired and readable else ""


def sums_of(
    sums: Sums,
    grouped: AggregateRequest,
    found: Mapping[Key, Mapping[str, Any]],
    names: Sequence[str],
    reader: Reader,
) -> Callable[[Sequence[Key]], Mapping[str, list[str]]]:
    """A function from the keys of groups to their sums together, as texts per column. One query per money column."""
    amounts = {c.name: _amounts(c, grouped, names, reader) for c in sums.money}

    def together(keys: Sequence[Key]) -> Mapping[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for column in sums.plain:
            values = [v for key in keys if (v := found[key].get(f"sum_{column.name}")) is not None]
            texts[column.name] = [number_words(column, _added(values), reader)] if values else []
        for column in sums.money:
            per_code: dict[str | None, Decimal] = defaultdict(Decimal)
            for key in keys:
                for code, amount in amounts[column.name].get(key, ()):
                    per_code[code] += amount
            texts[column.name] = [number_words(column, total, reader, code) for code, total in _by_size(per_code)]
        return texts

    return together


def _amounts(
    column: ColumnShape, grouped: AggregateRequest, names: Sequence[str], reader: Reader
) -> Mapping[Key, list[tuple[str | None, Decimal]]]:
    code = _currency_of(column, reader)
    asked = {"measures": [f"sum({column.name})"], "groups": [*grouped.groups, code], "limit": MOST_AMOUNTS}
    rows = read.aggregate(AggregateRequest(**{**vars(grouped), **asked}), reader.context).rows
    known: dict[Key, list[tuple[str | None, Decimal]]] = defaultdict(list)
    for row in rows:
        if row[f"sum_{column.name}"] is not None:
            known[tuple(row[n] for n in names)].append((row[code], row[f"sum_{column.name}"]))
    return known


def _by_size(per_code: Mapping[str | None, Decimal]) -> list[tuple[str | None, Decimal]]:
    return sorted(per_code.items(), key=lambda item: (-abs(item[1]), item[0] or ""))


def _added(values: Sequence[Any]) -> Any:
    total = values[0]
    for value in values[1:]:
        total += value
    return total


def number_words(column: ColumnShape, value: Any, reader: Reader, code: str | None = None) -> str:
    """A sum or mean of the column as its values are written."""
    if column.field.kind is Kind.INTEGER and isinstance(value, Decimal):
        value = round(value, 1) if value % 1 else int(value)
        return f"{value:,}"
    if isinstance(value, Decimal) and column.field.scale is not None:
        value = round(value, column.field.scale)
    if code is not None and type_of(column.field).name == "currency":
        return column.present(value, {f"{column.name}_currency": code}, {}).text
    if is_money(column.field) and len(money_of(column.field, reader.manifest).fields) > 1:
        return registry.get("decimal").format(value, column.field, reader.format_context())
    return presenter_for(column.field, reader)(value, {}, {}).text


@dataclass
class Total:
    """The figures under one column."""

    name: str
    sums: list[str] = field(default_factory=list)
    means: list[str] = field(default_factory=list)


def totals_of(request: ListRequest, columns: Sequence[ColumnShape], reader: Reader) -> tuple[int, list[Total]]:
    """How many records there are, and sum and mean of each number column over all of them, money per currency."""
    sums = Sums(columns, reader)
    asked = AggregateRequest(request.object, where=request.where, also=request.also, search=request.search)
    figures = [f"{f}({c.name})" for c in sums.plain for f in ("sum", "avg")]
    (row,) = read.aggregate(AggregateRequest(**{**vars(asked), "measures": ["count()", *figures]}), reader.context).rows
    found = []
    for column in columns:
        total = Total(column.name)
        if column in sums.plain and row[f"sum_{column.name}"] is not None:
            total.sums = [number_words(column, row[f"sum_{column.name}"], reader)]
            total.means = [number_words(column, row[f"avg_{column.name}"], reader)]
        elif column in sums.money:
            _money_total(total, column, asked, reader)
        found.append(total)
    return int(row["count"]), found


def _money_total(total: Total, column: ColumnShape, asked: AggregateRequest, reader: Reader) -> None:
    code, name = _currency_of(column, reader), column.name
    wanted = {"measures": [f"sum({name})", f"avg({name})"], "groups": [code], "limit": 200}
    rows = read.aggregate(AggregateRequest(**{**vars(asked), **wanted}), reader.context).rows
    for row in sorted(rows, key=lambda r: -abs(r[f"sum_{name}"] or 0)):
        if row[f"sum_{name}"] is not None:
            total.sums.append(number_words(column, row[f"sum_{name}"], reader, row[code]))
            total.means.append(number_words(column, row[f"avg_{name}"], reader, row[code]))
