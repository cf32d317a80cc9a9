"""Who visits: everything a view needs to know of the request besides its own parameters, worked out once.

``enter`` finds the session and the actor, the language, the zone and the theme; views take the result as ``visit()``.
The only ambient state of the web floor is this object on Flask's ``g``.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, request

from jimu.access import accounts
from jimu.access.account_policy import AccountPolicy, policy_of
from jimu.access.actor import NOBODY, Actor
from jimu.access.csrf import SESSION_COOKIE, csrf_token
from jimu.messages import LOCALES, Message
from jimu.records.context import Context
from jimu.runtime import Runtime, Snapshot
from jimu.translation import negotiate
from jimu.web.rendering import Renderer, renderer_for

LOCALE_COOKIE = "jimu_locale"
THEME_COOKIE = "jimu_theme"
NONCE_COOKIE = "jimu_nonce"
DEVICE_COOKIE = "jimu_device"  # a device that is spared the second factor
STEP_COOKIE = "jimu_step"  # the step between password and session
THEMES = ("auto", "light", "dark", "contrast")


@dataclass(frozen=True)
class Visit:
    """``session`` is the session's token, '' for nobody. ``nonce`` ties the forms of people without a session to
    their browser."""

    runtime: Runtime
    snapshot: Snapshot
    actor: Actor
    session: str
    nonce: str
    locale: str
    time_zone: ZoneInfo
    theme: str

    @property
    def is_signed_in(self) -> bool:
        return self.actor.id is not None

    @property
    def manifest(self) -> Any:
        return self.snapshot.manifest

    @functools.cached_property
    def context(self) -> Context:
        return self.runtime.context(self.actor, via="web", snapshot=self.snapshot)

    @functools.cached_property
    def renderer(self) -> Renderer:
        return renderer_for(self.locale, self.runtime.translator(self.locale))

    @property
    def policy(self) -> AccountPolicy:
        """What the installation demands of accounts."""
        return policy_of(self.runtime.settings)

    @property
    def by(self) -> accounts.By:
        """Who does something to an account just now."""
        return accounts.By(dataclasses.replace(self.actor, address=address()), self.runtime.clock())

    @property
    def arrival(self) -> accounts.Arrival:
        """From where this request comes, for a log-in."""
        agent = request.headers.get("User-Agent", "")[:200]
        return accounts.Arrival(address(), agent, self.session, request.cookies.get(DEVICE_COOKIE, ""))

    def link(self, path: str) -> str:
        """The whole address of a page of ours, to be sent to people."""
        return (self.runtime.settings.public_url or request.host_url).rstrip("/") + path

    @property
    def csrf(self) -> str:
        return csrf_token(self.runtime.secret_key, self.session or self.nonce)

    def say(self, message: Message) -> str:
        return message.render(self.renderer.catalogue)


def visit() -> Visit:
    """The visit of the request at hand."""
    found: Visit = g.visit
    return found


def address() -> str:
    """The network address of the request, as the trusted proxies tell it."""
    return request.remote_addr or ""


def enter(runtime: Runtime) -> Visit:
    """The visit of this request; one query for people with a session, none for others."""
    snapshot = runtime.current
    token = request.cookies.get(SESSION_COOKIE, "")
    actor = NOBODY
    if token:
        identity = accounts.find_session(snapshot.store, token, runtime.clock(), policy_of(runtime.settings).session)
        if identity is not None:
            snapshot = runtime.notice(identity.pulse)
            actor = accounts.find_actor(snapshot.store, snapshot.manifest, identity, address()) or NOBODY
    workspace = snapshot.manifest.workspace
    return Visit(
        runtime,
        snapshot,
        actor,
        token if actor.id is not None else "",
        request.cookies.get(NONCE_COOKIE, ""),
        _locale(actor, workspace.locale),
        _zone(actor.time_zone if actor.id is not None else workspace.time_zone),
        _theme(actor),
    )


def _locale(actor: Actor, default: str) -> str:
    """The user's own choice, else what this browser chose before, else what it asks for, else the workspace's."""
    own = actor.record.get("language") if actor.id is not None else None
    for wanted in (own, request.cookies.get(LOCALE_COOKIE)):
        if wanted in LOCALES:
            return str(wanted)
    return negotiate(request.headers.get("Accept-Language"), default=default)


def _theme(actor: Actor) -> str:
    own = actor.record.get("theme") if actor.id is not None else None
    wanted = own or request.cookies.get(THEME_COOKIE)
    return str(wanted) if wanted in THEMES else "auto"


@functools.lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")
