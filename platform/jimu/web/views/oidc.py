"""Signing in with a provider: there and back again; and linking such an account to one's own.

What has to be remembered in between stands signed in a cookie of this browser: state, nonce and the PKCE verifier.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, request

from jimu.access import accounts
from jimu.access.actor import NOBODY
from jimu.access.csrf import is_csrf_token
from jimu.access.identities import link_identity, list_identities, unlink_identity
from jimu.access.oidc import Begun, Claims, OidcClient, OidcError
from jimu.errors import BadRequest, Conflict, NotFound
from jimu.messages import Message
from jimu.web.oidc_accounts import actor_of
from jimu.web.responses import go, local, whole_number
from jimu.web.views.signing_in import STEP_SECONDS, let_in, login_page, put_cookie
from jimu.web.visit import Visit, visit

log = logging.getLogger(__name__)
COOKIE = "jimu_oidc"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/login/with/<name>", view_func=begin_provider)
    blueprint.add_url_rule("/login/with/<name>/back", view_func=finish_provider)
    blueprint.add_url_rule("/me/identities/<number>/unlink", view_func=unlink, methods=["POST"])


def _client(now: Visit, name: str) -> OidcClient:
    found = now.runtime.oidc_clients.get(name)
    if found is None:
        raise NotFound(Message("There is nothing at this address."))
    return found


def _back(now: Visit, name: str) -> str:
    return now.link(f"/login/with/{name}/back")


def begin_provider(name: str) -> Response:
    """Off to the provider. ``link``: the token of a form of ours, so that nobody else links an account to this one."""
    now = visit()
    client = _client(now, name)
    link = request.args.get("link")
    if link is not None and not (now.session and is_csrf_token(now.runtime.secret_key, now.session, link)):
        raise BadRequest(Message("This form is no longer valid. Reload the page and send it again."))
    try:
        begun = client.begin(_back(now, name), now.runtime.clock())
    except OidcError as error:
        return _refused(now, name, error)
    kept = {
        "provider": name,
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "next": local(request.args.get("next")),
        "link": now.actor.id if link is not None else None,
        "at": now.runtime.clock().isoformat(),
    }
    response: Any = redirect(begun.address, 303)
    put_cookie(response, COOKIE, _signed(now.runtime.secret_key, kept), now.runtime, STEP_SECONDS)
    return response  # type: ignore[no-any-return]


def finish_provider(name: str) -> Response:
    """Back from the provider: let in, or told no more than that it did not work."""
    now = visit()
    client = _client(now, name)
    kept = _unsigned(now.runtime.secret_key, request.cookies.get(COOKIE, ""), now.runtime.clock())
    try:
        claims = _claims(now, client, kept)
        response = _link(now, name, claims, kept) if kept.get("link") else _enter(now, client, claims, kept)
    except (OidcError, Conflict) as error:
        response = _refused(now, name, error)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response


def _claims(now: Visit, client: OidcClient, kept: dict[str, Any]) -> Claims:
    state, code = request.args.get("state", ""), request.args.get("code", "")
    is_same = hmac.compare_digest(str(kept.get("state")).encode(), state.encode())
    if kept.get("provider") != client.provider.name or not is_same:
        raise OidcError("the state is not the one that was given along")
    if request.args.get("error") or not code:
        raise OidcError(f"the provider refused: {request.args.get('error', '')[:100]}")
    begun = Begun("", state, str(kept["nonce"]), str(kept["verifier"]))
    return client.finish(_back(now, client.provider.name), code, begun, now.runtime.clock())


def _enter(now: Visit, client: OidcClient, claims: Claims, kept: dict[str, Any]) -> Response:
    actor = actor_of(now, client.provider, claims)
    proof = accounts.Proof(actor, f"oidc:{client.provider.name}", claims.is_strong)
    moment, store = now.runtime.clock(), now.snapshot.store
    session = accounts.begin_session(store, now.manifest, proof, now.arrival, moment, now.policy)
    return let_in(now, session, str(kept.get("next") or "/"))


def _link(now: Visit, name: str, claims: Claims, kept: dict[str, Any]) -> Response:
    if now.actor.id is None or now.actor.id != kept["link"] or now.actor.viewed_by is not None:
        raise OidcError("somebody else is logged in now")
    link_identity(now.snapshot.store, now.actor.id, name, claims.subject, claims.email, now.by)
    return go("/profile#identities", Message("From now on you can sign in with it."))


def _refused(now: Visit, name: str, error: OidcError | Conflict) -> Response:
    reason = error.reason if isinstance(error, OidcError) else str(error.message)
    log.warning("sign-in with %s refused: %s", name, reason)
    by = now.by if now.is_signed_in else accounts.By(replace(NOBODY, address=now.by.actor.address), now.by.at)
    with now.snapshot.store.write() as transaction:
        by.note(transaction, "login.refused", text=reason[:500], details={"method": f"oidc:{name}"})
    if now.is_signed_in:
        return go("/profile", error.message)
    return login_page(now, problem=now.say(error.message), status=401)


def unlink(number: str) -> Response:
    """Not the last way in: who has no password keeps one such account."""
    now = visit()
    store, own = now.snapshot.store, now.actor.id or 0
    if not accounts.has_password(store, own) and len(list_identities(store, own)) < 2:
        raise Conflict(Message("This is your only way in; set a password first."))
    if not unlink_identity(store, own, whole_number(number) or 0, now.by):
        raise NotFound(Message("There is no such account (any more)."))
    return go("/profile#identities", Message("You can no longer sign in with it."))


def _signed(key: bytes, kept: dict[str, Any]) -> str:
    text = base64.urlsafe_b64encode(orjson.dumps(kept)).decode()
    return f"{text}.{_signature(key, text)}"


def _unsigned(key: bytes, cookie: str, now: datetime) -> dict[str, Any]:
    """Empty for what is not ours or too old."""
    text, _, signature = cookie.partition(".")
    if not text or not _is_ours(key, text, signature):
        return {}
    kept: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(text))
    is_fresh = now - datetime.fromisoformat(kept["at"]) < timedelta(seconds=STEP_SECONDS)
    return kept if is_fresh else {}


def _is_ours(key: bytes, text: str, signature: str) -> bool:
    return hmac.compare_digest(signature.encode(), _signature(key, text).encode())


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, b"oidc:" + text.encode(), hashlib.sha256).hexdigest()
