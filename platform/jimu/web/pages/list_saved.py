"""Lists that people arranged and kept: their own, those shared with their roles, and how they adjusted other lists.

All of them are records of the system object ``saved_list``, read and written like any other records. One that
``adjusts`` another list is no list of its own: it says how its owner likes to see that one, and which list comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.fieldtypes.ids import encode_id
from jimu.records import read, write
from jimu.records.commands import Create, Delete, Record, Update
from jimu.records.requests import ListRequest
from jimu.web.pages.list_columns import MOST_COLUMNS
from jimu.web.pages.list_formulas import quoted
from jimu.web.pages.reader import Reader

OBJECT = "saved_list"
DENSITIES = ("comfortable", "compact")
MOST_LISTS = 200
MOST_FROZEN = 4
_FIELDS = (
    "name", "of_object", "based_on", "adjusts", "is_default", "columns", "where", "sort", "display", "shared_with",
    "position", "owner",
)  # fmt: skip


@dataclass(frozen=True)
class Looks:
    """How a list is shown, as far as somebody said so; '' and None: as the layout has it."""

    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    freeze: int | None = None
    density: str = ""

    @property
    def display(self) -> dict[str, Any]:
        """What the field ``display`` keeps of it."""
        found: dict[str, Any] = {}
        if self.widths:
            found["widths"] = dict(self.widths)
        if self.freeze is not None:
            found["freeze"] = self.freeze
        if self.density:
            found["density"] = self.density
        return found

    def over(self, below: Looks) -> Looks:
        """These looks, and where they say nothing those ``below``."""
        return Looks(
            self.columns or below.columns,
            {**below.widths, **self.widths},
            below.freeze if self.freeze is None else self.freeze,
            self.density or below.density,
        )


@dataclass(frozen=True)
class SavedList:
    """``key`` names it in addresses. ``where`` is the filter on top of that of the list it is ``based_on``."""

    id: int
    version: int
    name: str
    owner: int | None
    based_on: str
    adjusts: str
    is_default: bool
    where: str
    sort: tuple[str, ...]
    group: tuple[str, ...]
    looks: Looks
    shared_with: tuple[str, ...]

    @property
    def key(self) -> str:
        return encode_id(self.id)


def can_keep(reader: Reader) -> bool:
    """Whether lists can be kept: not before the revision that a newer engine brings is applied."""
    known = reader.manifest.objects.get(OBJECT)
    return known is not None and all(name in known.fields for name in _FIELDS)


def saved_lists(object: str, reader: Reader) -> list[SavedList]:
    """Those of ``object`` that the reader made or that are shared with their roles, in one query."""
    if reader.actor.id is None or not can_keep(reader):
        return []
    choices = {c.value for c in reader.manifest.field(OBJECT, "shared_with").choices or ()}
    roles = sorted(reader.actor.roles & choices)
    mine = "owner == user.id"
    shared = f" or includes_any(shared_with, {', '.join(quoted(r) for r in roles)})" if roles else ""
    request = ListRequest(
        OBJECT,
        where=f"of_object == {quoted(object)} and ({mine}{shared})",
        order=("id",),
        fields=_FIELDS,
        limit=MOST_LISTS,
        titles=False,
    )
    records = read.list_records(request, reader.context).records
    found = [_saved(r) for r in sorted(records, key=_place)]
    return [s for s in found if not s.adjusts or s.owner == reader.actor.id]


def _place(record: Record) -> tuple[bool, int, str]:
    """Those that were given a position first, then by name."""
    position = record.values.get("position")
    return position is None, position or 0, (record.values.get("name") or "").casefold()


def _saved(record: Record) -> SavedList:
    values = record.values
    kept = values.get("display")
    display: dict[str, Any] = kept if isinstance(kept, dict) else {}
    return SavedList(
        record.id,
        record.version,
        values.get("name") or "",
        values.get("owner"),
        values.get("based_on") or "",
        values.get("adjusts") or "",
        bool(values.get("is_default")),
        values.get("where") or "",
        _texts(values.get("sort")),
        _texts(display.get("group")),
        read_looks({**display, "columns": values.get("columns")}),
        tuple(values.get("shared_with") or ()),
    )


def read_looks(given: Mapping[str, Any]) -> Looks:
    """What of ``given`` (kept as JSON, or sent by a page) says how a list looks; the rest is left out."""
    widths, freeze, density = given.get("widths"), given.get("freeze"), given.get("density")
    return Looks(
        _texts(given.get("columns"))[:MOST_COLUMNS],
        {str(k): v for k, v in widths.items() if _is_number(v, 40, 1200)} if isinstance(widths, dict) else {},
        freeze if _is_number(freeze, 0, MOST_FROZEN) else None,
        density if density in DENSITIES else "",
    )


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str) and len(v) <= 200) if isinstance(value, list) else ()


@dataclass(frozen=True)
class Kept:
    """What is kept of a list: what it shows besides how it looks."""

    name: str
    based_on: str = ""
    where: str = ""
    sort: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    looks: Looks = Looks()
    shared_with: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        group = {"group": list(self.group)} if self.group else {}
        return {
            "name": self.name,
            "based_on": self.based_on,
            "where": self.where,
            "sort": list(self.sort),
            "columns": list(self.looks.columns),
            "display": {**self.looks.display, **group},
            "shared_with": list(self.shared_with),
        }


def create_list(object: str, kept: Kept, reader: Reader) -> str:
    """The key of the new list."""
    values = {**kept.values(), "of_object": object, "owner": reader.actor.id}
    return encode_id(write.write(Create(OBJECT, values), reader.context).id)


def update_list(found: SavedList, values: Mapping[str, Any], reader: Reader) -> None:
    write.write(Update(OBJECT, found.id, values, found.version), reader.context)


def delete_list(found: SavedList, reader: Reader) -> None:
    write.write(Delete(OBJECT, found.id, found.version), reader.context)


def adjust(object: str, key: str, looks: Looks, lists: Iterable[SavedList], reader: Reader) -> None:
    """Keep how the reader likes to see the list ``key``."""
    values = {"columns": list(looks.columns), "display": looks.display}
    _change_adjustment(object, key, values, lists, reader)


def make_default(object: str, key: str, lists: Iterable[SavedList], reader: Reader) -> None:
    """``key`` is the list that the reader sees first from now on; '' gives that back to the layouts."""
    known = list(lists)
    for other in known:
        if other.adjusts and other.is_default and other.adjusts != key:
            update_list(other, {"is_default": False}, reader)
    if key:
        _change_adjustment(object, key, {"is_default": True}, known, reader)


def _change_adjustment(
    object: str, key: str, values: Mapping[str, Any], lists: Iterable[SavedList], reader: Reader
) -> None:
    found = adjustment(key, lists)
    if found is not None:
        update_list(found, values, reader)
        return
    fresh = {"name": key, "of_object": object, "adjusts": key, "owner": reader.actor.id, **values}
    write.write(Create(OBJECT, fresh), reader.context)


def adjustment(key: str, lists: Iterable[SavedList]) -> SavedList | None:
    """How the reader adjusted the list ``key``."""
    return next((s for s in lists if s.adjusts == key), None)
