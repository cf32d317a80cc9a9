"""The lines of a record in the form of a decision: a grid with the columns that the step names, and what was typed in
them. Hidden columns are not there at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jimu.errors import Problem
from jimu.fieldtypes.ids import encode_id
from jimu.records import read
from jimu.records.requests import ListRequest
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.form import field_view
from jimu.web.pages.model import FieldShape, FieldView
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import Arguments, read_form
from jimu.web.pages.shapes import PageShape, page_shape

MOST_LINES = 200


@dataclass(frozen=True)
class LineGrid:
    """``rows``: the title of each line and its controls, in the order of ``columns``."""

    object: str
    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[FieldView, ...]], ...]


def line_grids(columns: Mapping[str, Mapping[str, str]], object: str, record: int, reader: Reader) -> list[LineGrid]:
    """``columns``: object of lines -> column -> level."""
    return [grid for lines, levels in columns.items() if (grid := _grid(lines, levels, object, record, reader))]


def _grid(lines: str, levels: Mapping[str, str], object: str, record: int, reader: Reader) -> LineGrid | None:
    shape = page_shape(lines, reader, None)
    shown = [n for n, level in levels.items() if level != "hidden" and n in shape.fields]
    if not shown:
        return None
    rows = []
    for row in _rows(lines, object, record, reader):
        judge = judge_for(lines, row.values, reader)
        views = []
        for name in shown:
            place = f"line.{lines}.{encode_id(row.id)}"
            view = field_view(_placed(shape.fields[name], place), row.values, row.titles, reader, judge, place=place)
            view.read_only = view.read_only or levels[name] == "read"
            view.required = levels[name] == "required"
            views.append(view)
        rows.append((row.title or encode_id(row.id), tuple(views)))
    labels = tuple(shape.fields[n].label for n in shown)
    return LineGrid(lines, reader.label(shape.object.plural or shape.object.label), labels, tuple(rows))


def _rows(lines: str, object: str, record: int, reader: Reader) -> list[Any]:
    parent = reader.manifest.object(lines).parent or ""
    request = ListRequest(lines, order=("created_at",), limit=MOST_LINES)
    return list(read.related(object, record, lines, parent, request, reader.context).records)


def _placed(shape: FieldShape, place: str) -> FieldShape:
    """The same field under a name of its own in the form."""
    parts = tuple(_placed(part, place) for part in shape.parts)
    return replace(shape, name=f"{place}.{shape.name}", parts=parts, drawn={})


def read_grids(
    columns: Mapping[str, Mapping[str, str]], object: str, record: int, form: Any, reader: Reader
) -> tuple[dict[str, dict[str, dict[str, Any]]], list[Problem]]:
    """What was changed in the columns that may be: {object: {line: {column: value}}}; and what cannot be read."""
    changes: dict[str, dict[str, dict[str, Any]]] = {}
    problems: list[Problem] = []
    for lines, levels in columns.items():
        shape = page_shape(lines, reader, None)
        names = [n for n, level in levels.items() if level in ("edit", "required") and n in shape.fields]
        only = shape.only(names)
        for row in _rows(lines, object, record, reader) if names else ():
            place = f"line.{lines}.{encode_id(row.id)}"
            sent = read_form(only, _of_row(only, place, form), reader)
            problems += [replace(p, field=f"{place}.{p.field}") for p in sent.problems]
            values = {n: v for n, v in sent.values.items() if v != row.values.get(n)}
            if values:
                changes.setdefault(lines, {})[encode_id(row.id)] = values
    return changes, problems


def _of_row(shape: PageShape, place: str, form: Any) -> Arguments:
    names = [part.name for field in shape.fields.values() for part in (field, *field.parts)]
    given = {name: form.getlist(f"{place}.{name}") for name in names if f"{place}.{name}" in form}
    marks = {f"_has_{name}": ["1"] for name in names if f"_has_{place}.{name}" in form}
    return Arguments({**given, **marks})
