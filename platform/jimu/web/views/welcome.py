"""Where a link leads by which somebody sets a password: an invitation, a reset, the first log-in with a given one."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, make_response, redirect, request

from jimu.access import accounts
from jimu.access.csrf import csrf_token
from jimu.access.loading import load_actor
from jimu.access.passwords import LEAST_LENGTH
from jimu.errors import Invalid, NotFound
from jimu.messages import Message
from jimu.web.responses import lone_page
from jimu.web.views.signing_in import put_session
from jimu.web.visit import NONCE_COOKIE, session_policy, visit

INVALID = Message("This link is no longer valid. Ask for a new one.")


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/welcome", view_func=show_welcome)
    blueprint.add_url_rule("/welcome", view_func=welcome, methods=["POST"])


def show_welcome(problem: str = "", status: int = 200) -> Response:
    """The form is tied to a cookie of this browser, as that of the log-in page is; the key goes no further."""
    now = visit()
    key = request.values.get("key", "")
    found = accounts.find_link(now.snapshot.store, key, now.runtime.clock())
    if found is None:
        raise NotFound(INVALID)
    with now.snapshot.store.read() as transaction:
        user = load_actor(transaction, now.manifest, found.user_id)
    if user is None:
        raise NotFound(INVALID)
    nonce = now.nonce or secrets.token_urlsafe(24)
    response = make_response(
        lone_page(
            "welcome.html",
            now.say(Message("Choose a password")),
            status=status,
            key=key,
            user=user,
            least=LEAST_LENGTH,
            purpose=found.purpose,
            problem=problem,
            form_token=csrf_token(now.runtime.secret_key, now.session or nonce),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.set_cookie(NONCE_COOKIE, nonce, httponly=True, samesite="Lax", secure=now.runtime.settings.secure_cookies)
    return response


def welcome() -> Response:
    """The password is set, the link is used up, and the user is logged in."""
    now, form = visit(), request.form
    store, moment = now.snapshot.store, now.runtime.clock()
    if form.get("password", "") != form.get("again", ""):
        return show_welcome(now.say(Message("The two passwords are not the same.")), 422)
    try:
        user_id = accounts.use_link(store, form.get("key", ""), form.get("password", ""), moment)
    except Invalid as error:
        return show_welcome(now.say(error.message), 422)
    session = accounts.create_session(
        store,
        user_id,
        moment,
        address=request.remote_addr or "",
        device=request.headers.get("User-Agent", ""),
        policy=session_policy(now.runtime),
    )
    accounts.note_login(store, user_id, moment)
    response = redirect("/", 303)
    put_session(response, session.token, now.runtime)  # type: ignore[arg-type]
    response.delete_cookie(NONCE_COOKIE)
    return response  # type: ignore[return-value]
