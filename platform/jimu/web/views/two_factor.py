"""One's own second factor: set up, recovery codes, known devices, removal; each only with the password given again."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access import accounts
from jimu.access.second_factor import (
    begin_enrolment,
    confirm_enrolment,
    factor_state,
    forget_devices,
    make_recovery_codes,
    picture_of,
    remove_factor,
)
from jimu.access.stages import needs_second_factor
from jimu.errors import Invalid, TooManyRequests, Unauthenticated
from jimu.messages import Message
from jimu.web.pages.model import Crumb
from jimu.web.responses import go, page, reader_of
from jimu.web.views.admin_base import moment_of
from jimu.web.visit import Visit, visit

HERE = "/me/second-factor"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(HERE, view_func=show_factor)
    for name, view in (
        ("set-up", set_up_factor),
        ("confirm", confirm_factor),
        ("codes", renew_codes),
        ("devices", forget_own_devices),
        ("remove", remove_own_factor),
    ):
        blueprint.add_url_rule(f"{HERE}/{name}", view_func=view, methods=["POST"])


def show_factor(problem: str = "", codes: tuple[str, ...] = (), *, is_setting_up: bool = False) -> Response:
    """``codes``: just made, and shown this once."""
    now = visit()
    store, title = now.snapshot.store, now.say(Message("Second factor"))
    state = factor_state(store, now.actor.id or 0, now.runtime.clock())
    made = None
    if is_setting_up and state.confirmed_at is None:
        issuer = now.manifest.workspace.label.get(now.locale) or now.manifest.workspace.name
        made = begin_enrolment(store, now.actor, now.runtime.secret_key, issuer, now.runtime.clock())
    response = page(
        "second_factor.html",
        title,
        status=422 if problem else 200,
        crumbs=[Crumb(now.say(Message("Profile")), "/profile"), Crumb(title)],
        state=state,
        made=made,
        picture=picture_of(made.address) if made else "",
        codes=codes,
        problem=problem,
        is_needed=needs_second_factor(now.manifest, now.actor, now.policy),
        has_password=accounts.has_password(store, now.actor.id or 0),
        moment=moment_of(reader_of(now)),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def set_up_factor() -> Response:
    problem = _asked_again(visit())
    return show_factor(problem, is_setting_up=not problem)


def confirm_factor() -> Response:
    now = visit()
    try:
        codes = confirm_enrolment(now.snapshot.store, now.by, now.runtime.secret_key, request.form.get("code", ""))
    except Invalid as error:
        return show_factor(now.say(error.message), is_setting_up=True)
    accounts.end_sessions(now.snapshot.store, now.actor.id or 0, now.by, keep=now.session)
    return show_factor(codes=tuple(codes))


def renew_codes() -> Response:
    now = visit()
    if problem := _asked_again(now):
        return show_factor(problem)
    return show_factor(codes=tuple(make_recovery_codes(now.snapshot.store, now.by)))


def forget_own_devices() -> Response:
    now = visit()
    forget_devices(now.snapshot.store, now.actor.id or 0, now.by)
    return go(HERE, Message("Every device is asked for the second factor again."))


def remove_own_factor() -> Response:
    now = visit()
    if problem := _asked_again(now):
        return show_factor(problem)
    remove_factor(now.snapshot.store, now.actor.id or 0, now.by, keep=now.session)
    return go(HERE, Message("The second factor was removed."))


def _asked_again(now: Visit) -> str:
    """What is wrong with the password that was given again; '' where nothing is, or the account has none."""
    if not accounts.has_password(now.snapshot.store, now.actor.id or 0):
        return ""
    try:
        accounts.require_own_password(now.snapshot.store, now.by, request.form.get("password", ""), now.policy)
    except Unauthenticated:
        return now.say(Message("This is not your password."))
    except TooManyRequests as error:
        return now.say(error.message)
    return ""
