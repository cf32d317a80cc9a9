"""Layouts as they are shown: those written, with the fields that they do not name, and sensible ones for objects that
have none written, made from the object's definition alone.
"""

from __future__ import annotations

from dataclasses import replace

from jimu.definitions.build.layouts import DETAILS, pointing_fields, telling_fields
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import (
    NO_TEXT,
    FieldDef,
    LayoutField,
    ListLayoutDef,
    ObjectDef,
    PageLayoutDef,
    RelatedList,
    Section,
    Tab,
)
from jimu.messages import Text

_OTHER_FIELDS = Text({"en": "Other fields", "zh-CN": "其他字段", "zh-TW": "其他欄位"})
_NOTES = Text({"en": "More", "zh-CN": "更多", "zh-TW": "更多"})
_RELATED = Text({"en": "Related", "zh-CN": "相关", "zh-TW": "相關"})
_SYSTEM = Text({"en": "System", "zh-CN": "系统信息", "zh-TW": "系統資訊"})
_STAMPS = ("created_at", "created_by", "updated_at", "updated_by")
_WIDE = frozenset({"long_text", "rich_text", "json", "address", "attachment"})
LIST_COLUMNS = 7
HIGHLIGHTS = 4


def default_page(manifest: Manifest, object: str, record_type: str | None = None) -> PageLayoutDef:
    """The page layout written for ``object`` (and record type), else a sensible one of all its fields and related
    lists. Fields that none of the object's layouts names follow the sections of the first tab, so that a new field can
    be used before anybody has arranged it.
    """
    written = manifest.page_for(object, record_type)
    definition = manifest.objects[object]
    return build_default_page(manifest, definition) if written is None else _with_other_fields(manifest, written)


def _with_other_fields(manifest: Manifest, page: PageLayoutDef) -> PageLayoutDef:
    layouts = [p for p in manifest.pages.values() if p.object == page.object]
    other = tuple(_layout_field(f) for f in _in_none_of(layouts, manifest.objects[page.object]))
    if not (other and page.other_fields):
        return page
    tabs = page.tabs or (Tab(DETAILS),)
    at = next((i for i, tab in enumerate(tabs) if tab.sections), 0)
    sections = (*tabs[at].sections, Section(_OTHER_FIELDS, other))
    return replace(page, tabs=(*tabs[:at], replace(tabs[at], sections=sections), *tabs[at + 1 :]))


def _in_none_of(layouts: list[PageLayoutDef], definition: ObjectDef) -> list[FieldDef]:
    """Own fields in no section. What is computed may stand among the highlights or in the record's title alone."""
    named = {f.name for page in layouts for tab in page.tabs for section in tab.sections for f in section.fields}
    told = {name for page in layouts for name in page.highlights} | {path[0] for path in definition.title.paths}
    return [
        f
        for f in definition.active_fields
        if not (f.hidden or f.system or f.part_of or f.name in named or (f.is_computed and f.name in told))
    ]


def _layout_field(field: FieldDef) -> LayoutField:
    return LayoutField(field.name, span=2 if field.type in _WIDE else 1)


def default_list(manifest: Manifest, object: str) -> ListLayoutDef:
    """The default list written for ``object``, else one of its title and first telling fields."""
    written = manifest.lists.get(object)
    if written is not None and written.object == object:
        return written
    definition = manifest.objects[object]
    filters = tuple(f.name for f in definition.active_fields if f.choices and not f.hidden)[:3]
    return ListLayoutDef(
        object,
        object,
        definition.plural,
        telling_fields(definition, LIST_COLUMNS),
        sort=("-created_at",),
        quick_filters=filters,
    )


def build_default_page(manifest: Manifest, definition: ObjectDef) -> PageLayoutDef:
    """A section of short fields, one of long ones, a folded one of the engine's stamps, a tab of related lists."""
    shown = [
        f
        for f in definition.active_fields
        if not f.hidden and (not f.system or f.name in ("owner", "record_type")) and f.part_of is None
    ]
    short, wide = [f for f in shown if f.type not in _WIDE], [f for f in shown if f.type in _WIDE]
    # The engine's own come last, whatever their place among the fields.
    short.sort(key=lambda f: f.system)
    sections = [Section(NO_TEXT, tuple(LayoutField(f.name) for f in short))]
    if wide:
        sections.append(Section(_NOTES, tuple(LayoutField(f.name, span=2) for f in wide)))
    sections.append(Section(_SYSTEM, tuple(LayoutField(name, read_only=True) for name in _STAMPS), collapsed=True))
    related = tuple(_related(manifest, definition))
    tabs = [Tab(DETAILS, tuple(sections))] + ([Tab(_RELATED, related=related)] if related else [])
    return PageLayoutDef(
        definition.name, definition.name, definition.label, _highlights(definition, short), tuple(tabs)
    )


def _highlights(definition: ObjectDef, fields: list[FieldDef]) -> tuple[str, ...]:
    """Picklists, money and dates say most at a glance; the title stands above them anyway."""
    telling = [
        f.name
        for f in fields
        if (f.choices or f.type in ("currency", "date", "percent", "rating")) and f.name != "record_type"
    ]
    owner = ["owner"] if definition.owner in ("user", "pool") else []
    return tuple((telling[: HIGHLIGHTS - len(owner)]) + owner)


def _related(manifest: Manifest, definition: ObjectDef) -> list[RelatedList]:
    found = []
    for other in manifest.objects.values():
        if other.retired or other.system:
            continue
        for name in pointing_fields(other, definition.name):
            columns = telling_fields(other, 4, leave_out=(name,))
            found.append(RelatedList(other.name, name, other.plural, columns, ("-created_at",)))
    return found
