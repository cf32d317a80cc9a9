"""The list page: a list with what its reader asked for on top of it, and one page of records as rows of shown values.

``list_shape`` and ``rows_of`` serve related lists too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jimu.access.rules import action_allowed
from jimu.definitions.model import ObjectDef
from jimu.errors import BadRequest
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import ListRequest, RecordPage
from jimu.storage.query import Count
from jimu.web.pages.list_address import MOST_TRAIL, NO_GROUP, Asked
from jimu.web.pages.list_arrangement import Arrangement, Shelf, arrange, groups_of, shelf_of, sort_of
from jimu.web.pages.list_colors import color_plan, colors_of
from jimu.web.pages.list_columns import ColumnShape, ListShape, list_shape, read_beyond, rows_of
from jimu.web.pages.list_conditions import plain
from jimu.web.pages.list_fields import field_at, fields_on
from jimu.web.pages.list_filter import ListFilter, list_filter
from jimu.web.pages.list_groups import GroupView, Level, build_groups, count_of, group_formula, group_words, level_of
from jimu.web.pages.list_quick import QuickFilter, QuickOption, followed_filter, quick_filters
from jimu.web.pages.list_saved import DENSITIES, SavedList
from jimu.web.pages.list_sums import Total, totals_of
from jimu.web.pages.list_words import id_of
from jimu.web.pages.model import Row
from jimu.web.pages.pools import claimable
from jimu.web.pages.reader import Reader

__all__ = ["Asked", "ColumnShape", "ListPage", "build_list_page", "list_request", "list_shape", "rows_of", "rows_with"]

GROUP_ROWS = 25


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column's head. ``sort``: the address that sorts by it ('' if it cannot); ``also``: by it besides what it is
    sorted by already; ``rank``: its place in the order, 0 where it is the only one.
    """

    name: str
    label: str
    css: str
    sort: str = ""
    also: str = ""
    sorted: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One list to switch to. ``kind``: layout, mine or shared."""

    label: str
    href: str
    is_on: bool
    kind: str
    key: str
    is_first: bool


@dataclass
class ListPage:
    """What the template of a list gets. ``own_address``: the list as it is kept, without what the address adds."""

    object: ObjectDef
    asked: Asked
    arrangement: Arrangement
    filter: ListFilter
    title: str
    label: str
    lists: list[ListEntry]
    columns: list[ListColumn]
    density: str
    own_address: str
    rows: list[Row] = field(default_factory=list)
    groups: list[GroupView] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    more_groups: bool = False
    count: Count | None = None
    next: str = ""
    previous: str = ""
    problems: list[str] = field(default_factory=list)
    quick: list[QuickFilter] = field(default_factory=list)
    followed: QuickOption | None = None
    count_exactly: str = ""
    can_create: bool = False
    can_export: bool = False
    is_mine: bool = False
    inside: str = ""
    roles: list[tuple[str, str, bool]] = field(default_factory=list)

    @property
    def is_filtered(self) -> bool:
        return bool(self.asked.search or self.filter.where or self.asked.conditions)

    @property
    def is_changed(self) -> bool:
        return self.arrangement.is_changed(self.asked)


@dataclass(frozen=True)
class _Frame:
    """Everything that is known of a list before its records are read."""

    object: str
    asked: Asked
    shelf: Shelf
    arrangement: Arrangement
    shape: ListShape
    filter: ListFilter
    levels: tuple[Level, ...]
    sort: tuple[str, ...]


def _frame(object: str, asked: Asked, reader: Reader) -> _Frame:
    shelf = shelf_of(object, reader)
    arrangement = arrange(asked, shelf)
    shape = list_shape(arrangement.layout, reader)
    levels = [level_of(text, object, reader) for text in groups_of(asked, arrangement.group)]
    sort = sort_of(asked, arrangement)
    if not asked.sort:
        sort = tuple(s for s in sort if fields_on(s.removeprefix("-"), object, reader))
    found = list_filter(object, asked, arrangement, reader)
    return _Frame(
        object, asked, shelf, arrangement, shape, found, tuple(level for level in levels if level is not None), sort
    )


def _request(frame: _Frame, reader: Reader, also: Sequence[str] = ()) -> ListRequest:
    """What is read of the list, a group's condition among ``also``."""
    layout, colors = frame.arrangement.layout, color_plan(frame.arrangement.layout, reader)
    formulas = [*frame.filter.formulas, *also]
    return ListRequest(
        frame.object,
        where=frame.filter.where or None,
        also=[x for x in (layout.where, *formulas) if x is not None],
        order=frame.sort,
        fields=tuple(dict.fromkeys((*frame.shape.fields, *colors.fields))),
        expand=tuple(dict.fromkeys((*frame.shape.expand, *colors.expand))),
        limit=layout.page_size or reader.context.settings.get("page_size", 50),
        after=frame.asked.after or None,
        count=frame.asked.count,  # type: ignore[arg-type]  # one of COUNTS
        search=frame.asked.search,
    )


