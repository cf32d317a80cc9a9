"""A grid of lines on the page of the record they hang on: shown, judged while one types, and saved by itself.

``GET /o/<object>/<id>/lines/<key>`` answers the grid as a fragment, ``POST`` saves its rows in one transaction: 200, or
422 with the problem of every cell. ``key`` is ``child.field``.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.errors import NotFound
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Record
from jimu.web.pages.form import FormPage
from jimu.web.pages.grids import GridShape, grids_of
from jimu.web.pages.lines import read_lines
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import fragment, json, reader_of, record_id
from jimu.web.views.line_saving import (
    LinesRefused,
    lines_view,
    live,
    place_row_problems,
    problems_in,
    write_lines,
)
from jimu.web.views.saving import REFUSALS, told_problems
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>/lines/<key>", view_func=show_grid)
    blueprint.add_url_rule("/o/<object>/<id>/lines/<key>", view_func=save_grid, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/lines/<key>/state", view_func=grid_state, methods=["POST"])


def show_grid(object: str, id: str, key: str) -> Response:
    reader = reader_of(visit())
    grid, record = _asked(object, id, key, reader)
    view = lines_view(grid, record, reader)
    view.action = f"{record_url(object, record.id)}/lines/{key}"
    return fragment("lines.html", grid=view, user=reader.actor.id)


def save_grid(object: str, id: str, key: str) -> Response:
    reader = reader_of(visit())
    grid, record = _asked(object, id, key, reader)
    lines = read_lines([grid], request.form.getlist("_lines"), reader)
    try:
        with write.unit_of_work(reader.context) as unit:
            count = write_lines(lines, record.id, unit, reader)
    except REFUSALS as error:
        page = FormPage(reader.manifest.object(object), "", "", "", [])
        rows = place_row_problems(page, problems_in(lines, error, (object, record.id), reader), lines)
        if not isinstance(error, LinesRefused):
            page.summary.insert(0, ("", reader.render(error.message)))
        return told_problems(page.summary, rows=rows)
    return json({"saved": count})


def grid_state(object: str, id: str, key: str) -> Response:
    reader = reader_of(visit())
    grid, record = _asked(object, id, key, reader)
    lines = read_lines([grid], request.form.getlist("_lines"), reader)
    lives = live(lines, (object, record.id), reader)
    return json({"fields": {}, "hidden_sections": [], "lines": {one.grid.key: one.data for one in lives}})


def _asked(object: str, id: str, key: str, reader: Reader) -> tuple[GridShape, Record]:
    record = read.get(object, record_id(id), reader.context)
    grids = grids_of(object, reader, record.values.get("record_type"))
    grid = next((one for one in grids if one.key == key and one.may_edit), None)
    if grid is None:
        raise NotFound(Message("There is no such list."))
    return grid, record
