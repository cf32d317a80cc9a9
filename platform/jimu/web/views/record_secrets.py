"""Looking at a secret on the page of its record."""

from __future__ import annotations

from flask import Blueprint, Response

from jimu.records.secrets import reveal_secret
from jimu.web.responses import json, record_id
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/o/<object>/<id>/secret/<field>", view_func=show_secret, methods=["POST"])


def show_secret(object: str, id: str, field: str) -> Response:
    """The plain text of a secret, for those who may; that it was looked at goes into history."""
    response = json({"text": reveal_secret(object, record_id(id), field, visit().context)})
    response.headers["Cache-Control"] = "no-store"
    return response
