"""Pages about oneself: profile with details, preferences, password, sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, Response, request

from jimu.access import accounts
from jimu.access.fields import EDIT, field_access
from jimu.access.identities import list_identities
from jimu.access.second_factor import factor_state
from jimu.errors import Conflict, Invalid, NotFound, TooLarge, TooManyRequests, Unauthenticated
from jimu.fieldtypes.ids import encode_id
from jimu.messages import LOCALES, Message
from jimu.records import read, write
from jimu.records.commands import Update
from jimu.records.files import Upload, store_file
from jimu.web.pages.admin_audit import own_logins
from jimu.web.pages.devices import device_of
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import record_url
from jimu.web.responses import go, json, local, page, reader_of, whole_number
from jimu.web.views.admin_base import moment_of
from jimu.web.views.signing_in import YEAR, put_session
from jimu.web.visit import LOCALE_COOKIE, THEME_COOKIE, THEMES, visit

# What everybody may say of themselves here; the record's own form has the rest.
DETAILS = ("name", "position", "phone")
DENSITIES = ("comfortable", "compact")
_MOST_PICTURE = 5 << 20


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/profile", view_func=show_profile)
    blueprint.add_url_rule("/profile", view_func=save_details, methods=["POST"])
    blueprint.add_url_rule("/preferences", view_func=prefer, methods=["POST"])
    blueprint.add_url_rule("/password", view_func=change_password, methods=["POST"])
    blueprint.add_url_rule("/me/sessions/end", view_func=end_other_sessions, methods=["POST"])
    blueprint.add_url_rule("/me/sessions/<number>/end", view_func=end_session, methods=["POST"])


def show_profile(problems: Mapping[str, str] | None = None, status: int = 200) -> Response:
    now = visit()
    title, number = now.say(Message("Profile")), now.actor.id or 0
    record = read.get("user", number, now.context)
    levels = field_access(now.actor, now.manifest, "user")
    avatar = record.values.get("avatar")
    linked, clients = list_identities(now.snapshot.store, number), now.runtime.oidc_clients
    return page(
        "profile.html",
        title,
        status=status,
        crumbs=[Crumb(title)],
        record=record,
        fields=[
            (now.manifest.objects["user"].fields[name], _text(record.values.get(name)), levels[name] == EDIT)
            for name in DETAILS
            if name in record.values or levels.get(name) == EDIT
        ],
        picture=f"/files/{encode_id(avatar)}" if avatar else "",
        zones=sorted(available_timezones()),
        zone=now.time_zone.key,
        themes=THEMES,
        sessions=accounts.list_sessions(now.snapshot.store, number, now.runtime.clock()),
        current_session=accounts.session_number(now.snapshot.store, now.session),
        device_of=device_of,
        moment=moment_of(reader_of(now)),
        least=now.policy.password.least,
        typed=request.form if problems else {},
        problems=problems or {},
        user_href=record_url("user", number),
        factor=factor_state(now.snapshot.store, number, now.runtime.clock()),
        logins=own_logins(number, reader_of(now)),
        identities=linked,
        labels={name: client.provider.label for name, client in clients.items()},
        providers=[c.provider for name, c in clients.items() if name not in {i.provider for i in linked}],
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def save_details() -> Response:
    """Name, position, phone and picture; what a field type refuses stands beside it."""
    now, form = visit(), request.form
    number = now.actor.id or 0
    values: dict[str, Any] = {name: form[name].strip() or None for name in DETAILS if name in form}
    picture = request.files.get("avatar")
    try:
        with write.unit_of_work(now.context) as unit:
            if picture is not None and picture.filename:
                upload = Upload(picture.filename, picture.content_type or "", picture.stream, "avatar", _MOST_PICTURE)
                values["avatar"] = store_file(upload, number, unit).id
            elif form.get("drop_avatar"):
                values["avatar"] = None
            write.write(Update("user", number, values), unit)
    except (Invalid, Conflict, TooLarge) as error:
        problems = {p.field or "avatar": now.say(p.message) for p in error.problems}
        return show_profile(problems or {"avatar": now.say(error.message)}, 422)
    return go("/profile", Message("Your details were saved."))


def prefer() -> Response:
    """Language, theme, density and time zone: kept with the user, and in this browser for the log-in page."""
    now = visit()
    wanted = {
        "language": (request.form.get("language"), LOCALES),
        "theme": (request.form.get("theme"), THEMES),
        "density": (request.form.get("density"), DENSITIES),
        "time_zone": (request.form.get("time_zone"), available_timezones()),
    }
    values = {name: value for name, (value, allowed) in wanted.items() if value in allowed}
    if values:
        record = read.get("user", now.actor.id or 0, now.context, fields=tuple(values))
        if any(record.values.get(k) != v for k, v in values.items()):
            write.write(Update("user", record.id, values), now.context)
    response = (
        json({"ok": True})
        if request.headers.get("X-Requested-With") == "fetch"
        else go(local(request.form.get("next"), "/profile"))
    )
    for name, cookie in (("language", LOCALE_COOKIE), ("theme", THEME_COOKIE)):
        if name in values:
            response.set_cookie(
                cookie,
                str(values[name]),
                max_age=YEAR,
                httponly=True,
                samesite="Lax",
                secure=now.runtime.settings.secure_cookies,
            )
    return response


def change_password() -> Response:
    """The old one is asked for again; afterwards every other session of the user is over and this one has a new
    token."""
    now = visit()
    new, store = request.form.get("new", ""), now.snapshot.store
    choice = accounts.Choice(new, now.actor.email, now.session)
    try:
        accounts.require_good_password(new, now.actor.email, now.policy.password)
        accounts.require_own_password(store, now.by, request.form.get("old", ""), now.policy)
        accounts.set_password(store, now.actor.id or 0, choice, now.by, now.policy)
    except (Unauthenticated, TooManyRequests) as error:
        is_wrong = isinstance(error, Unauthenticated)
        message = Message("This is not your password.") if is_wrong else error.message
        return show_profile({"old": now.say(message)}, 422 if is_wrong else 429)
    except Invalid as error:
        return show_profile({"new": now.say(error.message)}, 422)
    fresh = accounts.rotate_session(store, now.session, now.runtime.clock(), now.policy.session)
    response = go("/profile", Message("The password was changed."))
    if fresh is not None:
        put_session(response, fresh.token, now.runtime)
    return response


def end_other_sessions() -> Response:
    now = visit()
    accounts.end_sessions(now.snapshot.store, now.actor.id or 0, now.by, keep=now.session)
    return go("/profile#sessions", Message("The sessions were ended."))


def end_session(number: str) -> Response:
    now = visit()
    if not accounts.end_session_number(now.snapshot.store, now.actor.id or 0, whole_number(number) or 0, now.by):
        raise NotFound(Message("There is no such session (any more)."))
    return go("/profile#sessions", Message("The session was ended."))
