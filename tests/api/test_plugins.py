"""Endpoints that plugins add: behind the API's sign-in, limits and error envelope."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from jimu.app import create_app
from jimu.errors import Conflict
from jimu.hookspecs import hookimpl
from jimu.messages import Message
from tests.api.conftest import Shop


class Extra:
    """A plugin with two endpoints."""

    @hookimpl
    def jimu_api_blueprints(self) -> list[Any]:
        blueprint = Blueprint("extra", __name__)

        @blueprint.get("/extra/hello")
        def hello() -> dict[str, str]:
            return {"hello": g.call.actor.name}

        @blueprint.get("/extra/fail")
        def fail() -> None:
            raise Conflict(Message("No."))

        return [blueprint]


def test_a_plugins_endpoint_has_the_apis_sign_in_and_errors(small_shop: Shop) -> None:
    small_shop.runtime.current.plugins.register(Extra(), name="extra")
    client = create_app(runtime=small_shop.runtime).test_client()
    headers = {"Authorization": f"Bearer {small_shop.boss.token}"}
    assert client.get("/api/v1/extra/hello", headers=headers).json == {"hello": "Bo Boss"}
    assert client.get("/api/v1/extra/hello").json["code"] == "unauthenticated"
    failed = client.get("/api/v1/extra/fail", headers=headers)
    assert (failed.status_code, failed.json["code"]) == (409, "conflict")
