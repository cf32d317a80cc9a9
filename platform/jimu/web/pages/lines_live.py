"""What lines compute while one types: their formulas, what is wrong with them, totals, and what the record they hang on
makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.errors import JimuError, StaleVersion
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Command, Record
from jimu.records.draft import Preview
from jimu.records.foresight import foresee
from jimu.web.pages.grids import MOST_ROWS, GridShape
from jimu.web.pages.lines import SentLines, SentRow, cell_texts, commands_of, is_blank, totals_of
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import base_of

_CHANGED = Message("Somebody else changed this line meanwhile.")


@dataclass(frozen=True)
class RowProblem:
    """``name``: the field ("" for the row as a whole). ``now``: the row as stored, if it was changed meanwhile."""

    grid: str
    row: str
    name: str
    text: str
    now: Mapping[str, Any] | None = None


@dataclass
class LiveLines:
    """``data``: for the page; ``before``, ``after``: the rows as stored and as they would be; ``problems``: all."""

    grid: GridShape
    data: dict[str, Any]
    before: list[Mapping[str, Any]]
    after: list[Mapping[str, Any]]
    problems: list[RowProblem] = field(default_factory=list)


def live_lines(lines: SentLines, stored: Sequence[Record], parent: int, reader: Reader) -> LiveLines:
    """``stored``: the rows as they are. One batch of previews, one query for all titles."""
    grid = lines.grid
    pairs = [(row, command) for row, command in commands_of(lines, parent) if not row.is_deleted]
    previews = write.preview_many([command for _, command in pairs], reader.context) if pairs else []
    by_key = {row.key: preview for (row, _), preview in zip(pairs, previews, strict=True)}
    known = {record.id: record for record in stored}
    values = {
        row.key: {
            **(known[row.id].values if row.id in known else {}),
            **(by_key[row.key].values if row.key in by_key else {}),
        }
        for row in lines.rows
        if not row.is_deleted and not is_blank(row)
    }
    titles = read.resolve_titles(_references(grid, values.values()), reader.context)
    problems = [p for row in lines.rows for p in row_problems(grid, row, by_key.get(row.key), reader)]
    rows = {
        row.key: {
            "texts": cell_texts(grid, values[row.key], titles),
            "found": row.found,
            "problems": {p.name: p.text for p in problems if p.row == row.key},
        }
        for row in lines.rows
        if row.key in values
    }
    gone = {row.id for row in lines.rows if row.is_deleted}
    unseen = [r.values for r in stored if r.id not in gone and r.id not in {row.id for row in lines.rows}]
    after = [*values.values(), *unseen]
    data = {"rows": rows, "totals": totals_of(grid, after), "count": len(after)}
    return LiveLines(grid, data, [record.values for record in stored], after, problems)


def foreseen_parent(
    object: str, values: Mapping[str, Any], lives: Iterable[LiveLines], reader: Reader
) -> dict[str, Any]:
    """The values of the record with the roll-ups and formulas that its lines make."""
    now = dict(values)
    for live in lives:
        if len(live.before) < MOST_ROWS:
            child = (live.grid.object.name, live.grid.related.field)
            now |= foresee(object, now, child, (live.before, live.after), reader.context)
    return now


def row_problems(grid: GridShape, row: SentRow, preview: Preview | None, reader: Reader) -> list[RowProblem]:
    """What is wrong with a row, as far as can be told before it is written. Its parent is no news: it stands above."""
    if row.is_deleted or is_blank(row):
        return []
    unread = {p.field for p in row.sent.problems}
    found = list(row.sent.problems)
    if preview is not None:
        found += [p for p in preview.problems if p.field not in unread and p.field != grid.related.field]
        if preview.error is not None and not preview.problems and not isinstance(preview.error, StaleVersion):
            return [RowProblem(grid.key, row.key, "", reader.render(preview.error.message))]
    return [RowProblem(grid.key, row.key, p.field or "", reader.render(p.message)) for p in found]


def refused_rows(
    grid: GridShape, failed: Iterable[tuple[SentRow, Command, JimuError]], reader: Reader
) -> list[RowProblem]:
    """The problems of rows that writing refused; of one changed meanwhile, how it is now."""
    found: list[RowProblem] = []
    for row, _, error in failed:
        if isinstance(error, StaleVersion) and row.id is not None:
            found.append(RowProblem(grid.key, row.key, "", reader.render(_CHANGED), _now(grid, row.id, reader)))
        elif error.problems:
            found += [RowProblem(grid.key, row.key, p.field or "", reader.render(p.message)) for p in error.problems]
        else:
            found.append(RowProblem(grid.key, row.key, "", reader.render(error.message)))
    return found


def _now(grid: GridShape, id: int, reader: Reader) -> dict[str, Any] | None:
    try:
        record = read.get(grid.object.name, id, reader.context)
    except JimuError:
        return None
    return {
        "version": record.version,
        "values": base_of(grid.page, record.values, reader),
        "texts": {
            column.name: column.present(record.values.get(column.name), record.values, record.titles).text
            for column in grid.columns
        },
    }


def _references(grid: GridShape, rows: Iterable[Mapping[str, Any]]) -> set[int]:
    names = [column.name for column in grid.columns if column.field.kind is Kind.REFERENCE]
    names += [column.name for column in grid.columns if column.field.kind is Kind.REFERENCES]
    found: set[int] = set()
    for row in rows:
        for name in names:
            value = row.get(name)
            found.update(value if isinstance(value, list) else [value] if isinstance(value, int) else [])
    return found
