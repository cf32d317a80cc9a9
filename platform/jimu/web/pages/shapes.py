"""Shapes: the part of a page that is the same for every record, compiled once per revision, roles and language.

Takes a layout (written, or the default one) and says for each field its widget, label, options and what its reader may
do to it. Fields that the reader may not read are not in it at all.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jimu.access.fields import field_access
from jimu.access.per_manifest import PerManifest
from jimu.access.rights import has_right
from jimu.definitions import default_page
from jimu.definitions.model import FieldDef, LayoutField, ObjectDef, RelatedList, Section
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.web.pages.display import presenter_for
from jimu.web.pages.model import FieldShape, Option
from jimu.web.pages.reader import Reader
from jimu.web.pages.targets import kinds_of, quick_address

# System fields that a form may change; the others are the engine's own.
_OWN_SYSTEM_FIELDS = frozenset({"owner", "record_type"})
_WIDE = frozenset({"textarea", "rich_text", "address", "json", "file", "image"})
_INPUT_TYPES = {
    "email": "email",
    "phone": "tel",
    "url": "url",
    "date": "date",
    "datetime": "datetime-local",
    "time": "time",
}


@dataclass(frozen=True, slots=True)
class SectionShape:
    key: str
    label: str
    help: str
    columns: int
    collapsed: bool
    fields: tuple[FieldShape, ...]
    section: Section


@dataclass(frozen=True, slots=True)
class TabShape:
    key: str
    label: str
    sections: tuple[SectionShape, ...]
    related: tuple[RelatedList, ...]


@dataclass(frozen=True, slots=True)
class PageShape:
    """A record page and form: ``fields`` has every field of every section by name; ``needed`` is what to read for
    it."""

    object: ObjectDef
    highlights: tuple[FieldShape, ...]
    tabs: tuple[TabShape, ...]
    fields: Mapping[str, FieldShape]

    @property
    def sections(self) -> list[SectionShape]:
        return [section for tab in self.tabs for section in tab.sections]

    def only(self, names: Container[str]) -> PageShape:
        """The same page with no other fields than those called ``names``."""
        return replace(self, fields={name: field for name, field in self.fields.items() if name in names})


_pages: PerManifest[dict[Any, PageShape]] = PerManifest(lambda manifest: {})
_MOST_KEPT = 5000


def page_shape(object: str, reader: Reader, record_type: str | None = None) -> PageShape:
    """The shape of the page of ``object``, from the cache or built now."""
    known = _pages.get(reader.manifest)
    key = (object, record_type, *reader.key)
    found = known.get(key)
    if found is None:
        if len(known) >= _MOST_KEPT:
            known.clear()
        found = known[key] = _build_page(reader.manifest.object(object), reader, record_type)
    return found


def _build_page(object: ObjectDef, reader: Reader, record_type: str | None) -> PageShape:
    layout = default_page(reader.manifest, object.name, record_type)
    access = field_access(reader.actor, reader.manifest, object.name)
    build = ShapeBuilder(object, reader, access, record_type)
    tabs, fields = [], {}
    for at, tab in enumerate(layout.tabs):
        sections = []
        for number, section in enumerate(tab.sections):
            shapes = build.all(section.fields, section.columns)
            fields.update({shape.name: shape for shape in shapes})
            if shapes:
                sections.append(
                    SectionShape(
                        f"s{at}-{number}",
                        reader.label(section.label),
                        reader.label(section.help),
                        max(1, min(4, section.columns)),
                        section.collapsed,
                        shapes,
                        section,
                    )
                )
        related = tuple(r for r in tab.related if _may_see(r, reader))
        if sections or related:
            tabs.append(TabShape(f"t{at}", reader.label(tab.label), tuple(sections), related))
    highlights = build.all([LayoutField(name) for name in layout.highlights], 1)
    return PageShape(object, highlights, tuple(tabs), fields)


def _may_see(related: RelatedList, reader: Reader) -> bool:
    found = reader.manifest.objects.get(related.object)
    return bool(
        found
        and not found.retired
        and field_access(reader.actor, reader.manifest, related.object).get(related.field, "none") != "none"
    )


class ShapeBuilder:
    """Builds the shapes of one object's fields for one reader."""

    def __init__(self, object: ObjectDef, reader: Reader, access: Mapping[str, str], record_type: str | None = None):
        self.object = object
        self.reader = reader
        self.access = access
        self.variant = object.record_types.get(record_type or "")

    def all(self, fields: Iterable[LayoutField], columns: int) -> tuple[FieldShape, ...]:
        """The shapes of the fields that exist, are not retired and may be read."""
        found = []
        for layout in fields:
            field = self.object.fields.get(layout.name)
            if field is not None and not field.retired and self.access.get(field.name, "none") != "none":
                found.append(self.one(field, layout, columns))
        return tuple(found)

    def one(self, field: FieldDef, layout: LayoutField | None = None, columns: int = 2) -> FieldShape:
        widget = widget_of(field)
        required = (
            field.required
            or bool(layout and layout.required)
            or bool(self.variant and field.name in self.variant.required)
        )
        span = layout.span if layout and layout.span > 1 else columns if widget in _WIDE else 1
        return FieldShape(
            field.name,
            self.reader.label(field.label) or field.name,
            self.reader.label(field.help),
            widget,
            self._state(field, layout),
            field,
            presenter_for(field, self.reader),
            min(span, columns),
            required,
            self._options(field),
            _attributes(field, widget),
            self._parts(field),
            _source(field, widget),
            _dialog(field),
            self._quick(field, widget),
            kinds_of(field, self.reader),
            layout,
        )

    def _quick(self, field: FieldDef, widget: str) -> str:
        """Where a record to point at is made on the spot; '' where there is not one kind, or it is not the reader's."""
        if widget not in ("lookup", "multi_lookup") or len(field.target) != 1 or field.type == "parent":
            return ""
        return quick_address(field.target[0], self.reader)

    def _state(self, field: FieldDef, layout: LayoutField | None) -> str:
        if field.is_computed:
            return "computed"
        if field.system and field.name not in _OWN_SYSTEM_FIELDS:
            return "read"
        if field.read_only or (layout is not None and layout.read_only) or self.access.get(field.name) != "edit":
            return "read"
        if field.requires and not has_right(self.reader.actor, self.reader.manifest, field.requires):
            return "read"
        return "edit"

    def _options(self, field: FieldDef) -> tuple[Option, ...]:
        if field.type == "currency_code":
            return tuple(Option(code, code) for code in self.reader.manifest.workspace.currencies)
        if field.type == "country":
            return _countries(self.reader)
        if field.type == "record_type":
            return tuple(
                Option(t.name, self.reader.label(t.label), retired=t.retired) for t in self.object.record_types.values()
            )
        allowed = self.variant.choices.get(field.name) if self.variant else None
        return tuple(
            Option(c.value, self.reader.label(c.label) or c.value, c.color, c.depends, c.retired)
            for c in field.choices or ()
            if allowed is None or c.value in allowed
        )

    def _parts(self, field: FieldDef) -> tuple[FieldShape, ...]:
        parts = [self.object.fields[name] for name in field.parts if name in self.object.fields]
        if not parts and field.type == "currency":
            parts = [f for f in self.object.fields.values() if f.part_of == field.name]
        order = registry.get(field.type).part_order(field, self.reader.locale) if parts else ()
        parts.sort(key=lambda part: order.index(part.name.removeprefix(f"{field.name}_")) if order else 0)
        return tuple(self.one(part) for part in parts)


