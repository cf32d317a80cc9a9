"""What the forms of approvals send: a comment, people."""

from __future__ import annotations

from flask import request

from jimu.fieldtypes.ids import decode_id


def comment_given() -> str:
    return request.form.get("comment", "").strip()[:20_000]


def people_given(name: str = "people") -> tuple[int, ...]:
    """Also from the address: a form may ask to be shown first what would come of it."""
    return tuple(decode_id(text) for text in request.values.getlist(name) if text)
