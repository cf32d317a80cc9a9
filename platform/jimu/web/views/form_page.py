"""A form as an answer: shown, or come back with its problems beside its fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request

from jimu.errors import JimuError
from jimu.messages import Message
from jimu.web.pages.form import FormPage, add_problems, problems_of
from jimu.web.pages.lines import SentLines
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader
from jimu.web.responses import is_fetch, local, page, reader_of
from jimu.web.views.line_saving import LinesRefused, place_row_problems, problems_in
from jimu.web.views.saving import told_problems
from jimu.web.visit import visit


def show_form(form_page: FormPage, status: int = 200) -> Response:
    reader = reader_of(visit())
    definition = form_page.object
    form_page.zone = reader.time_zone.key
    crumbs = [Crumb(reader.label(definition.plural), f"/o/{definition.name}")]
    if not form_page.is_new:
        crumbs.append(Crumb(form_page.title, form_page.action.removesuffix("/edit")))
    crumbs.append(Crumb(reader.render(Message("New") if form_page.is_new else Message("Edit"))))
    return page("form.html", form_page.title, status=status, object=definition.name, form=form_page, crumbs=crumbs)


def refuse_form(
    form_page: FormPage, error: JimuError, reader: Reader, lines: Sequence[SentLines] = (), parent: Any = None
) -> Response:
    """The form again, as it was typed, each problem beside its field: 422. A script is told the problems only: it keeps
    the form as it stands, chosen files included. ``lines``: what was sent along for the record ``parent`` (None: new).
    """
    form_page.came_back = True
    if not isinstance(error, LinesRefused):
        add_problems(form_page, problems_of(error), reader)
    rows = place_row_problems(form_page, problems_in(lines, error, parent, reader), lines)
    if is_fetch():
        return told_problems(form_page.summary, rows=rows)
    for grid in form_page.lines:
        grid.spec["problems"] = [row for row in rows if row["grid"] == grid.key]
    return show_form(form_page, 422)


def asked_back() -> str:
    """Where the form was asked to lead on to; '' for the record's own page."""
    return local(request.values.get("_back") or request.args.get("back"), "")
