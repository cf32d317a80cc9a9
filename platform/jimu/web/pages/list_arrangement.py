"""Which list is shown and how: a layout or a saved list, with what the reader adjusted and what the address asks for
on top of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jimu.definitions import default_list
from jimu.definitions.model import ListLayoutDef
from jimu.flows.pools.membership import may_enter
from jimu.web.pages.list_address import NO_GROUP, Asked
from jimu.web.pages.list_saved import Looks, SavedList, adjustment, saved_lists
from jimu.web.pages.reader import Reader

MOST_LEVELS = 2


@dataclass(frozen=True)
class Arrangement:
    """``layout``: what the list is made from, with the columns to show. ``key``: what it is called in addresses;
    ``is_first``: it is what the bare address shows. ``where``: its filter on top of the layout's own.
    """

    key: str
    layout: ListLayoutDef
    looks: Looks
    is_first: bool
    where: str = ""
    sort: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    saved: SavedList | None = None
    adjusted: SavedList | None = None

    @property
    def looks_adjusted(self) -> bool:
        return self.adjusted is not None and self.adjusted.looks != Looks()

    def is_changed(self, asked: Asked) -> bool:
        """Whether the address asks for something else than the list has kept."""
        return bool(
            asked.conditions
            or (asked.where is not None and asked.where != self.where)
            or (asked.sort and tuple(asked.sort.split(",")) != self.sort)
            or (asked.group and groups_of(asked, self.group) != self.group)
        )


@dataclass(frozen=True)
class Shelf:
    """The lists of one object that a reader can choose from; ``first`` is the key of the one that comes first."""

    layouts: tuple[ListLayoutDef, ...]
    saved: tuple[SavedList, ...]
    known: tuple[SavedList, ...]
    first: str

    def find(self, key: str) -> SavedList | None:
        return next((s for s in self.saved if s.key == key), None)


def shelf_of(object: str, reader: Reader) -> Shelf:
    layouts = tuple(layouts_for(object, reader))
    known = tuple(saved_lists(object, reader))
    saved = tuple(s for s in known if not s.adjusts)
    keys = [x.name for x in layouts] + [s.key for s in saved]
    wanted = next((s.adjusts for s in known if s.adjusts and s.is_default), "")
    return Shelf(layouts, saved, known, wanted if wanted in keys else first_layout(layouts).name)


def layouts_for(object: str, reader: Reader) -> list[ListLayoutDef]:
    """The lists of ``object`` that are meant for the reader; at least one."""
    found = [x for x in reader.manifest.lists_for(object) if _is_for(x, reader)]
    return found if any(not x.pool for x in found) else [default_list(reader.manifest, object), *found]


def _is_for(layout: ListLayoutDef, reader: Reader) -> bool:
    """Lists of pools are for who may look into the pool."""
    if layout.pool:
        return may_enter(reader.manifest.all("pool")[layout.pool], reader.context)
    return not layout.roles or bool(set(layout.roles) & reader.actor.roles)


def first_layout(layouts: Sequence[ListLayoutDef]) -> ListLayoutDef:
    """The one that says ``default``, for some roles before for all, by order; else the first."""
    marked = sorted((x for x in layouts if x.default), key=lambda x: (not x.roles, x.order, x.name))
    return marked[0] if marked else layouts[0]


def arrange(asked: Asked, shelf: Shelf) -> Arrangement:
    """The list that the address names; the first one where it names none that there is."""
    keys = [x.name for x in shelf.layouts] + [s.key for s in shelf.saved]
    key = asked.list if asked.list in keys else shelf.first
    saved, adjusted = shelf.find(key), adjustment(key, shelf.known)
    base = saved.based_on if saved else key
    layout = next((x for x in shelf.layouts if x.name == base), None) or first_layout(shelf.layouts)
    own = Looks(layout.columns, {}, layout.freeze, layout.density)
    if saved is not None:
        own = saved.looks.over(own)
    looks = adjusted.looks.over(own) if adjusted else own
    return Arrangement(
        key,
        replace(layout, columns=looks.columns),
        looks,
        key == shelf.first,
        saved.where if saved else "",
        (saved.sort if saved else ()) or layout.sort,
        saved.group if saved else layout.group_by,
        saved,
        adjusted,
    )


def groups_of(asked: Asked, own: tuple[str, ...]) -> tuple[str, ...]:
    """By what the list is grouped: as the address says, else as the list has it."""
    if not asked.group:
        return own
    return () if asked.group == NO_GROUP else tuple(asked.group.split(","))[:MOST_LEVELS]


def sort_of(asked: Asked, arrangement: Arrangement) -> tuple[str, ...]:
    return tuple(s for s in asked.sort.split(",") if s) if asked.sort else arrangement.sort
