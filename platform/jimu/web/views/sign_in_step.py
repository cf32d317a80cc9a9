"""The step between password and session: the code of a second factor, or setting one up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request

from jimu.access import accounts
from jimu.access.actor import Actor
from jimu.access.csrf import csrf_token
from jimu.access.loading import load_actor
from jimu.access.second_factor import (
    Answer,
    Moment,
    begin_enrolment,
    finish_with_code,
    finish_with_enrolment,
    is_set_up_step,
    picture_of,
)
from jimu.errors import Invalid, JimuError, TooManyRequests, Unauthenticated
from jimu.messages import Message
from jimu.storage.accounts import SessionRow
from jimu.web.responses import go, local, lone_page
from jimu.web.views.signing_in import let_in, own_nonce, put_cookie, put_device, put_session
from jimu.web.visit import NONCE_COOKIE, STEP_COOKIE, Visit, visit

RUN_OUT = Message("That took too long. Log in again.")


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/login/step", view_func=show_step)
    blueprint.add_url_rule("/login/step", view_func=take_step, methods=["POST"])


def show_step() -> Response:
    now = visit()
    found = _step(now)
    return go("/login", RUN_OUT) if found is None else step_page(now, *found)


def take_step() -> Response:
    """The code was given. What comes from the log-in page with something to carry along has none yet."""
    now = visit()
    found = _step(now)
    if found is None:
        return go("/login", RUN_OUT)
    step, actor = found
    if "code" not in request.form:
        return step_page(now, step, actor)
    answer = Answer(request.form["code"], bool(request.form.get("remember")))
    at = Moment(now.runtime.clock(), now.policy, now.runtime.secret_key)
    finish = finish_with_enrolment if is_set_up_step(step) else finish_with_code
    try:
        done = finish(now.snapshot.store, step, actor, answer, now.arrival, at)
    except (Invalid, Unauthenticated, TooManyRequests) as error:
        return step_page(now, step, actor, error)
    response = codes_page(now, done) if done.codes else let_in(now, done.session)
    put_device(response, done.known, now)
    return response


def _step(now: Visit) -> tuple[SessionRow, Actor] | None:
    step = accounts.find_step(now.snapshot.store, request.cookies.get(STEP_COOKIE, ""), now.runtime.clock())
    if step is None:
        return None
    with now.snapshot.store.read() as transaction:
        actor = load_actor(transaction, now.manifest, step.user_id)
    return None if actor is None else (step, actor)


def step_page(now: Visit, step: SessionRow, actor: Actor, error: JimuError | None = None) -> Response:
    nonce = own_nonce(now)
    more = {"secret": "", "picture": ""}
    if is_set_up_step(step):
        issuer = now.manifest.workspace.label.get(now.locale) or now.manifest.workspace.name
        made = begin_enrolment(now.snapshot.store, actor, now.runtime.secret_key, issuer, now.runtime.clock())
        more = {"secret": made.secret, "picture": picture_of(made.address)}
    response = make_response(
        lone_page(
            "login_step.html",
            now.say(Message("Set up a second factor") if more["secret"] else Message("Second factor")),
            status=_status(error),
            problem=now.say(error.message) if error else "",
            next=local(request.values.get("next")),
            carried=request.form.get("_carried", ""),
            email=actor.email,
            days=now.policy.device_age.days if now.policy.device_age else 0,
            form_token=csrf_token(now.runtime.secret_key, nonce),
            **more,
        )
    )
    response.headers["Cache-Control"] = "no-store"
    put_cookie(response, NONCE_COOKIE, nonce, now.runtime)
    return response


def _status(error: JimuError | None) -> int:
    if error is None:
        return 200
    return 429 if isinstance(error, TooManyRequests) else 422


def codes_page(now: Visit, done: Any) -> Response:
    """The recovery codes, once; then on to where one wanted to go."""
    response = make_response(
        lone_page(
            "login_codes.html",
            now.say(Message("Recovery codes")),
            codes=done.codes,
            next=local(request.form.get("next")),
            carried=request.form.get("_carried", ""),
            form_token=csrf_token(now.runtime.secret_key, done.session.token),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    put_session(response, done.session.token, now.runtime)
    return response
