"""Lines with the record they hang on: as the form shows them, written in one transaction with it, refused with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.errors import Invalid
from jimu.messages import Message
from jimu.records import write
from jimu.records.commands import Record
from jimu.web.pages.form import FormPage
from jimu.web.pages.grids import MOST_ROWS, GridShape, grids_of
from jimu.web.pages.lines import SentLines, blank_row, commands_of, row_data, stored_rows, totals_of
from jimu.web.pages.lines_live import LiveLines, RowProblem, foreseen_parent, live_lines, refused_rows
from jimu.web.pages.reader import Reader

_REFUSED = Message("Some lines are not right.")


class LinesRefused(Invalid):
    """Lines that may not be written so; ``rows`` says which and why."""

    def __init__(self, rows: Sequence[RowProblem]) -> None:
        super().__init__(_REFUSED)
        self.rows = list(rows)


@dataclass
class LinesView:
    """A grid on a page. ``spec``: all that its script needs to know."""

    key: str
    label: str
    icon: str
    spec: dict[str, Any]
    more: str = ""
    action: str = ""
    tab: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def spec_text(self) -> str:
        return json.dumps(self.spec, ensure_ascii=False)


def show_lines(object: str, record: Record | None, reader: Reader, typed: Sequence[str] = ()) -> list[LinesView]:
    """The grids of a form; ``typed``: what was sent for them, where the form comes back."""
    kept = {}
    for text in typed:
        try:
            given = json.loads(text)
            kept[given["key"]] = given["rows"]
        except (ValueError, KeyError, TypeError):
            continue
    record_type = record.values.get("record_type") if record else None
    return [
        lines_view(grid, record, reader, kept.get(grid.key))
        for grid in grids_of(object, reader, record_type)
        if grid.may_edit
    ]


def lines_view(grid: GridShape, record: Record | None, reader: Reader, typed: Any = None) -> LinesView:
    stored = stored_rows(grid, (record.object, record.id), reader) if record else []
    rows = [row_data(grid, one, reader) for one in stored]
    spec = {
        "key": grid.key,
        "object": grid.object.name,
        "columns": [_column(shape, grid) for shape in grid.columns],
        "rows": rows,
        "typed": typed,
        "blank": blank_row(grid, reader),
        "totals": totals_of(grid, [one.values for one in stored]),
        "position": grid.position,
        "can": {"create": grid.may_create, "update": grid.may_update, "delete": grid.may_delete},
        "noun": reader.label(grid.object.label),
    }
    more = ""
    if len(stored) >= MOST_ROWS and record is not None:
        more = reader.render(Message("Only the first {most} lines are shown here.", {"most": MOST_ROWS}))
    return LinesView(f"{grid.key}", grid.label, grid.object.icon, spec, more, tab=grid.tab, rows=rows)


def _column(shape: Any, grid: GridShape) -> dict[str, Any]:
    found = {
        "name": shape.name,
        "label": shape.label,
        "widget": shape.widget if shape.name in grid.page.fields else "read",
        "numeric": shape.field.kind.value in ("integer", "decimal"),
        "required": shape.required,
        "total": shape.name in grid.totals,
    }
    if shape.options:
        found["options"] = [[o.value, o.label] for o in shape.options if not o.retired]
    if shape.source:
        found["src"] = shape.source
    return found | ({"attributes": dict(shape.attributes)} if shape.attributes else {})


def write_lines(lines: Sequence[SentLines], parent: int, unit: Any, reader: Reader) -> int:
    """Write the lines within ``unit``; raises LinesRefused with the problems of all rows. Returns how many it wrote."""
    unread = unread_rows(lines, reader)
    refused, count = list(unread), 0
    for one in lines:
        pairs = commands_of(one, parent)
        if not pairs:
            continue
        result = write.write_many([command for _, command in pairs], unit, values=False)
        count += len(pairs)
        failed = [(*pairs[r.row], r.error) for r in result.failed]
        seen = {(p.row, p.name) for p in unread}
        refused += [p for p in refused_rows(one.grid, failed, reader) if (p.row, p.name) not in seen]
    if refused:
        raise LinesRefused(refused)
    return count


def unread_rows(lines: Sequence[SentLines], reader: Reader) -> list[RowProblem]:
    return [
        RowProblem(one.grid.key, row.key, p.field or "", reader.render(p.message))
        for one in lines
        for row in one.rows
        if not row.is_deleted
        for p in row.sent.problems
    ]


def has_changes(lines: Sequence[SentLines]) -> bool:
    return any(commands_of(one, 0) for one in lines) or any(row.sent.problems for one in lines for row in one.rows)


def live(lines: Sequence[SentLines], parent: tuple[str, int] | None, reader: Reader) -> list[LiveLines]:
    return [
        live_lines(one, stored_rows(one.grid, parent, reader) if parent else [], parent[1] if parent else 0, reader)
        for one in lines
    ]


def with_lines(seen: Any, lives: Sequence[LiveLines], object: str, reader: Reader) -> Any:
    """What was foreseen of the record, with what its lines make of it."""
    if not lives:
        return seen
    values = foreseen_parent(object, seen.values, lives, reader)
    return seen._replace(values=values)


def place_row_problems(
    page: FormPage, problems: Sequence[RowProblem], lines: Sequence[SentLines]
) -> list[dict[str, Any]]:
    """The problems of rows into the summary; returns them for the script that shows them in their cells."""
    told = []
    orders = {(one.grid.key, row.key): row.order for one in lines for row in one.rows}
    grids = {one.grid.key: one.grid for one in lines}
    for problem in problems:
        grid = grids[problem.grid]
        column = next((c.label for c in grid.columns if c.name == problem.name), "")
        order = orders.get((problem.grid, problem.row), 0)
        text = ": ".join(part for part in (f"{grid.label} {order}", column, problem.text) if part)
        page.summary.append((f"lines-{grid.key}", text))
        told.append(
            {"grid": problem.grid, "row": problem.row, "name": problem.name, "text": problem.text, "now": problem.now}
        )
    return told


def problems_in(
    lines: Sequence[SentLines], error: Any, parent: tuple[str, int] | None, reader: Reader
) -> list[RowProblem]:
    """The problems of all rows, for a form that was refused because of them or of anything else."""
    if isinstance(error, LinesRefused):
        return error.rows
    return [p for one in live(lines, parent, reader) for p in one.problems]
