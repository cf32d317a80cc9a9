"""What views return, and JSON in its one written form: UTC with Z, decimals as text, ids as 13 characters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
from flask import Response

JSON = "application/json"
_OPTIONS = orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Answer:
    """``body``: what is written as JSON (None: no content). ``headers`` come on top of the usual ones."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def data(self) -> bytes:
        return b"" if self.body is None else write_json(self.body)


def write_json(value: Any) -> bytes:
    return orjson.dumps(value, _plain, _OPTIONS)


def respond(answer: Answer) -> Response:
    return build_response(answer.data(), answer.status, answer.headers)


def build_response(data: bytes, status: int, headers: Mapping[str, str]) -> Response:
    response = Response(data, status, mimetype=JSON)
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _plain(value: Any) -> Any:
    """Python values in answers that no field type dumps (aggregates, formula results)."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, timedelta):
        return value.days * 86400 + value.seconds
    raise TypeError(type(value).__name__)
