"""The fields offered when one is picked: for a condition, a column, the order or groups. Fetched when the picker opens;
what lies behind a lookup when that is stepped into.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.definitions.model import FieldDef
from jimu.errors import NotFound
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.web.pages.list_columns import can_show
from jimu.web.pages.list_fields import MOST_STEPS, fields_on, leads_to, path_label, readable_fields_of
from jimu.web.pages.list_groups import BUCKETS, can_group
from jimu.web.pages.list_operators import (
    PERIOD_WORDS,
    UNIT_WORDS,
    can_filter,
    family_of,
    operators_of,
)
from jimu.web.pages.reader import Reader
from jimu.web.pages.targets import kinds_of

_INPUTS = {"number": "number", "duration": "number", "date": "date", "time": "time"}
_BUCKET_WORDS = {
    "day": Message("by day"),
    "week": Message("by week"),
    "month": Message("by month"),
    "quarter": Message("by quarter"),
    "year": Message("by year"),
}
_known: PerManifest[dict[Any, dict[str, Any]]] = PerManifest(lambda manifest: {})
_MOST_KNOWN = 500

Fits = Callable[[list[FieldDef]], bool]
_PURPOSES: dict[str, tuple[Fits, int]] = {
    "filter": (lambda steps: can_filter(steps[-1]) and not (len(steps) > 1 and steps[-1].name == "title"), MOST_STEPS),
    "column": (can_show, 3),
    "sort": (lambda steps: _can_sort(steps[-1]), MOST_STEPS),
    "group": (lambda steps: can_group(steps[-1]), 2),
}


def _can_sort(field: FieldDef) -> bool:
    if field.type == "secret" or field.name in ("id", "version", "deleted_at"):
        return False
    return field.kind.is_sortable or (field.kind is Kind.REFERENCE and len(field.target) == 1)


def fields_for(object: str, through: str, purpose: str, reader: Reader) -> dict[str, Any]:
    """The fields of ``object``, or behind its lookup ``through``, that fit ``purpose``. Raises NotFound."""
    if purpose not in _PURPOSES:
        raise NotFound(Message("There is nothing at this address."))
    known = _known.get(reader.manifest)
    key = (object, through, purpose, *reader.key)
    found = known.get(key)
    if found is None:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        found = known[key] = _fields_for(object, through, purpose, reader)
    return found


def _fields_for(object: str, through: str, purpose: str, reader: Reader) -> dict[str, Any]:
    above = fields_on(through, object, reader) if through else []
    here = object if above == [] else leads_to(above[-1]) if above else None
    if above is None or here is None:
        raise NotFound(Message("There is no such field."))
    fits, depth = _PURPOSES[purpose]
    made = []
    for field in readable_fields_of(here, reader):
        steps = [*above, field]
        inside = leads_to(field) if len(steps) < depth and field.name != "id" else None
        offers = fits(steps)
        if not offers and inside is None:
            continue
        made.append(_entry(steps, through, purpose, offers, inside, reader))
    return {"fields": made, **_shared(purpose, reader)}


def _entry(
    steps: list[FieldDef], through: str, purpose: str, offers: bool, inside: str | None, reader: Reader
) -> dict[str, Any]:
    field = steps[-1]
    path = f"{through}.{field.name}" if through else field.name
    entry: dict[str, Any] = {"path": path, "label": reader.label(field.label), "full": path_label(steps, reader)}
    if field.system:
        entry["system"] = True
    if inside is not None:
        entry["leads"] = reader.label(reader.manifest.objects[inside].label)
    if not offers:
        entry["closed"] = True
    elif purpose == "filter":
        entry |= filter_entry(field, reader)
    elif purpose == "group" and field.kind in (Kind.DATE, Kind.DATETIME):
        entry["buckets"] = True
    return entry


def filter_entry(field: FieldDef, reader: Reader) -> dict[str, Any]:
    """What a row of the filter must know of its field."""
    family = family_of(field)
    entry: dict[str, Any] = {
        "input": _INPUTS.get(family, "text"),
        "operators": [[o.name, reader.render(o.words), o.takes] for o in operators_of(field)],
    }
    if field.choices is not None:
        entry["choices"] = [
            [c.value, reader.label(c.label) or c.value, c.color or ""] for c in field.choices if not c.retired
        ]
    if field.kind is Kind.REFERENCE:
        entry["source"] = f"/o/{field.object}/choose/{field.name}"
        entry["kinds"] = kinds_of(field, reader)
    if family == "duration":
        entry["unit"] = reader.render(Message("hours"))
    return entry


def _shared(purpose: str, reader: Reader) -> dict[str, Any]:
    """Words that all fields have in common."""
    if purpose == "filter":
        return {
            "periods": [[name, reader.render(words)] for name, words in PERIOD_WORDS.items()],
            "units": [[name, reader.render(words).replace("{n}", "").strip()] for name, words in _units()],
        }
    if purpose == "group":
        return {"buckets": [[name, reader.render(_BUCKET_WORDS[name])] for name in BUCKETS]}
    return {}


def _units() -> list[tuple[str, Message]]:
    return [(name, Message(words.template, {"n": "{n}"})) for name, words in UNIT_WORDS.items()]
