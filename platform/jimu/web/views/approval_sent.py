"""What the forms of approvals send: a comment, people, choices."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from jimu.fieldtypes.ids import decode_id


def comment_given() -> str:
    return request.form.get("comment", "").strip()[:20_000]


def department_given() -> int | None:
    """Also from the address, as people."""
    text = request.values.get("department", "")
    return decode_id(text) if text else None


def people_given(name: str = "people") -> tuple[int, ...]:
    """Also from the address: a form may ask to be shown first what would come of it."""
    return tuple(decode_id(text) for text in request.values.getlist(name) if text)


def picks_given(nodes: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """For each step whose people were chosen, who."""
    return {name: found for name in nodes if (found := people_given(f"pick-{name}"))}
