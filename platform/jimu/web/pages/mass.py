"""Changing many records: what was selected in a list, which fields can be changed together, what is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from jimu.access.fields import field_access
from jimu.access.per_manifest import PerManifest
from jimu.access.rules import action_allowed
from jimu.bulk import MOST_IDS, Change, Item, Selection
from jimu.bulk.actions import SHARE, TEAM
from jimu.bulk.changing import SEVERAL
from jimu.definitions.model import FieldDef
from jimu.errors import BadRequest
from jimu.fieldtypes import registry
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.fieldviews import form_view
from jimu.web.pages.list_address import Asked, asked_of
from jimu.web.pages.list_arrangement import arrange, shelf_of
from jimu.web.pages.listing import ListPage, list_request
from jimu.web.pages.model import FieldShape, FieldView
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.sent import read_form
from jimu.web.pages.shapes import PageShape, ShapeBuilder, in_one_line, page_shape
from jimu.web.responses import record_id

RUN = "mass_change"
PLACE = "m"
_NOT_HERE = frozenset({"file", "image", "secret", "none"})
_TYPES_NOT_HERE = frozenset({"record_type", "parent"})
_OPERATIONS = ("set", "blank", "add", "remove")
_BLANK = Message("Give a value, or choose to make it blank.")
_GO_TOGETHER = Message("Choose records first, at most {most} one by one.", {"most": MOST_IDS})


@dataclass(frozen=True)
class FailedRow:
    """A record that could not be changed, for those who may see it."""

    title: str
    href: str
    reason: str


@dataclass
class Asking:
    """The changes that a form brought; ``problems``: (id of the control, text) of what could not be read."""

    changes: list[Change] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def work_data(page: ListPage, reader: Reader) -> dict[str, Any]:
    """What the scripts of a list must know of what its reader may do to its records."""
    object = page.object.name
    if RUN not in reader.manifest.objects or reader.actor.id is None:
        return {"work": {}}
    may = {a: action_allowed(reader.actor, reader.manifest, object, a) for a in ("update", "delete", "export")}
    shapes = mass_shape(object, reader).fields if may["update"] else {}
    shown = page_shape(object, reader).fields if may["update"] else {}
    tags = next((n for n, one in shapes.items() if one.widget == "tags"), "")
    return {
        "work": {
            "edit": bool(shapes),
            "tags": tags,
            "owner": "owner" in shapes,
            "remove": may["delete"],
            "share": may_add(SHARE, object, reader),
            "team": may_add(TEAM, object, reader),
            "export": may["export"],
            "merge": f"/merge?object={object}" if may["update"] and may["delete"] else "",
            "most": MOST_IDS,
        },
        "editable": [c.name in shown and shown[c.name].state == "edit" for c in page.columns],
    }


def may_add(name: str, object: str, reader: Reader) -> bool:
    """Whether the reader may add shares or team members to records of ``object``."""
    manifest = reader.manifest
    if name not in manifest.objects or (name == TEAM and "team" not in manifest.object(object).features):
        return False
    return action_allowed(reader.actor, manifest, name, "create") and action_allowed(
        reader.actor, manifest, object, "share" if name == SHARE else "read"
    )


def hanging_shape(name: str, reader: Reader) -> PageShape:
    """What is asked of a share or a team member besides its record."""
    shape = mass_shape(name, reader)
    return shape.only([n for n in shape.fields if n != "record"])


def read_hanging(name: str, form: Any, reader: Reader) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values of a share or a team member, as JSON; (id of the control, text) of what could not be read."""
    shape = hanging_shape(name, reader)
    sent = read_form(shape, form, reader)
    told = [(f"{PLACE}-{p.field}", _told(shape, p.field or "", p.message, reader)) for p in sent.problems]
    known = {n: v for n, v in sent.values.items() if v is not None and n in shape.fields}
    return {n: _dumped(shape.fields[n], v) for n, v in known.items()}, told


def selection_of(object: str, form: Any, reader: Reader) -> Selection:
    """The selection that a form names: ids, or all that the list of an address shows but some. Raises BadRequest for
    none, NotFound for what are no ids."""
    if not form.get("_all"):
        ids = _ids(form.get("_ids", ""))
        if not ids:
            raise BadRequest(_GO_TOGETHER)
        return Selection(object, ids)
    asked = shown_by(form.get("_query", ""))
    request = list_request(object, asked, reader)
    layout = arrange(asked, shelf_of(object, reader)).layout
    return Selection(
        object,
        layout=layout.name if layout.where is not None else "",
        where=tuple(x for x in (request.where, *request.also) if isinstance(x, str)),
        search=request.search,
        left_out=_ids(form.get("_left_out", "")),
    )


def shown_by(query: str) -> Asked:
    """What the address of a list (its arguments) asks for."""
    return replace(asked_of(MultiDict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))), after="", trail=())


