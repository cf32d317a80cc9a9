"""Roles."""

from __future__ import annotations

from jimu.definitions.documents import Document, optional_text, text_of
from jimu.definitions.model import Choice, ObjectPermission, RoleDef
from jimu.definitions.reader import YamlMap


def build_role(document: Document) -> RoleDef:
    data = document.data
    return RoleDef(
        name=document.name,
        label=text_of(data, "label", document.name),
        help=optional_text(data, "help"),
        objects={name: _permission(raw) for name, raw in data.get("objects", {}).items()},
        system=frozenset(data.get("system", ())),
        require_second_factor=bool(data.get("require_second_factor")),
        allowed_addresses=tuple(data.get("allowed_addresses") or ()),
        source=document.place,
    )


def build_role_choice(document: Document) -> Choice:
    """The role as an option of ``options: {list: roles}``."""
    return Choice(
        document.name, text_of(document.data, "label", document.name), retired=bool(document.data.get("retired"))
    )


def _permission(raw: YamlMap) -> ObjectPermission:
    return ObjectPermission(
        create=bool(raw.get("create")),
        read=raw.get("read", "none"),
        update=raw.get("update", "none"),
        delete=raw.get("delete", "none"),
        purge=bool(raw.get("purge")),
        export=bool(raw.get("export", True)),
        share=bool(raw.get("share", True)),
        fields=dict(raw.get("fields", {})),
        default_field=raw.get("default_field", "edit"),
    )
