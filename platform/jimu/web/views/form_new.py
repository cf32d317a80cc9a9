"""Creating a record: its form, its live state, and taking it once however often it is sent."""

from __future__ import annotations

import hashlib
import json as json_module
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.access.csrf import CSRF_FIELD
from jimu.access.rules import require_action
from jimu.errors import Conflict, JimuError
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Record
from jimu.storage.entries import IdempotentAnswer
from jimu.web.pages.form import FormPage, build_sections, live_state
from jimu.web.pages.grids import grids_of
from jimu.web.pages.lines import SentLines, read_lines
from jimu.web.pages.live_conditions import live_conditions
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.sent import Arguments, Sent, read_form
from jimu.web.pages.shapes import PageShape, page_shape
from jimu.web.responses import json, local, page, reader_of, record_id
from jimu.web.views.form_duplicates import panel_html, shown_duplicates
from jimu.web.views.form_page import asked_back, refuse_form, show_form
from jimu.web.views.line_saving import live, show_lines, with_lines, write_lines
from jimu.web.views.saving import REFUSALS, Foreseen, checked, done, previewed, save, saved_note, with_type
from jimu.web.visit import visit

_MOST_KEY = 64
_NOT_VALUES = frozenset({CSRF_FIELD, "_once", "_then", "_duplicates_ok", "_duplicates_reason"})
_USED = Message(
    "This form was saved once already. What you typed since then is still here: save it again to make another."
)


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/new", view_func=show_new)
    blueprint.add_url_rule("/o/<object>/new", view_func=create, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/state", view_func=new_state, methods=["POST"])


def show_new(object: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    definition = reader.manifest.object(object)
    variants = [t for t in definition.record_types.values() if not t.retired]
    variant = request.args.get("type", "")
    if len(variants) > 1 and variant not in definition.record_types and "copy" not in request.args:
        return _choose_type(object, variants, reader)
    variant = variant or (variants[0].name if len(variants) == 1 else "")
    given = _copied(object, reader) if request.args.get("copy") else {}
    variant = given.get("record_type") or variant
    shape = page_shape(object, reader, variant or None)
    typed = {name: request.args.getlist(name) for name in request.args if name in shape.fields}
    given |= read_form(shape, Arguments(typed), reader).values
    values, titles, *_ = previewed(Create(object, with_type(given, variant)), given, reader)
    return show_form(_new_page(shape, reader, variant, build_sections(shape, values, titles, reader)))


def _choose_type(object: str, variants: list[Any], reader: Reader) -> Response:
    definition = reader.manifest.object(object)
    title = reader.render(Message("New: {object}", {"object": definition.label}))
    return page(
        "choose_type.html",
        title,
        object=object,
        choices=[(reader.label(t.label) or t.name, _address(type=t.name)) for t in variants],
        icon_name=definition.icon,
        crumbs=[Crumb(reader.label(definition.plural), f"/o/{object}"), Crumb(title)],
    )


def create(object: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    variant = request.form.get("_type", "")
    shape = page_shape(object, reader, variant or None)
    sent = read_form(shape, request.form, reader)
    lines = sent_lines(object, reader, variant)
    command = Create(object, with_type(sent.values, variant))
    try:
        address, record = _create_once(command, sent, lines, shape, reader)
    except REFUSALS as error:
        return refuse_form(typed_page(shape, variant, sent, reader), error, reader, lines)
    if record is None:
        return done(address, Message("It was saved already."))
    return done(address, saved_note(record, Message("{title} was created.", {"title": record.title})))


def sent_lines(object: str, reader: Reader, variant: str = "") -> list[SentLines]:
    """The lines that came along with the form."""
    texts = request.form.getlist("_lines")
    return read_lines(grids_of(object, reader, variant or None), texts, reader) if texts else []


def _create_once(
    command: Create, sent: Sent, lines: Sequence[SentLines], shape: PageShape, reader: Reader
) -> tuple[str, Record | None]:
    """Where to go on, and the new record; None where this very form was taken before."""
    checked(command, sent, reader)
    key = request.form.get("_once", "")[:_MOST_KEY]
    scope, digest = f"form:{reader.actor.id}", _digest()
    with write.unit_of_work(reader.context) as unit:
        kept = unit.transaction.get_answer(scope, key) if key else None
        if kept is not None and kept.request_hash == digest:
            return kept.body, None
        if kept is not None:
            raise Conflict(_USED)
        record = save(command, shape, reader, within=unit)
        write_lines(lines, record.id, unit, reader)
        address = _next_address(record)
        if key and not unit.transaction.put_answer(scope, key, IdempotentAnswer(digest, 303, address, unit.clock())):
            raise Conflict(Message("This form is being saved just now."))
    return address, record


def _digest() -> str:
    """What makes two forms the same: their values and the names of their files."""
    values = sorted((n, v) for n, v in request.form.items(multi=True) if n not in _NOT_VALUES)
    files = sorted((n, f.filename or "") for n, f in request.files.items(multi=True))
    return hashlib.sha256(json_module.dumps([values, files]).encode()).hexdigest()


def _next_address(record: Record) -> str:
    object, variant = record.object, request.form.get("_type", "")
    if request.form.get("_then") == "new":
        return f"/o/{object}/new" + (f"?{urlencode({'type': variant})}" if variant else "")
    return local(request.form.get("_back"), f"{record_url(object, record.id)}?{urlencode({'saved': f'{object}/new'})}")


def new_state(object: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    variant = request.form.get("_type", "")
    shape = page_shape(object, reader, variant or None)
    sent = read_form(shape, request.form, reader)
    seen = previewed(Create(object, with_type(sent.values, variant)), sent.values, reader)
    lives = live(sent_lines(object, reader, variant), None, reader)
    seen = with_lines(seen, lives, object, reader)
    more = {"lines": {one.grid.key: one.data for one in lives}}
    more["duplicates"] = shown_duplicates(object, seen.duplicates, reader)
    return json(live_state(shape, seen, reader, sent) | more)


def resume_new(object: str, form: Any, reader: Reader) -> FormPage:
    """The form with what was typed into it before the session ended."""
    require_action(reader.actor, reader.manifest, object, "create")
    variant = form.get("_type", "")
    shape = page_shape(object, reader, variant or None)
    return typed_page(shape, variant, read_form(shape, form, reader), reader, local(form.get("_back"), ""))


def typed_page(shape: PageShape, variant: str, sent: Sent, reader: Reader, back: str | None = None) -> FormPage:
    """The form as it was typed."""
    command = Create(shape.object.name, with_type(sent.values, variant))
    found = Foreseen(sent.values, {})
    with suppress(JimuError):
        found = previewed(command, sent.values, reader)
    sections = build_sections(shape, found.values, found.titles, reader, sent.typed)
    made = _new_page(shape, reader, variant, sections, back)
    made.duplicates = panel_html(shape.object.name, found.duplicates, reader)
    return made


def _new_page(shape: PageShape, reader: Reader, variant: str, sections: Any, back: str | None = None) -> FormPage:
    definition = shape.object
    kind = definition.record_types.get(variant)
    return FormPage(
        definition,
        reader.render(Message("New: {object}", {"object": definition.label})),
        f"/o/{definition.name}/new",
        asked_back() if back is None else back,
        sections,
        record_type=variant,
        record_type_label=reader.label(kind.label) if kind else "",
        draft=f"{definition.name}/new",
        once=secrets.token_urlsafe(16),
        conditions=live_conditions(shape, sections),
        lines=show_lines(definition.name, None, reader, request.form.getlist("_lines")),
    )


def _copied(object: str, reader: Reader) -> dict[str, Any]:
    """The values of the record to be copied that the reader could type himself; what must be unique stays blank."""
    record = read.get(object, record_id(request.args["copy"]), reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    found = {}
    for field in shape.fields.values():
        if field.state == "edit" and not field.field.unique and field.widget not in ("secret", "file", "image"):
            for one in (field, *field.parts):
                has_value = record.values.get(one.name) is not None and one.field.kind.has_column
                if has_value or one.field.kind is Kind.REFERENCES:
                    found[one.name] = record.values.get(one.name)
    return found | ({"record_type": record.values["record_type"]} if record.values.get("record_type") else {})


def _address(**changes: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    return f"{request.path}?{urlencode([*kept, *changes.items()])}"
