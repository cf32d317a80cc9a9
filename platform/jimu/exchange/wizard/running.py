"""An import taken in as a unit: batch after batch, each in a transaction that also notes what became of every row.

The place is noted with the batch, so that a run whose process died goes on at the next row, and none is there twice. It
can be paused, go on, be stopped and be taken back like any unit.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jimu.bulk.model import AT_ONCE, Item
from jimu.bulk.results import Run
from jimu.bulk.running import queue
from jimu.bulk.units import Unit, open_unit, resume_unit
from jimu.errors import Conflict, StaleVersion
from jimu.exchange.importing.batch import Batch, BatchWriter
from jimu.exchange.importing.later import LaterReference, LaterReferences
from jimu.exchange.importing.lookups import Lookups
from jimu.exchange.importing.noting import notes_of_batch, notes_of_later
from jimu.exchange.importing.rows import NamedRecord, PendingRow, RowProblem
from jimu.exchange.readers import Row
from jimu.exchange.wizard.files import folder_of
from jimu.exchange.wizard.imports import DataImport, load_import, note
from jimu.exchange.wizard.source import Source, open_source
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import BatchResult, Command, Context, Update, write
from jimu.records.auditing import audit
from jimu.records.rollups_due import work_off_rollups
from jimu.records.write import write_many

BATCH = 2_000
"""Rows of one transaction, in which others wait for what it writes."""
STATISTICS_FROM = 200
_LATER = "later:"
NOT_IN_FILE = Message(
    "There is no {object} called “{text}”, neither in the file nor before; the record was stored without it."
)


def start_run(data: DataImport, context: Context) -> DataImport:
    """Begins to take the file in, by a job. Raises what an unusable mapping raises, Conflict if it has begun."""
    if not data.is_open:
        raise Conflict(Message("This import has begun already."))
    open_source(data, context)
    subject = Message("Import: {file}", {"file": data.file_name})
    with write.unit_of_work(context) as unit:
        begun = open_unit(unit, subject, "import", data.object, total=data.rows, plan={"import": encode_id(data.id)})
        note(data, {"state": "started", "unit": begun.id}, unit)
        details = {"count": data.rows, "unit": encode_id(begun.id), "fields": sorted(_fields(data))}
        audit(unit, "data.imported", object=data.object, details=details)
        queue(begun.run, unit, anyhow=True)
    return load_import(data.id, context)


def _fields(data: DataImport) -> set[str]:
    return {rule["field"] for rule in (data.plan.get("columns") or {}).values() if rule and rule.get("field")}


def carry_import_on(import_id: int, context: Context) -> Run:
    """The rest of an import, as the context's actor, until it is through or somebody paused or stopped it."""
    data = load_import(import_id, context)
    if data.unit is None:
        raise Conflict(Message("This import has not begun."))
    context = replace(context, rollups_later=data.rows > AT_ONCE)
    unit = resume_unit(data.unit, context)
    while unit.run.is_running:
        try:
            _Running(data, unit, context).run()
        except StaleVersion:
            pass  # paused, stopped, or another worker did this batch
        unit = resume_unit(data.unit, context)
    if context.rollups_later:
        work_off_rollups(context)
    return unit.run


@dataclass(frozen=True)
class _Place:
    """How far an import is: the last row that is through, then the references among rows that are."""

    row: int = 1
    later: int = -1

    @classmethod
    def read(cls, text: str) -> _Place:
        row, _, later = text.partition(_LATER)
        return cls(int(row or 1), int(later) if later else -1)

    def __str__(self) -> str:
        return f"{self.row}{_LATER}{self.later}" if self.later >= 0 else str(self.row)


