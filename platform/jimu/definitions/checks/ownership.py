"""Parents and deletion: at most one parent, no circle of parents, and no reference that must be both kept and
emptied.
"""

from __future__ import annotations

from jimu.definitions.checks.checking import Checking
from jimu.definitions.documents import Document
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.kinds import Kind


def check_ownership(checking: Checking) -> None:
    for definition, document in checking.objects():
        _check_parents(checking, definition, document)
        for field in checking.own_fields(definition):
            if field.kind is Kind.REFERENCE and field.required and not field.retired and field.on_delete == "set_null":
                checking.findings.error(
                    "on_delete",
                    "{field} is required, so it cannot be emptied when its record is deleted: say restrict or cascade.",
                    {"field": field.address},
                    document.value_place("fields", field.name, "on_delete"),
                    field.address,
                )


def _check_parents(checking: Checking, definition: ObjectDef, document: Document) -> None:
    parents = [f for f in checking.own_fields(definition) if f.type == "parent" and not f.retired]
    for field in parents[1:]:
        checking.findings.error(
            "two_parents",
            "{object} has a parent already: {parent}.",
            {"object": definition.name, "parent": parents[0].name},
            field.source,
            field.address,
        )
    if definition.owner == "parent" and definition.parent is None:
        checking.findings.error(
            "no_parent",
            "{object} belongs to its parent, but has no parent field.",
            {"object": definition.name},
            document.value_place("owner"),
            definition.name,
        )
    path = [definition.name]
    at: ObjectDef | None = definition
    while at is not None and at.parent is not None:
        target = at.fields[at.parent].target
        at = checking.manifest.objects.get(target[0]) if len(target) == 1 else None
        if at is None or at.name in path[1:]:
            return  # the end, or a circle further on, which is reported there
        path.append(at.name)
        if at is definition:
            checking.findings.error(
                "parent_cycle",
                "These objects are each other's parents: {path}.",
                {"path": " → ".join(path)},
                definition.fields[definition.parent or ""].source,
                definition.name,
            )
            return
