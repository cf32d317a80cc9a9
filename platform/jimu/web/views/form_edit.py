"""Changing a record: its form, its live state, and what happens when somebody else was faster."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.errors import StaleVersion
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Record, Update
from jimu.web.pages.approval_notice import running_approvals
from jimu.web.pages.form import FormPage, build_sections, live_state
from jimu.web.pages.lines import SentLines, SentRow, as_id
from jimu.web.pages.live_conditions import live_conditions
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.sent import Arguments, Sent, Typed, base_of, read_base, read_form
from jimu.web.pages.shapes import PageShape, page_shape
from jimu.web.pages.stale import line_notes, merge_rows
from jimu.web.responses import is_fetch, json, local, page, reader_of, record_id, whole_number
from jimu.web.views.form_duplicates import panel_html, shown_duplicates
from jimu.web.views.form_new import sent_lines
from jimu.web.views.form_page import asked_back, refuse_form, show_form
from jimu.web.views.line_saving import has_changes, live, show_lines, with_lines, write_lines
from jimu.web.views.saving import (
    REFUSALS,
    checked,
    done,
    dropped_files,
    ids_in,
    previewed,
    save,
    saved_note,
    uploads,
)
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>/edit", view_func=show_edit)
    blueprint.add_url_rule("/o/<object>/<id>/edit", view_func=change, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/state", view_func=edit_state, methods=["POST"])


def show_edit(object: str, id: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "update")
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    sections = build_sections(shape, record.values, record.titles, reader)
    return show_form(_edit_page(shape, record, reader, sections, base_of(shape, record.values, reader)))


def change(object: str, id: str) -> Response:
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    base = read_base(request.form.get("_base"))
    sent = read_form(shape, _chosen(), reader, base)
    lines = sent_lines(object, reader, record.values.get("record_type") or "")
    command = Update(object, record.id, sent.values, _version(shape, record, base, reader))
    is_changed = sent.problems or sent.values or uploads(shape) or dropped_files(shape, record)
    if not is_changed and not has_changes(lines):
        return done(_next_address(record), Message("Nothing was changed."))
    try:
        checked(command, sent, reader)
        with write.unit_of_work(reader.context) as unit:
            saved = save(command, shape, reader, record, within=unit) if is_changed else record
            write_lines(lines, record.id, unit, reader)
    except StaleVersion:
        return _stale(shape, record, base or {}, sent, lines, reader)
    except REFUSALS as error:
        page = typed_page(shape, record, base or {}, sent, reader)
        return refuse_form(page, error, reader, lines, (object, record.id))
    return done(_next_address(saved), saved_note(saved, Message("{title} was saved.", {"title": saved.title})))


def _version(shape: PageShape, record: Record, base: Typed | None, reader: Reader) -> int:
    """The version to be changed: the one that was seen, unless what moved since then is nothing that anyone types."""
    given = whole_number(request.form.get("_version"))
    if given is None or given == record.version:
        return record.version
    return record.version if base is not None and base == base_of(shape, record.values, reader) else given


def _next_address(record: Record) -> str:
    object, id = record.object, encode_id(record.id)
    then = request.form.get("_then")
    if then == "new":
        variant = record.values.get("record_type")
        return f"/o/{object}/new" + (f"?{urlencode({'type': variant})}" if variant else "")
    if then == "next" and request.form.get("_next"):
        return f"{record_url(object, record_id(request.form['_next']))}/edit"
    saved = f"{record_url(object, record.id)}?{urlencode({'saved': f'{object}/{id}'})}"
    return local(request.form.get("_back"), saved)


def edit_state(object: str, id: str) -> Response:
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    sent = read_form(shape, request.form, reader, read_base(request.form.get("_base")))
    seen = previewed(Update(object, record.id, sent.values), {**record.values, **sent.values}, reader)
    seen = seen._replace(values={**record.values, **seen.values}, titles={**record.titles, **seen.titles})
    lives = live(sent_lines(object, reader, record.values.get("record_type") or ""), (object, record.id), reader)
    seen = with_lines(seen, lives, object, reader)
    more = {"lines": {one.grid.key: one.data for one in lives}}
    more["duplicates"] = shown_duplicates(object, seen.duplicates, reader)
    return json(live_state(shape, seen, reader, sent, record.values) | more)


def resume_edit(object: str, id: str, form: Any, reader: Reader) -> FormPage:
    """The form with what was typed into it before the session ended."""
    require_action(reader.actor, reader.manifest, object, "update")
    record = read.get(object, record_id(id), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    base = read_base(form.get("_base"))
    found = typed_page(shape, record, base or {}, read_form(shape, form, reader, base), reader)
    found.version = whole_number(form.get("_version")) or record.version
    found.back = local(form.get("_back"), "")
    return found


def typed_page(shape: PageShape, record: Record, base: Typed, sent: Sent, reader: Reader) -> FormPage:
    """The form as it was typed."""
    command = Update(record.object, record.id, sent.values)
    values, titles, _, told = previewed(command, {**record.values, **sent.values}, reader)
    sections = build_sections(
        shape,
        {**record.values, **values},
        {**record.titles, **titles},
        reader,
        sent.typed,
        stored=record.values,
    )
    found = _edit_page(shape, record, reader, sections, base)
    found.version = whole_number(request.form.get("_version")) or record.version
    found.duplicates = panel_html(record.object, told, reader)
    return found


def _edit_page(shape: PageShape, record: Record, reader: Reader, sections: Any, base: Mapping[str, Any]) -> FormPage:
    href = record_url(record.object, record.id)
    variant = shape.object.record_types.get(record.values.get("record_type") or "")
    return FormPage(
        shape.object,
        record.title,
        f"{href}/edit",
        asked_back(),
        sections,
        record.version,
        record.values.get("record_type") or "",
        reader.label(variant.label) if variant else "",
        draft=f"{record.object}/{encode_id(record.id)}",
        base=json_module.dumps(base, ensure_ascii=False),
        is_new=False,
        conditions=live_conditions(shape, sections),
        approvals=running_approvals(record.object, record.id, reader),
        lines=show_lines(record.object, record, reader, request.form.getlist("_lines")),
    )


def _stale(
    shape: PageShape, record: Record, base: Typed, sent: Sent, lines: Sequence[SentLines], reader: Reader
) -> Response:
    """Somebody else was faster: show what was, what is and what I typed, and let me choose for each field."""
    ids = ids_in(sent.values) | {id for one in lines for row in one.rows for id in _ids_typed(one, row)}
    titles = {**record.titles, **read.resolve_titles(ids, reader.context)}
    rows = merge_rows(shape, base, sent, record.values, titles, reader)
    if not rows and not has_changes(lines) and not uploads(shape) and not dropped_files(shape, record):
        # It stands there as it was typed: sent twice, or somebody else made the same of it.
        return done(_next_address(record), Message("{title} was saved.", {"title": record.title}))
    if is_fetch():
        return json({"stale": True}, 409)  # the script sends the form as a page, which is the one below
    href = record_url(record.object, record.id)
    return page(
        "stale.html",
        reader.render(Message("{title} was changed meanwhile", {"title": record.title})),
        status=409,
        object=record.object,
        rows=rows,
        lines=line_notes(lines, titles),
        line_texts=request.form.getlist("_lines"),
        back=asked_back(),
        who=titles.get(record.values.get("updated_by") or 0, ""),
        record=record,
        href=href,
        crumbs=[
            Crumb(reader.label(shape.object.plural), f"/o/{shape.object.name}"),
            Crumb(record.title, href),
        ],
        base=json_module.dumps(base_of(shape, record.values, reader), ensure_ascii=False),
        draft=f"{record.object}/{encode_id(record.id)}",
    )


def _ids_typed(lines: SentLines, row: SentRow) -> set[int]:
    """The records that a row points at now, or did."""
    names = [name for name, shape in lines.grid.page.fields.items() if shape.source]
    texts = [text for typed in (row.typed, row.base) for name in names for text in typed.get(name, [])]
    return {id for text in texts if (id := as_id(text)) is not None}


def _chosen() -> Any:
    """The form that was sent; of a merge, only the fields for which mine, or both put together, was chosen."""
    choices = {n.removeprefix("_choose_"): v for n, v in request.form.items() if n.startswith("_choose_")}
    theirs = {name for name, choice in choices.items() if choice == "theirs"}
    both = {name: request.form.getlist(f"_both_{name}") for name, choice in choices.items() if choice == "both"}
    if not theirs and not both:
        return request.form
    owners = {name: name for name in request.form} | {
        part: whole
        for whole in theirs
        for part in request.form
        if part.startswith(f"{whole}_") or part == f"_has_{whole}"
    }
    kept = {name: request.form.getlist(name) for name in request.form if owners[name] not in theirs}
    return Arguments(kept | both)
