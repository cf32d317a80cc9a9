"""Which columns an export has, and how each value looks in them.

For programs (headers are names) values look so that an import reads the same again: ids, option values, ISO dates. For
people (headers are labels) references are titles and options are labels, in the actor's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from jimu.access import field_access
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.diagnostics import nearest
from jimu.errors import BadRequest, Problem
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FormatContext
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.masking import Masked
from jimu.messages import Message
from jimu.records import Context, Record

BETWEEN = "; "
OutCell = str | int | Decimal | bool | date | datetime | time | None
_LEFT_OUT_TYPES = frozenset({"secret"})
_LAST = ("created_at", "created_by", "updated_at", "updated_by")


@dataclass(frozen=True)
class ExportColumn:
    """``value`` gives the cell of a record. ``is_text``: the cell is text that a person typed, to be kept from being
    a formula.
    """

    header: str
    field: FieldDef
    value: Callable[[Record], OutCell]
    is_text: bool


def choose_columns(
    object: ObjectDef, names: Sequence[str] | None, context: Context, *, labels: bool, format: FormatContext
) -> list[ExportColumn]:
    """The columns for ``names`` (None: all that the actor may read); raises BadRequest naming every field that is
    unknown.
    """
    access = field_access(context.actor, context.manifest, object.name)
    if names is None:
        chosen = [f for f in _usual_order(object) if access.get(f.name, "none") != "none" and is_exportable(f)]
    else:
        chosen = _named(object, names, access)
    return [_column(field, object, labels, format) for field in chosen]


def is_exportable(field: FieldDef) -> bool:
    """Composites go by their parts; the title repeats other fields; secrets stay."""
    if field.retired or field.type in _LEFT_OUT_TYPES or field.kind is Kind.COMPOSITE:
        return False
    return field.name not in ("title", "version", "deleted_at")


def _usual_order(object: ObjectDef) -> list[FieldDef]:
    """The id, the object's own fields, owner and record type, and last who made and changed it when."""
    fields = object.fields
    own = [f for f in fields.values() if not f.system]
    first = [fields["id"]] if "id" in fields else []
    middle = [
        fields[n] for n in ("owner", "record_type") if n in fields and (n != "record_type" or object.record_types)
    ]
    if object.owner == "none":
        middle = [f for f in middle if f.name != "owner"]
    return [*first, *own, *middle, *(fields[n] for n in _LAST if n in fields)]


def _named(object: ObjectDef, names: Sequence[str], access: Mapping[str, str]) -> list[FieldDef]:
    chosen: list[FieldDef] = []
    problems = []
    for name in names:
        field = object.fields.get(name)
        if field is None or field.retired or access.get(name, "none") == "none":
            near = nearest(name, [n for n, level in access.items() if level != "none"])
            text = "{object} has no field called {field}." + (" Did you mean {near}?" if near else "")
            problems.append(
                Problem("unknown_field", Message(text, {"object": object.label, "field": name, "near": near}), name)
            )
        elif field.kind is Kind.COMPOSITE:
            chosen.extend(object.fields[part] for part in field.parts)
        else:
            chosen.append(field)
    if problems:
        raise BadRequest(Message("Some fields can not be exported."), problems)
    return chosen


def _column(field: FieldDef, object: ObjectDef, labels: bool, format: FormatContext) -> ExportColumn:
    whole = object.fields.get(field.part_of or "")
    read = _reader(field, whole)
    show = _shown if labels else _plain
    header = _label(field, whole, format.locale) if labels else field.name
    is_text = field.kind in (Kind.TEXT, Kind.TEXTS, Kind.JSON) or (
        labels and field.kind in (Kind.REFERENCE, Kind.REFERENCES)
    )

    def value(record: Record) -> OutCell:
        raw = read(record)
        if raw is None or type(raw) is Masked:
            return raw
        return show(raw, field, record, format)

    return ExportColumn(header, field, value, is_text)


def _label(field: FieldDef, whole: FieldDef | None, locale: str) -> str:
    own = field.label.get(locale) or field.name
    return f"{whole.label.get(locale)} · {own}" if whole is not None else own


def _reader(field: FieldDef, whole: FieldDef | None) -> Callable[[Record], Any]:
    name = field.name
    if name == "id":
        return lambda record: record.id
    if whole is not None and whole.kind is Kind.COMPOSITE:
        holder, part = whole.name, name.removeprefix(whole.name + "_")

        def read_part(record: Record) -> Any:
            if name in record.values:
                return record.values[name]
            parts = record.values.get(holder)
            return parts.get(part) if isinstance(parts, Mapping) else None

        return read_part
    return lambda record: record.values.get(name)


def _plain(value: Any, field: FieldDef, record: Record, format: FormatContext) -> OutCell:
    """A value as an import reads it back, whatever the language."""
    if field.kind is Kind.REFERENCE or field.name == "id":
        return encode_id(value)
    if field.kind is Kind.REFERENCES:
        return BETWEEN.join(encode_id(v) for v in value)
    if field.kind is Kind.TEXTS:
        return BETWEEN.join(value)
    if field.kind is Kind.JSON:
        return orjson.dumps(value).decode()
    if field.kind is Kind.DURATION:
        return registry.get(field.type).format(value, field, format) if field.type == "duration" else str(value)
    cell: OutCell = value
    return cell


def _shown(value: Any, field: FieldDef, record: Record, format: FormatContext) -> OutCell:
    """A value as a person reads it; numbers and dates stay numbers and dates."""
    if field.name == "id":
        return encode_id(value)
    if field.kind is Kind.REFERENCE:
        return record.titles.get(value) or encode_id(value)
    if field.kind is Kind.REFERENCES:
        return BETWEEN.join(record.titles.get(v) or encode_id(v) for v in value)
    if field.choices is not None:
        labels = {c.value: c.label.get(format.locale) or c.value for c in field.choices}
        chosen = value if isinstance(value, list) else [value]
        return BETWEEN.join(str(labels.get(v, v)) for v in chosen)
    return _plain(value, field, record, format)
