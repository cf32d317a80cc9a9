"""Roles: the objects and fields that they name exist, their networks can be read."""

from __future__ import annotations

import ipaddress

from jimu.definitions.checks.checking import Checking

EVERY = "*"


def check_roles(checking: Checking) -> None:
    _check_addresses(checking)
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


def _check_addresses(checking: Checking) -> None:
    """Networks can be read: one that cannot would shut everybody out."""
    for role in checking.manifest.roles.values():
        for text in role.allowed_addresses:
            try:
                ipaddress.ip_network(text, strict=False)
            except ValueError:
                document = checking.documents["role"][role.name]
                checking.findings.error(
                    "bad_network",
                    "{text} is no network such as 10.0.0.0/8 or 2001:db8::/32.",
                    {"text": text},
                    document.key_place("allowed_addresses"),
                    document.address,
                )
