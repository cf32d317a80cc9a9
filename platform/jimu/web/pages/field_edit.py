"""Some fields of a record, edited where they are read: their controls, and what the page shows once they are saved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.errors import Forbidden, NotFound
from jimu.messages import Message
from jimu.records.commands import Record
from jimu.web.pages.conditions import is_visible, judge_for
from jimu.web.pages.display import Shown
from jimu.web.pages.fieldviews import value_of
from jimu.web.pages.form import field_view
from jimu.web.pages.model import FieldShape, FieldView
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.sent import Typed, base_of
from jimu.web.pages.shapes import PageShape


@dataclass
class FieldsForm:
    """The controls of ``fields``; ``base``: what stood in them when they were made."""

    object: str
    action: str
    state: str
    fields: list[FieldView]
    version: int
    base: Typed
    summary: list[tuple[str, str]] = field(default_factory=list)

    @property
    def names(self) -> str:
        return ",".join(view.name for view in self.fields)

    @property
    def base_text(self) -> str:
        return json.dumps(self.base, ensure_ascii=False)


def shapes_of(shape: PageShape, names: Sequence[str], reader: Reader) -> list[FieldShape]:
    """The shapes of the fields called ``names``; raises NotFound for one that is not on the page, Forbidden for one
    that the reader may not change."""
    found = []
    for name in names:
        one = shape.fields.get(name)
        if one is None:
            raise NotFound(Message("There is no such field."))
        if one.state != "edit":
            raise Forbidden(Message("You may not change {field}.", {"field": one.label}))
        found.append(one)
    return found


def build_fields_form(
    shape: PageShape, shapes: Sequence[FieldShape], record: Record, reader: Reader, typed: Typed | None = None
) -> FieldsForm:
    judge = judge_for(record.object, record.values, reader)
    views = [field_view(one, record.values, record.titles, reader, judge, typed, "e") for one in shapes]
    href = record_url(record.object, record.id)
    return FieldsForm(
        record.object,
        f"{href}/fields",
        f"{href}/state",
        views,
        record.version,
        base_among(base_of(shape, record.values, reader), shapes),
    )


def base_among(base: Typed, shapes: Sequence[FieldShape]) -> Typed:
    """What of ``base`` belongs to the controls of ``shapes``."""
    names = {part.name for shape in shapes for part in (shape, *shape.parts)}
    return {name: texts for name, texts in base.items() if name in names}


@dataclass(frozen=True)
class Reading:
    """How the page of a record reads now. ``shown``: every field on it; ``hidden``: fields and sections that its
    conditions leave out."""

    version: int
    title: str
    shown: dict[str, Shown]
    hidden: list[str]
    hidden_sections: list[str]


def reading_of(shape: PageShape, record: Record, reader: Reader) -> Reading:
    judge = judge_for(record.object, record.values, reader)
    fields: dict[str, Any] = {one.name: one for one in shape.highlights} | dict(shape.fields)
    return Reading(
        record.version,
        record.title,
        {name: one.present(value_of(one, record.values), record.values, record.titles) for name, one in fields.items()},
        [name for name, one in fields.items() if not is_visible(one, judge)],
        [s.key for s in shape.sections if not judge(s.section.visible_when)],
    )
