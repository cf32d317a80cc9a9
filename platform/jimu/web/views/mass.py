"""Working with many records of a list at once: the forms for it, a dry run, the change itself, files of a selection,
and rows shown anew after they were edited in place.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request, send_file

from jimu.access.rules import require_action
from jimu.bulk import MassRequest, Run, Selection, count_selected, do_now, start, try_out
from jimu.bulk.actions import SHARE, TEAM
from jimu.bulk.moving_along import followers_of
from jimu.errors import BadRequest, NotFound
from jimu.exchange import ExportRequest, export_to
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.web.pages.list_address import asked_of
from jimu.web.pages.listing import list_request, rows_with
from jimu.web.pages.mass import (
    RUN,
    control_of,
    failed_rows,
    hanging_shape,
    mass_shape,
    may_add,
    operations_of,
    read_changes,
    read_hanging,
    selection_of,
    shown_by,
)
from jimu.web.pages.reader import Reader
from jimu.web.responses import fragment, json, local, reader_of, record_id
from jimu.web.views.lists import EXPORT_TYPES
from jimu.web.views.saving import done
from jimu.web.visit import visit

CONFIRMED_FROM = 20
"""More records than this are only deleted once their number has been typed."""

_NEEDED = {
    "edit": "update",
    "owner": "update",
    "transfer": "update",
    "tags": "update",
    "delete": "delete",
    "share": "read",
    "team": "read",
}
_HANGING = {"share": SHARE, "team": TEAM}
_MOST_ROWS = 100


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/mass/count", view_func=count_all)
    blueprint.add_url_rule("/o/<object>/mass/form/<action>", view_func=show_mass_form, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/mass/field/<name>", view_func=show_mass_field)
    blueprint.add_url_rule("/o/<object>/mass/try", view_func=try_change, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/mass/run", view_func=run_change, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/mass/export", view_func=export_selected, methods=["POST"])
    blueprint.add_url_rule("/o/<object>/rows", view_func=show_rows)


def _reader(object: str, action: str = "read") -> Reader:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "read")
    require_action(reader.actor, reader.manifest, object, action)
    return reader


def count_all(object: str) -> Response:
    """How many records the list of this address shows."""
    reader = _reader(object)
    selection = selection_of(object, {"_all": "1", "_query": request.query_string.decode()}, reader)
    count = count_selected(selection, reader.context)
    return json({"count": count, "text": visit().renderer.plural("{n} record", "{n} records", count)})


def show_mass_form(object: str, action: str) -> Response:
    """``action``: edit, owner, tags or delete."""
    if action not in _NEEDED:
        raise NotFound(Message("There is nothing at this address."))
    reader = _reader(object, _NEEDED[action])
    selection = selection_of(object, request.form, reader)
    count = count_selected(selection, reader.context)
    if action == "delete":
        return _delete_form(selection, count, reader)
    if action in _HANGING:
        return _hanging_form(object, action, count, reader)
    shape = mass_shape(object, reader)
    first = {"owner": "owner", "tags": next((n for n, f in shape.fields.items() if f.widget == "tags"), "")}.get(action)
    if first is not None and first not in shape.fields:
        raise NotFound(Message("There is no such field."))
    chosen = shape.fields[first] if first else None
    return fragment(
        "mass_edit.html",
        object=object,
        action="transfer" if action == "owner" else "edit",
        along=_along(object, reader) if action == "owner" else [],
        count=count,
        choices=[(one.name, one.label) for one in shape.fields.values()] if chosen is None else [],
        fields=[(control_of(chosen, reader), operations_of(chosen))] if chosen else [],
        given=_given(),
    )


def _along(object: str, reader: Reader) -> list[tuple[str, str]]:
    """What can go along with records that change hands."""
    found = followers_of(object, reader.context)
    return [(f"{o.name}.{f.name}", f"{reader.label(o.plural)} ({reader.label(f.label)})") for o, f in found]


def _hanging_form(object: str, action: str, count: int, reader: Reader) -> Response:
    if not may_add(_HANGING[action], object, reader):
        raise NotFound(Message("There is nothing at this address."))
    shape = hanging_shape(_HANGING[action], reader)
    return fragment(
        "mass_hanging.html",
        object=object,
        action=action,
        count=count,
        fields=[control_of(one, reader) for one in shape.fields.values()],
        given=_given(),
    )


def _delete_form(selection: Selection, count: int, reader: Reader) -> Response:
    forecast = try_out(MassRequest(selection, "delete"), reader.context)
    return fragment(
        "mass_delete.html",
        object=selection.object,
        count=count,
        forecast=forecast,
        failed=failed_rows(selection.object, forecast.failed, reader),
        is_confirmed=count > CONFIRMED_FROM,
        given=_given(),
    )


def _given() -> list[tuple[str, str]]:
    """The selection, handed on from form to form."""
    return [(n, request.form.get(n, "")) for n in ("_all", "_ids", "_query", "_left_out", "_back")]


def show_mass_field(object: str, name: str) -> Response:
    reader = _reader(object, "update")
    one = mass_shape(object, reader).fields.get(name)
    if one is None:
        raise NotFound(Message("There is no such field."))
    return fragment("mass_field.html", field=control_of(one, reader), operations=operations_of(one))


def try_change(object: str) -> Response:
    """What the action would do; 422 with what cannot be read of it."""
    wanted = _wanted(object)
    if isinstance(wanted, Response):
        return wanted
    reader = _reader(object)
    forecast = try_out(wanted, reader.context)
    return fragment("mass_report.html", forecast=forecast, failed=failed_rows(object, forecast.failed, reader))


def run_change(object: str) -> Response:
    """Begins the action and, where the records are few, ends it: on to the list, or to what has come of it."""
    wanted = _wanted(object)
    if isinstance(wanted, Response):
        return wanted
    reader = _reader(object)
    if wanted.action == "delete":
        count = count_selected(wanted.selection, reader.context)
        if count > CONFIRMED_FROM and request.form.get("_confirmation", "").strip() != str(count):
            problem = reader.render(Message("Nothing was deleted: type {n} to confirm.", {"n": count}))
            return fragment("mass_problems.html", status=422, problems=[("m-confirmation", problem)])
    return ended(start(wanted, reader.context), reader, local(request.form.get("_back"), f"/o/{object}"))


def _wanted(object: str) -> MassRequest | Response:
    """What the form asks for; a piece that says what cannot be read of it."""
    action: Any = request.form.get("_action", "edit")
    if action not in _NEEDED or action in ("owner", "tags"):
        raise BadRequest(Message("Choose what is to be changed."))
    reader = _reader(object, _NEEDED[action])
    selection = selection_of(object, request.form, reader)
    if action == "delete":
        return MassRequest(selection, "delete")
    if action in _HANGING:
        values, problems = read_hanging(_HANGING[action], request.form, reader)
        made = MassRequest(selection, action, options={"values": values})
    else:
        asking = read_changes(object, request.form, reader)
        problems = asking.problems
        made = MassRequest(selection, "edit", tuple(asking.changes), request.form.get("_mode") == "all")
    if problems:
        return fragment("mass_problems.html", status=422, problems=problems)
    return _as_transfer(made) if action == "transfer" else made


def _as_transfer(asked: MassRequest) -> MassRequest:
    options = {"owner": asked.changes[0].value, "along": request.form.getlist("along")}
    return replace(asked, action="transfer", changes=(), options=options)


def ended(run: Run, reader: Reader, back: str) -> Response:
    """On to where a run that was begun is best followed."""
    href = f"/o/{RUN}/{encode_id(run.id)}"
    if run.is_job:
        return done(href, Message("It goes on in the background; you are told when it is done."))
    run = do_now(run.id, reader.context)
    if run.state != "done" or run.failures:
        return done(href, Message("Some records could not be changed."))
    words = {
        "edit": Message("Records changed: {n}.", {"n": run.changed}),
        "delete": Message("Records put into the recycle bin: {n}.", {"n": run.changed}),
        "undo": Message("Records as they were before: {n}.", {"n": run.changed}),
        "restore": Message("Records taken out of the recycle bin: {n}.", {"n": run.changed}),
    }
    return done(back, words.get(run.action, words["edit"]), **({"undo": f"{href}/undo"} if run.can_undo else {}))


def export_selected(object: str) -> Response:
    reader = _reader(object, "export")
    format: Any = request.form.get("_format", "xlsx")
    if format not in EXPORT_TYPES:
        raise NotFound(Message("There is nothing at this address."))
    selection = selection_of(object, request.form, reader)
    shown = list_request(object, shown_by(request.form.get("_query", "")), reader)
    some = f"id in [{', '.join(repr(encode_id(id)) for id in selection.ids or selection.left_out)}]"
    if selection.ids:
        wanted = ExportRequest(object, some, order=shown.order, labels=True, format=format)
    else:
        also = [*shown.also, *([f"not ({some})"] if selection.left_out else [])]
        wanted = ExportRequest(object, shown.where, also, shown.order, search=shown.search, labels=True, format=format)
    file = tempfile.TemporaryFile()  # noqa: SIM115
    export_to(file, wanted, reader.context)
    file.seek(0)
    name = f"{reader.label(reader.manifest.object(object).plural)}.{format}"
    return send_file(file, mimetype=EXPORT_TYPES[format], as_attachment=True, download_name=name)


def show_rows(object: str) -> Response:
    """Rows of the list as they are now, also where they do not match its filter any more."""
    reader = _reader(object)
    ids = [record_id(text) for text in request.args.get("ids", "").split(",")[:_MOST_ROWS] if text]
    return fragment("list_only_rows.html", rows=rows_with(object, asked_of(request.args), ids, reader))