def list_request(object: str, asked: Asked, reader: Reader) -> ListRequest:
    """What the list reads: its layout, the reader's filters, search and order. Raises BadRequest for filters that do
    not fit.
    """
    frame = _frame(object, asked, reader)
    if frame.filter.problems:
        raise BadRequest(Message("This filter cannot be used"))
    return _request(frame, reader, _inside(frame))


def build_list_page(object: str, asked: Asked, reader: Reader) -> ListPage:
    """The page; a filter that does not hold is explained on it, with no records."""
    frame = _frame(object, asked, reader)
    page = _empty_page(frame, reader)
    page.followed = followed_filter(object, asked, reader)
    page.quick = quick_filters(frame.arrangement.layout, asked, reader, frame.filter.titles)
    page.problems += frame.filter.problems
    if page.problems and not frame.filter.formulas and asked.conditions:
        return page
    try:
        if frame.levels and not asked.inside:
            _fill_groups(page, frame, reader)
        else:
            _fill(page, frame, reader)
    except BadRequest as error:
        page.problems += _explained(error, frame, reader)
    return page


def _explained(error: BadRequest, frame: _Frame, reader: Reader) -> list[str]:
    """A filter that somebody else shared is not explained: its words may name what the reader may not see."""
    if frame.filter.is_foreign and frame.filter.where:
        return [reader.render(Message("This list filters by something that you may not see."))]
    return [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]


def _inside(frame: _Frame) -> list[str]:
    """The conditions of the group whose rows are asked for."""
    return [group_formula(level, key) for level, key in zip(frame.levels, frame.asked.inside, strict=False)]


def _inside_words(frame: _Frame, reader: Reader) -> str:
    """The group whose rows are shown, in words."""
    pairs = list(zip(frame.levels, frame.asked.inside, strict=False))
    ids = {i for level, key in pairs if level.field.kind is Kind.REFERENCE and key and (i := id_of(key)) is not None}
    titles = read.resolve_titles(ids, reader.context) if ids else {}
    return ", ".join(f"{level.label}: {group_words(level, key, titles, reader)}" for level, key in pairs)


def _fill(page: ListPage, frame: _Frame, reader: Reader) -> None:
    asked = frame.asked
    request = _request(frame, reader, _inside(frame))
    if asked.inside:
        page.inside = _inside_words(frame, reader)
        request = replace(request, limit=min(request.limit, GROUP_ROWS), count="none")
    found = read.list_records(request, reader.context)
    page.rows = _rows(found, frame, reader)
    page.count = found.count
    if found.count is not None and not found.count.exact:
        page.count_exactly = asked.address(
            frame.object, count="exact", after=asked.after, trail=asked.trail, inside=asked.inside
        )
    _turn(page, found, asked, frame.object)


def _turn(page: ListPage, found: RecordPage, asked: Asked, object: str) -> None:
    """The addresses of the pages before and after."""
    if found.next:
        page.next = asked.address(object, after=found.next, trail=(*asked.trail, asked.after or "-")[-MOST_TRAIL:])
    if asked.trail:
        before = "" if asked.trail[-1] == "-" else asked.trail[-1]
        page.previous = asked.address(object, after=before, trail=asked.trail[:-1])
    elif asked.after:
        page.previous = asked.address(object)


def _rows(found: RecordPage, frame: _Frame, reader: Reader) -> list[Row]:
    colors = colors_of(color_plan(frame.arrangement.layout, reader), found.records, reader)
    rows = rows_of(found.records, frame.shape.columns, read_beyond(found.records, frame.shape, reader), colors)
    return claimable(rows, frame.arrangement.layout.pool, reader)


def _fill_groups(page: ListPage, frame: _Frame, reader: Reader) -> None:
    """All groups closed but the first, whose rows come along."""
    request = _request(frame, reader)
    page.groups, page.more_groups = build_groups(frame.levels, request, frame.shape.columns, reader)
    if any(level.is_list for level in frame.levels):
        page.count = count_of(request, reader)
    else:
        page.count = Count(sum(g.count for g in page.groups), not page.more_groups)
    for group in page.groups:
        _lead(group, frame)
    first = page.groups[0] if page.groups else None
    while first is not None:
        first.is_open = True
        if not first.inner:
            _open(first, frame, reader)
        first = first.inner[0] if first.inner else None


def _lead(group: GroupView, frame: _Frame) -> None:
    group.href = frame.asked.address(frame.object, inside=group.keys, after="", trail=())
    for inner in group.inner:
        _lead(inner, frame)


def _open(group: GroupView, frame: _Frame, reader: Reader) -> None:
    asked = replace(frame.asked, inside=group.keys)
    inside = replace(frame, asked=asked)
    request = replace(_request(inside, reader, _inside(inside)), limit=GROUP_ROWS, count="none")
    found = read.list_records(request, reader.context)
    group.rows = _rows(found, frame, reader)
    if found.next:
        group.more = asked.address(frame.object, after=found.next, trail=("-",))


