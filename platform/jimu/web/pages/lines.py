"""Lines: the rows of a grid as they stand, as they were sent, as commands, and what they compute while one types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jimu.errors import BadRequest
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Command, Create, Delete, Record, Update
from jimu.records.requests import ListRequest
from jimu.web.pages.display import Titles, Values
from jimu.web.pages.fieldviews import typed_of
from jimu.web.pages.form import text_of
from jimu.web.pages.grids import MOST_ROWS, GridShape, is_edited
from jimu.web.pages.line_titles import find_by_title, unfound_problem
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import Arguments, Sent, Typed, base_of, read_form

_MOST_TEXT = 2_000_000
_UNREADABLE = Message("The lines that were sent cannot be read.")


@dataclass
class SentRow:
    """``key`` names the row in the page. ``base``: what stood in it at first. ``order``: its place.

    ``found``: the references that were named by their titles.
    """

    key: str
    id: int | None
    version: int | None
    base: Typed
    typed: Typed
    sent: Sent
    is_deleted: bool
    found: Typed = field(default_factory=dict)
    order: int = 0


@dataclass
class SentLines:
    grid: GridShape
    rows: list[SentRow] = field(default_factory=list)


def stored_rows(grid: GridShape, parent: tuple[str, int], reader: Reader) -> list[Record]:
    """The rows as they are stored, at most ``MOST_ROWS``."""
    order = grid.related.sort or ((grid.position,) if grid.position else ("created_at",))
    request = ListRequest(grid.object.name, order=order, limit=MOST_ROWS)
    return read.related(*parent, grid.object.name, grid.related.field, request, reader.context).records


def read_lines(grids: Iterable[GridShape], texts: Sequence[str], reader: Reader) -> list[SentLines]:
    """The grids that a form brought, one JSON text each; what belongs to no grid of the reader's is left out."""
    by_key = {grid.key: grid for grid in grids}
    found = []
    for text in texts:
        if not text:
            continue
        given = _decoded(text)
        grid = by_key.get(str(given.get("key")))
        if grid is not None and grid.may_edit:
            rows = [row for row in given.get("rows") or () if isinstance(row, dict)]
            if len(rows) > 2 * MOST_ROWS:
                raise BadRequest(Message("There are too many lines at once."))
            found.append(SentLines(grid, _rows(grid, rows, reader)))
    return found


def _decoded(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text) if len(text) <= _MOST_TEXT else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise BadRequest(_UNREADABLE)
    return given


def _rows(grid: GridShape, given: list[dict[str, Any]], reader: Reader) -> list[SentRow]:
    _put_found(grid, given, reader)
    rows, place = [], 0
    for raw in given:
        row = _row(grid, raw, reader)
        if not row.is_deleted and not (row.id is None and is_blank(row)):
            place += 1
            row.order = place
        rows.append(row)
    return rows


def _row(grid: GridShape, raw: dict[str, Any], reader: Reader) -> SentRow:
    base, typed = _texts(raw.get("base")), _texts(raw.get("values"))
    id, version = _id(raw.get("id")), raw.get("version")
    is_new = id is None
    # Cells of a new row that were left as they began are not asked for: its defaults are the engine's to give.
    asked = {n: t for n, t in typed.items() if not is_new or t != base.get(n, []) or t}
    sent = read_form(grid.page, Arguments(asked), reader, None if is_new else base)
    for name, text in (raw.get("unfound") or {}).items():
        if name in grid.page.fields:
            sent.problems.append(text)
            sent.values.pop(name, None)
    return SentRow(
        str(raw.get("key") or ""),
        id,
        version if isinstance(version, int) else None,
        base,
        typed,
        sent,
        bool(raw.get("deleted")),
        _texts(raw.get("found")),
    )


def _texts(given: Any) -> Typed:
    if not isinstance(given, dict):
        return {}
    return {
        str(name): [str(text) for text in texts if text != ""]
        for name, texts in given.items()
        if isinstance(texts, list)
    }


def _find(raw: dict[str, Any]) -> dict[str, str]:
    given = raw.get("find")
    return {str(name): str(text) for name, text in given.items()} if isinstance(given, dict) else {}


def _id(text: Any) -> int | None:
    try:
        return decode_id(text) if isinstance(text, str) and text else None
    except ValueError:
        raise BadRequest(_UNREADABLE) from None


