"""Layouts linked: their conditions typed, every field, object, list and role they name looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from jimu.definitions.documents import Document
from jimu.definitions.link.linker import Linker
from jimu.definitions.model import (
    AppDef,
    FieldDef,
    ListLayoutDef,
    PageLayoutDef,
    RelatedList,
    RoleDef,
    RowColor,
    Section,
    Tab,
)
from jimu.definitions.reader import YamlMap
from jimu.diagnostics import Place
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.formula import Formula
from jimu.formulas.types import BOOLEAN


def link_page(linker: Linker, page: PageLayoutDef, document: Document) -> PageLayoutDef:
    """The page with its conditions; a page of an object that does not exist comes back as it is."""
    if linker.check_object(page.object, _object_place(document), document.address) is None:
        return page
    for i, name in enumerate(page.highlights):
        linker.check_field(name, page.object, document.value_place("highlights", i), document.address)
    for i, name in enumerate(page.quick):
        linker.check_field(name, page.object, document.value_place("quick", i), document.address)
    linking = _PageLinking(linker, page, document)
    own_tab = bool(document.data.get("sections") or document.data.get("related"))
    tabs = [linking.tab(page.tabs[0], ())] if own_tab else []
    tabs += [linking.tab(tab, ("tabs", i)) for i, tab in enumerate(page.tabs[1 if own_tab else 0 :])]
    return replace(page, tabs=tuple(tabs))


class _PageLinking:
    def __init__(self, linker: Linker, page: PageLayoutDef, document: Document) -> None:
        self.linker, self.page, self.document = linker, page, document

    def tab(self, tab: Tab, path: tuple[str | int, ...]) -> Tab:
        for i, related in enumerate(tab.related):
            self.related(related, (*path, "related", i))
        return replace(tab, sections=tuple(self.section(s, (*path, "sections", i)) for i, s in enumerate(tab.sections)))

    def section(self, section: Section, path: tuple[str | int, ...]) -> Section:
        raw = self.raw(path)
        fields = []
        for i, field in enumerate(section.fields):
            at = (*path, "fields", i)
            written = self.raw(at)
            place = (
                self.document.value_place(*at, "field")
                if isinstance(written, YamlMap)
                else self.document.value_place(*at)
            )
            self.linker.check_field(field.name, self.page.object, place, self.document.address)
            fields.append(replace(field, visible_when=self.condition(written, at)))
        return replace(section, fields=tuple(fields), visible_when=self.condition(raw, path))

    def condition(self, raw: Any, path: tuple[str | int, ...]) -> Formula | None:
        if not isinstance(raw, YamlMap) or not raw.get("visible_when"):
            return None
        place = self.document.value_place(*path, "visible_when")
        return self.linker.formula(raw["visible_when"], self.page.object, BOOLEAN, place, self.document.address)

    def related(self, related: RelatedList, path: tuple[str | int, ...]) -> None:
        raw, address = self.raw(path), self.document.address
        is_map = isinstance(raw, YamlMap)
        place = self.document.value_place(*path, "object") if is_map else self.document.value_place(*path)
        if self.linker.check_object(related.object, place, address) is None:
            return
        at = self.document.value_place(*path, "field") if is_map and "field" in raw else place
        if not related.field:
            self.linker.findings.error(
                "related_field",
                "Say which field of {object} points at {target}; there is not exactly one.",
                {"object": related.object, "target": self.page.object},
                at,
                address,
            )
            return
        field = self.linker.check_field(related.field, related.object, at, address)
        if field is not None and (
            (field.target and self.page.object not in field.target)
            or field.kind.value not in ("reference", "references")
        ):
            self.linker.findings.error(
                "related_field",
                "{field} does not point at {target}.",
                {"field": field.address, "target": self.page.object},
                at,
                address,
            )
        if is_map:
            check_columns(
                self.linker,
                related.object,
                self.document,
                (*path, "columns"),
                related.columns if raw.get("columns") else (),
            )
            check_sort(self.linker, related.object, self.document, (*path, "sort"), related.sort)
            if field is not None and related.is_grid:
                check_grid(self.linker, related, self.document, path, field)

    def raw(self, path: tuple[str | int, ...]) -> Any:
        found: Any = self.document.data
        for step in path:
            found = found[step]
        return found


def link_list(linker: Linker, layout: ListLayoutDef, document: Document, roles: Mapping[str, RoleDef]) -> ListLayoutDef:
    if linker.check_object(layout.object, _object_place(document), document.address) is None:
        return layout
    check_columns(linker, layout.object, document, ("columns",), layout.columns)
    check_sort(linker, layout.object, document, ("sort",), layout.sort)
    for i, name in enumerate(layout.quick_filters):
        linker.check_field(name, layout.object, document.value_place("quick_filters", i), document.address)
    check_roles(linker, document, layout.roles, roles)
    check_groups(linker, layout, document)
    layout = replace(layout, colors=tuple(link_color(linker, layout, i, document) for i in range(len(layout.colors))))
    if not layout.where_source:
        return layout
    return replace(
        layout,
        where=linker.formula(
            layout.where_source, layout.object, BOOLEAN, document.value_place("where"), document.address
        ),
    )


def link_color(linker: Linker, layout: ListLayoutDef, number: int, document: Document) -> RowColor:
    """The rule with its condition, which is judged on the values of the row and of those it points at."""
    rule, place = layout.colors[number], document.value_place("colors", number, "when")
    formula = linker.formula(rule.when_source, layout.object, BOOLEAN, place, document.address)
    if formula is not None and any(len(path) > 2 for path in formula.paths):
        linker.findings.error(
            "too_far", "The condition of a colour reads over at most one lookup.", {}, place, document.address
        )
    return replace(rule, when=formula)


def check_groups(linker: Linker, layout: ListLayoutDef, document: Document) -> None:
    for i, text in enumerate(layout.group_by):
        place = document.value_place("group_by", i)
        bucket, _, rest = text.rpartition("(")
        field = linker.check_path(rest.removesuffix(")"), layout.object, place, document.address)
        if field is None:
            continue
        is_day = field.kind in (Kind.DATE, Kind.DATETIME)
        if is_day != bool(bucket) or not field.kind.is_groupable or field.type == "secret":
            linker.findings.error(
                "not_sortable",
                "Records cannot be grouped by {field}.",
                {"field": text},
                place,
                document.address,
            )


def check_grid(
    linker: Linker, related: RelatedList, document: Document, path: tuple[str | int, ...], field: FieldDef
) -> None:
    """Rows of a grid belong to the record, stand in an order that a number keeps, and are added up by numbers."""
    if field.type != "parent":
        linker.findings.error(
            "grid_parent",
            "{field} is no parent: only records that belong to this one are edited as its rows.",
            {"field": field.address},
            document.value_place(*path, "edit"),
            document.address,
        )
    asked = [("position", related.position, document.value_place(*path, "position"))] if related.position else []
    asked += [("totals", name, document.value_place(*path, "totals", i)) for i, name in enumerate(related.totals)]
    for key, name, place in asked:
        found = linker.check_field(name, related.object, place, document.address)
        fits = (Kind.INTEGER,) if key == "position" else (Kind.INTEGER, Kind.DECIMAL)
        if found is not None and found.kind not in fits:
            linker.findings.error(
                "grid_number",
                "{field} is no number that fits here.",
                {"field": found.address},
                place,
                document.address,
            )


def check_columns(
    linker: Linker, object_name: str, document: Document, path: tuple[str | int, ...], columns: Iterable[str]
) -> None:
    for i, column in enumerate(columns):
        linker.check_path(column, object_name, document.value_place(*path, i), document.address)


def check_sort(
    linker: Linker, object_name: str, document: Document, path: tuple[str | int, ...], sort: Iterable[str]
) -> None:
    for i, column in enumerate(sort):
        place = document.value_place(*path, i)
        field = linker.check_path(column.removeprefix("-"), object_name, place, document.address)
        if field is not None and not field.kind.is_sortable:
            linker.findings.error(
                "not_sortable",
                "Records cannot be sorted by {field}.",
                {"field": field.address},
                place,
                document.address,
            )


def check_app(
    linker: Linker, app: AppDef, document: Document, lists: Mapping[str, ListLayoutDef], roles: Mapping[str, RoleDef]
) -> None:
    check_roles(linker, document, app.roles, roles)
    _check_items(linker, document, ("items",), document.data.get("items", ()), lists)


def _check_items(
    linker: Linker,
    document: Document,
    path: tuple[str | int, ...],
    items: Iterable[Any],
    lists: Mapping[str, ListLayoutDef],
) -> None:
    for i, raw in enumerate(items):
        at = (*path, i)
        if not isinstance(raw, YamlMap):
            linker.check_object(raw, document.value_place(*at), document.address)
            continue
        if raw.get("object"):
            linker.check_object(raw["object"], document.value_place(*at, "object"), document.address)
        if raw.get("list"):
            _check_list(linker, raw, lists, document.value_place(*at, "list"), document.address)
        if not any(raw.get(key) for key in ("object", "list", "url", "items")):
            linker.findings.error(
                "empty_item",
                "This menu entry opens nothing: give it an object, a list, a url or items.",
                {},
                document.key_place(*at),
                document.address,
            )
        _check_items(linker, document, (*at, "items"), raw.get("items", ()), lists)


def _check_list(linker: Linker, raw: YamlMap, lists: Mapping[str, ListLayoutDef], place: Place, address: str) -> None:
    layout = lists.get(raw["list"])
    if layout is None:
        linker.findings.unknown("unknown_list", "There is no list called {name}.", raw["list"], place, address, lists)
    elif raw.get("object") and raw["object"] != layout.object:
        linker.findings.error(
            "list_object",
            "The list {name} is of {object}.",
            {"name": layout.name, "object": layout.object},
            place,
            address,
        )


def check_roles(linker: Linker, document: Document, named: Iterable[str], roles: Mapping[str, RoleDef]) -> None:
    for i, name in enumerate(named):
        if name not in roles:
            linker.findings.unknown(
                "unknown_role",
                "There is no role called {name}.",
                name,
                document.value_place("roles", i),
                document.address,
                roles,
            )


def _object_place(document: Document) -> Place:
    return document.value_place("object") if document.data.get("object") else Place(document.file, 1, 1)
