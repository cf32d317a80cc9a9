"""The one place where errors become HTTP: one envelope for every endpoint, whatever went wrong and wherever.

``{"code", "message", "errors": [{"code", "field", "message"}], "request_id"}``, and ``details`` where there are any.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from jimu.api.answers import build_response, write_json
from jimu.api.call import current_call
from jimu.api.schemas import record_schema
from jimu.errors import JimuError, Problem
from jimu.messages import Message, Translator
from jimu.storage.errors import BadCursor, Busy, DatabaseUnavailable, StoreError
from jimu.translation import negotiate, translator

log = logging.getLogger(__name__)

STATUS = {
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "bad_request": 400,
    "invalid": 422,
    "stale_version": 409,
    "conflict": 409,
    "locked": 423,
    "too_many_requests": 429,
    "too_large": 413,
}
HTTP_ERRORS: dict[int, tuple[str, Message]] = {
    400: ("bad_request", Message("The request cannot be understood.")),
    401: ("unauthenticated", Message("Sign in, or send a token: Authorization: Bearer …")),
    403: ("forbidden", Message("You may not do this.")),
    404: ("not_found", Message("There is nothing at this address.")),
    405: ("method_not_allowed", Message("This address does not take the method {method}.")),
    406: ("not_acceptable", Message("The answer is JSON.")),
    408: ("request_timeout", Message("The request took too long to arrive.")),
    409: ("conflict", Message("The state of the data forbids this.")),
    411: ("length_required", Message("The request must say how long it is.")),
    412: ("stale_version", Message("The record has been changed since.")),
    413: ("too_large", Message("The request is too large.")),
    414: ("too_large", Message("The address is too long.")),
    415: ("unsupported_media_type", Message("The body must be JSON (application/json).")),
    416: ("range_not_satisfiable", Message("The file has no such part.")),
    422: ("invalid", Message("Some values are not right.")),
    423: ("locked", Message("The record is locked.")),
    429: ("too_many_requests", Message("Too many requests. Try again later.")),
    500: ("internal_error", Message("Something went wrong here. It has been noted under the request's number.")),
    501: ("not_implemented", Message("This cannot be done here.")),
    503: ("busy", Message("The system is busy. Try again in a moment.")),
}


class UnsupportedMediaType(JimuError):
    code = "unsupported_media_type"


STATUS["unsupported_media_type"] = 415


def on_error(error: Exception) -> Response:
    """The answer to any exception that a view or the machinery around it let through."""
    if isinstance(error, JimuError):
        return from_error(error)
    if isinstance(error, HTTPException):
        return from_http(error)
    if isinstance(error, (Busy, DatabaseUnavailable)):
        return envelope(503, *HTTP_ERRORS[503], headers={"Retry-After": "1"})
    if isinstance(error, BadCursor):
        cursor = Message("This is no cursor of this list. Take `next` of the page before, with the same order.")
        return envelope(400, *HTTP_ERRORS[400], problems=[Problem("bad_parameter", cursor, "after")])
    if isinstance(error, StoreError):
        log.error("the store refused request %s", request_id(), exc_info=error)
        return envelope(409, *HTTP_ERRORS[409])
    log.error("request %s failed", request_id(), exc_info=error)
    return envelope(500, *HTTP_ERRORS[500])


def from_error(error: JimuError) -> Response:
    status = STATUS.get(error.code, 400)
    if error.code == "stale_version" and "If-Match" in request.headers:
        status = 412
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    retry = error.details.get("retry_after")
    if retry is not None:
        headers["Retry-After"] = str(retry)
    return envelope(status, error.code, error.message, problems=error.problems, details=error.details, headers=headers)


def from_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response(
            error.get_response(request.environ).get_data(), status, dict(error.get_headers(request.environ))
        )
    code, message = HTTP_ERRORS.get(status, HTTP_ERRORS[400 if status < 500 else 500])
    if status == 405:
        message = Message(message.template, {"method": request.method})
    kept = ("Allow", "Retry-After", "Content-Range")
    headers = {name: value for name, value in error.get_headers(request.environ) if name in kept}
    return envelope(status, code, message, headers=headers)


def envelope(
    status: int,
    code: str,
    message: Message,
    *,
    problems: Any = (),
    details: Any = None,
    headers: dict[str, str] | None = None,
) -> Response:
    translate = _translate()
    body: dict[str, Any] = {
        "code": code,
        "message": message.render(translate),
        "errors": [dump_problem(p, translate) for p in problems],
        "request_id": request_id(),
    }
    if details:
        body["details"] = dump_details(details)
    return build_response(write_json(body), status, headers or {})


def dump_problem(problem: Problem, translate: Translator | None) -> dict[str, Any]:
    dumped: dict[str, Any] = {
        "code": problem.code,
        "field": problem.field,
        "message": problem.message.render(translate),
    }
    if problem.row is not None:
        dumped["row"] = problem.row
    return dumped


def dump_error(error: JimuError, translate: Translator | None) -> dict[str, Any]:
    """The envelope of one row of a bulk request."""
    dumped = {
        "code": error.code,
        "message": error.message.render(translate),
        "errors": [dump_problem(p, translate) for p in error.problems],
    }
    return dumped | ({"details": dump_details(error.details)} if error.details else {})


def dump_details(details: Mapping[str, Any]) -> dict[str, Any]:
    """Values by field name (a stale version's ``current``) are dumped like a record; the rest must be JSON already."""
    call, object = current_call(), (request.view_args or {}).get("object")
    dumped: dict[str, Any] = {}
    for key, value in details.items():
        if not isinstance(value, Mapping):
            dumped[key] = value
        elif call is not None and isinstance(object, str) and object in call.manifest.objects:
            dumped[key] = record_schema(call.actor, call.manifest, object).dump_values(value)
    return dumped


def request_id() -> str:
    return str(request.environ.get("jimu.request_id", ""))


def _translate() -> Translator:
    call = current_call()
    if call is not None:
        return call.translate
    return translator(negotiate(request.headers.get("Accept-Language")))
