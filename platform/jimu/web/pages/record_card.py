"""The card that opens over a link to a record: what it is, its highlights; only what its reader may see."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.access import action_allowed
from jimu.errors import NotFound
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.conditions import judge_for
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record_fields import FieldShower, ShownField
from jimu.web.pages.shapes import page_shape

MOST_FIELDS = 5


@dataclass
class Card:
    title: str
    href: str
    kind: str
    icon: str
    fields: list[ShownField]


def object_of(id: int, reader: Reader) -> str:
    """The object of a record that is asked for by its id alone; NotFound where there is none of which the reader may
    know: of which object a record is that nobody showed them is not told either. Whether they may read this very
    record is for the reading to say.
    """
    with reader.context.store.read() as transaction:
        found = transaction.titles([id]).get(id)
    name = found.object if found is not None else ""
    if name not in reader.manifest.objects or not action_allowed(reader.actor, reader.manifest, name, "read"):
        raise NotFound(Message("There is no such record."))
    return name


def build_card(object: str, id: int, reader: Reader) -> Card:
    """Raises NotFound where there is no such record for the reader."""
    record = read.get(object, id, reader.context)
    shape = page_shape(object, reader, record.values.get("record_type"))
    show = FieldShower(record, judge_for(object, record.values, reader), reader)
    return Card(
        record.title or reader.label(shape.object.label),
        record_url(object, id),
        reader.label(shape.object.label),
        shape.object.icon,
        [field for field in show.all(telling(shape.highlights or tuple(shape.fields.values()))) if not field.is_blank],
    )


def telling(shapes: tuple[FieldShape, ...]) -> tuple[FieldShape, ...]:
    """Those that say something in a line, at most ``MOST_FIELDS``."""
    quiet = {"image", "html", "json"}
    return tuple(s for s in shapes if s.widget not in quiet and not s.field.part_of)[:MOST_FIELDS]
