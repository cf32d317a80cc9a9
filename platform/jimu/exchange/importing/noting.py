"""What the unit of an import notes of each row: the record that came of it, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from jimu.bulk.model import Item
from jimu.exchange.importing.batch import Batch
from jimu.exchange.importing.rows import PendingRow, RowProblem
from jimu.messages import Message, beside, joined


def notes_of_batch(items: Sequence[Item], batch: Batch, left_out: Iterable[int]) -> list[Item]:
    """The items of what was written with their rows; rows that came to no command have one too."""
    made = [
        replace(item, along=True) if row is None else _of_row(item, row)
        for item, row in zip(items, batch.order, strict=True)
    ]
    written = {id(row) for row in batch.order if row is not None}
    made += [_refused(row) for row in batch.refused if id(row) not in written]
    made += [Item(id, "skipped", row=row.row.number) for row, id in batch.skipped]
    made += [Item(0, "skipped", row=number) for number in left_out]
    return made


def notes_of_later(items: Sequence[Item], rows: Sequence[PendingRow], places: Sequence[int]) -> list[Item]:
    """Of references set at the end. What was set is part of its row and counts for nothing of its own; what could not
    be is told. ``places``: of the rows for which something was written.
    """
    made = [
        replace(item, along=True, row=rows[place].row.number)
        for item, place in zip(items, places, strict=True)
        if item.status != "failed"
    ]
    return [*made, *(replace(_refused(row), along=True) for row in rows if row.problems)]


def _of_row(item: Item, row: PendingRow) -> Item:
    if item.status == "failed":
        return replace(item, id=0, row=row.row.number, reason=_reasons(row.problems) or item.reason)
    return replace(item, row=row.row.number)


def _refused(row: PendingRow) -> Item:
    return Item(0, "failed", reason=_reasons(row.problems), row=row.row.number)


def _reasons(problems: Sequence[RowProblem]) -> Message | None:
    return joined([beside(p.header, p.message) for p in problems], "; ") if problems else None