def as_id(text: str) -> int | None:
    """The id that a text writes; None where it is none."""
    try:
        return decode_id(text)
    except ValueError:
        return None


def is_blank(row: SentRow) -> bool:
    """A new row into which nothing was typed."""
    return row.id is None and all(texts == row.base.get(name, []) or not texts for name, texts in row.typed.items())


# --- references named by their titles, as they come out of a spreadsheet ----------------------------------------------


def _put_found(grid: GridShape, given: list[dict[str, Any]], reader: Reader) -> None:
    """Replace titles in ``find`` of the rows by ids; what is not found, or twice, becomes a problem of its cell."""
    wanted: dict[str, set[str]] = {}
    for raw in given:
        for name, text in _find(raw).items():
            wanted.setdefault(str(name), set()).add(str(text).strip())
    known = {
        name: find_by_title(grid.page.fields[name].field, texts, reader)
        for name, texts in wanted.items()
        if name in grid.page.fields and grid.page.fields[name].source
    }
    for raw in given:
        raw["values"], raw["found"], raw["unfound"] = dict(_texts(raw.get("values"))), {}, {}
        for name, text in _find(raw).items():
            ids = known.get(name, {}).get(str(text).strip(), [])
            if len(ids) == 1:
                raw["values"][name] = raw["found"][name] = [encode_id(ids[0])]
            elif name in known:
                raw["unfound"][name] = unfound_problem(name, str(text), len(ids))


# --- writing ----------------------------------------------------------------------------------------------------------


def commands_of(lines: SentLines, parent: int) -> list[tuple[SentRow, Command]]:
    """What must be written, deletions first, so that what must be unique is free again. ``parent`` 0: there is none
    yet."""
    grid, name = lines.grid, lines.grid.object.name
    found: list[tuple[SentRow, Command]] = [
        (row, Delete(name, row.id, row.version))
        for row in lines.rows
        if row.is_deleted and row.id is not None and grid.may_delete
    ]
    for row in lines.rows:
        if row.is_deleted or is_blank(row):
            continue
        values = _placed(grid, row)
        if row.id is None and grid.may_create:
            found.append((row, Create(name, values | ({grid.related.field: parent} if parent else {}))))
        elif row.id is not None and values and grid.may_update:
            found.append((row, Update(name, row.id, values, row.version)))
    return found


def _placed(grid: GridShape, row: SentRow) -> dict[str, Any]:
    """The values of a row, with its place among the rows where a field keeps that."""
    values = dict(row.sent.values)
    values.pop(grid.position, None)
    if grid.position and row.base.get(grid.position) != [str(row.order)]:
        values[grid.position] = row.order
    return values


# --- what the page is told --------------------------------------------------------------------------------------------


def row_data(grid: GridShape, record: Record, reader: Reader) -> dict[str, Any]:
    """A stored row for the page: what stands in its cells, and how they read."""
    base = base_of(grid.page, record.values, reader)
    return {
        "key": encode_id(record.id),
        "id": encode_id(record.id),
        "version": record.version,
        "base": base,
        "values": base,
        "texts": cell_texts(grid, record.values, record.titles),
    }


def cell_texts(grid: GridShape, values: Values, titles: Titles) -> dict[str, str]:
    """How cells read that are not typed into: computed ones and the titles of references."""
    return {
        column.name: text_of(column, values, titles)
        for column in grid.columns
        if not is_edited(column) or column.source
    }


def totals_of(grid: GridShape, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    shapes = {column.name: column for column in grid.columns}
    found = {}
    for name in grid.totals:
        numbers = [row[name] for row in rows if isinstance(row.get(name), int | Decimal)]
        codes = {part.name: row[part.name] for row in rows for part in shapes[name].parts if row.get(part.name)}
        found[name] = text_of(shapes[name], {**codes, name: sum(numbers)}, {}) if numbers else ""
    return found


def blank_row(grid: GridShape, reader: Reader) -> Typed:
    """What stands in a new row: the constant defaults of its fields."""
    found = {}
    for shape in grid.page.fields.values():
        default = shape.field.default
        if default is not None and isinstance(default, str | int | Decimal | bool):
            found[shape.name] = typed_of(shape, default, reader)
    return found