def rows_with(object: str, asked: Asked, ids: Sequence[int], reader: Reader) -> list[Row]:
    """The rows of these records as the list shows them, whether or not its filter fits them (any more)."""
    plain_list = replace(asked, search="", where="", conditions=(), sort="", group=NO_GROUP, inside=(), after="")
    frame = _frame(object, plain_list, reader)
    where = f"id in [{', '.join(repr(encode_id(id)) for id in ids)}]" if ids else "false"
    request = replace(_request(frame, reader), where=where, also=(), order=("id",), limit=len(ids) or 1, count="none")
    return _rows(read.list_records(request, reader.context), frame, reader)


def list_totals(object: str, asked: Asked, reader: Reader) -> tuple[int, list[Total]]:
    """The number of records and the sums of the list's number columns."""
    frame = _frame(object, asked, reader)
    if frame.filter.problems:
        raise BadRequest(Message("This filter cannot be used"))
    return totals_of(_request(frame, reader), frame.shape.columns, reader)


def _empty_page(frame: _Frame, reader: Reader) -> ListPage:
    object, arrangement = frame.object, frame.arrangement
    definition = reader.manifest.object(object)
    plural = reader.label(definition.plural) or object
    saved = arrangement.saved
    page = ListPage(
        definition,
        frame.asked,
        arrangement,
        frame.filter,
        plural,
        saved.name if saved else reader.label(arrangement.layout.label) or plural,
        _entries(frame, reader, plural),
        _columns(frame),
        _density(arrangement, reader),
        _own_address(object, frame.asked.list),
    )
    page.levels = list(frame.levels)
    page.is_mine = saved is not None and saved.owner == reader.actor.id
    page.can_create = action_allowed(reader.actor, reader.manifest, object, "create")
    page.can_export = action_allowed(reader.actor, reader.manifest, object, "export")
    page.roles = _roles(saved, reader)
    return page


def _own_address(object: str, key: str) -> str:
    return Asked(list=key).address(object)


def _density(arrangement: Arrangement, reader: Reader) -> str:
    own = reader.actor.record.get("density")
    return arrangement.looks.density or (str(own) if own in DENSITIES else DENSITIES[0])


def _entries(frame: _Frame, reader: Reader, plural: str) -> list[ListEntry]:
    shelf, now = frame.shelf, frame.arrangement.key

    def entry(key: str, label: str, kind: str) -> ListEntry:
        is_first = key == shelf.first
        return ListEntry(label, _own_address(frame.object, "" if is_first else key), key == now, kind, key, is_first)

    return [entry(x.name, reader.label(x.label) or plural, "layout") for x in shelf.layouts] + [
        entry(s.key, s.name, "mine" if s.owner == reader.actor.id else "shared") for s in shelf.saved
    ]


def _roles(saved: SavedList | None, reader: Reader) -> list[tuple[str, str, bool]]:
    """The roles that a list can be shared with: (name, label, whether it is)."""
    field = field_at("shared_with", "saved_list", reader)
    shared = saved.shared_with if saved else ()
    return [
        (c.value, reader.label(c.label) or c.value, c.value in shared)
        for c in (field.choices if field else None) or ()
        if not c.retired
    ]


def _columns(frame: _Frame) -> list[ListColumn]:
    asked, made = frame.asked, []
    ranks = {s.removeprefix("-"): (rank, s.startswith("-")) for rank, s in enumerate(frame.sort, 1)}
    for at, column in enumerate(frame.shape.columns):
        rank, descending = ranks.get(column.name, (0, False))
        state = ("descending" if descending else "ascending") if rank else ""
        flipped = f"-{column.name}" if state == "ascending" else column.name
        also = ",".join(flipped if s.removeprefix("-") == column.name else s for s in frame.sort)
        made.append(
            ListColumn(
                column.name,
                column.label,
                "cell-title" if at == 0 else column.css,
                asked.address(frame.object, sort=flipped) if column.is_sortable else "",
                asked.address(frame.object, sort=also if rank else ",".join((*frame.sort, flipped))),
                state,
                rank if len(frame.sort) > 1 else 0,
            )
        )
    return made


def page_data(page: ListPage) -> dict[str, Any]:
    """What the scripts of the list must know of it."""
    arrangement = page.arrangement
    return {
        "object": page.object.name,
        "list": arrangement.key,
        "tree": plain(page.filter.tree) if page.filter.tree is not None else None,
        "formula": "" if page.problems and page.filter.is_foreign else page.filter.formula,
        "sort": list(sort_of(page.asked, arrangement)),
        "group": [level.text for level in page.levels],
        "columns": [[c.name, c.label] for c in page.columns],
        "widths": dict(arrangement.looks.widths),
        "freeze": arrangement.looks.freeze,
        "density": page.density,
        "noGroup": NO_GROUP,
        "ownFilter": bool(arrangement.where),
    }
