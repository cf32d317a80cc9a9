"""Where a definition is shown: the address of a page for the address of a definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from jimu.definitions.kinds import KINDS
from jimu.definitions.manifest import Manifest
from jimu.diagnostics import Place


def href_of(manifest: Manifest, address: str) -> str:
    """The page of ``machine``, ``machine.price``, ``machine#check:cheap``, ``role:clerk`` …; '' where there is none."""
    kind, colon, name = address.partition(":")
    if "#" in address:
        object, _, part = address.partition("#")
        return f"/admin/objects/{object}#{part.replace(':', '-')}" if object in manifest.objects else ""
    if colon:
        find = _NAMED.get(kind)
        return find(manifest, name) if find else ""
    object, dot, field = address.partition(".")
    if object not in manifest.objects or (dot and field not in manifest.objects[object].fields):
        return ""
    return f"/admin/objects/{object}/{field}" if dot else f"/admin/objects/{object}"


def source_href(place: Place) -> str:
    """The line in the source view."""
    if not place.file:
        return ""
    return f"/admin/source?{urlencode({'file': place.file})}#L{place.line or 1}"


def _placed(table: str) -> Callable[[Manifest, str], str]:
    def href(manifest: Manifest, name: str) -> str:
        found = getattr(manifest, table).get(name)
        return source_href(found.source) if found else ""

    return href


def _placed_further(kind: str) -> Callable[[Manifest, str], str]:
    def href(manifest: Manifest, name: str) -> str:
        found = manifest.all(kind).get(name)
        return source_href(found.source) if found else ""

    return href


_NAMED: Mapping[str, Callable[[Manifest, str], str]] = {
    "options": lambda manifest, name: f"/admin/options/{name}" if name in manifest.option_lists else "",
    "role": lambda manifest, name: f"/admin/roles/{name}" if name in manifest.roles else "",
    "page": _placed("pages"),
    "list": _placed("lists"),
    "app": _placed("apps"),
    "seed": _placed("seeds"),
    "import_plan": _placed("import_plans"),
    **{kind.name: _placed_further(kind.name) for kind in KINDS},
}
