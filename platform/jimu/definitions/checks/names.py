"""Names that would clash: with words of the formula language, with earlier names, with each other."""

from __future__ import annotations

import keyword
from collections.abc import Mapping

from jimu.definitions.checks.checking import Checking
from jimu.definitions.documents import Document
from jimu.definitions.model import FieldDef, ObjectDef

# Words that mean something else in formulas and in addresses of pages and records.
RESERVED = frozenset({"expanded", "object", "user", "prior", "changed", "now", "today", "null"})
RESERVED_OBJECTS = frozenset({"record", "records", "search", "metadata", "bulk", "new"})


def check_names(checking: Checking) -> None:
    _check_was(checking, {o.name: o for o, _ in checking.objects()}, checking.documents["object"])
    for definition, document in checking.objects():
        if keyword.iskeyword(definition.name) or definition.name in RESERVED_OBJECTS:
            checking.findings.error(
                "reserved_name",
                "{name} is a word of the engine; choose another name.",
                {"name": definition.name},
                document.place,
                document.address,
            )
        for field in checking.own_fields(definition):
            if keyword.iskeyword(field.name) or field.name in RESERVED:
                checking.findings.error(
                    "reserved_name",
                    "{name} is a word of the formula language; choose another name.",
                    {"name": field.name},
                    field.source,
                    field.address,
                )
        _check_was_fields(checking, definition, document)


def _check_was(checking: Checking, objects: Mapping[str, ObjectDef], documents: Mapping[str, Document]) -> None:
    claimed: dict[str, str] = {}
    for name, definition in objects.items():
        for i, earlier in enumerate(definition.was):
            if earlier in objects or earlier in claimed:
                checking.findings.error(
                    "was_taken",
                    "{earlier} is the name of {other} now, so {name} cannot have been it.",
                    {"earlier": earlier, "name": name, "other": claimed.get(earlier, earlier)},
                    documents[name].value_place("was", i),
                    name,
                )
            claimed[earlier] = name


def _check_was_fields(checking: Checking, definition: ObjectDef, document: Document) -> None:
    claimed: dict[str, FieldDef] = {}
    for field in checking.own_fields(definition):
        for i, earlier in enumerate(field.was):
            other = definition.fields.get(earlier) or claimed.get(earlier)
            if other is not None:
                checking.findings.error(
                    "was_taken",
                    "{earlier} is the name of {other} now, so {name} cannot have been it.",
                    {"earlier": earlier, "name": field.name, "other": other.name},
                    document.value_place("fields", field.name, "was", i),
                    field.address,
                )
            claimed[earlier] = field
