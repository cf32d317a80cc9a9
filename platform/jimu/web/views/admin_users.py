"""Users: the list, a new one, the page of one, what is changed there. What is written goes through ``records``."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.access import accounts
from jimu.access.loading import load_actor
from jimu.access.managing import may_see_as, require_manageable
from jimu.access.rights import has_right
from jimu.access.second_factor import factor_state
from jimu.bulk.hand_over import may_hand_over
from jimu.errors import BadRequest, Conflict, Forbidden, Invalid, JimuError, StaleVersion
from jimu.messages import LOCALES, Message
from jimu.records import read, write
from jimu.records.commands import Create, Record, Update
from jimu.web.pages.admin_audit import own_logins
from jimu.web.pages.admin_users import (
    UserFilter,
    build_account,
    department_options,
    find_users,
    roles_to_give,
    user_href,
)
from jimu.web.pages.devices import device_of
from jimu.web.pages.memberships import place_of
from jimu.web.pages.reader import record_url
from jimu.web.responses import go, reader_of, record_id, whole_number
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

# What makes the form come again with the reason beside what was typed.
_REFUSALS = (Invalid, Conflict, BadRequest, StaleVersion, Forbidden)


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/users", list_users, "users")
    add(blueprint, "/admin/users/new", new_user, "users")
    add(blueprint, "/admin/users/new", create_user, "users", post=True)
    add(blueprint, "/admin/users/<id>", show_user, "users")
    add(blueprint, "/admin/users/<id>", update_user, "users", post=True)


def list_users() -> Response:
    now = visit()
    reader, asked = reader_of(now), UserFilter.of(request.args)
    rows, after = find_users(asked, request.args.get("after") or None, reader)
    return admin_page(
        "users",
        now.say(Message("Users")),
        "users",
        rows=rows,
        asked=asked,
        roles=roles_to_give(reader),
        departments=department_options(reader),
        next=f"/admin/users?{urlencode({**asked.query(), 'after': after})}" if after else "",
    )


def new_user(typed: Mapping[str, str] | None = None, problems: list[str] | None = None, status: int = 200) -> Response:
    now = visit()
    reader = reader_of(now)
    return admin_page(
        "user_new",
        now.say(Message("New user")),
        "users",
        status=status,
        typed=typed or {"language": "", "how": "link"},
        chosen=request.form.getlist("roles"),
        roles=roles_to_give(reader),
        departments=department_options(reader),
        languages=LOCALES,
        problems=problems or [],
    )


def create_user() -> Response:
    """The account with an invitation, or a password for the first log-in; either is shown on the answer, once."""
    now = visit()
    form = request.form
    values = {name: form.get(name, "").strip() or None for name in ("name", "email", "department", "language")}
    try:
        record = write.write(Create("user", {**values, "roles": form.getlist("roles"), "active": True}), now.context)
    except _REFUSALS as error:
        return new_user(form.to_dict(), _texts(error), 422)
    store = now.snapshot.store
    if form.get("how") == "password":
        return show_user(record.id, password=accounts.give_password(store, record.id, now.by, now.policy), status=201)
    link = accounts.create_link(store, record.id, accounts.INVITATION, now.by)
    return show_user(record.id, link=link.secret, status=201)


def show_user(
    id: str | int, *, password: str = "", link: str = "", problems: list[str] | None = None, status: int = 200
) -> Response:
    """``password`` and ``link``: just made, and shown this once."""
    now = visit()
    reader = reader_of(now)
    number = id if isinstance(id, int) else record_id(id)
    record = read.get("user", number, reader.context)
    held = set(record.values.get("roles") or ())
    form = request.form if problems else None
    response = admin_page(
        "user",
        record.title,
        "users",
        status=status,
        record=record,
        here=user_href(number),
        may_hand_over=may_hand_over(number, visit().context),
        record_href=record_url("user", number),
        account=build_account(number, str(record.values.get("email") or ""), now.runtime, reader),
        device_of=device_of,
        now=now.runtime.clock(),
        current_session=accounts.session_number(now.snapshot.store, now.session) if number == now.actor.id else None,
        may_manage=_may_manage(number),
        may_view_as=_may_view_as(number),
        may_audit=has_right(now.actor, now.manifest, "audit"),
        logins=own_logins(number, reader),
        factor=factor_state(now.snapshot.store, number, now.runtime.clock()),
        needs_factor=_needs_factor(held),
        is_self=number == now.actor.id,
        roles=roles_to_give(reader, held),
        held=set(form.getlist("roles")) if form else held,
        departments=department_options(reader),
        place=place_of(number, reader),
        typed=form,
        password=password,
        link=now.link(f"/welcome?{urlencode({'key': link})}") if link else "",
        problems=problems or [],
    )
    if password or link:
        response.headers["Cache-Control"] = "no-store"
    return response


def _may_manage(number: int) -> bool:
    now = visit()
    try:
        require_manageable(now.actor, now.snapshot.store, now.manifest, number)
    except Forbidden:
        return False
    return True


def _may_view_as(number: int) -> bool:
    now = visit()
    with now.snapshot.store.read() as transaction:
        other = load_actor(transaction, now.manifest, number)
    return other is not None and may_see_as(now.actor, now.manifest, other)


def _needs_factor(roles: set[str]) -> bool:
    now = visit()
    known = now.manifest.roles
    return now.policy.second_factor or any(known[name].require_second_factor for name in roles & known.keys())


def update_user(id: str) -> Response:
    """Roles, department, manager, name and address."""
    now, form = visit(), request.form
    number = record_id(id)
    names = ("name", "email", "position", "department", "manager")
    values: dict[str, object] = {name: form.get(name, "").strip() or None for name in names if name in form}
    if "has_roles" in form:
        values["roles"] = form.getlist("roles")
    try:
        write.write(Update("user", number, values, whole_number(form.get("version"))), now.context)
    except _REFUSALS as error:
        return show_user(number, problems=_texts(error), status=409 if isinstance(error, StaleVersion) else 422)
    return go(user_href(number), Message("The user was saved."))


def set_active(record: Record, is_active: bool) -> Response:
    """Who is not active is out at once: the write ends the sessions."""
    now = visit()
    try:
        write.write(Update("user", record.id, {"active": is_active}), now.context)
    except _REFUSALS as error:
        return show_user(record.id, problems=_texts(error), status=422)
    done = Message("{title} can log in again.") if is_active else Message("{title} is shut out.")
    return go(user_href(record.id), Message(done.template, {"title": record.title}))


def _texts(error: JimuError) -> list[str]:
    """What is wrong, each once; the general sentence only where there is nothing more exact."""
    say = visit().say
    return list(dict.fromkeys(say(p.message) for p in error.problems)) or [say(error.message)]
