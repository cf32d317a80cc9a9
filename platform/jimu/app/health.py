"""``/healthz``: whether this process can do its work, for load balancers and for people who wonder."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

import jimu
from jimu.runtime import Runtime


def build_health_blueprint(runtime: Runtime) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> ResponseReturnValue:
        """200 while the database answers, else 503."""
        reachable = runtime.database.is_reachable()
        snapshot = runtime.refresh() if reachable else runtime.current
        body = {
            "status": "ok" if reachable else "unavailable", "version": jimu.__version__,
            "database": "ok" if reachable else "unavailable", "revision": snapshot.manifest.revision[:12],
        }
        return jsonify(body), 200 if reachable else 503

    return blueprint
