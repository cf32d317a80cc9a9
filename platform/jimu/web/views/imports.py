"""The import wizard: a file is sent, its columns are mapped, every row is tried, a unit takes it in.

Every step is a page of its own address whose state is the import's record, so that reloading, another device or signing
in again go on where one was.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from jimu.access.rights import has_right
from jimu.bulk import Run, failures_of, pause, resume, start_undo, stop
from jimu.errors import BadRequest, NotFound
from jimu.exchange.readers import ReadOptions, UnreadableFile
from jimu.exchange.wizard.checking import RowFilter, checked_rows, rows_to_decide
from jimu.exchange.wizard.imports import (
    IMPORT,
    DataImport,
    discard,
    import_of,
    load_import,
    note,
    read_anew,
    receive,
    run_of_import,
    set_plan,
)
from jimu.exchange.wizard.jobs import start_check
from jimu.exchange.wizard.reasons import reasons_of
from jimu.exchange.wizard.running import start_run
from jimu.exchange.wizard.telling import plan_yaml, result_rows
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import ListRequest, read
from jimu.web.pages.imports import (
    ACTIONS,
    DATE_ORDERS,
    columns_of,
    field_options,
    formula_examples,
    key_options,
    objects_for,
    plan_problems,
    read_plan,
)
from jimu.web.pages.mass import RUN
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader
from jimu.web.responses import fragment, go, is_fetch, page, reader_of, record_id, whole_number
from jimu.web.views.admin_base import moment_of
from jimu.web.views.mass import ended
from jimu.web.visit import visit

ROWS = 50
_LISTED = 50
_FAILURES = 50
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")
DELIMITERS = ((",", ","), (";", ";"), ("\t", "Tab"), ("|", "|"))
_TITLE = Message("Import")
_DECISIONS = ("skip", "update", "create")


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/import", view_func=show_imports)
    blueprint.add_url_rule("/import", view_func=send_file_in, methods=["POST"])
    blueprint.add_url_rule("/import/<id>", view_func=show_import)
    blueprint.add_url_rule(f"/o/{IMPORT}/<id>", view_func=show_import_record)
    blueprint.add_url_rule("/import/<id>/plan", view_func=save_import_plan, methods=["POST"])
    blueprint.add_url_rule("/import/<id>/read", view_func=read_otherwise, methods=["POST"])
    blueprint.add_url_rule("/import/<id>/rows", "import_rows", view_func=show_checked_rows)
    blueprint.add_url_rule("/import/<id>/decide", view_func=decide_rows, methods=["POST"])
    blueprint.add_url_rule("/import/<id>/result.csv", view_func=import_result)
    blueprint.add_url_rule("/import/<id>/<action>", view_func=do_to_import, methods=["POST"])


def show_imports(problem: str = "", status: int = 200) -> Response:
    """Those that were begun, one's own or for administrators all, and a form for another."""
    now = visit()
    reader = reader_of(now)
    sees_all = has_right(now.actor, now.manifest, "modify_all") or has_right(now.actor, now.manifest, "view_all")
    everyone = sees_all and request.args.get("of") == "all"
    own = [] if everyone else [f"owner == '{encode_id(now.actor.id or 0)}'"]
    asked = ListRequest(
        IMPORT, also=own, order=("-created_at",), limit=_LISTED, after=request.args.get("after"),
        fields=("file_name", "of_object", "state", "rows", "unit", "owner", "created_at"),
    )
    found = read.list_records(asked, now.context)
    imports = [import_of(record) for record in found.records]
    objects = objects_for(reader)
    return page(
        "import_list.html",
        reader.render(_TITLE),
        status=status,
        object=request.args.get("object"),
        crumbs=[Crumb(reader.render(_TITLE))],
        rows=[_row(data, record, reader) for data, record in zip(imports, found.records, strict=True)],
        objects=objects,
        chosen=request.values.get("object", ""),
        problem=problem,
        sees_all=sees_all,
        everyone=everyone,
        next=found.next,
        moment=moment_of(reader),
    )


def _row(data: DataImport, record: Any, reader: Reader) -> dict[str, Any]:
    object = reader.manifest.objects.get(data.object)
    return {
        "data": data,
        "id": encode_id(data.id),
        "object": reader.label(object.plural) if object else data.object,
        "owner": record.titles.get(data.owner, ""),
        "run": run_of_import(data, reader.context),
    }


def send_file_in() -> Response:
    upload = request.files.get("file")
    reader = reader_of(visit())
    if upload is None or not upload.filename:
        return show_imports(reader.render(Message("Choose a file.")), 422)
    object = request.form.get("object", "")
    if object not in dict(objects_for(reader)):
        return show_imports(reader.render(Message("Choose what the rows are.")), 422)
    try:
        data = receive(upload.filename, upload.stream, object, reader.context)
    except UnreadableFile as error:
        return show_imports(reader.render(error.message), 422)
    return go(f"/import/{encode_id(data.id)}")


