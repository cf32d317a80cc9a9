"""One row of a file -> the values of one record, with everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.exchange.importing.binding import Binding, BoundColumn, Target
from jimu.exchange.importing.cells import CellReader, read_value, text_of
from jimu.exchange.importing.row_formulas import value_of
from jimu.exchange.importing.step import ColumnRule
from jimu.exchange.readers import Cell, Row
from jimu.exchange.spreadsheet_safety import unprotect
from jimu.fieldtypes.base import LoadContext
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.ids import decode_id
from jimu.formulas import Environment
from jimu.messages import Message

_BETWEEN = re.compile(r"[;；|、\n]+")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """``header``: the column, or '' for the whole row."""

    code: str
    message: Message
    header: str = ""


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A reference still to be resolved: the texts in the file that name the record (or records)."""

    target: Target
    texts: tuple[str, ...]


@dataclass(slots=True)
class PendingRow:
    """A row on its way to become a command. ``later``: references to rows of the same file that may come further
    down.
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    references: list[NamedRecord] = field(default_factory=list)
    later: list[NamedRecord] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


class RowReader:
    """Turns rows into pending rows. Keeps which combinations of the ``distinct`` columns it has seen."""

    def __init__(self, binding: Binding, load: LoadContext, environment: Environment, *, is_csv: bool = True) -> None:
        self._binding = binding
        self._load = load
        self._environment = environment
        self._clear_blanks = binding.step.blanks == "clear"
        self._is_csv = is_csv
        self._seen: set[tuple[str, ...]] = set()
        self._bare = CellReader.of(ColumnRule(), binding.step.empty, binding.step.dates, load)
        self._by_position = {c.position: c for c in binding.columns}

    def wants(self, row: Row, cells: Sequence[Cell]) -> bool:
        """False for a row that the step leaves out: by ``where``, or as a repetition by ``distinct``."""
        binding = self._binding
        if binding.where is not None and not value_of(binding.where, binding.scope.reader(cells), self._environment):
            return False
        if binding.distinct:
            seen = tuple(text_of(cells[i]) for i in binding.distinct)
            if seen in self._seen or not any(seen):
                return False
            self._seen.add(seen)
        return True

    def clean(self, row: Row) -> list[Cell]:
        """The row's cells without placeholders, replaced texts replaced."""
        return [
            (self._by_position[i].reader if i in self._by_position else self._bare).clean(
                unprotect(cell) if self._is_csv and isinstance(cell, str) else cell
            )
            for i, cell in enumerate(row.cells)
        ]

    def read(self, row: Row, cells: Sequence[Cell]) -> PendingRow:
        """The record that the row says; problems are listed and never raised."""
        pending = PendingRow(row)
        if row.broken is not None:
            pending.problems.append(RowProblem("unreadable_row", row.broken))
            return pending
        if row.surplus:
            pending.problems.append(
                RowProblem(
                    "too_many_cells",
                    Message(
                        "The row has more cells than there are headers: {cells}.",
                        {"cells": [text_of(c) for c in row.surplus[:3]]},
                    ),
                )
            )
        for column in self._binding.columns:
            self._read_column(pending, column, cells[column.position])
        self._read_formulas(pending, cells)
        for target, value in self._binding.constants:
            self._put(pending, target, value, self._bare, target.field.name)
        return pending

    def _read_column(self, pending: PendingRow, column: BoundColumn, cell: Cell) -> None:
        for target in column.targets:
            self._put(pending, target, cell, column.reader, column.header, column.reader.rule.separator)

    def _read_formulas(self, pending: PendingRow, cells: Sequence[Cell]) -> None:
        get = self._binding.scope.reader(cells)
        for bound in self._binding.formulas:
            value = value_of(bound.formula, get, self._environment)
            self._put(pending, bound.target, value, bound.reader, bound.target.field.name)

    def _put(
        self,
        pending: PendingRow,
        target: Target,
        cell: Any,
        reader: CellReader,
        header: str,
        separator: str | None = None,
    ) -> None:
        name = target.field.name
        if cell is None or cell == "":
            if self._clear_blanks and name not in pending.values:
                self._store(pending, target, None)
            return
        if target.question is not None:
            texts = tuple(_texts(cell, target, separator))
            pending.references.append(NamedRecord(target, texts))
            return
        try:
            self._store(pending, target, self._value(target, cell, reader))
        except FieldError as error:
            pending.problems.append(RowProblem(error.code, error.message, header))

    def _value(self, target: Target, cell: Any, reader: CellReader) -> Any:
        if target.field.name == "id":
            return _record_id(cell)
        if isinstance(cell, (list, dict)):
            return read_value(cell, target.field, target.type, self._load)
        return reader.value(cell, target.field, target.type)

    def _store(self, pending: PendingRow, target: Target, value: Any) -> None:
        if target.composite:
            whole, part = target.composite
            pending.values.setdefault(whole, {})[part] = value
        else:
            pending.values[target.field.name] = value


def _record_id(cell: Any) -> int:
    try:
        return decode_id(str(cell).strip())
    except ValueError:
        raise FieldError(
            "not_a_reference", Message("“{value}” is not the id of a record.", {"value": str(cell)[:60]})
        ) from None


def _texts(cell: Any, target: Target, separator: str | None) -> Iterator[str]:
    parts: Sequence[Any]
    if isinstance(cell, (list, tuple)):
        parts = cell
    elif not target.several:
        parts = [cell]
    elif separator:
        parts = text_of(cell).split(separator)
    else:
        parts = _BETWEEN.split(text_of(cell))
    for part in parts:
        if text := text_of(part).strip():
            yield text
