"""What is done to somebody's account: in and out, password, sessions, tokens, the lock after failed log-ins.

Each of these asks ``require_manageable`` first: the right ``users``, and not over somebody with more rights.
"""

from __future__ import annotations

from flask import Blueprint, Response

from jimu.access import accounts
from jimu.access.managing import require_manageable
from jimu.access.second_factor import remove_factor
from jimu.errors import NotFound
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.web.pages.admin_users import user_href
from jimu.web.responses import go, record_id, whole_number
from jimu.web.views.admin_base import View, add
from jimu.web.views.admin_users import set_active, show_user
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    views: dict[str, View] = {
        "deactivate": deactivate,
        "activate": activate,
        "password": give_password,
        "link": give_link,
        "unlock": unlock,
        "factor/remove": remove_second_factor,
        "sessions/end": end_all,
        "sessions/<number>/end": end_one,
        "tokens/<number>/revoke": revoke,
    }
    for name, view in views.items():
        add(blueprint, f"/admin/users/<id>/{name}", view, "users", post=True)


def _managed(id: str) -> Record:
    now = visit()
    number = record_id(id)
    require_manageable(now.actor, now.snapshot.store, now.manifest, number)
    return read.get("user", number, now.context)


def deactivate(id: str) -> Response:
    return set_active(_managed(id), False)


def activate(id: str) -> Response:
    return set_active(_managed(id), True)


def give_password(id: str) -> Response:
    """A new password, shown on the answer and nowhere again; it has to be changed at the first log-in."""
    now, record = visit(), _managed(id)
    password = accounts.give_password(now.snapshot.store, record.id, now.by, now.policy)
    return show_user(record.id, password=password, status=201)


def give_link(id: str) -> Response:
    """A link to set a password with: an invitation for who has none, else a reset."""
    now, record = visit(), _managed(id)
    store = now.snapshot.store
    purpose = accounts.RESET if accounts.has_password(store, record.id) else accounts.INVITATION
    made = accounts.create_link(store, record.id, purpose, now.by)
    return show_user(record.id, link=made.secret, status=201)


def unlock(id: str) -> Response:
    now, record = visit(), _managed(id)
    accounts.unlock(now.snapshot.store, record.id, str(record.values.get("email") or ""), now.by)
    return go(user_href(record.id), Message("{title} may try again at once.", {"title": record.title}))


def remove_second_factor(id: str) -> Response:
    """For somebody who lost the phone: the next log-in asks for the password alone, or for setting up a new one."""
    now, record = visit(), _managed(id)
    if not remove_factor(now.snapshot.store, record.id, now.by):
        raise NotFound(Message("There is no second factor (any more)."))
    return go(user_href(record.id), Message("The second factor was removed."))


def end_all(id: str) -> Response:
    """All sessions; of oneself all but this one."""
    now, record = visit(), _managed(id)
    keep = now.session if record.id == now.actor.id else None
    accounts.end_sessions(now.snapshot.store, record.id, now.by, keep=keep)
    return go(f"{user_href(record.id)}#sessions", Message("The sessions were ended."))


def end_one(id: str, number: str) -> Response:
    now, record = visit(), _managed(id)
    if not accounts.end_session_number(now.snapshot.store, record.id, whole_number(number) or 0, now.by):
        raise NotFound(Message("There is no such session (any more)."))
    return go(f"{user_href(record.id)}#sessions", Message("The session was ended."))


def revoke(id: str, number: str) -> Response:
    now, record = visit(), _managed(id)
    if not accounts.revoke_token(now.snapshot.store, record.id, whole_number(number) or 0, now.by):
        raise NotFound(Message("There is no such token (any more)."))
    return go(f"{user_href(record.id)}#tokens", Message("The token was revoked."))