def _load(id: str) -> tuple[DataImport, Reader]:
    reader = reader_of(visit())
    return load_import(record_id(id), reader.context), reader


def show_import_record(id: str) -> Response:
    return go(f"/import/{id}")


def show_import(id: str) -> Response:
    data, reader = _load(id)
    if data.state == "started":
        return _run_page(data, reader)
    if data.state == "checking":
        return _checking_page(data, reader)
    if data.state == "checked" and request.args.get("step") != "mapping":
        return _checked_page(data, reader)
    return _mapping_page(data, reader)


def _page(template: str, data: DataImport, reader: Reader, status: int = 200, **values: Any) -> Response:
    object = reader.manifest.objects.get(data.object)
    if object is None:
        raise NotFound(Message("There is no object called {name}.", {"name": data.object}))
    return page(
        template,
        data.file_name,
        status=status,
        object=data.object,
        crumbs=[Crumb(reader.render(_TITLE), "/import"), Crumb(data.file_name)],
        data=data,
        href=f"/import/{encode_id(data.id)}",
        definition=object,
        **values,
    )


# --- mapping ----------------------------------------------------------------------------------------------------------


def _mapping(data: DataImport, reader: Reader) -> dict[str, Any]:
    object = reader.manifest.object(data.object)
    return {
        "columns": list(columns_of(data, object, reader)),
        "fields": field_options(object, reader),
        "keys": key_options(data, object, reader),
        "orders": [(name, reader.render(text)) for name, text in DATE_ORDERS],
        "open_problems": plan_problems(data, object, reader),
        "has_rules": bool(object.duplicates),
        "formula_names": formula_examples(data),
    }


def _mapping_page(data: DataImport, reader: Reader, problems: list[str] | None = None) -> Response:
    return _page(
        "import_map.html",
        data,
        reader,
        status=422 if problems else 200,
        problems=problems or ([reader.render(data.problem)] if data.problem else []),
        objects=objects_for(reader),
        encodings=ENCODINGS,
        delimiters=DELIMITERS,
        **(_mapping(data, reader) | ({"open_problems": []} if problems else {})),
    )


def save_import_plan(id: str) -> Response:
    """Keeps what the form says; then the form again (a script puts its piece in place), or the check."""
    data, reader = _load(id)
    data = set_plan(data, read_plan(data, request.form, reader.manifest.object(data.object), reader), reader.context)
    href = f"/import/{encode_id(data.id)}"
    if request.form.get("_step") != "check":
        if is_fetch():
            made = _mapping(data, reader)
            return fragment("import_columns.html", data=data, href=href, problems=[], **made)
        return go(f"{href}?step=mapping")
    problems = plan_problems(data, reader.manifest.object(data.object), reader)
    if problems:
        return _mapping_page(data, reader, problems)
    return _check(data, reader)


def _check(data: DataImport, reader: Reader) -> Response:
    try:
        start_check(data, reader.context)
    except BadRequest as error:
        texts = [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]
        return _mapping_page(data, reader, list(dict.fromkeys(texts)))
    return go(f"/import/{encode_id(data.id)}")


def read_otherwise(id: str) -> Response:
    """The file read by another encoding, separator or sheet, or for records of another object."""
    data, reader = _load(id)
    form = request.form
    object = form.get("object", data.object)
    if object not in dict(objects_for(reader)):
        raise NotFound(Message("There is no object called {name}.", {"name": object}))
    options = ReadOptions(form.get("encoding") or None, form.get("delimiter") or None, form.get("sheet") or None)
    try:
        read_anew(data, object, options, reader.context)
    except UnreadableFile as error:
        return _mapping_page(data, reader, [reader.render(error.message)])
    return go(f"/import/{id}")


# --- check ------------------------------------------------------------------------------------------------------------


def _checking_page(data: DataImport, reader: Reader) -> Response:
    href = f"/import/{encode_id(data.id)}"
    if is_fetch():
        return fragment("import_checking_parts.html", data=data, href=href)
    return _page("import_checking.html", data, reader)


def _filter() -> RowFilter:
    args = request.args
    after = whole_number(args.get("after")) or 0
    return RowFilter(args.get("action", ""), args.get("column", ""), args.get("kind", ""), after)


def _checked_page(data: DataImport, reader: Reader) -> Response:
    if is_fetch():
        return fragment("import_checking_parts.html", data=data, href=f"/import/{encode_id(data.id)}")
    return _page("import_checked.html", data, reader, yaml=plan_yaml(data), **_checked(data, reader))


