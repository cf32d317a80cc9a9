"""The way in: the first page, choosing an app, an address that names a record but not its object."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.errors import NotFound
from jimu.flows.approvals.inbox import box
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.approvals import InboxRow, inbox_rows
from jimu.web.pages.home import greeting, shortcuts, today
from jimu.web.pages.own_records import favourites, open_activities, recently_viewed
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record_card import object_of
from jimu.web.pages.shell import Entry, frame_for
from jimu.web.responses import APP_COOKIE, go, page, reader_of, record_id
from jimu.web.visit import visit

_MOST_DECISIONS = 5


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/", view_func=show_home)
    blueprint.add_url_rule("/app/<name>", view_func=choose_app)
    blueprint.add_url_rule("/r/<id>", view_func=find_record)
    blueprint.add_url_rule("/favicon.ico", view_func=no_favicon)


def show_home() -> Response:
    now = visit()
    reader = reader_of(now)
    app = frame_for(reader).app(request.cookies.get(APP_COOKIE))
    return page(
        "home.html",
        now.say(Message("Home")),
        greeting=greeting(reader),
        day=today(reader),
        shortcuts=shortcuts(app, reader),
        decisions=_decisions(reader),
        activities=open_activities(reader),
        recent=recently_viewed(reader),
        favourites=favourites(reader),
    )


def _decisions(reader: Reader) -> list[InboxRow]:
    """What waits longest for the reader's decision."""
    if not reader.manifest.all("approval"):
        return []
    return inbox_rows(box("pending", reader.context, limit=_MOST_DECISIONS), reader)


def _first(entries: tuple[Entry, ...]) -> Entry | None:
    for entry in entries:
        found = entry if entry.href else _first(entry.items)
        if found is not None:
            return found
    return None


def choose_app(name: str) -> Response:
    """Remembered in a cookie, so that addresses of records stay the same in every app."""
    frame = frame_for(reader_of(visit()))
    app = next((a for a in frame.apps if a.name == name), None)
    if app is None:
        raise NotFound(Message("There is no such app."))
    first = _first(app.entries)
    response = go(first.href if first else "/")
    response.set_cookie(
        APP_COOKIE,
        name,
        max_age=365 * 86400,
        httponly=True,
        samesite="Lax",
        secure=visit().runtime.settings.secure_cookies,
    )
    return response


def find_record(id: str) -> Response:
    number, reader = record_id(id), reader_of(visit())
    object = object_of(number, reader)
    read.get(object, number, reader.context, fields=(), deleted="any", titles=False)
    return go(record_url(object, number))


def no_favicon() -> Response:
    return Response(status=204, headers={"Cache-Control": "public, max-age=86400"})
