"""Record types: the options, fields, layouts and defaults that they name exist and fit."""

from __future__ import annotations

from datetime import UTC, datetime

from jimu.definitions.checks.checking import Checking
from jimu.definitions.documents import Document
from jimu.definitions.model import FieldDef, ObjectDef, RecordTypeDef
from jimu.diagnostics import Place
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldError, LoadContext


def check_record_types(checking: Checking) -> None:
    for definition, document in checking.objects():
        for kind in definition.record_types.values():
            _check(checking, definition, kind, document, f"{definition.name}#record_type:{kind.name}")


def _check(checking: Checking, definition: ObjectDef, kind: RecordTypeDef, document: Document, address: str) -> None:
    for name, values in kind.choices.items():
        field = _field(
            checking, definition, name, document.key_place("record_types", kind.name, "options", name), address
        )
        known = [c.value for c in field.choices or ()] if field else []
        for i, value in enumerate(values):
            if field is not None and value not in known:
                checking.findings.unknown(
                    "unknown_option",
                    "{field} has no option {name}.",
                    value,
                    document.value_place("record_types", kind.name, "options", name, i),
                    address,
                    known,
                    field=field.address,
                )
    for i, name in enumerate(kind.required):
        _field(checking, definition, name, document.value_place("record_types", kind.name, "required", i), address)
    if kind.layout is not None:
        page = checking.manifest.pages.get(kind.layout)
        place = document.value_place("record_types", kind.name, "layout")
        if page is None or page.object != definition.name:
            known_pages = [p.name for p in checking.manifest.pages.values() if p.object == definition.name]
            checking.findings.unknown(
                "unknown_page",
                "{object} has no page layout {name}.",
                kind.layout,
                place,
                address,
                known_pages,
                object=definition.name,
            )
    for name, value in kind.defaults.items():
        place = document.value_place("record_types", kind.name, "defaults", name)
        field = _field(checking, definition, name, place, address)
        if field is not None and value is not None:
            _check_default(checking, field, value, place, address)


def _field(checking: Checking, definition: ObjectDef, name: str, place: Place, address: str) -> FieldDef | None:
    field = definition.fields.get(name)
    if field is None or field.retired:
        checking.findings.unknown(
            "unknown_field",
            "{object} has no field {name}.",
            name,
            place,
            address,
            [f.name for f in definition.active_fields],
            object=definition.name,
        )
        return None
    return field


def _check_default(checking: Checking, field: FieldDef, value: object, place: Place, address: str) -> None:
    try:
        registry.get(field.type).load(value, field, LoadContext(now=datetime(2000, 1, 1, tzinfo=UTC)))
    except FieldError as error:
        checking.findings.error(
            "bad_default", "The default does not fit: {reason}", {"reason": error.message}, place, address
        )
