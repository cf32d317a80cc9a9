"""The run of one import: rows are read, batches written, refused rows kept, the place remembered."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jimu.bulk.dry_run import taken_back
from jimu.bulk.model import Item
from jimu.bulk.units import Mark, Unit, open_unit, resume_unit
from jimu.exchange.importing.batch import Batch, BatchWriter
from jimu.exchange.importing.binding import Binding, bind
from jimu.exchange.importing.cells import text_of
from jimu.exchange.importing.checkpoint import Checkpoint, Counters, fingerprint, read_facts
from jimu.exchange.importing.date_order import find_day_first
from jimu.exchange.importing.later import LaterReference, LaterReferences
from jimu.exchange.importing.lookups import Lookups
from jimu.exchange.importing.noting import notes_of_batch, notes_of_later
from jimu.exchange.importing.rejects import Rejects, rejects_path
from jimu.exchange.importing.report import SHOWN_PROBLEMS, ImportReport, OnProgress, Progress, RejectedRow
from jimu.exchange.importing.rows import NamedRecord, PendingRow, RowProblem, RowReader
from jimu.exchange.importing.step import ImportStep
from jimu.exchange.readers import Row, open_table
from jimu.messages import Message, Text, Translator
from jimu.records import BatchResult, Command, Context, Update
from jimu.records.environment import build_environment
from jimu.records.rollups_due import work_off_rollups
from jimu.records.wave import build_load_context
from jimu.records.write import unit_of_work, write_many

BATCH = 2_000
NOT_IN_FILE = "There is no {object} called “{text}”, neither in the file nor before; the record was stored without it."
STATISTICS_FROM = 200
"""From so many new records on the database is told, and again each time they have become four times as many."""
SAMPLE_ROWS = 2_000
"""Rows looked at to tell whether dates write the day or the month first."""


@dataclass(frozen=True)
class ImportOptions:
    """``folder``: where an unfinished import keeps its place (None: it can not be resumed). ``rejects``: the file of
    refused rows; default: beside the input, or in ``folder`` where that can not be written to.
    """

    dry_run: bool = False
    restart: bool = False
    folder: Path | None = None
    rejects: Path | None = None
    batch: int = BATCH
    translate: Translator | None = None
    progress: OnProgress | None = None


def import_file(path: Path, step: ImportStep, context: Context, options: ImportOptions | None = None) -> ImportReport:
    """Imports ``path`` as ``step`` says. Raises BadRequest (file or mapping unusable), Forbidden.

    With ``context.transaction`` set, everything happens within it and nothing can be resumed; that is how a dry run of
    a whole plan works.
    """
    options = options or ImportOptions()
    if not options.dry_run or context.transaction is not None:
        return _Run(path, step, context, options).run()
    with taken_back(context) as inner:
        return _Run(path, step, inner, options).run()


class _Run:
    def __init__(self, path: Path, step: ImportStep, context: Context, options: ImportOptions) -> None:
        self.path, self.step, self.options = path, step, options
        self.context = replace(context, actor=replace(context.actor, via="import"), reason=f"import {path.name}")
        if step.duplicates in ("create", "ask"):
            self.context = replace(self.context, duplicates_reason=f"import {path.name}"[:120])
        self.is_noted = context.transaction is None and not options.dry_run
        self.context = replace(self.context, rollups_later=self.is_noted)
        self.environment = build_environment(self.context)
        self.load = build_load_context(self.context, self.environment)
        self.table = open_table(path, step.options)
        self.binding = self._bind()
        self.facts = read_facts(path)
        self.reader = RowReader(self.binding, self.load, self.environment, is_csv=self.table.format == "csv")
        self.writer = BatchWriter(self.binding, Lookups(self.context), _best_effort)
        self.rejects = Rejects(options.rejects or rejects_path(path, options.folder), self.table, options.translate)
        self.samples: list[RejectedRow] = []
        self.counters = Counters()
        self.grown_at = STATISTICS_FROM

    def run(self) -> ImportReport:
        folder = self.options.folder if self.is_noted else None
        checkpoint = Checkpoint(folder, self._fingerprint())
        with unit_of_work(self.context) as unit:
            self.counters = checkpoint.open(unit.transaction, restart=self.options.restart)
            if checkpoint.abandoned:
                resume_unit(checkpoint.abandoned, unit).close("stopped")
        resumed_after = self.counters.row if checkpoint.resumed else None
        later = LaterReferences(checkpoint.later_path)
        try:
            self._begin(checkpoint.resumed, later)
            for rows in self._batches():
                self._store(rows, checkpoint, later)
            self._resolve_later(later)
        finally:
            later.close()
            self.rejects.close()
        checkpoint.close()
        self._close_unit()
        return self._report(resumed_after)

    def _begin(self, resumed: bool, later: LaterReferences) -> None:
        if resumed:
            self.rejects.keep_until(self.counters.row)
            later.keep_until(self.counters.row)
        else:
            self.rejects.discard()

    # --- reading ---

    def _bind(self) -> Binding:
        sample = list(itertools.islice(self.table.rows(), SAMPLE_ROWS))
        day_first = {
            header: find_day_first(c for r in sample if isinstance(c := r.cells[i], str))
            for i, header in enumerate(self.table.headers)
        }
        return bind(self.step, self.table, self.context, self.load, day_first)

    def _batches(self) -> Iterator[list[tuple[int, PendingRow | None]]]:
        """Row numbers with what is to be stored (None: left out), in batches, without those done before."""
        rows = self._rows()
        while batch := list(itertools.islice(rows, self.options.batch)):
            yield batch

    def _rows(self) -> Iterator[tuple[int, PendingRow | None]]:
        done = self.counters.row
        for row in self.table.rows():
            cells = self.reader.clean(row)
            wanted = row.broken is not None or self.reader.wants(row, cells)
            if row.number > done:
                yield row.number, self.reader.read(row, cells) if wanted else None

    # --- writing ---

    def _store(self, rows: list[tuple[int, PendingRow | None]], checkpoint: Checkpoint, later: LaterReferences) -> None:
        pending = [row for _, row in rows if row is not None]
        batch = Batch([])

        def mark(items: Sequence[Item]) -> list[Item]:
            return notes_of_batch(items, batch, [number for number, row in rows if row is None])

        with self._noted(mark) as unit:
            batch = self.writer.write(pending, unit, unit.transaction)
            batch.keep_later(later)
            self._refuse(batch)
            self._count(batch, rows[-1][0])
            if self._has_grown(batch.counters.created):
                unit.transaction.refresh_statistics(self.step.object)
            checkpoint.save(unit.transaction, self.counters, self.context.clock())
        self._show_progress()

    # --- the unit ---

    @contextmanager
    def _noted(self, mark: Mark) -> Iterator[Context]:
        """A transaction whose writes are noted, so that the import can be taken back as a whole; a dry run leaves
        nothing to be noted. The unit begins with the first batch.
        """
        with unit_of_work(self.context) as context:
            if not self.is_noted:
                yield context
                return
            unit = resume_unit(self.counters.unit, context) if self.counters.unit else self._open_unit(context)
            self.counters.unit = unit.id
            with unit.work(context, mark) as inner:
                yield inner

    def _open_unit(self, context: Context) -> Unit:
        subject = Message("Import: {file}", {"file": self.path.name})
        total = max(self.facts.lines - 1, 0) if self.table.format == "csv" else max(self.table.size - 1, 0)
        return open_unit(context, subject, "import", self.step.object, total=total, plan={"file": self.path.name})

    def _close_unit(self) -> None:
        if self.counters.unit:
            with unit_of_work(self.context) as context:
                resume_unit(self.counters.unit, context).close()
            work_off_rollups(self.context)

    def _has_grown(self, created: int) -> bool:
        """True when the records made by this run are four times what they were when it was last true."""
        if created and self.counters.created >= self.grown_at:
            self.grown_at = self.counters.created * 4
            return True
        return False

    def _refuse(self, batch: Batch) -> None:
        for row in sorted(batch.refused, key=lambda r: r.row.number):
            self._refuse_row(row.row.number, [text_of(c) for c in row.row.cells], row.problems)
        self.rejects.flush()

    def _refuse_row(self, number: int, cells: list[str], problems: list[RowProblem]) -> None:
        self.rejects.add(number, cells, problems)
        if len(self.samples) < SHOWN_PROBLEMS:
            self.samples.append(RejectedRow(number, tuple(problems)))

    def _count(self, batch: Batch, row: int) -> None:
        counters, new = self.counters, batch.counters
        for name in ("read", "created", "updated", "unchanged", "skipped", "rejected"):
            setattr(counters, name, getattr(counters, name) + getattr(new, name))
        counters.row = row

    # --- references within the file ---

    def _resolve_later(self, later: LaterReferences) -> None:
        """The second pass: every row is there now, so references between rows of the file can be set."""
        if not later.count:
            return
        references = later.read()
        while chunk := list(itertools.islice(references, self.options.batch)):
            rows = self._pending(chunk)
            places: list[int] = []

            def mark(items: Sequence[Item], rows: Any = rows, places: Any = places) -> list[Item]:
                return notes_of_later(items, rows, places)

            with self._noted(mark) as unit:
                places += self._set_references(chunk, rows, unit)

    def _pending(self, chunk: list[LaterReference]) -> list[PendingRow]:
        targets = {t.field.name: t for column in self.binding.columns for t in column.targets}
        targets |= {b.target.field.name: b.target for b in self.binding.formulas}
        targets |= {target.field.name: target for target, _ in self.binding.constants}
        return [
            PendingRow(
                Row(ref.row, tuple(ref.cells)),
                references=[NamedRecord(targets[name], tuple(texts)) for name, texts in ref.names.items()],
            )
            for ref in chunk
        ]

    def _set_references(self, chunk: list[LaterReference], rows: list[PendingRow], unit: Context) -> list[int]:
        """Writes what is there by now; the places of the rows for which something was written."""
        self.writer.resolve(rows, unit.transaction)
        commands: list[Command] = []
        places: list[int] = []
        for place, (ref, row) in enumerate(zip(chunk, rows, strict=True)):
            for missing in row.later:
                row.problems.append(
                    RowProblem(
                        "unknown_reference",
                        Message(
                            NOT_IN_FILE,
                            {"object": self.binding.object.label, "text": list(missing.texts)},
                        ),
                        self.writer.header_of(missing.target.field.name),
                    )
                )
            if row.values:
                commands.append(Update(self.binding.object.name, ref.id, row.values))
                places.append(place)
        if commands:
            result = _best_effort(commands, unit)
            for outcome in result.failed:
                rows[places[outcome.row]].problems.extend(self.writer.problems_of(outcome.error))
        for ref, row in zip(chunk, rows, strict=True):
            if row.problems:
                self.counters.rejected += 1
                self._refuse_row(ref.row, ref.cells, row.problems)
        return places

    # --- telling ---

    def _show_progress(self) -> None:
        if self.options.progress is not None:
            total = (
                max(self.facts.lines - 1, self.counters.row - 1) if self.table.format == "csv" else self.table.size - 1
            )
            self.options.progress(Progress(self.step.object, self._label, self.counters.row - 1, total))

    @property
    def _label(self) -> Text:
        return self.step.label or self.binding.object.plural

    def _fingerprint(self) -> str:
        return fingerprint(self.facts.digest, self.step, self.context.actor.id)

    def _report(self, resumed_after: int | None) -> ImportReport:
        c = self.counters
        return ImportReport(
            self.step.object,
            self._label,
            self.path,
            self.options.dry_run,
            c.read,
            c.created,
            c.updated,
            c.unchanged,
            c.skipped,
            c.rejected,
            self.rejects.path if self.rejects.count else None,
            tuple(self.samples),
            self.binding.ignored,
            resumed_after,
            self.table.encoding,
            self.table.delimiter,
            self.table.sheet,
            self.counters.unit or None,
        )


def _best_effort(commands: Sequence[Command], context: Context) -> BatchResult:
    return write_many(commands, context, atomic=False)
