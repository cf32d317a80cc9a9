"""Apps, page layouts and list layouts, but for their formulas, which ``link`` adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.definitions.documents import Document, optional_text, text_of
from jimu.definitions.model import (
    NO_TEXT,
    AppDef,
    AppItem,
    LayoutField,
    ListLayoutDef,
    ObjectDef,
    PageLayoutDef,
    RelatedList,
    RowColor,
    Section,
    Tab,
)
from jimu.definitions.reader import YamlMap
from jimu.messages import Text

Objects = Mapping[str, ObjectDef]
DETAILS = Text({"en": "Details", "zh-CN": "详细信息", "zh-TW": "詳細資訊"})


def build_app(document: Document, objects: Objects, lists: Mapping[str, ListLayoutDef]) -> AppDef:
    data = document.data
    return AppDef(
        document.name,
        text_of(data, "label", document.name),
        data.get("icon") or "apps",
        tuple(_item(raw, objects, lists) for raw in data.get("items", ())),
        tuple(data.get("roles") or ()),
        data.get("order", 100),
        document.place,
    )


def _item(raw: Any, objects: Objects, lists: Mapping[str, ListLayoutDef]) -> AppItem:
    """A menu entry; one of a list or object takes label, icon and object from it unless it says otherwise."""
    told: YamlMap | dict[str, Any] = raw if isinstance(raw, YamlMap) else {"object": raw}
    layout = lists.get(told.get("list") or "")
    name = told.get("object") or (layout.object if layout else None)
    target = objects.get(name or "")
    label = (
        Text.of(told["label"])
        if told.get("label")
        else layout.label
        if layout
        else target.plural
        if target
        else NO_TEXT
    )
    return AppItem(
        label,
        told.get("icon") or (target.icon if target else "point"),
        name,
        told.get("list"),
        told.get("url"),
        tuple(_item(inner, objects, lists) for inner in told.get("items", ())),
    )


def build_page(document: Document, objects: Objects) -> PageLayoutDef:
    data = document.data
    object_name = data.get("object") or document.name
    target = objects.get(object_name)
    tabs = tuple(_tab(raw, text_of(raw, "label", "details"), objects, object_name) for raw in data.get("tabs", ()))
    if data.get("sections") or data.get("related"):
        tabs = (_tab(data, DETAILS, objects, object_name), *tabs)
    label = (
        Text.of(data["label"])
        if data.get("label")
        else target.label
        if target
        else text_of(data, "label", document.name)
    )
    return PageLayoutDef(
        document.name,
        object_name,
        label,
        tuple(data.get("highlights") or ()),
        tabs,
        data.get("other_fields", True),
        document.place,
        tuple(data.get("quick") or ()),
    )


def _tab(raw: YamlMap, label: Text, objects: Objects, object_name: str) -> Tab:
    return Tab(
        label,
        tuple(_section(section) for section in raw.get("sections", ())),
        tuple(_related(related, objects, object_name) for related in raw.get("related", ())),
    )


def _section(raw: YamlMap) -> Section:
    return Section(
        optional_text(raw, "label"),
        tuple(_layout_field(f) for f in raw.get("fields", ())),
        raw.get("columns", 2),
        bool(raw.get("collapsed")),
        None,
        optional_text(raw, "help"),
    )


def _layout_field(raw: Any) -> LayoutField:
    if not isinstance(raw, YamlMap):
        return LayoutField(raw)
    return LayoutField(raw["field"], raw.get("span", 1), None, bool(raw.get("read_only")), bool(raw.get("required")))


def _related(raw: Any, objects: Objects, to: str) -> RelatedList:
    """A related list; where only one field of its object points here, that one needs no naming."""
    if isinstance(raw, str):
        name, _, lookup = raw.partition(".")
        told: YamlMap | dict[str, Any] = {"object": name, "field": lookup}
    else:
        told = raw
    other = objects.get(told["object"])
    pointing = pointing_fields(other, to) if other else []
    lookup = told.get("field") or (pointing[0] if len(pointing) == 1 else "")
    label = Text.of(told["label"]) if told.get("label") else other.plural if other else NO_TEXT
    columns = tuple(told.get("columns") or ()) or (
        telling_fields(other, 4, leave_out=(lookup,)) if other else ("title",)
    )
    return RelatedList(
        told["object"],
        lookup,
        label,
        columns,
        tuple(told.get("sort") or ()),
        told.get("limit", 10),
        told.get("edit") == "grid",
        told.get("position") or "",
        tuple(told.get("totals") or ()),
    )


def pointing_fields(definition: ObjectDef, to: str) -> list[str]:
    """The fields of ``definition`` that point at records of ``to`` and of nothing else."""
    return [
        f.name
        for f in definition.active_fields
        if f.target == (to,) and not f.system and f.type not in ("attachment", "image")
    ]


def telling_fields(definition: ObjectDef, most: int, leave_out: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The fields that tell most of a record in a row: of its title, then required ones, then the others."""
    fit = [
        f
        for f in definition.active_fields
        if not f.hidden and not f.system and f.part_of is None and f.name not in leave_out and f.type not in UNTELLING
    ]
    in_title = [f for f in fit if "{" + f.name + "}" in definition.title_source]
    first = in_title[:1]
    rest = sorted((f for f in fit if f not in first), key=lambda f: (not f.search, not (f.required or f.choices)))
    names = [f.name for f in [*first, *rest]][: most - (1 if definition.owner in ("user", "pool") else 0)]
    names = names or ["title"]
    return (*names, "owner") if definition.owner in ("user", "pool") and len(names) < most else tuple(names)


UNTELLING = frozenset(
    {"long_text", "rich_text", "json", "secret", "attachment", "image", "multi_lookup", "geolocation", "address"}
)


def build_list(document: Document, objects: Objects) -> ListLayoutDef:
    data = document.data
    object_name = data.get("object") or document.name
    target = objects.get(object_name)
    label = (
        Text.of(data["label"])
        if data.get("label")
        else target.plural
        if target
        else text_of(data, "label", document.name)
    )
    return ListLayoutDef(
        document.name,
        object_name,
        label,
        tuple(data.get("columns") or ("title",)),
        None,
        data.get("where") or "",
        tuple(data.get("sort") or ()),
        data.get("page_size"),
        tuple(data.get("quick_filters") or ()),
        tuple(data.get("roles") or ()),
        data.get("order", 100),
        bool(data.get("default")),
        tuple(data.get("group_by") or ()),
        tuple(RowColor(raw["color"], raw["when"]) for raw in data.get("colors") or ()),
        data.get("freeze", 1),
        data.get("density") or "",
        document.place,
    )
