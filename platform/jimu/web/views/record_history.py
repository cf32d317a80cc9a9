"""History of a record on its page, and putting an old value back."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.errors import JimuError, NotFound
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Record, Update
from jimu.web.errors import STATUS
from jimu.web.pages.display import presenter_for
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record_history import build_history, can_restore, old_value
from jimu.web.pages.shapes import PageShape, page_shape
from jimu.web.responses import fragment, reader_of, record_id, whole_number
from jimu.web.visit import visit

_PATH = "/o/<object>/<id>/history"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, view_func=show_history)
    blueprint.add_url_rule(f"{_PATH}/<entry>/<field>", view_func=ask_put_back)
    blueprint.add_url_rule(f"{_PATH}/<entry>/<field>", view_func=put_back, methods=["POST"])


def show_history(object: str, id: str) -> Response:
    """A page of entries: from the latest on, or from the one that a permanent address names (``at``)."""
    reader, number = reader_of(visit()), record_id(id)
    shape = _shape(object, number, reader)
    before, field = request.args.get("before", ""), request.args.get("field", "")
    first = whole_number(before)
    if request.args.get("at"):
        first = record_id(request.args["at"]) + 1
    found = build_history(shape, number, reader, before=first, field=field if field in shape.fields else "")
    return fragment(
        "history.html",
        history=found,
        href=f"{record_url(object, number)}/history",
        page_href=record_url(object, number),
        fields=_fields(shape),
        field=field,
        is_more=bool(before),
        at=request.args.get("at", ""),
    )


def _fields(shape: PageShape) -> list[tuple[str, str]]:
    return sorted(((f.name, f.label) for f in shape.fields.values() if f.state == "edit"), key=lambda pair: pair[1])


def ask_put_back(object: str, id: str, entry: str, field: str) -> Response:
    """What would be put back, beside what is there now."""
    reader, record, shape = _opened(object, id)
    return _question(record, shape, entry, field, reader)


def put_back(object: str, id: str, entry: str, field: str) -> Response:
    """An ordinary write of the old value, refused if the record was changed since the question was put."""
    reader, record, shape = _opened(object, id)
    value = _old(record, shape, entry, field, reader)
    version = whole_number(request.form.get("_version"))
    try:
        write.write(Update(object, record.id, {field: value}, version), reader.context)
    except JimuError as error:
        status = next((STATUS[c] for c in type(error).__mro__ if c in STATUS), 500)
        texts = [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]
        return _question(record, shape, entry, field, reader, texts, status)
    return fragment("record_done.html", text=reader.render(Message("The value was put back.")))


def _opened(object: str, id: str) -> tuple[Reader, Record, PageShape]:
    reader = reader_of(visit())
    record = read.get(object, record_id(id), reader.context)
    return reader, record, page_shape(object, reader, record.values.get("record_type"))


def _shape(object: str, id: int, reader: Reader) -> PageShape:
    names = ("record_type",) if reader.manifest.object(object).record_types else ()
    record = read.get(object, id, reader.context, fields=names, deleted="any", titles=False)
    return page_shape(object, reader, record.values.get("record_type"))


def _old(record: Record, shape: PageShape, entry: str, field: str, reader: Reader) -> object:
    definition = shape.object.fields.get(field)
    if definition is None or not can_restore(definition, shape, reader):
        raise NotFound(Message("There is no such value to be put back."))
    try:
        return old_value(record.object, record.id, record_id(entry), field, reader)
    except LookupError:
        raise NotFound(Message("There is no such value to be put back.")) from None


def _question(
    record: Record,
    shape: PageShape,
    entry: str,
    field: str,
    reader: Reader,
    problems: list[str] | None = None,
    status: int = 200,
) -> Response:
    value = _old(record, shape, entry, field, reader)
    present = presenter_for(shape.object.fields[field], reader)
    ids = {v for v in (value if isinstance(value, list) else [value]) if isinstance(v, int)}
    titles = {**record.titles, **read.resolve_titles(ids, reader.context)}
    return fragment(
        "record_restore.html",
        status=status,
        label=shape.fields[field].label,
        now=present(record.values.get(field), record.values, titles),
        old=present(value, {}, titles),
        version=record.version,
        href=request.path,
        problems=problems or [],
    )
