"""ETags of records: ``"version-digest"``. If-Match compares the version, If-None-Match the whole tag.

The version alone would not do for If-None-Match: a formula may read other records or the clock, and what is shown
depends on who asks.
"""

from __future__ import annotations

import re
import zlib

from flask import request

from jimu.errors import BadRequest, Problem
from jimu.messages import Message

_TAG = re.compile(r'(?:W/)?"(\d{1,18})(?:-[0-9a-f]{8})?"')


def tag_of(version: int, data: bytes) -> str:
    return f'"{version}-{zlib.crc32(data):08x}"'


def is_known(tag: str) -> bool:
    """Whether the asker has this representation already."""
    given = request.headers.get("If-None-Match")
    if given is None:
        return False
    return given.strip() == "*" or tag in [t.strip().removeprefix("W/") for t in given.split(",")]


def expected_version(body_version: object = None) -> int | None:
    """The version that a write is made against: of If-Match, else of the body; None: any. Raises BadRequest."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        if body_version is None:
            return None
        if isinstance(body_version, int) and not isinstance(body_version, bool) and body_version > 0:
            return body_version
        raise _bad(Message("version must be a whole number."), "version")
    found = _TAG.fullmatch(given.strip())
    if not found:
        raise _bad(Message("If-Match must be one ETag of this record."), "If-Match")
    return int(found[1])


def _bad(message: Message, field: str) -> BadRequest:
    return BadRequest(Message("The request cannot be understood."), [Problem("bad_version", message, field)])
