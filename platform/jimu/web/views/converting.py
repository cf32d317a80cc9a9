"""Converting a record on a page, and cloning it with its children."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.care.cloning import ChildKind, child_kinds, clone
from jimu.care.converting import convert, foresee_conversion, get_conversion
from jimu.care.crossing import find_crossing
from jimu.care.scanning import settle
from jimu.definitions.kinds.conversion import ConversionDef
from jimu.errors import Conflict, Invalid, Problem
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.converting import ConvertStep, build_step, place_step_problems, read_choice
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, page, reader_of, record_id
from jimu.web.views.form_duplicates import said
from jimu.web.visit import visit

_TOLD_HERE = (Invalid, Conflict)
ONTO = "onto."


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>/convert/<name>", view_func=show_convert)
    blueprint.add_url_rule("/o/<object>/<id>/convert/<name>", view_func=convert_record, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/<id>/clone", view_func=show_clone)
    blueprint.add_url_rule("/o/<object>/<id>/clone", view_func=clone_record, methods=["POST"])


def show_convert(object: str, id: str, name: str) -> Response:
    """``onto.STEP``: a record to join in that step; ``cluster``: the group of duplicates that one comes from."""
    reader = reader_of(visit())
    conversion = get_conversion(name, reader.context, object)
    found = foresee_conversion(conversion, record_id(id), reader.context, _onto())
    return _page(conversion, record_id(id), [build_step(one, one.choice, reader) for one in found], reader)


def convert_record(object: str, id: str, name: str) -> Response:
    reader, number = reader_of(visit()), record_id(id)
    conversion = get_conversion(name, reader.context, object)
    found = foresee_conversion(conversion, number, reader.context, _onto())
    cluster = request.args.get("cluster")
    crossing = find_crossing(record_id(cluster), reader.context) if cluster else None
    read_all = {one.step.name: read_choice(one.step, request.form, reader) for one in found}
    unread = [
        Problem(p.code, p.message, f"{step}.{p.field}") for step, (_, sent) in read_all.items() for p in sent.problems
    ]
    choices = {step: choice for step, (choice, _) in read_all.items()}
    try:
        if unread:
            raise Invalid(Message("Some values cannot be read."), unread)
        done = convert(conversion, number, choices, said(reader.context))
    except _TOLD_HERE as error:
        sent = list(read_all.values())
        steps = [build_step(one, choice, reader, typed) for one, (choice, typed) in zip(found, sent, strict=True)]
        return _page(conversion, number, steps, reader, error)
    if crossing is not None and crossing.about == number:
        settle(crossing.id, "converted", reader.context)
    last = list(done.records.values())[-1]
    titles = ", ".join(record.title for record in done.records.values())
    undo = f"/o/mass_change/{encode_id(done.unit)}/undo"
    return go(record_url(last.object, last.id), Message("Converted: {titles}.", {"titles": titles}), undo=undo)


def _onto() -> dict[str, int]:
    given = {name.removeprefix(ONTO): id for name, id in request.args.items() if name.startswith(ONTO)}
    return {step: record_id(id) for step, id in given.items()}


def _page(
    conversion: ConversionDef,
    id: int,
    steps: Sequence[ConvertStep],
    reader: Reader,
    error: Invalid | Conflict | None = None,
) -> Response:
    record = read.get(conversion.object, id, reader.context)
    problems: list[str] = []
    if error is not None:
        for step in steps:
            mine = [p for p in error.problems if (p.field or "").partition(".")[0] == step.name]
            place_step_problems(step, mine, reader)
        problems = [] if error.problems else [reader.render(error.message)]
    definition = reader.manifest.object(conversion.object)
    title = f"{reader.label(conversion.label)}: {record.title}"
    href = record_url(record.object, record.id)
    return page(
        "convert.html",
        title,
        status=422 if error is not None else 200,
        object=conversion.object,
        conversion=conversion,
        about=reader.label(conversion.help),
        steps=steps,
        problems=problems,
        may_reason=error is not None and any(p.code == "duplicate_reason" for p in error.problems),
        was_warned=error is not None and any(p.code == "duplicate_warning" for p in error.problems),
        back=href,
        crumbs=[
            Crumb(reader.label(definition.plural), f"/o/{record.object}"),
            Crumb(record.title, href),
            Crumb(reader.label(conversion.label)),
        ],
    )


def show_clone(object: str, id: str) -> Response:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "create")
    record = read.get(object, record_id(id), reader.context)
    title = reader.render(Message("Clone: {title}", {"title": record.title}))
    definition = reader.manifest.object(object)
    kinds = [
        (kind, reader.label(reader.manifest.objects[kind.object].plural), _field_label(kind, reader))
        for kind in child_kinds(object, reader.context)
    ]
    href = record_url(object, record.id)
    return page(
        "clone.html",
        title,
        object=object,
        record=record,
        kinds=kinds,
        href=href,
        crumbs=[Crumb(reader.label(definition.plural), f"/o/{object}"), Crumb(record.title, href), Crumb(title)],
    )


def _field_label(kind: ChildKind, reader: Reader) -> str:
    return reader.label(reader.manifest.objects[kind.object].fields[kind.field].label)


def clone_record(object: str, id: str) -> Response:
    reader = reader_of(visit())
    made = clone(object, record_id(id), reader.context, children=request.form.getlist("children"))
    note = Message("{title} was created.", {"title": made.title})
    return go(f"{record_url(object, made.id)}/edit", note)
