"""Pages about oneself: profile, preferences, password."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, Response, request

from jimu.access import accounts
from jimu.errors import Invalid, Unauthenticated
from jimu.messages import LOCALES, Message
from jimu.records import read, write
from jimu.records.commands import Update
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import record_url
from jimu.web.responses import go, json, local, page
from jimu.web.views.signing_in import YEAR, put_session
from jimu.web.visit import LOCALE_COOKIE, THEME_COOKIE, THEMES, session_policy, visit

LEAST_PASSWORD = 10


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/profile", view_func=show_profile)
    blueprint.add_url_rule("/preferences", view_func=prefer, methods=["POST"])
    blueprint.add_url_rule("/password", view_func=change_password, methods=["POST"])


def show_profile(problems: dict[str, str] | None = None, status: int = 200) -> Response:
    now = visit()
    title = now.say(Message("Profile"))
    return page(
        "profile.html",
        title,
        status=status,
        crumbs=[Crumb(title)],
        zones=sorted(available_timezones()),
        zone=now.time_zone.key,
        problems=problems or {},
        user_href=record_url("user", now.actor.id or 0),
    )


def prefer() -> Response:
    """Language, theme and time zone: kept with the user, and in this browser for the log-in page."""
    now = visit()
    wanted = {
        "language": (request.form.get("language"), LOCALES),
        "theme": (request.form.get("theme"), THEMES),
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
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if len(new) < LEAST_PASSWORD:
        return show_profile(
            {"new": now.say(Message("A password needs at least {n} characters.", {"n": LEAST_PASSWORD}))}, 422
        )
    store, moment = now.snapshot.store, now.runtime.clock()
    try:
        session = accounts.log_in(
            store,
            now.manifest,
            now.actor.email,
            old,
            address=request.remote_addr or "",
            now=moment,
            policy=session_policy(now.runtime),
            rate=now.runtime.settings.login_rate,
        )
    except Unauthenticated:
        return show_profile({"old": now.say(Message("This is not your password."))}, 422)
    try:
        accounts.set_password(store, session.user_id, new, moment)
    except Invalid as error:
        return show_profile({"new": now.say(error.message)}, 422)
    fresh = accounts.create_session(
        store, session.user_id, moment, address=request.remote_addr or "", policy=session_policy(now.runtime)
    )
    accounts.end_sessions(store, session.user_id, keep=fresh.token)
    response = go("/profile", Message("The password was changed."))
    put_session(response, fresh.token, now.runtime)
    return response
