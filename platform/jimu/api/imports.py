"""Imports step by step: send a file, say what its columns mean, try every row, take it in, fetch the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from jimu.api.answers import Answer
from jimu.api.bodies import read_object
from jimu.api.call import Call
from jimu.api.endpoints import RECORD_ERRORS, WRITE_ERRORS, Endpoint
from jimu.api.errors import UnsupportedMediaType
from jimu.api.parameters import ParameterSet, integer, text
from jimu.api.units import dump_run
from jimu.errors import BadRequest, NotFound
from jimu.exchange.importing.step import read_step
from jimu.exchange.readers import ReadOptions
from jimu.exchange.wizard.checking import RowFilter, checked_rows
from jimu.exchange.wizard.imports import (
    DataImport,
    discard,
    load_import,
    read_anew,
    receive,
    run_of_import,
    set_plan,
)
from jimu.exchange.wizard.jobs import start_check
from jimu.exchange.wizard.reasons import Reason, reasons_of
from jimu.exchange.wizard.running import start_run
from jimu.exchange.wizard.telling import result_rows
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message, Translator
from jimu.settings import Settings
from jimu.translation import translator

Parameters = Mapping[str, Any]
_MOST_ROWS = 500


def _dump_reason(reason: Reason, say: Translator) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "code": reason.code,
        "column": reason.header,
        "message": reason.message.render(say),
        "count": reason.count,
        "first_rows": list(reason.first),
        "texts": [{"text": text, "count": n} for text, n in reason.texts],
        "more_texts": reason.more,
    }


def dump_import(data: DataImport, call: Call) -> dict[str, Any]:
    run, say = run_of_import(data, call.context), translator(call.actor.locale)
    told = {k: v for k, v in data.forecast.items() if k not in ("first", "problem")}
    if told:
        told["reasons"] = [_dump_reason(reason, say) for reason in reasons_of(data.forecast)]
    return {
        "id": encode_id(data.id),
        "file": data.file_name,
        "object": data.object,
        "state": data.state,
        "rows": data.rows,
        "checked_rows": data.checked_rows,
        "problem": data.problem.render(say) if data.problem else None,
        "columns": [
            {"header": c.header, "filled": c.filled, "distinct": c.distinct, "examples": c.examples}
            for c in (data.profile.columns if data.profile else ())
        ],
        "mapping": dict(data.plan),
        "forecast": told or None,
        "unit": dump_run(run, say) if run else None,
    }


def _load(call: Call, id: str) -> DataImport:
    try:
        return load_import(decode_id(id), call.context)
    except ValueError:
        raise NotFound(Message("There is no such record.")) from None


def send_view(call: Call, parameters: Parameters) -> Answer:
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(
            Message("The body must be a form (multipart/form-data) with the file in the part `file`.")
        )
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise BadRequest(Message("Send the file as multipart/form-data, in the part called file."))
    object = parameters["object"]
    call.manifest.object(object)
    options = ReadOptions(
        parameters["encoding"] or None, parameters["delimiter"] or None, parameters["sheet"] or None
    )
    data = receive(upload.filename, upload.stream, object, call.context, options)
    return Answer(dump_import(data, call), status=201)


def get_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return Answer(dump_import(_load(call, id), call))


def map_view(call: Call, parameters: Parameters, id: str) -> Answer:
    """The mapping as a step of an import plan says it (``columns``, ``key``, ``existing`` …)."""
    body = read_object()
    data = _load(call, id)
    object = str(body.get("object") or data.object)
    if object != data.object:
        data = read_anew(data, object, ReadOptions(), call.context)
    columns = body.get("columns")
    rules = {h: {"field": r} if isinstance(r, str) else r for h, r in (columns or {}).items()}
    plan = {**data.plan, **body, "object": object, **({"columns": rules} if columns is not None else {})}
    try:
        read_step(plan, object=object)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadRequest(Message("The mapping cannot be understood.")) from None
    return Answer(dump_import(set_plan(data, plan, call.context), call))


def check_view(call: Call, parameters: Parameters, id: str) -> Answer:
    data = start_check(_load(call, id), call.context)
    return Answer(dump_import(data, call), status=202 if data.state == "checking" else 200)


def rows_view(call: Call, parameters: Parameters, id: str) -> Answer:
    """The rows of the last check, each with what it would do and why not."""
    data = _load(call, id)
    wanted = RowFilter(parameters["action"], parameters["column"], parameters["kind"], parameters["after"])
    rows, more = checked_rows(data.id, call.context, wanted, parameters["limit"])
    say = translator(call.actor.locale)
    told = [
        {
            **{k: row[k] for k in ("row", "action", "cells")},
            "id": row["id"] or None,
            "problems": [{"code": c, "column": h or None, "message": m.render(say)} for c, h, m in row["problems"]],
        }
        for row in rows
    ]
    return Answer({"rows": told, "next": rows[-1]["row"] if more and rows else None})


def run_view(call: Call, parameters: Parameters, id: str) -> Answer:
    return Answer(dump_import(start_run(_load(call, id), call.context), call), status=202)


def discard_view(call: Call, parameters: Parameters, id: str) -> Answer:
    discard(_load(call, id), call.context)
    return Answer(None, status=204)


def result_view(call: Call, parameters: Parameters, id: str) -> Response:
    """The file as it was, with what became of every row, as CSV."""
    data = _load(call, id)
    base = str(call.context.settings.get("public_url") or "") or request.host_url
    answer = Response(result_rows(data, base.rstrip("/"), call.context), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{data.file_name}.result.csv")
    return answer


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    none, one = ParameterSet(), "/imports/{id}"
    how = ParameterSet(
        (
            text("object", "What the rows are.", required=True, example="lead", most=60),
            text("encoding", "The file's encoding, where it is not found out.", most=40),
            text("delimiter", "What stands between cells, where it is not found out.", most=1),
            text("sheet", "The sheet of a workbook.", most=255),
        )
    )
    rows = ParameterSet(
        (
            text("action", "Only rows that would do this: created, updated, skipped, failed …", most=20),
            text("column", "Only rows with a problem in this column.", most=255),
            text("kind", "Only rows with a problem of this `kind` (see `reasons` of the forecast).", most=60),
            integer("after", "Rows after this one.", default=0, least=0, most=100_000_000),
            integer("limit", "So many rows at most.", default=50, least=1, most=_MOST_ROWS),
        )
    )
    write = (400, *WRITE_ERRORS)

    def post(part: str, view: Any, summary: str, name: str, status: int = 202) -> Endpoint:
        return Endpoint(
            "POST", f"{one}/{part}", view, summary, "bulk", name, none, result="any", status=status, errors=write
        )

    return (
        Endpoint("POST", "/imports", send_view, "Send a file to be imported", "bulk", "send_import", how, body="file",
                 result="any", status=201, errors=(413, *write)),
        Endpoint("GET", one, get_view, "How far an import is", "bulk", "get_import", none, result="any",
                 errors=RECORD_ERRORS),
        Endpoint("PUT", f"{one}/mapping", map_view, "Say what the columns mean", "bulk", "map_import", none,
                 body="any", result="any", errors=write),
        Endpoint("DELETE", one, discard_view, "Discard an import that has not begun", "bulk", "discard_import", none,
                 status=204, errors=write),
        post("check", check_view, "Try every row", "check_import"),
        Endpoint("GET", f"{one}/rows", rows_view, "What every row would do", "bulk", "import_rows", rows, result="any",
                 errors=RECORD_ERRORS),
        post("run", run_view, "Take the file in", "run_import"),
        Endpoint("GET", f"{one}/result", result_view, "What became of every row", "bulk", "import_result", none,
                 result="bytes", errors=RECORD_ERRORS),
    )
