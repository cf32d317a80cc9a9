"""One request as its view sees it: who asks, under which revision, in which language. The only state kept on
``flask.g``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, has_request_context

from jimu.access.actor import Actor
from jimu.definitions.manifest import Manifest
from jimu.fieldtypes import LoadContext
from jimu.messages import Message
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.wave import build_load_context
from jimu.runtime import Runtime, Snapshot
from jimu.translation import Catalogue


@dataclass(frozen=True, slots=True)
class Call:
    """``by_cookie``: authenticated by the session's cookie, so unsafe methods were checked for their CSRF token.

    ``hook``: the automation that a signed request from another system sets off.
    """

    runtime: Runtime
    snapshot: Snapshot
    context: Context
    locale: str
    by_cookie: bool = False
    hook: str = ""

    @property
    def actor(self) -> Actor:
        return self.context.actor

    @property
    def manifest(self) -> Manifest:
        return self.snapshot.manifest

    @property
    def translate(self) -> Catalogue:
        return self.runtime.translator(self.locale)

    def say(self, message: Message) -> str:
        return message.render(self.translate)

    def load_context(self) -> LoadContext:
        """How JSON values of this request are read. Retired choices pass here; ``records`` refuses new ones."""
        return build_load_context(self.context, build_environment(self.context))


def current_call() -> Call | None:
    """The call of the request at hand; None before it was authenticated."""
    found: Any = g.get("call") if has_request_context() else None
    return found if isinstance(found, Call) else None
