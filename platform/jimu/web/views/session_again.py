"""Logging in again while a form is open, so that nothing typed is lost: in a dialog with scripts, and without them on
the log-in page, which then carries what was sent, signed and for the same person only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import zlib
from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from jimu.access import accounts
from jimu.access.csrf import CSRF_FIELD, SESSION_COOKIE, csrf_token, is_csrf_token
from jimu.access.loading import load_actor
from jimu.access.second_factor import Answer, Moment, finish_with_code
from jimu.access.stages import GIVE
from jimu.errors import TooManyRequests, Unauthenticated
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.web.responses import fragment, go, json, reader_of
from jimu.web.views.form_edit import resume_edit
from jimu.web.views.form_new import resume_new
from jimu.web.views.form_page import show_form
from jimu.web.views.sign_in_step import RUN_OUT
from jimu.web.views.signing_in import own_nonce, put_cookie, put_session, put_step
from jimu.web.visit import NONCE_COOKIE, STEP_COOKIE, Visit, visit

NOT_HERE = Message("Your account needs a second factor first: log in on another tab to set it up.")

# What a log-in page carries along at most, packed; more than any form that people type into.
_MOST_CARRIED = 200_000
_FORMS = re.compile(r"/o/[a-z0-9_]+/(new|[0-9A-Za-z]+/edit)")
_NOT_CARRIED = frozenset({CSRF_FIELD})


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/session/again", view_func=show_again)
    blueprint.add_url_rule("/session/again", view_func=log_in_again, methods=["POST"])
    blueprint.add_url_rule("/session/again/token", view_func=token_now)
    blueprint.add_url_rule("/session/carried", view_func=go_on, methods=["POST"])


def show_again() -> Response:
    """The log-in form as a piece of a page."""
    return _form(visit())


def log_in_again() -> Response:
    """200 with the new session's token; 401 with the form again, or with the one for the second factor."""
    now = visit()
    email = request.form.get("email", "").strip()
    try:
        session = _proved(now, email)
    except (Unauthenticated, TooManyRequests, accounts.MustChange) as error:
        return _form(now, email, now.say(error.message), 429 if isinstance(error, TooManyRequests) else 401)
    if session.stage:
        response = _form(now, email, "" if session.stage == GIVE else now.say(NOT_HERE), 401, asks_code=True)
        put_step(response, session.token, now.runtime)
        return response
    identity = accounts.find_session(now.snapshot.store, session.token, now.runtime.clock(), now.policy.session)
    actor = accounts.find_actor(now.snapshot.store, now.manifest, identity) if identity else None
    if actor is None or actor.id is None or encode_id(actor.id) != request.form.get("before", ""):
        accounts.end_session(now.snapshot.store, session.token)
        other = Message("Log in with the account that you typed this with: it is not another one's to save.")
        return _form(now, email, now.say(other), 401)
    response = json({"csrf": csrf_token(now.runtime.secret_key, session.token)})
    put_session(response, session.token, now.runtime)
    return response


def _proved(now: Visit, email: str) -> accounts.NewSession:
    """By password, or by the code that was asked for after it."""
    store, moment = now.snapshot.store, now.runtime.clock()
    if "code" not in request.form:
        attempt = accounts.LogIn(email, request.form.get("password", ""), now.arrival)
        return accounts.log_in(store, now.manifest, attempt, moment, now.policy)
    step = accounts.find_step(store, request.cookies.get(STEP_COOKIE, ""), moment)
    actor = None
    if step is not None:
        with store.read() as transaction:
            actor = load_actor(transaction, now.manifest, step.user_id)
    if step is None or actor is None:
        raise Unauthenticated(RUN_OUT)
    at = Moment(moment, now.policy, now.runtime.secret_key)
    return finish_with_code(store, step, actor, Answer(request.form["code"]), now.arrival, at).session


def token_now() -> Response:
    """The token of the session there is, for a page of the same person that was made in an earlier one."""
    now = visit()
    is_same = now.actor.id is not None and encode_id(now.actor.id) == request.args.get("before", "")
    return json({"csrf": now.csrf if is_same else ""})


def _form(
    now: Visit, email: str = "", problem: str = "", status: int = 200, *, asks_code: bool = False
) -> Response:
    nonce = own_nonce(now)
    response = fragment(
        "log_in_again.html",
        status=status,
        email=email,
        problem=problem,
        asks_code=asks_code or ("code" in request.form and problem != now.say(RUN_OUT)),
        form_token=csrf_token(now.runtime.secret_key, nonce if not now.session else now.session),
    )
    if not now.session:
        put_cookie(response, NONCE_COOKIE, nonce, now.runtime)
    return response


# --- without scripts --------------------------------------------------------------------------------------------------


def carry(now: Visit) -> str:
    """What was sent with a session that has ended, packed and signed; '' unless it came from a form of that session.

    Files are not carried. The form says whose it is; only that person gets it back.
    """
    session = request.cookies.get(SESSION_COOKIE, "")
    key = now.runtime.secret_key
    is_own = bool(session) and is_csrf_token(key, session, request.form.get(CSRF_FIELD))
    if not is_own or not request.form.get("_user"):
        return ""
    if not _FORMS.fullmatch(request.path):
        return ""
    pairs = [(n, v) for n, v in request.form.items(multi=True) if n not in _NOT_CARRIED]
    packed = zlib.compress(orjson.dumps([request.path, pairs]))
    text = base64.urlsafe_b64encode(packed).decode()
    return f"{text}.{_signature(key, text)}" if len(text) <= _MOST_CARRIED else ""


def carried(text: str, now: Visit, user: int | None) -> tuple[str, MultiDict[str, Any]] | None:
    """The address and the form that ``carry`` packed; None where they are not ``user``'s or not ours."""
    packed, _, signature = text.partition(".")
    if user is None or not text or len(packed) > _MOST_CARRIED:
        return None
    if not hmac.compare_digest(signature, _signature(now.runtime.secret_key, packed)):
        return None
    path, pairs = orjson.loads(zlib.decompress(base64.urlsafe_b64decode(packed)))
    form: MultiDict[str, Any] = MultiDict((n, v) for n, v in pairs)
    return (path, form) if form.get("_user") == encode_id(user) else None


def go_on() -> Response:
    """The form that was carried over the log-in page, as it was typed; nothing is saved yet."""
    now = visit()
    found = carried(request.form.get("_carried", ""), now, now.actor.id)
    if found is None:
        return go("/", Message("What was typed could not be brought back."))
    path, form = found
    reader = reader_of(now)
    parts = path.strip("/").split("/")
    page = resume_new(parts[1], form, reader) if parts[2:] == ["new"] else resume_edit(parts[1], parts[2], form, reader)
    page.came_back = True
    page.notice = reader.render(Message("You are logged in again. This is what you typed; it is not saved yet."))
    return show_form(page)


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, b"carried:" + text.encode(), hashlib.sha256).hexdigest()
