"""What a form brought: read without ever losing what was typed, and told apart from what stood there before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.errors import Problem
from jimu.fieldtypes import registry
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.kinds import Kind
from jimu.records import read
from jimu.web.pages.display import Values
from jimu.web.pages.fieldviews import inside_of, typed_of, value_of
from jimu.web.pages.list_words import id_of
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader
from jimu.web.pages.shapes import PageShape

Typed = dict[str, list[str]]


@dataclass
class Sent:
    """What a form brought. ``values``: what could be read, by field name; ``problems``: of what could not."""

    typed: Typed = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class Arguments:
    """Values by name in the shape of a sent form."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self.values = values

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def getlist(self, name: str) -> list[str]:
        return self.values.get(name, [])


def read_form(shape: PageShape, form: Any, reader: Reader, base: Typed | None = None) -> Sent:
    """The values in ``form`` (getlist by name) of the fields that the reader may edit.

    With ``base``, what stood in the form when it was made, only what the person changed is a value: nobody overwrites
    by
    saving a form what others wrote meanwhile. Files are not read here.
    """
    sent = Sent()
    context = reader.load_context()
    for field_shape in shape.fields.values():
        if field_shape.state != "edit" or field_shape.widget in ("file", "image"):
            continue
        for part in (field_shape, *field_shape.parts):
            if part.name in form or f"_has_{part.name}" in form:
                sent.typed[part.name] = [v.replace("\r\n", "\n") for v in form.getlist(part.name) if v != ""]
        if base is not None and not _differs(field_shape, sent.typed, base):
            continue
        if _is_asked(field_shape, sent.typed):
            _read_field(field_shape, sent, context)
    return sent


def _is_asked(shape: FieldShape, typed: Typed) -> bool:
    return shape.name in typed or any(part.name in typed for part in shape.parts)


def _differs(shape: FieldShape, typed: Typed, base: Typed) -> bool:
    names = [shape.name, *(part.name for part in shape.parts)]
    return any(name in typed and typed[name] != base.get(name, []) for name in names)


def _read_field(shape: FieldShape, sent: Sent, context: Any) -> None:
    if shape.field.kind is Kind.COMPOSITE:
        parts = {part.name.removeprefix(f"{shape.name}_"): part for part in shape.parts}
        whole = {suffix: _read_one(part, sent, context) for suffix, part in parts.items()}
        sent.values[shape.name] = whole if any(v is not None for v in whole.values()) else None
        return
    if registry.get(shape.field.type).is_tied and shape.name not in sent.typed:
        sent.values.update({part.name: _read_one(part, sent, context) for part in shape.parts})
        return
    for one in (shape, *shape.parts):
        if one.name in sent.typed and one.state == "edit":
            value = _read_one(one, sent, context)
            if one is not shape and (value is None or not sent.typed.get(shape.name)):
                continue  # a currency left blank is the default one, and one without an amount says nothing
            sent.values[one.name] = value


def _read_one(shape: FieldShape, sent: Sent, context: Any) -> Any:
    texts = sent.typed.get(shape.name, [])
    type_, kind = registry.get(shape.field.type), shape.field.kind
    try:
        if kind is Kind.BOOLEAN:
            return bool(texts)
        if not texts:
            return None
        if shape.widget == "secret":
            return texts[0]
        if kind in (Kind.TEXTS, Kind.REFERENCES):
            return type_.load(texts, shape.field, context)
        if kind is Kind.REFERENCE:
            return type_.load(texts[0], shape.field, context)
        return type_.parse_text(texts[0], shape.field, context)
    except FieldError as error:
        sent.problems.append(Problem(error.code, error.message, shape.name))
        return None


def base_of(shape: PageShape, values: Values, reader: Reader) -> Typed:
    """What stands in the controls of a form on ``values``: sent along, so that it is known later what was changed."""
    found: Typed = {}
    for field_shape in shape.fields.values():
        if field_shape.state != "edit" or field_shape.widget == "secret":
            continue
        whole = value_of(field_shape, values)
        inside = inside_of(field_shape, values)
        if field_shape.field.kind is not Kind.COMPOSITE:
            found[field_shape.name] = typed_of(field_shape, whole, reader)
        for part in field_shape.parts:
            found[part.name] = typed_of(part, inside.get(part.name, values.get(part.name)), reader)
    return {name: texts for name, texts in found.items() if texts}


def read_base(text: str | None) -> Typed | None:
    """The base that a form sent back; None when it is unreadable, so that everything counts as changed."""
    try:
        given = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    return {str(k): [str(x) for x in v] for k, v in given.items() if isinstance(v, list)}


def chosen_titles(form: Mapping[str, str], names: Sequence[str], reader: Reader) -> dict[str, str]:
    """What the selects called ``names`` had chosen, by the id as it was sent: those that the reader may read."""
    ids = {text: id for name in names if (text := form.get(name, "")) and (id := id_of(text)) is not None}
    titles = read.resolve_titles(set(ids.values()), reader.context) if ids else {}
    return {text: titles[id] for text, id in ids.items() if id in titles}
