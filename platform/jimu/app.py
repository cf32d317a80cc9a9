"""``create_app``: the one composition root of the web process; wires the runtime, the faces and the middleware together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jimu.runtime import Runtime, Snapshot
from jimu.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["Runtime", "Snapshot", "create_app"]


def create_app(settings: Settings | None = None, runtime: Runtime | None = None) -> Flask:
    """The Flask application, on ``runtime`` if one is given (tests, ``jimu run``), else on a new one made from ``settings``."""
    raise NotImplementedError
