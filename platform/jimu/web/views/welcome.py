"""Where a link leads by which somebody sets a password: an invitation, a reset, the first log-in with a given one."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from jimu.access import accounts
from jimu.access.actor import Actor
from jimu.access.csrf import csrf_token
from jimu.access.loading import load_actor
from jimu.errors import Invalid, NotFound
from jimu.messages import Message
from jimu.web.responses import lone_page
from jimu.web.views.signing_in import let_in, own_nonce, put_cookie
from jimu.web.visit import NONCE_COOKIE, visit

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
    user = _user_of(key)
    nonce = own_nonce(now)
    response = make_response(
        lone_page(
            "welcome.html",
            now.say(Message("Choose a password")),
            status=status,
            key=key,
            user=user,
            least=now.policy.password.least,
            purpose=found.purpose,
            problem=problem,
            form_token=csrf_token(now.runtime.secret_key, now.session or nonce),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    put_cookie(response, NONCE_COOKIE, nonce, now.runtime)
    return response


def welcome() -> Response:
    """The password is set, the link is used up, and the user is let in, by a second factor where there is one."""
    now, form = visit(), request.form
    store = now.snapshot.store
    if form.get("password", "") != form.get("again", ""):
        return show_welcome(now.say(Message("The two passwords are not the same.")), 422)
    key = form.get("key", "")
    user = _user_of(key)
    choice = accounts.Choice(form.get("password", ""), user.email)
    try:
        accounts.use_link(store, key, choice, now.by, now.policy)
    except Invalid as error:
        return show_welcome(now.say(error.message), 422)
    proof = accounts.Proof(user, "link")
    session = accounts.begin_session(store, now.manifest, proof, now.arrival, now.runtime.clock(), now.policy)
    return let_in(now, session, "/")


def _user_of(key: str) -> Actor:
    """Whose link it is; raises NotFound for one that does not hold."""
    now = visit()
    found = accounts.find_link(now.snapshot.store, key, now.runtime.clock())
    if found is None:
        raise NotFound(INVALID)
    with now.snapshot.store.read() as transaction:
        user = load_actor(transaction, now.manifest, found.user_id)
    if user is None:
        raise NotFound(INVALID)
    return user
