"""Further departments of a user: added and ended on the page of the account. The main one is a field of the user."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.errors import BadRequest, Conflict, Forbidden, Invalid, JimuError, NotFound, StaleVersion
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create
from jimu.records.organising import end_membership
from jimu.web.pages.admin_users import user_href
from jimu.web.responses import go, record_id
from jimu.web.views.admin_base import add
from jimu.web.views.admin_users import show_user
from jimu.web.visit import visit

_REFUSALS = (Invalid, Conflict, BadRequest, StaleVersion, Forbidden)


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/users/<id>/memberships", add_membership, "users", post=True)
    add(blueprint, "/admin/users/<id>/memberships/<membership>/end", end, "users", post=True)


def add_membership(id: str) -> Response:
    form = request.form
    values = {name: form.get(name, "").strip() or None for name in ("department", "position", "since", "until")}
    given = {name: value for name, value in values.items() if value is not None or name == "department"}
    try:
        write.write(Create("membership", {"person": encode_id(record_id(id)), **given}), visit().context)
    except _REFUSALS as error:
        return show_user(id, problems=_texts(error), status=422)
    return go(f"{user_href(record_id(id))}#memberships", Message("The department was added."))


def end(id: str, membership: str) -> Response:
    now = visit()
    record = read.get("membership", record_id(membership), now.context)
    if record.values.get("person") != record_id(id) or record.values.get("is_main"):
        raise NotFound(Message("There is no such record."))
    try:
        end_membership(record.id, record.values["since"], now.context)
    except _REFUSALS as error:
        return show_user(id, problems=_texts(error), status=422)
    return go(f"{user_href(record_id(id))}#memberships", Message("It ended yesterday; what was before stays."))


def _texts(error: JimuError) -> list[str]:
    say = visit().say
    return list(dict.fromkeys(say(p.message) for p in error.problems)) or [say(error.message)]
