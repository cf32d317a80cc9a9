"""One use of one definition by another, and how a path of a formula leads to the fields that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jimu.definitions.manifest import Manifest
from jimu.diagnostics import Place
from jimu.messages import Message

USER = "user"


@dataclass(frozen=True, slots=True)
class Use:
    """``target`` is used by ``source``; both are addresses (``machine.price``, ``list:cheap``). ``how``: a key of
    ``HOW``. ``place``: where the source is written.
    """

    target: str
    source: str
    how: str
    place: Place = field(default_factory=Place)


HOW: Mapping[str, Message] = {
    "formula": Message("is computed from it"),
    "rollup": Message("rolls it up"),
    "default": Message("takes its default from it"),
    "visible_when": Message("is shown depending on it"),
    "required_when": Message("is required depending on it"),
    "read_only_when": Message("is locked depending on it"),
    "filter": Message("offers choices by it"),
    "controller": Message("has options that depend on it"),
    "points_at": Message("points at it"),
    "parent": Message("belongs to it"),
    "options": Message("takes its options from it"),
    "title": Message("has it in the title"),
    "check": Message("checks it"),
    "check_shown": Message("shows its error beside it"),
    "followed": Message("tells followers of its changes"),
    "unique": Message("must be unique with it"),
    "index": Message("is indexed by it"),
    "record_type": Message("has a record type that names it"),
    "layout": Message("shows it"),
    "highlight": Message("has it in the header"),
    "related": Message("lists records by it"),
    "column": Message("has it as a column"),
    "sort": Message("sorts by it"),
    "where": Message("filters by it"),
    "quick_filter": Message("offers it as a quick filter"),
    "permission": Message("grants or denies it"),
    "limited_to": Message("is for this role alone"),
    "menu": Message("has it in the menu"),
    "sla": Message("has a service level by it"),
    "automation": Message("is read or changed by it"),
    "approval": Message("is used in an approval by it"),
    "conversion": Message("is used in a conversion by it"),
    "stages": Message("leads records through stages by it"),
    "seed": Message("fills it"),
    "import": Message("imports into it"),
    "pools": Message("has it in a pool"),
    "assigns": Message("assigns records by it"),
    "shares": Message("shares records by it"),
    "restricts": Message("restricts access by it"),
    "inherits": Message("inherits access from it"),
}


def fields_on(manifest: Manifest, object: str, paths: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The address of every field that ``paths`` from ``object`` pass through or end at."""
    for path in paths:
        here: str | None = object
        names = path
        if path and path[0] == USER and USER not in manifest.objects[object].fields:
            here, names = USER, path[1:]
        for name in names:
            owner = manifest.objects.get(here or "")
            found = owner.fields.get(name) if owner else None
            if found is None:
                break
            yield found.address
            here = found.target[0] if len(found.target) == 1 else None
