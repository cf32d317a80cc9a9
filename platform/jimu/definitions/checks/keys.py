"""Unique keys and indexes: they name real fields, whose values lie in columns that can be compared."""

from __future__ import annotations

from jimu.definitions.checks.checking import Checking
from jimu.definitions.documents import Document
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.diagnostics import Place
from jimu.fieldtypes.kinds import Kind

_SUMMABLE = (Kind.INTEGER, Kind.DECIMAL, Kind.DURATION)


def check_keys(checking: Checking) -> None:
    for definition, document in checking.objects():
        for key in ("unique", "indexes"):
            for i, group in enumerate(document.data.get(key, ())):
                names = [group] if isinstance(group, str) else group
                for j, name in enumerate(names):
                    place = document.value_place(key, i) if isinstance(group, str) else document.value_place(key, i, j)
                    _check_column(checking, definition, name.removeprefix("-"), key, place)
        for field in checking.own_fields(definition):
            _check_field(checking, field, document)


def _check_column(checking: Checking, definition: ObjectDef, name: str, key: str, place: Place) -> None:
    field = definition.fields.get(name)
    if field is None:
        checking.findings.unknown(
            "unknown_field",
            "{object} has no field {name}.",
            name,
            place,
            definition.name,
            definition.fields,
            object=definition.name,
        )
    elif field.retired:
        checking.findings.error(
            "retired_field", "{field} is retired and cannot be used.", {"field": field.address}, place, definition.name
        )
    elif not _is_comparable(field):
        _refuse(checking, field, key, place)


def _check_field(checking: Checking, field: FieldDef, document: Document) -> None:
    if field.retired:
        return
    if not _is_comparable(field):
        for key, is_set in (("unique", field.unique), ("index", field.indexed)):
            if is_set:
                _refuse(checking, field, key, document.key_place("fields", field.name, key))
    if field.summed and (field.kind not in _SUMMABLE or not field.stored):
        checking.findings.error(
            "not_summable",
            "{field} cannot be summed from a column of its own.",
            {"field": field.address},
            document.key_place("fields", field.name, "summed"),
            field.address,
        )


def _is_comparable(field: FieldDef) -> bool:
    return field.stored and field.kind.has_column and field.kind.is_sortable


def _refuse(checking: Checking, field: FieldDef, key: str, place: Place) -> None:
    checking.findings.error(
        "not_a_column",
        "{field} has no column that could be used for {key}.",
        {"field": field.address, "key": key},
        place,
        field.address,
    )
