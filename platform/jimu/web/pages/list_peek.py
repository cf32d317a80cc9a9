"""A look at one record beside the list: what its page says first, read only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from jimu.access.fields import field_access
from jimu.definitions import default_page
from jimu.records import read
from jimu.web.pages.display import Shown, presenter_for
from jimu.web.pages.reader import Reader, record_url

MOST_FIELDS = 16


@dataclass(frozen=True)
class Peek:
    title: str
    kind: str
    icon: str
    href: str
    highlights: list[tuple[str, Shown]]
    fields: list[tuple[str, Shown]]


def build_peek(object: str, id: int, reader: Reader, *, without: Collection[str] = ()) -> Peek:
    """Highlights and the first fields of the record's page, none of ``without``. Raises NotFound."""
    definition = reader.manifest.object(object)
    record = read.get(object, id, reader.context)
    layout = default_page(reader.manifest, object, record.values.get("record_type"))
    access = field_access(reader.actor, reader.manifest, object)
    sections = [s for tab in layout.tabs[:1] for s in tab.sections]
    names = dict.fromkeys(f.name for section in sections for f in section.fields)
    rest = [name for name in names if name not in layout.highlights]

    def shown(names: list[str], most: int) -> list[tuple[str, Shown]]:
        found = []
        for name in names:
            field = definition.fields.get(name)
            if field is None or field.retired or name in without or field.type == "secret":
                continue
            if access.get(name, "none") == "none":
                continue
            value = presenter_for(field, reader)(record.values.get(name), record.values, record.titles)
            if value.kind != "blank":
                found.append((reader.label(field.label), value))
        return found[:most]

    return Peek(
        record.title,
        reader.label(definition.label),
        definition.icon,
        record_url(object, id),
        shown(list(layout.highlights), 6),
        shown(rest, MOST_FIELDS),
    )
