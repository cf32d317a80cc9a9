"""The rows of an import on their way: file, mapping and reader fitted together, rows in batches from a place on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from jimu.exchange.importing.binding import Binding, bind
from jimu.exchange.importing.date_order import find_day_first
from jimu.exchange.importing.rows import PendingRow, RowReader
from jimu.exchange.importing.step import ImportStep
from jimu.exchange.readers import Row, TableFile, open_table
from jimu.exchange.wizard.files import local_file
from jimu.exchange.wizard.imports import DataImport
from jimu.formulas import Environment
from jimu.records import Context
from jimu.records.environment import build_environment
from jimu.records.wave import build_load_context

SAMPLE_ROWS = 2_000


@dataclass(frozen=True)
class Source:
    """``context`` acts through the import, which history tells."""

    table: TableFile
    step: ImportStep
    binding: Binding
    reader: RowReader
    context: Context
    environment: Environment

    def rows(self, after: int = 0) -> Iterator[tuple[Row, PendingRow | None]]:
        """Rows with numbers above ``after``, with what is to be stored of each (None: it is left out)."""
        for row in self.table.rows():
            cells = self.reader.clean(row)
            wanted = row.broken is not None or self.reader.wants(row, cells)
            if row.number > after:
                yield row, self.reader.read(row, cells) if wanted else None

    def batches(self, size: int, after: int = 0) -> Iterator[list[tuple[Row, PendingRow | None]]]:
        rows = self.rows(after)
        while batch := list(itertools.islice(rows, size)):
            yield batch


def open_source(data: DataImport, context: Context) -> Source:
    """Raises BadRequest with every problem of the mapping, UnreadableFile, NotFound if the file is gone."""
    acting = replace(context, actor=replace(context.actor, via="import"), reason=f"import {data.file_name}"[:120])
    step = data.step
    if step.duplicates in ("create", "ask"):
        acting = replace(acting, duplicates_reason=f"import {data.file_name}"[:120])
    environment = build_environment(acting)
    load = build_load_context(acting, environment)
    table = open_table(local_file(data.id, context), step.options)
    sample = list(itertools.islice(table.rows(), SAMPLE_ROWS))
    day_first = {
        header: find_day_first(c for r in sample if isinstance(c := r.cells[i], str))
        for i, header in enumerate(table.headers)
    }
    binding = bind(step, table, acting, load, day_first)
    reader = RowReader(binding, load, environment, is_csv=table.format == "csv")
    return Source(table, step, binding, reader, acting, environment)
