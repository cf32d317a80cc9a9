"""One batch of rows: references resolved, existing records found by key, commands written, each row's fate told.

Everything is asked once for the whole batch. Rows with the same key go one after the other, so that the later one
updates what the earlier one made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.errors import JimuError
from jimu.exchange.importing.binding import Binding, Target
from jimu.exchange.importing.cells import text_of
from jimu.exchange.importing.checkpoint import Counters
from jimu.exchange.importing.later import LaterReference, LaterReferences
from jimu.exchange.importing.lookups import Lookups, Question, naming_field
from jimu.exchange.importing.rows import NamedRecord, PendingRow, RowProblem
from jimu.fieldtypes.errors import FieldError
from jimu.messages import Message
from jimu.records import BatchResult, Command, Context, Create, Update
from jimu.records.commands import Loaded
from jimu.records.duplicates.asking import find_duplicates
from jimu.storage.transaction import Transaction

Answers = dict[Question, dict[str, "int | FieldError"]]
WriteMany = Callable[[Sequence[Command], Context], BatchResult]
NO_KEY = object()


def is_unknown(answer: Any) -> bool:
    """Whether a text names no record."""
    return isinstance(answer, FieldError) and answer.code == "unknown_reference"


def _without_id(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "id"}


def _are_loaded(binding: Binding) -> bool:
    """Whether the values are what the field types made of the cells, and nothing was done to them since."""
    targets = [t for c in binding.columns for t in c.targets]
    targets += [f.target for f in binding.formulas] + [target for target, _ in binding.constants]
    multiplied = any(c.reader.rule.multiply is not None for c in binding.columns)
    return not multiplied and not any(t.several or t.composite for t in targets)


@dataclass
class Batch:
    """``refused`` are the rows with problems; ``stored`` maps the others to the ids of their records; ``skipped``: to
    those that were there and were left alone. ``order``: the row of each command that was written (None: one of a
    record that a row refers to).
    """

    rows: list[PendingRow]
    refused: list[PendingRow] = field(default_factory=list)
    stored: list[tuple[PendingRow, int]] = field(default_factory=list)
    skipped: list[tuple[PendingRow, int]] = field(default_factory=list)
    order: list[PendingRow | None] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)

    def keep_later(self, later: LaterReferences) -> None:
        """Note which references of the stored rows are to be set once the rows that they name are there."""
        for row, id in self.stored:
            if row.later:
                names = {n.target.field.name: list(n.texts) for n in row.later}
                later.add(LaterReference(row.row.number, id, names, [text_of(c) for c in row.row.cells]))
        later.flush()


class BatchWriter:
    """Writes batches of one binding. ``write_many`` stores the good rows and tells about the others."""

    def __init__(self, binding: Binding, lookups: Lookups, write_many: WriteMany) -> None:
        self._binding = binding
        self._lookups = lookups
        self._write_many = write_many
        self._hand_in = Loaded if _are_loaded(binding) else dict

    def write(self, rows: Sequence[PendingRow], context: Context, transaction: Transaction) -> Batch:
        """Stores the rows within ``transaction``."""
        batch = Batch(list(rows))
        self.resolve(rows, transaction, context, batch)
        sound: list[PendingRow] = []
        for row in rows:
            (batch.refused if row.problems else sound).append(row)
        for wave in self._waves(sound, batch):
            self._write_wave(wave, batch, context, transaction)
        batch.counters.rejected = len(batch.refused)
        batch.counters.read = len(batch.rows)
        return batch

    # --- references ---

    def resolve(
        self,
        rows: Sequence[PendingRow],
        transaction: Transaction,
        context: Context | None = None,
        batch: Batch | None = None,
    ) -> None:
        """Puts ids in place of the names of records; what is not there yet but may be in the same file goes to
        ``later``. With a ``context``, records are made where the mapping says so.
        """
        asked: dict[Any, list[str]] = {}
        for row in rows:
            for named in row.references:
                asked.setdefault(named.target.question, []).extend(named.texts)
        answers = {q: self._lookups.resolve(q, texts, transaction) for q, texts in asked.items()}
        if context is not None and batch is not None:
            self._make_missing(rows, answers, context, batch)
        for row in rows:
            for named in row.references:
                self._place(row, named, answers[named.target.question])

    def _make_missing(self, rows: Sequence[PendingRow], answers: Answers, context: Context, batch: Batch) -> None:
        """Makes the records that rows refer to and that are not there, each once."""
        missing: dict[Any, dict[str, None]] = {}
        for row in rows:
            for named in row.references if not row.problems else ():
                question = named.target.question
                if named.target.create and question is not None:
                    unknown = (t for t in named.texts if is_unknown(answers[question][t]))
                    missing.setdefault(question, {}).update(dict.fromkeys(unknown))
        for question, texts in missing.items():
            if texts:
                self.make(question, list(texts), answers[question], context, batch)

    def make(
        self, question: Question, texts: Sequence[str], answers: dict[str, Any], context: Context, batch: Batch
    ) -> None:
        name = naming_field(question, context.manifest)
        assert name is not None
        batch.order += [None] * len(texts)
        result = self._write_many([Create(question.objects[0], {name: text}) for text in texts], context)
        for text, outcome in zip(texts, result.rows, strict=True):
            if outcome.record is not None:
                answers[text] = outcome.record.id
                self._lookups.remember(question, text, outcome.record.id)
            else:
                answers[text] = FieldError("not_created", self._why_not(text, question, outcome.error, context))

    @staticmethod
    def _why_not(text: str, question: Question, error: JimuError, context: Context) -> Message:
        reason = error.problems[0].message if error.problems else error.message
        label = context.manifest.object(question.objects[0]).label
        return Message(
            "{object} “{text}” could not be made: {reason}", {"object": label, "text": text, "reason": reason}
        )

    def _place(self, row: PendingRow, named: NamedRecord, answers: dict[str, int | FieldError]) -> None:
        target = named.target
        found = [answers[text] for text in named.texts]
        errors = [a for a in found if isinstance(a, FieldError)]
        if not errors:
            ids = [a for a in found if isinstance(a, int)]
            row.values[target.field.name] = ids if target.several else (ids[0] if ids else None)
        elif self._may_come_later(target) and all(e.code == "unknown_reference" for e in errors):
            row.later.append(named)
        else:
            row.problems.extend(RowProblem(e.code, e.message, self.header_of(target.field.name)) for e in errors)

    def _may_come_later(self, target: Target) -> bool:
        return target.is_self and not target.field.required and target.field.type != "parent"

    # --- keys ---

    def _waves(self, rows: Sequence[PendingRow], batch: Batch) -> list[list[tuple[PendingRow, Any]]]:
        """The rows cut so that no key occurs twice in a wave; rows without a key value are refused."""
        waves: list[list[tuple[PendingRow, Any]]] = []
        times: dict[Any, int] = {}
        for row in rows:
            key = self._key_of(row)
            if key is None:
                row.problems.append(
                    RowProblem("key_blank", Message("The key field is blank."), self.header_of(self._binding.key[0]))
                )
                batch.refused.append(row)
                continue
            place = 0 if key is NO_KEY else times.get(key, 0)
            if key is not NO_KEY:
                times[key] = place + 1
            while len(waves) <= place:
                waves.append([])
            waves[place].append((row, key))
        return waves

    def _key_of(self, row: PendingRow) -> Any:
        """The row's key (a tuple for several fields), NO_KEY where there is none to look for, None where it is
        blank.
        """
        names = self._binding.key
        if not names:
            return NO_KEY
        if names == ("id",):
            return row.values.get("id") or NO_KEY
        values = tuple(row.values.get(n) for n in names)
        if all(v is None for v in values):
            return None
        return values[0] if len(names) == 1 else values

    def _find(self, keys: Sequence[Any], transaction: Transaction) -> dict[Any, list[int]]:
        wanted = [k for k in keys if k is not NO_KEY]
        if not wanted:
            return {}
        names = self._binding.key
        if names == ("id",):
            object = self._binding.object.name
            return {id: [id] for id, t in transaction.titles(wanted).items() if t.object == object and not t.deleted}
        return transaction.find_ids(self._binding.object.name, names[0] if len(names) == 1 else names, wanted)

    # --- writing ---

    def _write_wave(
        self, wave: Sequence[tuple[PendingRow, Any]], batch: Batch, context: Context, transaction: Transaction
    ) -> None:
        existing = self._find([key for _, key in wave], transaction)
        fresh = [row for row, key in wave if key is NO_KEY or not existing.get(key)]
        alike = self._alike(fresh, context)
        commands: list[Command] = []
        written: list[PendingRow] = []
        again: list[tuple[PendingRow, Any]] = []
        for row, key in wave:
            ids = [] if key is NO_KEY else existing.get(key, [])
            said, found = alike.get(row.row.number, ("", 0))
            if said == "skip" and not ids:
                batch.counters.skipped += 1
                batch.skipped.append((row, found))
                continue
            if said == "update" and not found and not ids:
                again.append((row, key))
                continue
            if said == "update" and found and not ids:
                commands.append(Update(self._binding.object.name, found, self._hand_in(_without_id(row.values))))
                written.append(row)
                continue
            command = self._command(row, key, ids, batch)
            if command is not None:
                commands.append(command)
                written.append(row)
        if commands:
            batch.order += written
            self._tell(written, self._write_many(commands, context), batch)
        if again:
            self._update_rows(again, batch, context, transaction)

    def _update_rows(
        self, wave: Sequence[tuple[PendingRow, Any]], batch: Batch, context: Context, transaction: Transaction
    ) -> None:
        """Rows that are to update what an earlier row of the file has made: it is there by now."""
        self._write_wave(wave, batch, context, transaction)

    def _alike(self, rows: Sequence[PendingRow], context: Context) -> dict[int, tuple[str, int]]:
        """Row number -> (skip, update or create, the record that the object's rules take for the same; 0: a row)."""
        step = self._binding.step
        if step.duplicates not in ("skip", "update", "ask") or not rows:
            return {}
        object = self._binding.object.name
        found: dict[int, tuple[str, int]] = {}
        answers = find_duplicates(object, [_without_id(r.values) for r in rows], context)
        for place, (row, told) in enumerate(zip(rows, answers, strict=True)):
            same = next((t for t in told if t.object == object and (t.id or 0 <= t.place < place)), None)
            if same is not None:
                said = step.decisions.get(row.row.number, "skip") if step.duplicates == "ask" else step.duplicates
                found[row.row.number] = (said, same.id)
        return found

    def _command(self, row: PendingRow, key: Any, ids: Sequence[int], batch: Batch) -> Command | None:
        object = self._binding.object.name
        values = _without_id(row.values)
        if len(ids) > 1:
            row.problems.append(
                RowProblem(
                    "ambiguous_key",
                    Message("{count} records have this key.", {"count": len(ids)}),
                    self.header_of(self._binding.key[0]),
                )
            )
            batch.refused.append(row)
            return None
        if ids and self._binding.step.existing == "skip":
            batch.counters.skipped += 1
            batch.skipped.append((row, ids[0]))
            return None
        if ids and self._binding.step.existing == "refuse":
            header = self.header_of(self._binding.key[0])
            row.problems.append(RowProblem("exists", Message("There is such a record already."), header))
            batch.refused.append(row)
            return None
        if ids:
            return Update(object, ids[0], self._hand_in(values))
        if key is not NO_KEY and self._binding.by_id:
            row.problems.append(
                RowProblem("not_found", Message("There is no record with this id."), self.header_of("id"))
            )
            batch.refused.append(row)
            return None
        return Create(object, self._hand_in({name: value for name, value in values.items() if value is not None}))

    def _tell(self, rows: Sequence[PendingRow], result: BatchResult, batch: Batch) -> None:
        for outcome in result.rows:
            row = rows[outcome.row]
            if outcome.status == "failed":
                row.problems.extend(self.problems_of(outcome.error))
                batch.refused.append(row)
                continue
            counters = batch.counters
            setattr(counters, outcome.status, getattr(counters, outcome.status) + 1)
            if outcome.record is not None:
                batch.stored.append((row, outcome.record.id))

    # --- messages ---

    def header_of(self, field: str | None) -> str:
        """The column that gives ``field``, as the file calls it."""
        return self._binding.headers_of.get(field or "", field or "")

    def problems_of(self, error: JimuError) -> list[RowProblem]:
        if not error.problems:
            return [RowProblem(error.code, error.message)]
        return [RowProblem(p.code, p.message, self.header_of(p.field)) for p in error.problems]
