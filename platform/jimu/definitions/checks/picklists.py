"""Dependent picklists: the controlling field is a picklist of the same object, and offers the values named."""

from __future__ import annotations

from jimu.definitions.checks.checking import Checking
from jimu.definitions.documents import Document
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.definitions.reader import YamlList


def check_picklists(checking: Checking) -> None:
    for definition, document in checking.objects():
        for field in checking.own_fields(definition):
            if field.choices is not None and not field.retired and field.type != "formula":
                _check_dependence(checking, definition, field, document)


def _check_dependence(checking: Checking, definition: ObjectDef, field: FieldDef, document: Document) -> None:
    options = document.data["fields"][field.name].get("options")
    if field.controller is None:
        if any(c.depends is not None for c in field.choices or ()):
            checking.findings.error(
                "no_controller",
                "The options of {field} depend on a field, but controller does not say which.",
                {"field": field.address},
                document.key_place("fields", field.name, "options"),
                field.address,
            )
        return
    place = document.value_place("fields", field.name, "controller")
    controller = definition.fields.get(field.controller)
    if controller is None or controller.retired:
        checking.findings.unknown(
            "unknown_field",
            "{object} has no field {name}.",
            field.controller,
            place,
            field.address,
            definition.fields,
            object=definition.name,
        )
        return
    if controller.type == "boolean":
        known = {"true", "false"}
    elif controller.choices is None:
        checking.findings.error(
            "controller_type",
            "{field} has no options, so none can depend on it.",
            {"field": controller.address},
            place,
            field.address,
        )
        return
    else:
        known = {c.value for c in controller.choices}
    for i, choice in enumerate(field.choices or ()):
        for j, value in enumerate(choice.depends or ()):
            if value not in known:
                at = (
                    document.value_place("fields", field.name, "options", i, "depends", j)
                    if isinstance(options, YamlList)
                    else place
                )
                checking.findings.unknown(
                    "unknown_option",
                    "{field} has no option {name}.",
                    value,
                    at,
                    field.address,
                    known,
                    field=controller.address,
                )
    _check_circle(checking, definition, field, document)


def _check_circle(checking: Checking, definition: ObjectDef, field: FieldDef, document: Document) -> None:
    path = [field.name]
    at = field
    while at.controller is not None and (following := definition.fields.get(at.controller)) is not None:
        path.append(following.name)
        if following.name == field.name:
            checking.findings.error(
                "depends_cycle",
                "These picklists depend on each other in a circle: {path}.",
                {"path": " → ".join(path)},
                document.value_place("fields", field.name, "controller"),
                field.address,
            )
            return
        if following.name in path[:-1]:
            return  # a circle further on, reported there
        at = following
