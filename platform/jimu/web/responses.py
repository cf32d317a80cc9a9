"""How views answer: a page in its frame, a fragment, JSON, a redirect with a note; and what they read from the
address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response, redirect, request

from jimu.errors import NotFound
from jimu.fieldtypes.ids import decode_id
from jimu.messages import Message
from jimu.web.frame import Look, shell_parts
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader
from jimu.web.pages.shell import frame_for
from jimu.web.visit import Visit, visit

APP_COOKIE = "jimu_app"
NOTE_COOKIE = "jimu_note"
_MOST_DIGITS = 18


def reader_of(visit: Visit) -> Reader:
    return Reader(visit.context, visit.locale, visit.time_zone, visit.renderer.catalogue)


def page(
    template: str,
    title: str,
    *,
    status: int = 200,
    object: str | None = None,
    crumbs: Sequence[Crumb] = (),
    **values: Any,
) -> Response:
    """A page inside the frame."""
    now = visit()
    reader = reader_of(now)
    frame = frame_for(reader)
    app = frame.app(request.cookies.get(APP_COOKIE), object)
    note, note_data = _note()
    path = request.full_path.rstrip("?")
    values = {**frame_values(now), **values}
    look = Look(frame.current(app, path, object), path, values["theme"], values["density"])
    body = now.renderer.render(
        template,
        title=title,
        head_title=" · ".join(dict.fromkeys((title, *(c.label for c in reversed(crumbs[:-1]))))),
        frame=frame,
        app=app,
        object_name=object,
        shell=shell_parts(frame, app, look, now.renderer),
        crumbs=crumbs,
        path=path,
        note=note,
        note_data=note_data,
        **values,
    )
    response = Response(body, status, mimetype="text/html")
    if note:
        response.delete_cookie(NOTE_COOKIE, samesite="Lax", httponly=True)
    return response


def lone_page(template: str, title: str, *, status: int = 200, **values: Any) -> Response:
    """A page without the frame: log in, errors of people who are not signed in."""
    now = visit()
    return Response(
        now.renderer.render(template, title=title, **frame_values(now), **values), status, mimetype="text/html"
    )


def frame_values(now: Visit) -> dict[str, Any]:
    workspace = now.manifest.workspace
    return {
        "csrf": now.csrf,
        "theme": now.theme,
        "density": now.actor.record.get("density") or "comfortable",
        "actor": now.actor,
        "is_signed_in": now.is_signed_in,
        "is_looked_through": now.actor.viewed_by is not None,
        "workspace": workspace.label.get(now.locale) or workspace.name,
    }


def fragment(template: str, *, status: int = 200, **values: Any) -> Response:
    """A piece of a page that a script puts in its place."""
    now = visit()
    return Response(now.renderer.render(template, csrf=now.csrf, **values), status, mimetype="text/html")


def json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, mimetype="application/json")


def go(address: str, note: Message | None = None, **data: str) -> Response:
    """See other, with a note to be shown once on the next page. ``data``: what the note offers (undo)."""
    response = redirect(local(address), 303)
    if note is not None:
        text = orjson.dumps([visit().say(note), data]).hex()
        response.set_cookie(
            NOTE_COOKIE, text, max_age=60, httponly=True, samesite="Lax", secure=visit().runtime.settings.secure_cookies
        )
    return response  # type: ignore[return-value]


def local(address: str | None, default: str = "/") -> str:
    """``address`` if it leads to this site, else ``default``: no form of ours sends people elsewhere.

    Browsers drop tabs and line ends from addresses, and take a backslash for a slash.
    """
    is_ours = address is not None and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if address is not None and is_ours and address.isprintable() else default


def _note() -> tuple[str, dict[str, str]]:
    given = request.cookies.get(NOTE_COOKIE)
    if not given:
        return "", {}
    try:
        text, data = orjson.loads(bytes.fromhex(given))
        return str(text), {str(k): str(v) for k, v in data.items()}
    except (ValueError, TypeError, AttributeError):
        return "", {}


def record_id(text: str) -> int:
    """The id that an address names; raises NotFound where it is none."""
    try:
        return decode_id(text)
    except ValueError:
        raise NotFound(Message("There is no such record.")) from None


def whole_number(text: str | None) -> int | None:
    """The number that a request brought; None where it is none, or none that anything here is counted by."""
    return int(text) if text and len(text) <= _MOST_DIGITS and text.isdecimal() else None


def is_fetch() -> bool:
    """Whether a script asks, for which a redirect to a page is no answer."""
    return "HX-Request" in request.headers or request.headers.get("X-Requested-With") == "fetch"
