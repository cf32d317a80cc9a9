"""Sparse fields: their values share one JSON column, over which there are no foreign keys, unique keys or sums."""

from __future__ import annotations

from jimu.definitions.checks.checking import Checking
from jimu.definitions.documents import Document
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.diagnostics import Place


def check_sparse(checking: Checking) -> None:
    for definition, document in checking.objects():
        for field in checking.own_fields(definition):
            if field.sparse and not field.retired:
                _check_field(checking, definition, field, document)
        for i, group in enumerate(document.data.get("unique", ())):
            for j, name in enumerate([group] if isinstance(group, str) else group):
                found = definition.fields.get(name)
                if found is not None and found.sparse:
                    at = (i,) if isinstance(group, str) else (i, j)
                    _refuse_key(checking, found, "unique", document.value_place("unique", *at))


def _check_field(checking: Checking, definition: ObjectDef, field: FieldDef, document: Document) -> None:
    place = document.key_place("fields", field.name, "sparse")
    kinds = [field.kind, *(definition.fields[part].kind for part in field.parts)]
    if not all(kind.can_be_sparse for kind in kinds):
        checking.findings.error(
            "sparse_type",
            "{field} cannot be sparse: it points at records, which takes a column of its own. Leave {key} out.",
            {"field": field.address, "key": "sparse"},
            place,
            field.address,
        )
    elif field.is_computed:
        checking.findings.error(
            "sparse_type",
            "{field} cannot be sparse: the engine fills it for every record. Leave {key} out.",
            {"field": field.address, "key": "sparse"},
            place,
            field.address,
        )
    for key, is_set in (("unique", field.unique), ("summed", field.summed)):
        if is_set:
            _refuse_key(checking, field, key, place)


def _refuse_key(checking: Checking, field: FieldDef, key: str, place: Place) -> None:
    checking.findings.error(
        "sparse_key",
        "{field} is sparse, so it cannot be {key}: leave one of the two out.",
        {"field": field.address, "key": key},
        place,
        field.address,
    )
