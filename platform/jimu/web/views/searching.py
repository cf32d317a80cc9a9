"""The search over everything: as a page, and as the fragment that the command palette shows while one types."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access.rules import action_allowed
from jimu.messages import Message
from jimu.web.pages.model import Crumb
from jimu.web.pages.palette import LONGEST, find, find_records, start
from jimu.web.pages.reader import Reader
from jimu.web.responses import fragment, page, reader_of
from jimu.web.visit import visit

MOST_ON_PAGE = 100


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/search", view_func=search)
    blueprint.add_url_rule("/palette", view_func=palette)


def palette() -> Response:
    """What the palette offers for ``q``, of the object ``type`` only if one is named."""
    reader, (text, object) = reader_of(visit()), _asked()
    found = find(text, object, reader) if text or object else start(reader)
    return fragment("palette_found.html", found=found, type=object)


def search() -> Response:
    now = visit()
    reader, (text, object) = reader_of(now), _asked()
    found = find_records(text, object, reader, MOST_ON_PAGE, MOST_ON_PAGE)
    title = now.say(Message("Search"))
    return page("search.html", title, text=text, found=found, type=object, crumbs=[Crumb(title)])


def _asked() -> tuple[str, str]:
    """The words and the object asked for; an object that is not there, or not to be read, narrows nothing."""
    reader, object = reader_of(visit()), request.args.get("type", "")
    return request.args.get("q", "").strip()[:LONGEST], object if _is_type(object, reader) else ""


def _is_type(object: str, reader: Reader) -> bool:
    return object in reader.manifest.objects and action_allowed(reader.actor, reader.manifest, object, "read")
