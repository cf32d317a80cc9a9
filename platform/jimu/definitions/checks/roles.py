"""Roles: the objects and fields that they name exist."""

from __future__ import annotations

from jimu.definitions.checks.checking import Checking

EVERY = "*"


def check_roles(checking: Checking) -> None:
    objects = checking.manifest.objects
    for role in checking.manifest.roles.values():
        document = checking.documents["role"][role.name]
        for name, permission in role.objects.items():
            place = document.key_place("objects", name)
            if name != EVERY and name not in objects:
                checking.findings.unknown(
                    "unknown_object", "There is no object called {name}.", name, place, document.address, objects
                )
                continue
            for field in permission.fields:
                at = document.key_place("objects", name, "fields", field)
                if name == EVERY:
                    checking.findings.error(
                        "fields_of_every",
                        "Fields are named under the object that has them, not under *.",
                        {},
                        at,
                        document.address,
                    )
                elif field not in objects[name].fields:
                    checking.findings.unknown(
                        "unknown_field",
                        "{object} has no field {name}.",
                        field,
                        at,
                        document.address,
                        objects[name].fields,
                        object=name,
                    )
