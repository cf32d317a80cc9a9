"""The blueprint: which views stand at which addresses, and what happens around each request."""

from __future__ import annotations

from flask import Blueprint

from jimu.runtime import Runtime


def build_blueprint(runtime: Runtime) -> Blueprint:
    """The pages as a blueprint named ``web``, to be registered at the root; also answers errors of any HTML request."""
    blueprint = Blueprint("web", __name__, template_folder="templates")
    return blueprint
