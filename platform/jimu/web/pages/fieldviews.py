"""Field views: shapes filled with one record's values, for reading or for a form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from jimu.fieldtypes import registry
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.web.pages.display import Titles, Values
from jimu.web.pages.model import FieldShape, FieldView, Option
from jimu.web.pages.reader import Reader

Typed = Mapping[str, Sequence[str]]


def value_of(shape: FieldShape, values: Values) -> Any:
    """The field's value; a composite's is put together from its parts where it is not given whole."""
    if shape.name in values or shape.field.kind is not Kind.COMPOSITE:
        return values.get(shape.name)
    parts = {part.name.removeprefix(f"{shape.name}_"): values.get(part.name) for part in shape.parts}
    return parts if any(v is not None for v in parts.values()) else None


def inside_of(shape: FieldShape, values: Values) -> dict[str, Any]:
    """The values of the parts that the whole tells: of a composite, or of a tied one that was never taken apart."""
    whole = value_of(shape, values)
    type_ = registry.find(shape.field.type)
    if type_ is not None and type_.is_tied and isinstance(whole, str):
        is_apart = any(values.get(part.name) is not None for part in shape.parts)
        whole = {} if is_apart else type_.split(whole, shape.field)
    return {f"{shape.name}_{k}": v for k, v in whole.items()} if isinstance(whole, dict) else {}


def form_view(
    shape: FieldShape, values: Values, titles: Titles, reader: Reader, typed: Typed | None = None, place: str = "f"
) -> FieldView:
    """The field as a form shows it: with what was typed, if the form comes back, else with the record's values."""
    view = FieldView(shape, required=shape.required, read_only=shape.state == "read", place=place)
    if shape.state != "edit":
        view.shown = shape.present(value_of(shape, values), values, titles)
        return view
    if typed is not None and shape.name in typed:
        view.typed = list(typed[shape.name])
    else:
        view.typed = typed_of(shape, value_of(shape, values), reader)
    view.is_set = shape.widget == "secret" and values.get(shape.name) is not None
    if shape.widget in ("file", "image"):
        view.shown = shape.present(values.get(shape.name), values, titles)
    view.chosen = _chosen(shape, view.typed, titles)
    known = {**values, **inside_of(shape, values)} if shape.parts else values
    view.parts = [form_view(part, known, titles, reader, typed, place) for part in shape.parts]
    return view


def typed_of(shape: FieldShape, value: Any, reader: Reader) -> list[str]:
    """What stands in the controls for ``value``: the texts that parse back to it."""
    if value is None and shape.field.type == "currency_code":
        return [reader.manifest.workspace.currency]
    if value is None or shape.widget == "secret":
        return []
    kind = shape.field.kind
    if kind is Kind.REFERENCE:
        return [encode_id(value)]
    if kind is Kind.REFERENCES:
        return [encode_id(v) for v in value]
    if kind is Kind.TEXTS:
        return list(value)
    if kind is Kind.BOOLEAN:
        return ["true"] if value else []
    if kind is Kind.COMPOSITE:
        return []
    return [_typed_text(shape, value, reader)]


def _typed_text(shape: FieldShape, value: Any, reader: Reader) -> str:
    kind, field = shape.field.kind, shape.field
    if kind is Kind.DATE:
        return str(value.isoformat())
    if kind is Kind.DATETIME:
        local: dt.datetime = value.astimezone(reader.time_zone)
        return local.strftime("%Y-%m-%dT%H:%M")
    if kind is Kind.TIME:
        return str(value.strftime("%H:%M:%S" if value.second else "%H:%M"))
    if kind is Kind.DECIMAL:
        return f"{value:.{field.scale}f}" if shape.widget == "currency" else _plain(f"{value:f}")
    if kind in (Kind.DURATION, Kind.JSON):
        return registry.get(field.type).format(value, field, reader.format_context())
    return str(value)


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def _chosen(shape: FieldShape, typed: Sequence[str], titles: Titles) -> list[Option]:
    """The options that must stand in a remote select for its values to be seen."""
    if shape.widget == "tags":
        return [Option(t, t) for t in typed]
    if shape.field.kind not in (Kind.REFERENCE, Kind.REFERENCES):
        known = {o.value for o in shape.options}
        return [Option(t, t) for t in typed if t and t not in known] if shape.options else []
    by_id = {encode_id(id): title for id, title in titles.items()}
    return [Option(t, by_id.get(t, t)) for t in typed if t]
