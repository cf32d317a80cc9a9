"""Who asks: a bearer token, else the session's cookie (with its CSRF token where something is changed). One query."""

from __future__ import annotations

from flask import request

from jimu.access import accounts
from jimu.access.account_policy import policy_of
from jimu.access.accounts import Identity
from jimu.access.actor import Actor
from jimu.access.audit_refusals import note_refusal
from jimu.access.csrf import CSRF_HEADER, SESSION_COOKIE, is_csrf_token
from jimu.access.networks import is_allowed, refused
from jimu.access.view_as import READ_ONLY
from jimu.api.call import Call
from jimu.errors import Forbidden, Unauthenticated
from jimu.messages import LOCALES, Message
from jimu.runtime import Runtime
from jimu.translation import negotiate

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SIGN_IN = Message("Sign in, or send a token: Authorization: Bearer …")
BAD_TOKEN = Message("This token is not valid, or no longer.")


def authenticate(runtime: Runtime) -> Call:
    """The call of this request; raises Unauthenticated or Forbidden."""
    header = request.headers.get("Authorization")
    by_cookie = header is None
    identity = _by_cookie(runtime) if header is None else _by_token(runtime, header)
    snapshot = runtime.notice(identity.pulse)
    actor = accounts.find_actor(snapshot.store, snapshot.manifest, identity, request.remote_addr or "")
    if actor is None:
        raise Unauthenticated(SIGN_IN)
    if actor.viewed_by is not None:
        raise Forbidden(READ_ONLY)
    if not is_allowed(actor.address, runtime.settings.allowed_addresses, snapshot.manifest, actor.roles):
        note_refusal(snapshot.store, accounts.By(actor, runtime.clock()))
        raise refused(actor.address)
    request.environ["jimu.user"] = actor.email
    context = runtime.context(actor, via="api", snapshot=snapshot)
    return Call(runtime, snapshot, context, _locale(actor, by_cookie), by_cookie)


def _by_token(runtime: Runtime, header: str) -> Identity:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(SIGN_IN)
    identity = accounts.find_token(runtime.current.store, secret.strip(), runtime.clock(), request.remote_addr or "")
    if identity is None:
        raise Unauthenticated(BAD_TOKEN)
    return identity


def _by_cookie(runtime: Runtime) -> Identity:
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token:
        raise Unauthenticated(SIGN_IN)
    policy = policy_of(runtime.settings)
    identity = accounts.find_session(runtime.current.store, token, runtime.clock(), policy.session)
    if identity is None:
        raise Unauthenticated(SIGN_IN)
    if request.method not in SAFE_METHODS and not is_csrf_token(
        runtime.secret_key, token, request.headers.get(CSRF_HEADER)
    ):
        raise Forbidden(
            Message("The header {header} is missing or does not belong to this session.", {"header": CSRF_HEADER})
        )
    return identity


def _locale(actor: Actor, by_cookie: bool) -> str:
    """Pages speak the user's language; a program may ask for another one."""
    wanted = request.headers.get("Accept-Language")
    own = actor.locale if actor.locale in LOCALES else "en"
    return own if by_cookie or not wanted or wanted == "*" else negotiate(wanted, default=own)
