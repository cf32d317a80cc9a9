"""Related lists of a record page: where they stand, their rows, and the way to all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from jimu.access.rules import action_allowed
from jimu.definitions.model import ListLayoutDef, RelatedList
from jimu.fieldtypes.ids import encode_id
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.requests import ListRequest
from jimu.web.pages.list_columns import ColumnShape, list_shape, read_beyond, rows_of
from jimu.web.pages.model import Column, Row
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.shapes import PageShape


@dataclass
class RelatedPage:
    """A related list, or (no ``columns``) the place where it is fetched to.

    ``new``: the form for one more, '' where none may be made; ``quick``: where the short form is fetched from.
    ``all``: the list of all of them. ``count``: their number as text. ``grid``: the place of rows that are typed into.
    """

    key: str
    label: str
    href: str
    icon: str = "list"
    new: str = ""
    quick: str = ""
    grid: str = ""
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    more: str = ""
    all: str = ""
    count: str = ""


def related_place(related: RelatedList, record: Record, reader: Reader) -> RelatedPage:
    """Where a related list stands; its rows are fetched when it is seen."""
    target = reader.manifest.object(related.object)
    here = record_url(record.object, record.id)
    href = f"{here}/related/{related.object}/{related.field}"
    new = ""
    if action_allowed(reader.actor, reader.manifest, related.object, "create"):
        new = f"/o/{related.object}/new?" + urlencode({related.field: encode_id(record.id), "back": here})
    several = sum(not t.retired for t in target.record_types.values()) > 1
    grid = f"{here}/lines/{related.object}.{related.field}"
    return RelatedPage(
        f"{related.object}-{related.field}",
        reader.label(related.label) or reader.label(target.plural),
        href,
        target.icon,
        new,
        f"{href}/new" if new and not several else "",
        grid if related.is_grid and _may_edit(related.object, reader) else "",
        all=all_address(related, record.id),
    )


def _may_edit(object: str, reader: Reader) -> bool:
    return any(action_allowed(reader.actor, reader.manifest, object, a) for a in ("create", "update", "delete"))


def find_related(shape: PageShape, object: str, field: str) -> RelatedList | None:
    """The related list of the layout that an address names."""
    return next((r for tab in shape.tabs for r in tab.related if (r.object, r.field) == (object, field)), None)


def build_related(
    related: RelatedList, object: str, id: int, reader: Reader, *, after: str | None = None, order: str = ""
) -> RelatedPage:
    """The rows of a related list; ``order``: a column to sort by instead of the layout's, "-" before = descending."""
    layout = ListLayoutDef(f"{related.object}:{related.field}", related.object, related.label, related.columns)
    shape = list_shape(layout, reader)
    request = ListRequest(
        related.object,
        order=(order,) if order else related.sort,
        fields=shape.fields,
        expand=shape.expand,
        limit=related.limit,
        after=after,
        count="none" if after else "estimated",
    )
    found = read.related(object, id, related.object, related.field, request, reader.context)
    href = f"{record_url(object, id)}/related/{related.object}/{related.field}"
    columns = [_column(at, c, order, href) for at, c in enumerate(shape.columns)]
    kept = {"order": order} if order else {}
    return RelatedPage(
        f"{related.object}-{related.field}",
        reader.label(related.label),
        href,
        columns=columns,
        rows=rows_of(found.records, shape.columns, read_beyond(found.records, shape, reader)),
        more=f"{href}?{urlencode({**kept, 'after': found.next})}" if found.next else "",
        all=all_address(related, id),
        count=count_text(found.count),
    )


def _column(at: int, column: ColumnShape, order: str, href: str) -> Column:
    name = ".".join(column.path)
    now = {name: "ascending", f"-{name}": "descending"}.get(order, "")
    sort = f"{href}?{urlencode({'order': f'-{name}' if now == 'ascending' else name})}"
    return Column(name, column.label, "cell-title" if at == 0 else column.css, sort if column.is_sortable else "", now)


def count_text(count: object) -> str:
    """The number of records as it stands beside a heading; '' where it was not asked for."""
    value = getattr(count, "value", None)
    return "" if value is None else f"{value}{'' if getattr(count, 'exact', True) else '+'}"


def all_address(related: RelatedList, id: int) -> str:
    """The list of the related object, filtered down to the records of this one."""
    return f"/o/{related.object}?" + urlencode({"where": f"{related.field} == '{encode_id(id)}'"})