def _ids(text: str) -> tuple[int, ...]:
    texts = [part for part in text.split(",") if part]
    if len(texts) > MOST_IDS:
        raise BadRequest(_GO_TOGETHER)
    return tuple(dict.fromkeys(record_id(part) for part in texts))


_shapes: PerManifest[dict[Any, PageShape]] = PerManifest(lambda manifest: {})


def mass_shape(object: str, reader: Reader) -> PageShape:
    """Every field that the reader may change in many records at once: those of the page first, then the others."""
    known, key = _shapes.get(reader.manifest), (object, *reader.key)
    found = known.get(key)
    if found is None:
        found = known[key] = _build_shape(object, reader)
    return found


def _build_shape(object: str, reader: Reader) -> PageShape:
    definition = reader.manifest.object(object)
    access = field_access(reader.actor, reader.manifest, object)
    build = ShapeBuilder(definition, reader, access)
    page = page_shape(object, reader)
    rest = (f.name for f in definition.active_fields if not f.hidden)
    names = dict.fromkeys([*page.fields, *rest])
    asked = (definition.fields[name] for name in names if _is_asked(definition.fields[name], access))
    found = {field.name: in_one_line(build.one(field)) for field in asked}
    return replace(page, fields={n: one for n, one in found.items() if one.state == "edit" and _fits(one)})


def _is_asked(field: FieldDef, access: Mapping[str, str]) -> bool:
    return not field.part_of and access.get(field.name) == "edit"


def _fits(shape: FieldShape) -> bool:
    return shape.widget not in _NOT_HERE and shape.field.type not in _TYPES_NOT_HERE


def operations_of(shape: FieldShape) -> list[tuple[str, Message]]:
    """What can be done to a field: (name, words), the likeliest first."""
    made = [("set", Message("Set to")), ("blank", Message("Make blank"))]
    if shape.field.kind in SEVERAL:
        made = [("add", Message("Add")), ("remove", Message("Remove")), *made]
    if shape.field.kind is Kind.BOOLEAN or shape.required:
        made = [one for one in made if one[0] != "blank"]
    return made


def control_of(shape: FieldShape, reader: Reader) -> FieldView:
    """An empty control for the new value."""
    return form_view(shape, {}, {}, reader, None, PLACE)


def read_changes(object: str, form: Any, reader: Reader) -> Asking:
    """The changes that a form asks for, of the fields that it names and the reader may change."""
    shape = mass_shape(object, reader)
    names = [name for name in dict.fromkeys(form.getlist("_change")) if name in shape.fields]
    made = Asking()
    sent = read_form(shape.only([n for n in names if form.get(f"_op.{n}") != "blank"]), form, reader)
    for problem in sent.problems:
        made.problems.append((f"{PLACE}-{problem.field}", _told(shape, problem.field or "", problem.message, reader)))
    wrong = {p.field for p in sent.problems}
    for name in names:
        one = shape.fields[name]
        operation = form.get(f"_op.{name}", "set")
        if operation == "blank":
            made.changes.append(Change(name, "blank"))
        elif name not in wrong and operation in _OPERATIONS:
            if sent.values.get(name) is None:
                made.problems.append((f"{PLACE}-{name}", _told(shape, name, _BLANK, reader)))
                continue
            made.changes += _changes_of(one, operation, sent.values)
    if not names:
        made.problems.append(("", reader.render(Message("Choose what is to be changed."))))
    return made


def _changes_of(shape: FieldShape, operation: Any, values: Mapping[str, Any]) -> list[Change]:
    """The change of a field and, with a currency, of its code."""
    made = [Change(shape.name, operation, _dumped(shape, values[shape.name]))]
    if shape.field.kind is not Kind.COMPOSITE:
        parts = (part for part in shape.parts if values.get(part.name) is not None)
        made += [Change(part.name, "set", _dumped(part, values[part.name])) for part in parts]
    return made


def _dumped(shape: FieldShape, value: Any) -> Any:
    if shape.field.kind is Kind.COMPOSITE:
        parts = {part.name.removeprefix(f"{shape.name}_"): part for part in shape.parts}
        return {suffix: _dumped(part, value.get(suffix)) for suffix, part in parts.items()}
    return registry.get(shape.field.type).dump(value, shape.field)


def _told(shape: PageShape, name: str, message: Message, reader: Reader) -> str:
    one = shape.fields.get(name)
    return f"{one.label}: {reader.render(message)}" if one else reader.render(message)


def failed_rows(object: str, items: Sequence[Item], reader: Reader) -> list[FailedRow]:
    """Links to the records that failed; those that the reader may not see have no title."""
    titles = read.resolve_titles([item.id for item in items], reader.context) if items else {}
    return [
        FailedRow(
            titles.get(item.id, encode_id(item.id)),
            record_url(object, item.id) if item.id in titles else "",
            reader.render(item.reason) if item.reason else "",
        )
        for item in items
    ]