def in_one_line(shape: FieldShape) -> FieldShape:
    """Where there is no room for parts that say the same as the whole, the whole is asked for in one piece."""
    is_tied = bool(shape.parts) and registry.get(shape.field.type).is_tied
    return replace(shape, widget="text", parts=()) if is_tied else shape


def widget_of(field: FieldDef) -> str:
    """The name of the form control for ``field``; ``none`` for what is computed."""
    if field.is_computed:
        return "none"
    type_ = registry.find(field.type)
    if type_ is None:
        return "text"
    if type_.widget == "lookup" and not field.target:
        return "any_lookup"
    if field.type == "picklist" and not field.controller and len(field.choices or ()) <= _MOST_IN_A_ROW:
        return str(field.options.get("display") or type_.widget)
    return "select" if field.type == "record_type" else type_.widget


# More than these are chosen from a list, whatever `display` says: a row of them is looked through no faster.
_MOST_IN_A_ROW = 12


def _attributes(field: FieldDef, widget: str) -> dict[str, str]:
    """What the browser itself can hold the input to. It never blocks sending: the server judges and explains."""
    found: dict[str, str] = {}
    if widget in _INPUT_TYPES:
        found["type"] = _INPUT_TYPES[widget]
    if widget in ("number", "currency", "percent"):
        found["inputmode"] = "numeric" if field.kind is Kind.INTEGER else "decimal"
    if field.length and widget in ("text", "textarea", "email", "url", "phone"):
        found["maxlength"] = str(field.length)
    if widget in ("file", "image") and field.options.get("accept"):
        found["accept"] = ",".join(field.options["accept"])
    if widget == "datetime":
        found["step"] = "60"
    return found


def _dialog(field: FieldDef) -> str:
    if field.kind not in (Kind.REFERENCE, Kind.REFERENCES) or field.type in ("attachment", "image"):
        return ""
    return "people" if field.target == ("user",) else "search"


def _source(field: FieldDef, widget: str) -> str:
    if widget in ("lookup", "any_lookup", "multi_lookup", "user"):
        return f"/o/{field.object}/choose/{field.name}"
    return ""


def _countries(reader: Reader) -> tuple[Option, ...]:
    from babel import Locale

    names = Locale.parse(reader.format_context().babel_locale).territories
    known = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in ("EU", "UN", "EZ", "ZZ", "XA", "XB")
    ]
    first = reader.manifest.workspace.country
    return tuple(Option(code, name) for code, name in sorted(known, key=lambda x: (x[0] != first, x[1])))
