"""What people keep of lists: their own lists, sharing them, which one comes first, how a list looks to them."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from jimu.access.rules import require_action
from jimu.errors import BadRequest, NotFound
from jimu.messages import Message
from jimu.web.pages.list_address import asked_of
from jimu.web.pages.list_arrangement import Shelf, arrange, groups_of, shelf_of, sort_of
from jimu.web.pages.list_conditions import all_of
from jimu.web.pages.list_fields import finder
from jimu.web.pages.list_filter import list_filter
from jimu.web.pages.list_formulas import formula_of
from jimu.web.pages.list_saved import (
    Kept,
    Looks,
    SavedList,
    adjust,
    create_list,
    delete_list,
    make_default,
    read_looks,
    update_list,
)
from jimu.web.pages.reader import Reader
from jimu.web.responses import go, is_fetch, json, local, reader_of
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    def post(rule: str, view: Any) -> None:
        blueprint.add_url_rule(f"/o/<object>/lists{rule}", view_func=view, methods=["POST"])

    post("", save_as)
    post("/arrange", arrange_list)
    post("/first", choose_first)
    post("/<key>", save)
    post("/<key>/settings", change_settings)
    post("/<key>/delete", remove)


def _begin(object: str) -> tuple[Reader, Shelf]:
    reader = reader_of(visit())
    require_action(reader.actor, reader.manifest, object, "read")
    return reader, shelf_of(object, reader)


def _own(shelf: Shelf, key: str, reader: Reader) -> SavedList:
    """The reader's own list; raises NotFound for those of others."""
    found = shelf.find(key)
    if found is None or found.owner != reader.actor.id:
        raise NotFound(Message("There is no such list."))
    return found


def _shown(object: str, name: str, shared: tuple[str, ...], shelf: Shelf, reader: Reader) -> Kept:
    """What the page shows that a form was sent from: its address comes along as the form's own arguments."""
    asked = asked_of(request.args)
    arrangement = arrange(asked, shelf)
    found = list_filter(object, asked, arrangement, reader)
    if found.problems:
        raise BadRequest(Message("This filter cannot be used"))
    where = found.formula
    if found.tree is not None:
        where = formula_of(all_of(found.tree), finder(object, reader))
    base = arrangement.saved.based_on if arrangement.saved else arrangement.key
    looks = Looks(
        arrangement.looks.columns, arrangement.looks.widths, arrangement.looks.freeze, arrangement.looks.density
    )
    group = groups_of(asked, arrangement.group)
    return Kept(name, base, where, sort_of(asked, arrangement), group, looks, shared)


def _name() -> str:
    name = request.form.get("name", "").strip()
    if not name:
        raise BadRequest(Message("Give the list a name."))
    return name[:80]


def save_as(object: str) -> Response:
    """A new list of the reader's own, as the page shows it."""
    reader, shelf = _begin(object)
    kept = _shown(object, _name(), tuple(request.form.getlist("shared_with")), shelf, reader)
    key = create_list(object, kept, reader)
    return go(f"/o/{object}?list={key}", Message("The list is saved."))


def save(object: str, key: str) -> Response:
    """The reader's own list as the page shows it now; what they had adjusted becomes part of it."""
    reader, shelf = _begin(object)
    found = _own(shelf, key, reader)
    update_list(found, _shown(object, found.name, found.shared_with, shelf, reader).values(), reader)
    adjusted = arrange(asked_of(request.args), shelf).adjusted
    if adjusted is not None:
        update_list(adjusted, {"columns": [], "display": {}}, reader)
    return go(f"/o/{object}?list={key}", Message("The list is saved."))


def change_settings(object: str, key: str) -> Response:
    """Another name, other roles that see it."""
    reader, shelf = _begin(object)
    values = {"name": _name(), "shared_with": request.form.getlist("shared_with")}
    update_list(_own(shelf, key, reader), values, reader)
    return go(f"/o/{object}?list={key}", Message("The list is saved."))


def remove(object: str, key: str) -> Response:
    reader, shelf = _begin(object)
    delete_list(_own(shelf, key, reader), reader)
    return go(f"/o/{object}", Message("The list is deleted."))


def choose_first(object: str) -> Response:
    """The list that the reader sees first from now on; none: the one that their role sees first."""
    reader, shelf = _begin(object)
    key = request.form.get("list", "")
    if key and key not in {x.name for x in shelf.layouts} | {s.key for s in shelf.saved}:
        raise NotFound(Message("There is no such list."))
    make_default(object, key, shelf.known, reader)
    return go(local(request.form.get("next"), f"/o/{object}"), Message("This list comes first from now on."))


def arrange_list(object: str) -> Response:
    """How the reader likes to see a list: columns, widths, density as JSON in ``looks``; nothing there: as it was."""
    reader, shelf = _begin(object)
    asked = asked_of(request.form)
    arrangement = arrange(asked, shelf)
    try:
        given = orjson.loads(request.form.get("looks", "{}"))
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise BadRequest(Message("The request cannot be understood."))
    looks = read_looks(given)
    if given and arrangement.adjusted is not None:
        kept = arrangement.adjusted.looks
        looks = looks.over(kept)
    adjust(object, arrangement.key, looks, shelf.known, reader)
    if is_fetch():
        return json({})
    return go(local(request.form.get("next"), f"/o/{object}"))
