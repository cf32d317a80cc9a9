"""Favourites, recently viewed records and notifications: small requests that scripts of the frame make."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.messages import Message
from jimu.web.pages import own_records
from jimu.web.pages.model import Crumb
from jimu.web.pages.notices import HREF, count_unread, notice_page, read_notices
from jimu.web.pages.own_records import (
    Item,
    find_favourite,
    note_view,
    switch_favourite,
)
from jimu.web.responses import fragment, go, is_fetch, json, local, page, reader_of, record_id
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/at-hand", view_func=at_hand)
    blueprint.add_url_rule("/recent", view_func=viewed, methods=["POST"])
    blueprint.add_url_rule("/favourites/<id>", view_func=is_favourite)
    blueprint.add_url_rule("/favourites/<id>", view_func=favour, methods=["POST"])
    blueprint.add_url_rule("/notifications", view_func=show_notifications)
    blueprint.add_url_rule("/notifications/count", view_func=count_notifications)
    blueprint.add_url_rule("/notifications/read", view_func=have_read, methods=["POST"])


def at_hand() -> Response:
    """Favourites and recently viewed records, for the sidebar and the command palette."""
    kept, recent = own_records.at_hand(reader_of(visit()))
    return json({"favourites": [_dump(i) for i in kept], "recent": [_dump(i) for i in recent]})


def _dump(item: Item) -> dict[str, str]:
    return {"title": item.title, "href": item.href, "icon": item.icon, "kind": item.kind, "record": item.record}


def viewed() -> Response:
    """Sent by a record's page after it is shown, so that reading a page writes nothing."""
    now = visit()
    if now.actor.viewed_by is None:
        note_view(record_id(request.form.get("record", "")), reader_of(now))
    return Response(status=204)


def is_favourite(id: str) -> Response:
    return json({"is_favourite": find_favourite(record_id(id), reader_of(visit())) is not None})


def favour(id: str) -> Response:
    now_is = switch_favourite(record_id(id), reader_of(visit()))
    if is_fetch():
        return json({"is_favourite": now_is})
    text = Message("Kept among the favourites.") if now_is else Message("Taken from the favourites.")
    return go(local(request.form.get("next"), "/"), text)


def show_notifications() -> Response:
    now = visit()
    if is_fetch():
        return fragment("notifications.html", found=notice_page(reader_of(now)))
    given = request.args
    found = notice_page(reader_of(now), given.get("kind", ""), given.get("unread") == "1", given.get("after", ""))
    title = now.say(Message("Notifications"))
    return page("notifications_page.html", title, found=found, crumbs=[Crumb(title)])


def count_notifications() -> Response:
    return json({"unread": count_unread(reader_of(visit()))})


def have_read() -> Response:
    """Marks some notifications (``id``) or all of them as read."""
    given = [record_id(one) for one in request.form.getlist("id")]
    read_notices(given or None, reader_of(visit()))
    if is_fetch():
        return show_notifications()
    return go(local(request.form.get("next"), HREF))
