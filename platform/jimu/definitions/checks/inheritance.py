"""Access that is inherited over lookups: from one object each, and not in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from jimu.definitions.checks.checking import Checking
from jimu.definitions.model import ObjectDef
from jimu.fieldtypes.kinds import Kind


def check_inheritance(checking: Checking) -> None:
    for definition, document in checking.objects():
        for number, inherited in enumerate(definition.inherits):
            place = document.value_place("access", "inherits", number, "field")
            found = definition.fields.get(inherited.field)
            if found is None or found.retired:
                checking.findings.unknown(
                    "unknown_field",
                    "{object} has no field {name}.",
                    inherited.field,
                    place,
                    definition.name,
                    definition.fields,
                    object=definition.name,
                )
            elif found.kind is not Kind.REFERENCE or len(found.target) != 1 or definition.owner == "parent":
                message = "Access cannot be inherited over {field}."
                checking.findings.error(
                    "not_inheritable", message, {"field": found.address}, place, definition.name
                )
        circle = _circle(checking, definition)
        if circle:
            checking.findings.error(
                "inherits_cycle",
                "These objects inherit access from each other: {path}.",
                {"path": " → ".join(circle)},
                document.value_place("access"),
                definition.name,
            )


def _above(checking: Checking, name: str) -> Iterator[str]:
    """The objects from which ``name`` has its access, but for what its own rules give."""
    definition = checking.manifest.objects.get(name)
    if definition is None:
        return
    fields = [inherited.field for inherited in definition.inherits]
    if definition.owner == "parent" and definition.parent is not None:
        fields.append(definition.parent)
    for field in fields:
        found = definition.fields.get(field)
        if found is not None and len(found.target) == 1:
            yield found.target[0]


def _circle(checking: Checking, definition: ObjectDef) -> list[str]:
    """The way from ``definition`` back to itself, if it begins with an inherited access; [] where there is none."""
    if not definition.inherits:
        return []
    open: list[list[str]] = [[definition.name]]
    seen: set[str] = set()
    while open:
        path = open.pop()
        for above in _above(checking, path[-1]):
            if above == definition.name:
                return [*path, above]
            if above not in seen:
                seen.add(above)
                open.append([*path, above])
    return []
