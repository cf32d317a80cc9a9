"""Layouts for objects that have none written: made from the object's definition alone."""

from __future__ import annotations

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ListLayoutDef, PageLayoutDef


def default_page(manifest: Manifest, object: str, record_type: str | None = None) -> PageLayoutDef:
    """The page layout written for ``object`` (and record type), else a sensible one of all its fields and related lists."""
    raise NotImplementedError


def default_list(manifest: Manifest, object: str) -> ListLayoutDef:
    """The default list written for ``object``, else one of its title and first telling fields."""
    raise NotImplementedError
