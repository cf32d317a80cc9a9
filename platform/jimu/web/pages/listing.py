"""The list page: a list layout, what the reader asked for on top of it, and one page of records as rows of shown
values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from jimu.access.fields import field_access
from jimu.access.per_manifest import PerManifest
from jimu.access.rules import action_allowed
from jimu.definitions import default_list
from jimu.definitions.model import FieldDef, ListLayoutDef, ObjectDef
from jimu.errors import BadRequest
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.requests import ListRequest, RecordPage
from jimu.storage.query import Count
from jimu.web.pages.display import BLANK, Presenter, Shown, presenter_for
from jimu.web.pages.filters import Condition, can_filter, formula_of, words_of
from jimu.web.pages.model import Column, Row
from jimu.web.pages.reader import Reader, record_url

MOST_TRAIL = 20


@dataclass(frozen=True)
class Asked:
    """What the address of a list says. ``trail``: the cursors of the pages before, so that one can go back."""

    list: str = ""
    search: str = ""
    where: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    after: str = ""
    trail: tuple[str, ...] = ()
    count: str = "estimated"

    def address(self, object: str, **changes: Any) -> str:
        """The address of the same list with ``changes``; anything but turning pages begins again at the first."""
        if "after" not in changes:
            changes = {"after": "", "trail": (), **changes}
        now = replace(self, **changes)
        pairs = [
            ("list", now.list),
            ("q", now.search),
            ("where", now.where),
            *(("f", c.text) for c in now.conditions),
            ("sort", now.sort),
            ("after", now.after),
            ("trail", "~".join(now.trail)),
            ("count", now.count if now.count != "estimated" else ""),
        ]
        query = urlencode([(k, v) for k, v in pairs if v])
        return f"/o/{object}?{query}" if query else f"/o/{object}"


@dataclass(frozen=True)
class ColumnShape:
    """One column for readers of one language. ``path``: the field, or a lookup and a field of its record."""

    path: tuple[str, ...]
    label: str
    css: str
    present: Presenter
    is_sortable: bool
    tag: Markup

    def shown(self, record: Record) -> Shown:
        if len(self.path) == 1:
            return self.present(record.values.get(self.path[0]), record.values, record.titles)
        inner = record.expanded.get(self.path[0])
        if not isinstance(inner, Record):
            return BLANK
        return self.present(inner.values.get(self.path[1]), inner.values, inner.titles or record.titles)


@dataclass(frozen=True)
class ListShape:
    layout: ListLayoutDef
    columns: tuple[ColumnShape, ...]
    fields: tuple[str, ...]
    expand: tuple[str, ...]


@dataclass
class Chip:
    text: str
    remove: str


@dataclass
class QuickFilter:
    """A field that is filtered by in one click. ``options``: (label, css, address, is on)."""

    name: str
    label: str
    options: list[tuple[str, str, str, bool]]
    is_on: bool
    by_text: bool = False


@dataclass
class ListPage:
    object: ObjectDef
    asked: Asked
    title: str
    lists: list[tuple[str, str, bool]]
    columns: list[Column]
    rows: list[Row] = field(default_factory=list)
    count: Count | None = None
    next: str = ""
    previous: str = ""
    problems: list[str] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    quick: list[QuickFilter] = field(default_factory=list)
    count_exactly: str = ""
    can_create: bool = False
    can_export: bool = False

    @property
    def is_filtered(self) -> bool:
        return bool(self.asked.search or self.asked.where or self.asked.conditions)


_shapes: PerManifest[dict[Any, ListShape]] = PerManifest(lambda manifest: {})


def list_shape(layout: ListLayoutDef, reader: Reader) -> ListShape:
    """The columns of ``layout`` that the reader may see, and what must be read to show them."""
    known = _shapes.get(reader.manifest)
    key = (layout.object, layout.name, layout.columns, *reader.key)
    found = known.get(key)
    if found is None:
        found = known[key] = _build_shape(layout, reader)
    return found


def _build_shape(layout: ListLayoutDef, reader: Reader) -> ListShape:
    columns: list[ColumnShape] = []
    needed: list[str] = []
    expand: list[str] = []
    for name in layout.columns:
        path = tuple(name.split("."))
        fields = _fields_on(path, layout.object, reader)
        if fields is None or len(path) > 2:
            continue
        last = fields[-1]
        label = " · ".join(reader.label(f.label) for f in fields)
        css = _css(last) if columns else "cell-title"
        tag = Markup('<td class="{}" data-label="{}">').format(css, label)
        columns.append(ColumnShape(path, label, _css(last), presenter_for(last, reader), last.kind.is_sortable, tag))
        needed.append(path[0])
        if len(path) == 2:
            expand.append(path[0])
        else:
            needed += [f for f in _companions(last, reader) if f not in needed]
    return ListShape(layout, tuple(columns), tuple(dict.fromkeys(needed)), tuple(dict.fromkeys(expand)))


def _fields_on(path: tuple[str, ...], object: str, reader: Reader) -> list[FieldDef] | None:
    """The readable fields that ``path`` steps over; None if it leads nowhere."""
    found: list[FieldDef] = []
    for name in path:
        step = reader.manifest.objects[object].fields.get(name)
        if (
            step is None
            or step.retired
            or field_access(reader.actor, reader.manifest, object).get(name, "none") == "none"
        ):
            return None
        found.append(step)
        object = step.target[0] if len(step.target) == 1 else object
    return found


def _companions(field: FieldDef, reader: Reader) -> list[str]:
    if field.type != "currency" and field.kind is not Kind.COMPOSITE:
        return []
    access = field_access(reader.actor, reader.manifest, field.object)
    return [
        f.name
        for f in reader.manifest.objects[field.object].fields.values()
        if f.part_of == field.name and access.get(f.name, "none") != "none"
    ]


def _css(field: FieldDef) -> str:
    return (
        "cell-number"
        if field.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DURATION) and field.type not in ("rating",)
        else ""
    )


def layouts_for(object: str, reader: Reader) -> list[ListLayoutDef]:
    """The lists of ``object`` that are meant for the reader; at least one."""
    found = [x for x in reader.manifest.lists_for(object) if not x.roles or set(x.roles) & reader.actor.roles]
    return found or [default_list(reader.manifest, object)]


def build_list_page(object: str, asked: Asked, reader: Reader) -> ListPage:
    """The page; a filter that does not hold is explained on it, with no records."""
    layouts = layouts_for(object, reader)
    layout = next((x for x in layouts if x.name == asked.list), layouts[0])
    shape = list_shape(layout, reader)
    page = _empty_page(object, asked, layouts, layout, shape, reader)
    page.quick = _quick_filters(layout, page.object, asked, reader)
    request = _request(page, layout, shape, reader)
    try:
        found = read.list_records(request, reader.context)
    except BadRequest as error:
        page.problems += [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]
        return page
    _fill(page, found, shape, object)
    return page


def list_request(object: str, asked: Asked, reader: Reader) -> ListRequest:
    """What the list reads: its layout, the reader's filters, search and order. Raises BadRequest for filters that do
    not fit.
    """
    layouts = layouts_for(object, reader)
    layout = next((x for x in layouts if x.name == asked.list), layouts[0])
    shape = list_shape(layout, reader)
    page = _empty_page(object, asked, layouts, layout, shape, reader)
    request = _request(page, layout, shape, reader)
    if page.problems:
        raise BadRequest(Message("This filter cannot be used"))
    return request


def _empty_page(
    object: str,
    asked: Asked,
    layouts: Sequence[ListLayoutDef],
    layout: ListLayoutDef,
    shape: ListShape,
    reader: Reader,
) -> ListPage:
    definition = reader.manifest.object(object)
    plural = reader.label(definition.plural) or object
    lists = [
        (reader.label(x.label) or plural, Asked(list="" if x is layouts[0] else x.name).address(object), x is layout)
        for x in layouts
    ]
    page = ListPage(definition, asked, plural, lists, _columns(shape, asked, object))
    page.can_create = action_allowed(reader.actor, reader.manifest, object, "create")
    page.can_export = action_allowed(reader.actor, reader.manifest, object, "export")
    return page


def _request(page: ListPage, layout: ListLayoutDef, shape: ListShape, reader: Reader) -> ListRequest:
    """What is read for ``page``, which gets the chips of its filters."""
    asked = page.asked
    formulas = _conditions(page, page.object, reader)
    return ListRequest(
        page.object.name,
        where=asked.where or None,
        also=[x for x in (layout.where, *formulas) if x is not None],
        order=tuple(asked.sort.split(",")) if asked.sort else layout.sort,
        fields=shape.fields,
        expand=shape.expand,
        limit=layout.page_size or reader.context.settings.get("page_size", 50),
        after=asked.after or None,
        count="exact" if asked.count == "exact" else "estimated",
        search=asked.search,
    )


def _fill(page: ListPage, found: RecordPage, shape: ListShape, object: str) -> None:
    asked = page.asked
    page.rows = rows_of(found.records, shape.columns)
    page.count = found.count
    if found.count is not None and not found.count.exact:
        page.count_exactly = asked.address(object, count="exact", after=asked.after, trail=asked.trail)
    if found.next:
        page.next = asked.address(object, after=found.next, trail=(*asked.trail, asked.after or "-")[-MOST_TRAIL:])
    if asked.trail:
        before = "" if asked.trail[-1] == "-" else asked.trail[-1]
        page.previous = asked.address(object, after=before, trail=asked.trail[:-1])
    elif asked.after:
        page.previous = asked.address(object)


def rows_of(records: Sequence[Record], columns: Sequence[ColumnShape]) -> list[Row]:
    return [Row(record_url(r.object, r.id), [(column.tag, column.shown(r)) for column in columns]) for r in records]


def _columns(shape: ListShape, asked: Asked, object: str) -> list[Column]:
    first = (asked.sort or ",".join(shape.layout.sort)).split(",")[0]
    made = []
    for at, column in enumerate(shape.columns):
        name = ".".join(column.path)
        state = {name: "ascending", f"-{name}": "descending"}.get(first, "")
        sort = asked.address(object, sort=f"-{name}" if state == "ascending" else name) if column.is_sortable else ""
        made.append(Column(name, column.label, "cell-title" if at == 0 else column.css, sort, state))
    return made


def _conditions(page: ListPage, definition: ObjectDef, reader: Reader) -> list[str]:
    """The formulas of the conditions built by clicking, and their chips; what cannot be is a problem of the page."""
    access = field_access(reader.actor, reader.manifest, definition.name)
    asked, formulas = page.asked, []
    for condition in asked.conditions:
        found = definition.fields.get(condition.field)
        rest = tuple(c for c in asked.conditions if c is not condition)
        readable = found is not None and not found.retired and access.get(found.name, "none") != "none"
        formula = formula_of(condition, found) if readable and found is not None else None
        if formula is None or found is None:
            page.chips.append(Chip(condition.field, asked.address(definition.name, conditions=rest)))
            page.problems.append(
                reader.render(Message("This filter does not fit: {field}", {"field": condition.field}))
            )
            continue
        formulas.append(formula)
        page.chips.append(Chip(words_of(condition, found, reader), asked.address(definition.name, conditions=rest)))
    return formulas


def _quick_filters(layout: ListLayoutDef, definition: ObjectDef, asked: Asked, reader: Reader) -> list[QuickFilter]:
    access = field_access(reader.actor, reader.manifest, definition.name)
    made = []
    for name in layout.quick_filters:
        found = definition.fields.get(name)
        if found is None or found.retired or access.get(name, "none") == "none" or not can_filter(found):
            continue
        made.append(_quick_filter(found, definition.name, asked, reader))
    return made


def _quick_filter(found: FieldDef, object: str, asked: Asked, reader: Reader) -> QuickFilter:
    now = next((c for c in asked.conditions if c.field == found.name), None)
    others = tuple(c for c in asked.conditions if c is not now)
    chosen: tuple[str, ...] = now.values if now and now.operator == "in" else ()
    options: list[tuple[str, str, str, bool]] = []

    def offer(label: str, css: str, condition: Condition | None, is_on: bool) -> None:
        rest = others if condition is None else (*others, condition)
        options.append((label, css, asked.address(object, conditions=rest), is_on))

    if found.choices is not None:
        for choice in found.choices:
            if choice.retired:
                continue
            is_on = choice.value in chosen
            values = tuple(v for v in chosen if v != choice.value) if is_on else (*chosen, choice.value)
            offer(
                reader.label(choice.label) or choice.value,
                f"choice-{choice.color}" if choice.color else "",
                Condition(found.name, "in", values) if values else None,
                is_on,
            )
    elif found.kind is Kind.BOOLEAN:
        for operator, label in (("is_true", reader.render(Message("Yes"))), ("is_false", reader.render(Message("No")))):
            is_on = bool(now and now.operator == operator)
            offer(label, "", None if is_on else Condition(found.name, operator, ()), is_on)
    elif found.kind in (Kind.DATE, Kind.DATETIME):
        for operator, label in _periods(reader):
            is_on = bool(now and now.operator == operator)
            offer(label, "", None if is_on else Condition(found.name, operator, ()), is_on)
    elif found.target == ("user",):
        is_on = bool(now and now.operator == "me")
        offer(reader.render(Message("Me")), "", None if is_on else Condition(found.name, "me", ()), is_on)
    by_text = found.kind in (Kind.REFERENCE, Kind.TEXT) and found.choices is None
    return QuickFilter(found.name, reader.label(found.label), options, now is not None, by_text)


def _periods(reader: Reader) -> list[tuple[str, str]]:
    return [
        ("today", reader.render(Message("Today"))),
        ("this_week", reader.render(Message("This week"))),
        ("this_month", reader.render(Message("This month"))),
        ("this_year", reader.render(Message("This year"))),
    ]


def filterable_fields(object: str, reader: Reader) -> list[FieldDef]:
    """The fields that the filter builder offers, by label."""
    access = field_access(reader.actor, reader.manifest, object)
    found = [
        f
        for f in reader.manifest.object(object).active_fields
        if access.get(f.name, "none") != "none" and can_filter(f)
    ]
    return sorted(found, key=lambda f: (f.system, reader.label(f.label)))
