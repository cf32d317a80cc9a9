"""The dry run: what every row would do, judged by the write path without storing or locking anything.

Rows are judged against what is stored; what rows of the file would do to each other (the same key or unique value
twice, references among them) is kept in mind on the way. The results lie in a file of the import's folder, a row a
line; why a row fails is put into words for whoever reads it (``checked_rows``, ``reasons.reasons_of``).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from jimu.errors import Invalid, JimuError
from jimu.exchange.importing.batch import NO_KEY, Batch, BatchWriter
from jimu.exchange.importing.cells import text_of
from jimu.exchange.importing.lookups import Lookups, Question, match_fields
from jimu.exchange.importing.rows import PendingRow, RowProblem
from jimu.exchange.wizard.files import folder_of
from jimu.exchange.wizard.reasons import Reasons, kind_of
from jimu.exchange.wizard.source import Source
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message, keep_message, kept_message
from jimu.records import BatchResult, Command, Context, Create, RowResult, write
from jimu.records.draft import Preview
from jimu.records.reading import reading
from jimu.storage.transaction import Transaction

BATCH = 500
FIRST_ROWS = 50
_FILE = "check.jsonl"
_STATUS = {"create": "created", "update": "updated", "unchanged": "unchanged"}
_SAME = Message("The row {row} of this file has the same {field}.")
_NOT_THERE = Message("There is no {object} called “{text}”, neither in the file nor before; it will be left blank.")


@dataclass
class Forecast:
    """``counts``: action -> rows. ``reasons``: why rows fail or need a look. ``made``: records that would be made
    because rows refer to them. ``later``: row, column and text of references to rows further down.
    """

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Reasons = field(default_factory=Reasons)
    made: dict[str, int] = field(default_factory=dict)
    first: list[dict[str, Any]] = field(default_factory=list)
    later: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, told: Mapping[str, Any]) -> None:
        self.rows += 1
        self.counts[told["action"]] += 1
        for code, header, kept in told["problems"]:
            self.reasons.add(told["row"], code, header, kept)
        if len(self.first) < FIRST_ROWS:
            self.first.append(dict(told))

    def dump(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "counts": dict(self.counts),
            **self.reasons.dump(),
            "made": self.made,
            "first": self.first,
        }


class CheckWriter(BatchWriter):
    """As the writer of batches, but everything is only foreseen."""

    def __init__(self, source: Source, lookups: Lookups) -> None:
        super().__init__(source.binding, lookups, self._foresee)
        self._step = source.step
        self.names: set[str] = set()
        self.made: dict[Question, set[str]] = {}
        self._keys: dict[Any, int] = {}
        self._uniques: dict[tuple[str, Any], int] = {}
        self._fields = source.binding.object.fields
        self._single = [u[0] for u in source.binding.object.uniques if len(u) == 1]
        self._naming = match_fields(source.binding.object)
        self.previews: dict[int, Preview] = {}
        self.blank: dict[int, dict[str, tuple[str, ...]]] = {}
        self._latest: list[Preview] = []
        self._commands: Sequence[Command] = ()

    def make(
        self, question: Question, texts: Sequence[str], answers: dict[str, Any], context: Context, batch: Batch
    ) -> None:
        """Records that would be made are counted, and looked at as if they were there."""
        self.made.setdefault(question, set()).update(texts)
        for text in texts:
            answers[text] = FieldError("will_be_made", Message("It will be made."))

    def _place(self, row: PendingRow, named: Any, answers: dict[str, int | FieldError]) -> None:
        made = self.made.get(named.target.question, set())
        if named.target.create and any(text in made for text in named.texts):
            self.blank.setdefault(id(row), {})[named.target.field.name] = named.texts
            return
        super()._place(row, named, answers)

    def _key_of(self, row: PendingRow) -> Any:
        """A record that would be made is known by its text."""
        made = self.blank.get(id(row), {})
        names = self._binding.key
        if not made.keys() & set(names):
            return super()._key_of(row)
        values = tuple(_ToBeMade(made[n]) if n in made else row.values.get(n) for n in names)
        return values[0] if len(names) == 1 else values

    def _find(self, keys: Sequence[Any], transaction: Transaction) -> dict[Any, list[int]]:
        return super()._find([key for key in keys if not _names_unmade(key)], transaction)

    def _write_wave(
        self, wave: Sequence[tuple[PendingRow, Any]], batch: Batch, context: Context, transaction: Transaction
    ) -> None:
        """Rows whose key an earlier row of the file brings will update what that one makes."""
        known = self._find([key for _, key in wave], transaction)
        fresh: list[tuple[PendingRow, Any]] = []
        again: list[tuple[PendingRow, Any]] = []
        for row, key in wave:
            is_fresh = key is NO_KEY or key not in self._keys or known.get(key)
            (fresh if is_fresh else again).append((row, key))
        self._judge_again([row for row, _ in again], batch, context)
        super()._write_wave(fresh, batch, context, transaction)
        for row, key in fresh:
            if key is not NO_KEY and not row.problems:
                self._keys.setdefault(key, row.row.number)

    def _update_rows(
        self, wave: Sequence[tuple[PendingRow, Any]], batch: Batch, context: Context, transaction: Transaction
    ) -> None:
        self._judge_again([row for row, _ in wave], batch, context)

    def _judge_again(self, rows: Sequence[PendingRow], batch: Batch, context: Context) -> None:
        """Rows that meet what an earlier row makes."""
        if self._step.existing == "skip":
            batch.skipped += [(row, 0) for row in rows]
            return
        if self._step.existing == "refuse":
            for row in rows:
                row.problems.append(RowProblem("exists", Message("There is such a record already.")))
            batch.refused += rows
            return
        values = [{n: v for n, v in row.values.items() if n != "id" and v is not None} for row in rows]
        previews = write.preview_many([Create(self._binding.object.name, v) for v in values], context) if rows else []
        for row, preview in zip(rows, previews, strict=True):
            wrong = [p for p in preview.problems if p.code != "required"]
            if wrong:
                row.problems.extend(self.problems_of(Invalid(Message("Some values are not right."), wrong)))
                batch.refused.append(row)
            else:
                batch.stored.append((row, 0))

    def _tell(self, rows: Sequence[PendingRow], result: BatchResult, batch: Batch) -> None:
        for outcome in result.rows:
            row = rows[outcome.row]
            preview: Preview = self._latest[outcome.row]
            problems = self._problems(row, preview, outcome)
            if problems:
                row.problems.extend(problems)
                batch.refused.append(row)
                continue
            self.previews[row.row.number] = preview
            batch.stored.append((row, preview.id or 0))
            self._remember_names(preview)

    def _foresee(self, commands: Sequence[Command], context: Context) -> BatchResult:
        self._latest = write.preview_many(commands, context)
        self._commands = commands
        return BatchResult([_result(place, one) for place, one in enumerate(self._latest)])

    def _problems(self, row: PendingRow, preview: Preview, outcome: RowResult) -> list[RowProblem]:
        blank = self.blank.get(id(row), {})
        found: list[RowProblem] = []
        if outcome.status == "failed":
            kept = [p for p in preview.problems if not (p.code == "required" and p.field in blank)]
            error: JimuError = preview.error or Invalid(Message("Some values are not right."), kept)
            found = self.problems_of(error) if kept or preview.error is not None else []
        if not found and isinstance(self._commands[outcome.row], Create):
            found += self._same_in_file(row, preview)
        return found

    def _same_in_file(self, row: PendingRow, preview: Preview) -> list[RowProblem]:
        found: list[RowProblem] = []
        for name in self._single:
            value = preview.values.get(name)
            if value is None:
                continue
            first = self._uniques.setdefault((name, value), row.row.number)
            if first != row.row.number:
                params = {"row": first, "field": self._fields[name].label}
                found.append(RowProblem("not_unique", replace(_SAME, params=params), self.header_of(name)))
        return found

    def _remember_names(self, preview: Preview) -> None:
        for name in self._naming:
            value = preview.values.get(name)
            if isinstance(value, str):
                self.names.add(value.casefold())


@dataclass(frozen=True, slots=True)
class _ToBeMade:
    """In a key: the record that these texts name, which is not there yet."""

    texts: tuple[str, ...]


def _names_unmade(key: Any) -> bool:
    return any(isinstance(part, _ToBeMade) for part in (key if isinstance(key, tuple) else (key,)))


def _result(place: int, preview: Preview) -> RowResult:
    if preview.error is not None or preview.problems:
        return RowResult(place, "failed", error=preview.error)
    return RowResult(place, _STATUS.get(preview.action, "updated"))


class Check:
    """One dry run. ``step`` judges a batch; ``finish`` what could only be judged at the end."""

    def __init__(self, source: Source, import_id: int) -> None:
        self.source = source
        self.forecast = Forecast()
        self.writer = CheckWriter(source, Lookups(source.context))
        self.path = results_path(import_id, source.context)
        self._part = self.path.with_name(f".{_FILE}.{os.getpid()}")
        self._file = self._part.open("wb")
        self.late: dict[int, list[Any]] = {}

    def run(self) -> Iterator[int]:
        """Judges batch after batch; gives how many rows are through."""
        try:
            for rows in self.source.batches(BATCH):
                with reading(self.source.context) as transaction:
                    self._batch(rows, replace(self.source.context, transaction=transaction))
                yield rows[-1][0].number - 1
            self._finish()
        finally:
            self._file.close()
        self._place_late()
        os.replace(self._part, self.path)

    def _batch(self, rows: Sequence[tuple[Any, PendingRow | None]], context: Context) -> None:
        pending = [row for _, row in rows if row is not None]
        batch = self.writer.write(pending, context, context.transaction)
        stored = {id(row): number for row, number in batch.stored}
        skipped = {id(row): number for row, number in batch.skipped}
        for raw, row in rows:
            if row is None:
                self._write(self._told(raw, "left_out", 0, ()))
            elif row.problems:
                self._write(self._told(raw, "failed", 0, row.problems))
            elif id(row) in skipped:
                action = "asked" if self._is_asked(raw.number) else "skipped"
                self._write(self._told(raw, action, skipped[id(row)], ()))
            else:
                told = self._told(raw, self._action(raw.number), stored.get(id(row), 0), self._warnings(raw.number))
                self._write(told)
                self._later(row)
        self.writer.previews.clear()
        self.writer.blank.clear()

    def _is_asked(self, number: int) -> bool:
        step = self.source.step
        return step.duplicates == "ask" and number not in step.decisions

    def _action(self, number: int) -> str:
        preview = self.writer.previews.get(number)
        return _STATUS.get(preview.action, "updated") if preview is not None else "updated"

    def _warnings(self, number: int) -> list[RowProblem]:
        preview = self.writer.previews.get(number)
        if preview is None:
            return []
        return [RowProblem(w.code, w.message, self.writer.header_of(w.field)) for w in preview.warnings]

    def _later(self, row: PendingRow) -> None:
        for named in row.later:
            header = self.writer.header_of(named.target.field.name)
            self.forecast.later += [(row.row.number, header, text) for text in named.texts]

    def _told(self, raw: Any, action: str, id: int, problems: Iterable[RowProblem]) -> dict[str, Any]:
        told = [[p.code, p.header, keep_message(p.message)] for p in problems]
        return {
            "row": raw.number,
            "action": action,
            "id": encode_id(id) if id else "",
            "problems": told,
            "cells": [text_of(c)[:200] for c in raw.cells],
        }

    def _write(self, told: dict[str, Any]) -> None:
        self.forecast.add(told)
        self._file.write(orjson.dumps(told) + b"\n")

    def _finish(self) -> None:
        """References to rows further down of which there is none; how many records would be made."""
        label = self.source.binding.object.label
        for row, header, text in self.forecast.later:
            if text.casefold() not in self.writer.names:
                kept = keep_message(replace(_NOT_THERE, params={"object": label, "text": text}))
                self.forecast.reasons.add(row, "unknown_reference", header, kept)
                self.late.setdefault(row, []).append(["unknown_reference", header, kept])
        for question, texts in self.writer.made.items():
            self.forecast.made[question.objects[0]] = self.forecast.made.get(question.objects[0], 0) + len(texts)

    def _place_late(self) -> None:
        """What was known of rows only at the end stands beside them too."""
        if not self.late:
            return
        whole = self._part.with_suffix(".whole")
        with self._part.open("rb") as lines, whole.open("wb") as file:
            for line in lines:
                told = orjson.loads(line)
                told["problems"] += self.late.get(told["row"], ())
                file.write(orjson.dumps(told) + b"\n")
        os.replace(whole, self._part)


def results_path(import_id: int, context: Context) -> Path:
    return folder_of(import_id, context) / _FILE


@dataclass(frozen=True)
class RowFilter:
    """Rows of a check: by what they would do, by a column or a kind (``kind_of``) of problems, after a row."""

    action: str = ""
    header: str = ""
    kind: str = ""
    after: int = 0

    def fits(self, told: Mapping[str, Any]) -> bool:
        if told["row"] <= self.after or (self.action and told["action"] != self.action):
            return False
        if not self.header and not self.kind:
            return True
        return any(self.header in ("", h) and self.kind in ("", kind_of(c, h, m)) for c, h, m in told["problems"])


def rows_to_decide(import_id: int, context: Context) -> list[int]:
    """The rows like records that are there, of which the last check says that a person has to decide."""
    path = results_path(import_id, context)
    if not path.exists():
        return []
    with path.open("rb") as lines:
        return [told["row"] for line in lines if (told := orjson.loads(line))["action"] == "asked"]


def checked_rows(
    import_id: int, context: Context, wanted: RowFilter, limit: int = 50
) -> tuple[list[dict[str, Any]], bool]:
    """The rows of the last check that fit, each with its ``problems`` as (code, header, message), and whether there are
    more of them.
    """
    path = results_path(import_id, context)
    found: list[dict[str, Any]] = []
    if not path.exists():
        return found, False
    with path.open("rb") as lines:
        for line in lines:
            told = orjson.loads(line)
            if wanted.fits(told):
                if len(found) >= limit:
                    return found, True
                told["problems"] = [(code, header, kept_message(kept)) for code, header, kept in told["problems"]]
                found.append(told)
    return found, False