class _Running:
    def __init__(self, data: DataImport, unit: Unit, context: Context) -> None:
        self.unit = unit
        self.place = _Place.read(unit.run.progress)
        self.source: Source = open_source(data, context)
        self.lookups = Lookups(self.source.context)
        self.writer = BatchWriter(self.source.binding, self.lookups, _best_effort)
        self.later_path = folder_of(data.id, context) / "later"
        self.grown_at = max(STATISTICS_FROM, unit.run.made * 4)

    def run(self) -> None:
        later = LaterReferences(self.later_path)
        try:
            later.keep_until(self.place.row)
            if self.place.later < 0:
                for rows in self.source.batches(BATCH, self.place.row):
                    self._store(rows, later)
                    if len(rows) == BATCH:
                        self.source.context.store.give_way()
                self.place = replace(self.place, later=0)
            self._resolve_later(later)
        finally:
            later.close()
        self.unit.close()
        self.later_path.unlink(missing_ok=True)

    # --- rows ---

    def _store(self, rows: Sequence[tuple[Row, PendingRow | None]], later: LaterReferences) -> None:
        place = _Place(rows[-1][0].number)
        batch = Batch([])

        def mark(items: Sequence[Item]) -> list[Item]:
            return notes_of_batch(items, batch, [raw.number for raw, row in rows if row is None])

        try:
            with self.unit.work(self.source.context, mark, progress=str(place)) as inner:
                pending = [row for _, row in rows if row is not None]
                batch = self.writer.write(pending, inner, inner.transaction)
                if self._has_grown(batch.counters.created):
                    inner.transaction.refresh_statistics(self.source.step.object)
                batch.keep_later(later)
        except BaseException:
            self.lookups.forget()
            raise
        self.place = place

    def _has_grown(self, created: int) -> bool:
        made = self.unit.run.made + created
        if created and made >= self.grown_at:
            self.grown_at = made * 4
            return True
        return False

    # --- references within the file ---

    def _resolve_later(self, later: LaterReferences) -> None:
        """Every row is there now, so references between rows of the file can be set."""
        references = later.read()
        for _ in itertools.islice(references, self.place.later):
            pass
        while chunk := list(itertools.islice(references, BATCH)):
            self._resolve_chunk(chunk)

    def _resolve_chunk(self, chunk: Sequence[LaterReference]) -> None:
        place = replace(self.place, later=self.place.later + len(chunk))
        rows = list(self._pending(chunk))
        written: list[int] = []

        def mark(items: Sequence[Item]) -> list[Item]:
            return notes_of_later(items, rows, written)

        with self.unit.work(self.source.context, mark, progress=str(place)) as inner:
            written += self._set_references(chunk, rows, inner)
        self.place = place

    def _pending(self, chunk: Sequence[LaterReference]) -> Iterator[PendingRow]:
        binding = self.source.binding
        targets = {t.field.name: t for column in binding.columns for t in column.targets}
        targets |= {b.target.field.name: b.target for b in binding.formulas}
        targets |= {target.field.name: target for target, _ in binding.constants}
        for ref in chunk:
            named = [NamedRecord(targets[name], tuple(texts)) for name, texts in ref.names.items()]
            yield PendingRow(Row(ref.row, tuple(ref.cells)), references=named)

    def _set_references(self, chunk: Sequence[LaterReference], rows: list[PendingRow], inner: Context) -> list[int]:
        """Writes what is there by now; the places of the rows for which something was written."""
        self.writer.resolve(rows, inner.transaction)
        label = self.source.binding.object.label
        for row in rows:
            for missing in row.later:
                message = replace(NOT_IN_FILE, params={"object": label, "text": list(missing.texts)})
                header = self.writer.header_of(missing.target.field.name)
                row.problems.append(RowProblem("unknown_reference", message, header))
        marks = [place for place, row in enumerate(rows) if row.values]
        commands = [Update(self.source.binding.object.name, chunk[p].id, rows[p].values) for p in marks]
        if commands:
            result = write_many(commands, inner, atomic=False, values=False)
            for outcome in result.failed:
                rows[marks[outcome.row]].problems.extend(self.writer.problems_of(outcome.error))
        return marks


def _best_effort(commands: Sequence[Command], context: Context) -> BatchResult:
    return write_many(commands, context, atomic=False, values=False)
