"""Seeing with another's eyes: how it begins and ends. What it may do meanwhile stands in ``web.security``."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access.view_as import begin_viewing, end_viewing
from jimu.messages import Message
from jimu.web.pages.admin_users import user_href
from jimu.web.responses import go, local, record_id
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/users/<id>/view-as", view_func=start_viewing, methods=["POST"])
    blueprint.add_url_rule("/view-as/stop", view_func=stop_viewing, methods=["POST"])


def start_viewing(id: str) -> Response:
    """Who may not is refused where it is begun (``access.view_as``)."""
    now = visit()
    begin_viewing(now.snapshot.store, now.manifest, now.session, record_id(id), now.by)
    return go(local(request.form.get("next"), "/"), Message("You see what this person sees. Nothing can be changed."))


def stop_viewing() -> Response:
    now = visit()
    if now.actor.viewed_by is None:
        return go("/")
    end_viewing(now.snapshot.store, now.session, now.by)
    return go(user_href(now.actor.id or 0), Message("You see with your own eyes again."))
