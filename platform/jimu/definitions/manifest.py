"""The manifest: all definitions of one workspace, loaded, overlaid, checked and linked. Immutable; replaced whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.model import (
    AppDef,
    FieldDef,
    ImportPlanDef,
    ListLayoutDef,
    ObjectDef,
    OptionListDef,
    PageLayoutDef,
    RoleDef,
    SeedDef,
    WorkspaceDef,
)
from jimu.diagnostics import Diagnostic
from jimu.errors import NotFound
from jimu.messages import Message


@dataclass(frozen=True)
class Manifest:
    """``revision`` is the SHA-256 (hex) of the canonical form of every definition; equal content has an equal revision.

    ``files`` maps each source path, relative to the workspace, to its text: what a revision keeps, so that it can be
    loaded again without the folder. ``warnings`` are the diagnostics that did not stop it from loading.
    """

    workspace: WorkspaceDef
    objects: Mapping[str, ObjectDef]
    option_lists: Mapping[str, OptionListDef] = field(default_factory=dict)
    roles: Mapping[str, RoleDef] = field(default_factory=dict)
    apps: Mapping[str, AppDef] = field(default_factory=dict)
    pages: Mapping[str, PageLayoutDef] = field(default_factory=dict)
    lists: Mapping[str, ListLayoutDef] = field(default_factory=dict)
    seeds: Mapping[str, SeedDef] = field(default_factory=dict)
    import_plans: Mapping[str, ImportPlanDef] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # further kinds (definitions.kinds) by name
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    revision: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()

    def all(self, kind: str) -> Mapping[str, Any]:
        """The definitions of a further kind (``definitions.kinds``) by name; retired ones are not among them."""
        return self.others.get(kind, {})

    def object(self, name: str) -> ObjectDef:
        """The object called ``name``; raises NotFound for unknown and retired ones."""
        found = self.objects.get(name)
        if found is None or found.retired:
            raise NotFound(Message("There is no object called {name}.", {"name": name}))
        return found

    def field(self, object: str, name: str) -> FieldDef:
        """The field ``name`` of ``object``; raises NotFound for unknown and retired ones."""
        found = self.object(object).fields.get(name)
        if found is None or found.retired:
            raise NotFound(Message("{object} has no field called {name}.", {"object": object, "name": name}))
        return found

    def page_for(self, object: str, record_type: str | None = None) -> PageLayoutDef | None:
        """The page layout of ``object`` for ``record_type``: the record type's own, else the object's; None: none
        written.
        """
        kind = self.objects[object].record_types.get(record_type or "")
        return self.pages.get(kind.layout if kind and kind.layout else object) or self.pages.get(object)

    def lists_for(self, object: str) -> list[ListLayoutDef]:
        """The lists of ``object``, the default one first."""
        found = [x for x in self.lists.values() if x.object == object]
        found += [pool.layout for pool in self.all("pool").values() if pool.object == object]
        return sorted(found, key=lambda x: (x.name != object, x.order, x.name))