def _checked(data: DataImport, reader: Reader) -> dict[str, Any]:
    asked = _filter()
    rows, more = checked_rows(data.id, reader.context, asked, ROWS)
    counts = data.forecast.get("counts") or {}
    made = data.forecast.get("made") or {}
    return {
        "asked": asked,
        "rows": rows,
        "after": rows[-1]["row"] if more and rows else 0,
        "headers": data.profile.headers if data.profile else [],
        "counts": [(name, *ACTIONS[name], counts[name]) for name in ACTIONS if counts.get(name)],
        "actions": ACTIONS,
        "reasons": reasons_of(data.forecast),
        "made": [(reader.label(reader.manifest.objects[o].plural), n) for o, n in made.items()],
        "decisions": data.step.decisions,
        "undecided": counts.get("asked", 0) - len(data.step.decisions),
        "writes": sum(counts.get(n, 0) for n in ("created", "updated", "asked")),
    }


def show_checked_rows(id: str) -> Response:
    """The rows of the check that fit a filter, as a piece of its page."""
    data, reader = _load(id)
    href, definition = f"/import/{encode_id(data.id)}", reader.manifest.object(data.object)
    return fragment("import_rows.html", data=data, href=href, definition=definition, **_checked(data, reader))


def decide_rows(id: str) -> Response:
    """What is to become of rows like records that are there; the check stays as it is. ``all``: of the undecided."""
    data, reader = _load(id)
    rest = request.form.get("all", "")
    known = data.plan.get("decisions") or {}
    every = rows_to_decide(data.id, reader.context) if rest in _DECISIONS else []
    said = {str(row): rest for row in every if str(row) not in known}
    said |= {
        name.removeprefix("row."): value
        for name, value in request.form.items()
        if not rest and name.startswith("row.") and value in _DECISIONS and name[4:].isdigit()
    }
    plan = {**data.plan, "decisions": {**known, **said}}
    if not data.is_open:
        raise BadRequest(Message("This import has begun already."))
    note(data, {"plan": plan}, reader.context)
    return go(f"/import/{id}?action=asked", Message("Kept: {n} decisions.", {"n": len(plan["decisions"])}))


# --- run --------------------------------------------------------------------------------------------------------------


def _run_page(data: DataImport, reader: Reader) -> Response:
    run = run_of_import(data, reader.context)
    if run is None:
        raise NotFound(Message("What was done is no longer there."))
    failed = failures_of(run, reader.context, _FAILURES) if run.failures and run.is_over else []
    problem = run.problem_in(reader.translate)
    values: dict[str, Any] = {"data": data, "run": run, "failed": failed, "problem": problem}
    values["href"] = f"/import/{encode_id(data.id)}"
    if is_fetch():
        return fragment("import_run_parts.html", actor=reader.actor, **values)
    values.pop("data"), values.pop("href")
    return _page("import_run.html", data, reader, yaml=plan_yaml(data), run_object=RUN, **values)


def do_to_import(id: str, action: str) -> Response:
    data, reader = _load(id)
    act = _ACTIONS.get(action)
    if act is None:
        raise NotFound(Message("There is nothing at this address."))
    return act(data, reader)


def _begin(data: DataImport, reader: Reader) -> Response:
    start_run(data, reader.context)
    return go(f"/import/{encode_id(data.id)}")


def _run(data: DataImport, reader: Reader) -> Run:
    run = run_of_import(data, reader.context)
    if run is None:
        raise NotFound(Message("What was done is no longer there."))
    return run


def _pause(data: DataImport, reader: Reader) -> Response:
    pause(_run(data, reader), reader.context)
    return go(f"/import/{encode_id(data.id)}", Message("It waits."))


def _resume(data: DataImport, reader: Reader) -> Response:
    resume(_run(data, reader), reader.context)
    return go(f"/import/{encode_id(data.id)}")


def _stop(data: DataImport, reader: Reader) -> Response:
    stop(_run(data, reader), reader.context)
    return go(f"/import/{encode_id(data.id)}", Message("It was stopped."))


def _undo(data: DataImport, reader: Reader) -> Response:
    undone = start_undo(_run(data, reader), reader.context, overwrite=request.form.get("overwrite") == "1")
    return ended(undone, reader, f"/import/{encode_id(data.id)}")


def _discard(data: DataImport, reader: Reader) -> Response:
    discard(data, reader.context)
    return go("/import", Message("The import was discarded."))


def _again(data: DataImport, reader: Reader) -> Response:
    return _check(data, reader)


_ACTIONS = {
    "run": _begin,
    "check": _again,
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
    "undo": _undo,
    "discard": _discard,
}


def import_result(id: str) -> Response:
    """Every row of the file with what became of it, as CSV, piece by piece."""
    data, reader = _load(id)
    lines = result_rows(data, visit().link(""), reader.context)
    stem = data.file_name.rpartition(".")[0] or data.file_name
    answer = Response(lines, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{stem}.result.csv")
    return answer
