"""API tokens: everybody's, for those who keep the users; and one's own, for everybody."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, request

from jimu.access import accounts
from jimu.access.managing import require_manageable
from jimu.access.rights import rights_of
from jimu.access.rules import action_allowed
from jimu.errors import Invalid, NotFound
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.admin_users import user_href
from jimu.web.pages.model import Crumb
from jimu.web.responses import go, page, reader_of, whole_number
from jimu.web.views.admin_base import add, admin_page, moment_of
from jimu.web.visit import visit

PAGE_SIZE = 50
# Days that a token may last; 0: for ever.
LIFETIMES = (7, 30, 90, 365, 0)
LONGEST_NAME = 80


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/tokens", list_tokens, "tokens")
    add(blueprint, "/admin/tokens/<number>/revoke", revoke_any, "tokens", post=True)
    blueprint.add_url_rule("/me/tokens", view_func=show_own)
    blueprint.add_url_rule("/me/tokens", view_func=create_own, methods=["POST"])
    blueprint.add_url_rule("/me/tokens/<number>/revoke", view_func=revoke_own, methods=["POST"])


def list_tokens() -> Response:
    now = visit()
    found = accounts.list_all_tokens(now.snapshot.store, PAGE_SIZE + 1, whole_number(request.args.get("before")))
    tokens = found[:PAGE_SIZE]
    return admin_page(
        "tokens",
        now.say(Message("API tokens")),
        "tokens",
        tokens=tokens,
        people=read.resolve_titles({t.user_id for t in tokens}, now.context),
        user_href=user_href,
        now=now.runtime.clock(),
        next=f"/admin/tokens?before={tokens[-1].id}" if len(found) > PAGE_SIZE else "",
    )


def revoke_any(number: str) -> Response:
    """Of somebody with more rights than one's own it is refused, as is everything about such an account."""
    now, wanted = visit(), whole_number(number) or 0
    store = now.snapshot.store
    token = next(iter(accounts.list_all_tokens(store, 1, wanted + 1)), None)
    if token is None or token.id != wanted:
        raise NotFound(Message("There is no such token (any more)."))
    require_manageable(now.actor, store, now.manifest, token.user_id)
    accounts.revoke_token(store, token.user_id, token.id, now.by)
    return go("/admin/tokens", Message("The token was revoked."))


def show_own(secret: str = "", problems: list[str] | None = None, status: int = 200) -> Response:
    now = visit()
    reader, form = reader_of(now), request.form
    objects = [
        o
        for o in now.manifest.objects.values()
        if not o.retired and not o.system and action_allowed(now.actor, now.manifest, o.name, "read")
    ]
    title = now.say(Message("My API tokens"))
    response = page(
        "own_tokens.html",
        title,
        status=status,
        crumbs=[Crumb(now.say(Message("Profile")), "/profile"), Crumb(title)],
        tokens=accounts.list_tokens(now.snapshot.store, now.actor.id or 0),
        now=now.runtime.clock(),
        moment=moment_of(reader),
        objects=sorted(objects, key=lambda o: o.label.get(now.locale)),
        lifetimes=LIFETIMES,
        typed=form,
        scopes=form.getlist("scope"),
        has_rights=bool(rights_of(now.actor, now.manifest)),
        secret=secret,
        problems=problems or [],
    )
    if secret:
        response.headers["Cache-Control"] = "no-store"
    return response


def create_own() -> Response:
    """The token is shown on the answer, once."""
    now, form = visit(), request.form
    name = form.get("name", "").strip()[:LONGEST_NAME]
    if not name:
        return show_own(problems=[now.say(Message("Say what the token is for."))], status=422)
    scopes = None if form.get("reach") != "some" else form.getlist("scope")
    moment = now.runtime.clock()
    try:
        wish = accounts.TokenWish(name, scopes, _expiry(moment))
        made = accounts.create_token(now.snapshot.store, now.actor.id or 0, wish, now.by, now.policy.token_age)
    except Invalid as error:
        return show_own(problems=[now.say(error.message)], status=422)
    return show_own(secret=made.secret, status=201)


def _expiry(moment: datetime) -> datetime | None:
    """What the form says, one of ``LIFETIMES``; anything else is the shortest."""
    days = whole_number(request.form.get("days"))
    days = days if days in LIFETIMES else LIFETIMES[0]
    return moment + timedelta(days=days) if days else None


def revoke_own(number: str) -> Response:
    now = visit()
    if not accounts.revoke_token(now.snapshot.store, now.actor.id or 0, whole_number(number) or 0, now.by):
        raise NotFound(Message("There is no such token (any more)."))
    return go("/me/tokens", Message("The token was revoked."))
