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
from jimu.web.visit import LOCALE_COOKIE, NONCE_COOKIE, Visit, session_policy, visit

YEAR = 365 * 86400


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
    try:
        session = accounts.log_in(
            now.snapshot.store,
            now.manifest,
            email,
            password,
            address=request.remote_addr or "",
            now=now.runtime.clock(),
            device=request.headers.get("User-Agent", "")[:200],
            previous=now.session,
            policy=session_policy(now.runtime),
            rate=now.runtime.settings.login_rate,
        )
    except accounts.MustChange as error:
        return go("/welcome?" + urlencode({"key": error.link}))
    except (Unauthenticated, TooManyRequests) as error:
        return login_page(now, email, now.say(error.message), 429 if isinstance(error, TooManyRequests) else 401)
    kept = request.form.get("_carried", "")
    token = csrf_token(now.runtime.secret_key, session.token)
    response: Any = (
        make_response(lone_page("carry_on.html", now.say(Message("You are logged in")), form_token=token, carried=kept))
        if kept
        else redirect(local(request.form.get("next")), 303)
    )
    put_session(response, session.token, now.runtime)
    response.delete_cookie(NONCE_COOKIE)
    return response  # type: ignore[no-any-return]


def log_out() -> Response:
    now = visit()
    if now.session:
        accounts.end_session(now.snapshot.store, now.session)
    response = redirect("/login", 303)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response  # type: ignore[return-value]


def choose_language(locale: str) -> Response:
    """For people without a session; those with one choose in their profile."""
    response = redirect(local(request.args.get("next"), "/login"), 303)
    if locale in LOCALES:
        response.set_cookie(
            LOCALE_COOKIE,
            locale,
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=visit().runtime.settings.secure_cookies,
        )
    return response  # type: ignore[return-value]


def put_session(response: Response, token: str, runtime: Runtime) -> None:
    response.set_cookie(
        SESSION_COOKIE, token, httponly=True, samesite="Lax", secure=runtime.settings.secure_cookies, path="/"
    )


def login_page(now: Visit, email: str = "", problem: str = "", status: int = 200, carried: str = "") -> Response:
    """The form carries a token tied to a cookie that this browser alone has, since there is no session yet.

    ``carried``: what was sent with a session that has ended, to go on with.
    """
    nonce = now.nonce or secrets.token_urlsafe(24)
    body = lone_page(
        "login.html",
        now.say(Message("Log in")),
        status=status,
        email=email,
        problem=problem,
        next=local(request.values.get("next")),
        carried=carried or request.form.get("_carried", ""),
        form_token=csrf_token(now.runtime.secret_key, nonce),
    )
    response = make_response(body)
    response.set_cookie(NONCE_COOKIE, nonce, httponly=True, samesite="Lax", secure=now.runtime.settings.secure_cookies)
    return response
