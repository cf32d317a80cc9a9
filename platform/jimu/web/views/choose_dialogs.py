"""Dialogs to choose a record by looking through them: with columns and search; people by their departments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from jimu.access.rules import action_allowed
from jimu.errors import NotFound
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.requests import ListRequest
from jimu.web.pages.choosing import conditions_of, telling_fields
from jimu.web.pages.form import text_of
from jimu.web.pages.people import person_of
from jimu.web.pages.reader import Reader
from jimu.web.pages.targets import allowed_targets, quick_address
from jimu.web.responses import fragment, reader_of
from jimu.web.views.choices import readable_lookup
from jimu.web.visit import visit

_ROWS = 25
_MOST_DEPARTMENTS = 500


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/choose/<field>/search", view_func=search_dialog)
    blueprint.add_url_rule("/o/<object>/choose/<field>/people", view_func=people_dialog)


def search_dialog(object: str, field: str) -> Response:
    """The records that the field may point at, in columns: the latest, or those that fit ``q``. ``rows``: no frame."""
    reader = reader_of(visit())
    definition = readable_lookup(object, field, reader)
    targets = allowed_targets(definition, reader)
    target = next((t for t in targets if t == request.args.get("of")), targets[0] if targets else "")
    if not target:
        raise NotFound(Message("There is nothing to choose from."))
    columns = telling_fields(target, reader)
    text, after = request.args.get("q", "").strip(), request.args.get("after")
    page = read.list_records(
        ListRequest(
            target,
            also=conditions_of(target, definition),
            order=() if text else ("-updated_at",),
            fields=("title", *(c.name for c in columns)),
            search=text,
            limit=_ROWS,
            after=after,
        ),
        reader.context,
    )
    more = f"{request.path}?of={target}&after={page.next}" if page.next and not text else ""
    return fragment(
        "choose_rows.html" if "rows" in request.args else "choose_search.html",
        action=request.path,
        target=target,
        targets=[(t, reader.label(reader.manifest.objects[t].plural)) for t in targets] if len(targets) > 1 else [],
        columns=columns,
        rows=[_row(record, columns) for record in page.records],
        more=more,
        quick=quick_address(target, reader),
    )


def _row(record: Record, columns: Iterable[Any]) -> dict[str, Any]:
    return {
        "id": encode_id(record.id),
        "title": record.title or encode_id(record.id),
        "cells": [text_of(column, record.values, record.titles) for column in columns],
    }


# --- people -----------------------------------------------------------------------------------------------------------


def people_dialog(object: str, field: str) -> Response:
    """People, those of one department and all below it, or those that fit ``q``, beside the tree of departments."""
    reader = reader_of(visit())
    definition = readable_lookup(object, field, reader)
    if "user" not in allowed_targets(definition, reader):
        raise NotFound(Message("There is nobody to choose from."))
    departments = _departments(reader)
    chosen = request.args.get("department", "")
    text = request.args.get("q", "").strip()
    also = conditions_of("user", definition)
    if chosen and not text:
        inside = ", ".join(f"'{id}'" for id in _inside(chosen, departments))
        also.append(f"department in [{inside}]")
    request_ = ListRequest(
        "user",
        also=also,
        order=() if text else ("name",),
        fields=[n for n in ("title", "email", "position", "department") if n in _readable(reader)],
        search=text,
        limit=60,
    )
    people = [_person(record, reader) for record in read.list_records(request_, reader.context).records]
    return fragment(
        "choose_people_rows.html" if "rows" in request.args else "choose_people.html",
        action=request.path,
        people=people,
        tree=_tree(departments),
        chosen=chosen,
    )


def _readable(reader: Reader) -> set[str]:
    return {"title", *(shape.name for shape in telling_fields("user", reader))}


def _person(record: Record, reader: Reader) -> dict[str, Any]:
    names = {shape.name: shape for shape in telling_fields("user", reader)}
    told = (text_of(names[n], record.values, record.titles) for n in ("position", "department", "email") if n in names)
    return {
        "id": encode_id(record.id),
        "name": record.title,
        "who": person_of(record.id, {record.id: record.title}, reader),
        "hint": " · ".join(text for text in told if text),
    }


def _departments(reader: Reader) -> list[Record]:
    if not action_allowed(reader.actor, reader.manifest, "department", "read"):
        return []
    request_ = ListRequest(
        "department", also=["active"], order=("name",), fields=("title", "above"), limit=_MOST_DEPARTMENTS, titles=False
    )
    return read.list_records(request_, reader.context).records


def _tree(departments: Sequence[Record]) -> list[dict[str, Any]]:
    """The departments as nested branches; one whose upper one is not there stands at the root."""
    ids = {record.id for record in departments}
    below: dict[int | None, list[Record]] = {}
    for record in departments:
        above = record.values.get("above")
        below.setdefault(above if above in ids and above != record.id else None, []).append(record)

    def branches(above: int | None, depth: int) -> list[dict[str, Any]]:
        return [
            {"id": encode_id(r.id), "name": r.title, "inner": branches(r.id, depth + 1) if depth < 12 else []}
            for r in below.get(above, ())
        ]

    return branches(None, 0)


def _inside(chosen: str, departments: Sequence[Record]) -> list[str]:
    """The department and all below it."""
    above: Mapping[int, int | None] = {record.id: record.values.get("above") for record in departments}
    try:
        found = {decode_id(chosen)} & above.keys()
    except ValueError:
        found = set()
    while True:
        wider = found | {id for id, one in above.items() if one in found}
        if wider == found:
            return [encode_id(id) for id in found] or ["0000000000000"]
        found = wider
