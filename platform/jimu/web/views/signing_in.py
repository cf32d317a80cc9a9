"""Logging in and out."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, request

from jimu.access import accounts
from jimu.access.csrf import SESSION_COOKIE, csrf_token
from jimu.errors import TooManyRequests, Unauthenticated
from jimu.messages import LOCALES, Message
from jimu.runtime import Runtime
from jimu.web.responses import go, local, lone_page
from jimu.web.visit import DEVICE_COOKIE, LOCALE_COOKIE, NONCE_COOKIE, STEP_COOKIE, Visit, visit

YEAR = 365 * 86400
STEP_SECONDS = 600


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/login", view_func=show_login)
    blueprint.add_url_rule("/login", view_func=log_in, methods=["POST"])
    blueprint.add_url_rule("/logout", view_func=log_out, methods=["POST"])
    blueprint.add_url_rule("/language/<locale>", view_func=choose_language)


def show_login() -> Response:
    now = visit()
    if now.is_signed_in:
        return go(local(request.args.get("next")))
    return login_page(now)


def log_in() -> Response:
    now = visit()
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    attempt = accounts.LogIn(email, password, now.arrival)
    try:
        session = accounts.log_in(now.snapshot.store, now.manifest, attempt, now.runtime.clock(), now.policy)
    except accounts.MustChange as error:
        return go("/welcome?" + urlencode({"key": error.link}))
    except (Unauthenticated, TooManyRequests) as error:
        return login_page(now, email, now.say(error.message), 429 if isinstance(error, TooManyRequests) else 401)
    return let_in(now, session)


def let_in(now: Visit, session: accounts.NewSession, target: str = "") -> Response:
    """On to where somebody wanted to go (``target``, else what the form says), or to the step that is still before a
    session.
    """
    kept = request.form.get("_carried", "")
    target = local(target or request.form.get("next"))
    if session.stage:
        response: Any = redirect("/login/step?" + urlencode({"next": target}), 307 if kept else 303)
        put_step(response, session.token, now.runtime)
        return response  # type: ignore[no-any-return]
    token = csrf_token(now.runtime.secret_key, session.token)
    response = (
        make_response(lone_page("carry_on.html", now.say(Message("You are logged in")), form_token=token, carried=kept))
        if kept
        else redirect(target, 303)
    )
    put_session(response, session.token, now.runtime)
    return response  # type: ignore[no-any-return]


def log_out() -> Response:
    now = visit()
    if now.session:
        accounts.end_session(now.snapshot.store, now.session, now.by)
    response = redirect("/login", 303)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response  # type: ignore[return-value]


def choose_language(locale: str) -> Response:
    """For people without a session; those with one choose in their profile."""
    response = redirect(local(request.args.get("next"), "/login"), 303)
    if locale in LOCALES:
        put_cookie(response, LOCALE_COOKIE, locale, visit().runtime, YEAR)
    return response  # type: ignore[return-value]


def put_session(response: Any, token: str, runtime: Runtime) -> None:
    """The session's cookie; those of the steps before are taken away."""
    put_cookie(response, SESSION_COOKIE, token, runtime)
    response.delete_cookie(NONCE_COOKIE)
    response.delete_cookie(STEP_COOKIE, httponly=True, samesite="Lax")


def put_step(response: Any, token: str, runtime: Runtime) -> None:
    put_cookie(response, STEP_COOKIE, token, runtime, STEP_SECONDS)


def put_device(response: Any, token: str, now: Visit) -> None:
    """The device is spared the second factor for as long as the policy says."""
    age = now.policy.device_age
    if token and age is not None:
        put_cookie(response, DEVICE_COOKIE, token, now.runtime, int(age.total_seconds()))


def put_cookie(response: Any, name: str, value: str, runtime: Runtime, seconds: int | None = None) -> None:
    secure = runtime.settings.secure_cookies
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path="/")


def own_nonce(now: Visit) -> str:
    """What ties forms to this browser while there is no session."""
    return now.nonce or secrets.token_urlsafe(24)


def login_page(now: Visit, email: str = "", problem: str = "", status: int = 200, carried: str = "") -> Response:
    """The form carries a token tied to a cookie that this browser alone has, since there is no session yet.

    ``carried``: what was sent with a session that has ended, to go on with.
    """
    nonce = own_nonce(now)
    target = local(request.values.get("next"))
    body = lone_page(
        "login.html",
        now.say(Message("Log in")),
        status=status,
        email=email,
        problem=problem,
        next=target,
        carried=carried or request.form.get("_carried", ""),
        form_token=csrf_token(now.runtime.secret_key, nonce),
        with_password=now.policy.password_login,
        providers=[client.provider for client in now.runtime.oidc_clients.values()],
    )
    response = make_response(body)
    put_cookie(response, NONCE_COOKIE, nonce, now.runtime)
    return response
