"""Request bodies: JSON with its type stated, within bounds, and numbers kept exact."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import orjson
from flask import request

from jimu.api.errors import UnsupportedMediaType
from jimu.errors import BadRequest, Problem
from jimu.messages import Message

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
LINES_TYPES = frozenset({"application/x-ndjson", "application/jsonl", "application/x-jsonlines"})
BAD_BODY = Message("The body cannot be understood.")

# A number with more digits than a float keeps: such a body is read by the slower reader that keeps decimals whole.
_LONG_NUMBER = re.compile(rb"[0-9][0-9.]{15,}")


def read_object() -> dict[str, Any]:
    """The body as a JSON object; raises BadRequest or UnsupportedMediaType."""
    body = read_json(JSON_TYPES)
    if not isinstance(body, dict):
        raise _bad("The body must be a JSON object.")
    return body


def read_json(types: frozenset[str] = JSON_TYPES) -> Any:
    if request.mimetype not in types:
        raise UnsupportedMediaType(Message("The body must be JSON (application/json)."))
    return parse(request.get_data())


def read_rows() -> list[Any]:
    """The rows of a bulk request: a JSON array, or JSON lines."""
    if request.mimetype in LINES_TYPES:
        return [parse(line, i) for i, line in enumerate(request.get_data().splitlines(), 1) if line.strip()]
    rows = read_json()
    if not isinstance(rows, list):
        raise _bad("The body must be a JSON array, or JSON lines (application/x-ndjson).")
    return rows


def parse(data: bytes, line: int | None = None) -> Any:
    """The value of JSON text; raises BadRequest saying where it is broken."""
    try:
        if _LONG_NUMBER.search(data):
            orjson.loads(data)
            return json.loads(data, parse_float=Decimal)
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        where = {"line": line or error.lineno, "column": error.colno}
        raise _bad("The body is not valid JSON (line {line}, column {column}).", **where) from None
    except (ValueError, RecursionError):
        raise _bad("The body is not valid JSON.") from None


def _bad(template: str, **params: Any) -> BadRequest:
    return BadRequest(BAD_BODY, [Problem("bad_body", Message(template, params))])
