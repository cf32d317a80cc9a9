"""One cell of a file -> one value of a field.

What the cell means is decided by the field's type (``parse_text`` for what a file says in words, ``load`` for what a
sheet says in types); this file knows only what is the file's own: placeholders, replaced texts, factors and date
patterns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from jimu.definitions.model import FieldDef
from jimu.exchange.importing.step import BLANK, ColumnRule
from jimu.exchange.readers import Cell
from jimu.fieldtypes.base import FieldType, LoadContext
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message

ORDERS: Mapping[str, bool | None] = {"day_first": True, "month_first": False, "iso": None, "year_first": None}
OTHERS = "*"
NO_OPTION = "unknown_choice"


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one column. ``context`` is what the field type may depend on for this column."""

    rule: ColumnRule
    empty: frozenset[str]
    context: LoadContext
    pattern: str = ""

    @classmethod
    def of(
        cls,
        rule: ColumnRule,
        empty: tuple[str, ...],
        dates: str | None,
        context: LoadContext,
        day_first: bool | None = None,
    ) -> CellReader:
        """``empty`` and ``dates`` are the file's, ``day_first`` what its values showed; the rule's own win."""
        dates = rule.dates or dates
        order = ORDERS.get(dates or "", day_first)
        return cls(
            rule,
            frozenset(t.strip().casefold() for t in (*empty, *rule.empty)),
            replace(context, day_first=order),
            pattern=dates if dates and dates not in ORDERS else "",
        )

    def clean(self, cell: Cell) -> Cell:
        """The cell without placeholders and outer space, replaced texts replaced; None is blank. Formulas see this
        too.
        """
        if isinstance(cell, str):
            text = cell.strip()
            cell = None if not text or text.casefold() in self.empty else text
        if self.rule.values and cell is not None:
            cell = self._replaced(cell)
        return self.rule.default if cell is None else cell

    def _replaced(self, cell: Cell) -> Cell:
        values = self.rule.values
        text = str(cell)
        if text in values:
            return _plain(values[text])
        return _plain(values[OTHERS]) if OTHERS in values else cell

    def value(self, cell: Cell, field: FieldDef, type_: FieldType) -> Any:
        """The field's value of a cleaned cell; raises FieldError."""
        if cell is None:
            return None
        if self.pattern and isinstance(cell, str) and field.kind in (Kind.DATE, Kind.DATETIME, Kind.TIME):
            cell = self._by_pattern(cell)
        value = self._read(cell, field, type_)
        if self.rule.multiply is not None and value is not None:
            value = _times(value, self.rule.multiply, field)
        return value

    def _read(self, cell: Cell, field: FieldDef, type_: FieldType) -> Any:
        try:
            return read_value(cell, field, type_, self.context)
        except FieldError as error:
            if self.rule.unknown is None or error.code != NO_OPTION or field.kind is not Kind.TEXT:
                raise
        return None if self.rule.unknown == BLANK else read_value(self.rule.unknown, field, type_, self.context)

    def _by_pattern(self, text: str) -> datetime:
        try:
            return datetime.strptime(text, self.pattern)
        except ValueError:
            raise FieldError(
                "wrong_date_pattern",
                Message("{value} is not written as {pattern}.", {"value": text, "pattern": self.pattern}),
            ) from None


def read_value(cell: Any, field: FieldDef, type_: FieldType, context: LoadContext) -> Any:
    """The field's value of a cell, whatever type a sheet gave it; raises FieldError."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return type_.parse_text(cell, field, context)
    return type_.load(_fitting(cell, field.kind), field, context)


def _fitting(cell: Any, kind: Kind) -> Any:
    """A typed cell as the kind of value it is meant for: a sheet knows no dates without a time, and numbers for
    codes.
    """
    if kind is Kind.TEXT and not isinstance(cell, str):
        return text_of(cell)
    if kind is Kind.DATE and isinstance(cell, datetime):
        return cell.date()
    if kind is Kind.DATETIME and isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime.combine(cell, time())
    if kind is Kind.TIME and isinstance(cell, datetime):
        return cell.time()
    if kind is Kind.DURATION and isinstance(cell, time):
        return timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if kind is Kind.BOOLEAN and isinstance(cell, int) and cell in (0, 1):
        return bool(cell)
    return cell


def text_of(cell: Cell) -> str:
    """A cell as a person would read it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _plain(value: Any) -> Cell:
    """A value written in YAML as a cell: a float there is the decimal it was written as."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _times(value: Any, factor: Any, field: FieldDef) -> Any:
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        return value
    product = Decimal(value) * Decimal(str(factor))
    return int(product) if field.kind is Kind.INTEGER and product == product.to_integral_value() else product
