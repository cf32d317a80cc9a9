"""Fields as the record page shows them: the value, whether it can be changed in place, and if not, why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from jimu.access.fields import EDIT, field_access
from jimu.access.likely import is_likely
from jimu.access.rights import has_right
from jimu.messages import Message
from jimu.records.commands import Record
from jimu.web.pages.conditions import Judge, is_visible
from jimu.web.pages.display import Shown
from jimu.web.pages.drilling import rolled_up_address
from jimu.web.pages.fieldviews import value_of
from jimu.web.pages.form import is_locked
from jimu.web.pages.model import FieldShape
from jimu.web.pages.reader import Reader
from jimu.web.pages.shapes import SectionShape

_COMPUTED: Mapping[str, Message] = {
    "autonumber": Message("Numbered by itself"),
    "rollup": Message("Computed from the records that belong to this one"),
}
_OFTEN_THE_SAME = frozenset({"blank", "text", "link", "external", "badge", "list", "stars", "check", "meter"})
_MOST_KEPT = 60


class ShownField(NamedTuple):
    """``why``: the reason why the value cannot be changed, '' where it can. ``can_reveal``: it is a secret that the
    reader may look at. ``is_marked``: the reason stands beside this very field, not at the head of the page.
    """

    shape: FieldShape
    shown: Shown
    why: str = ""
    can_reveal: bool = False
    is_marked: bool = False

    @property
    def name(self) -> str:
        return self.shape.name

    @property
    def is_blank(self) -> bool:
        return self.shown.kind == "blank" or (self.shown.kind == "list" and not self.shown.items)

    def html(self, draw: Callable[[ShownField], str]) -> str:
        """What ``draw`` makes of it, kept where many records show the same."""
        kept = self.shown.kind in _OFTEN_THE_SAME and len(self.shown.text) <= _MOST_KEPT
        look = ("shown", self.shown, self.why, self.can_reveal, self.is_marked) if kept else None
        return self.shape.drawn_once(look, lambda: draw(self))


@dataclass(frozen=True, slots=True)
class ShownSection:
    key: str
    label: str
    help: str
    columns: int
    collapsed: bool
    fields: list[ShownField]

    @property
    def editable(self) -> str:
        """The names of the fields that can be edited together, with commas; '' where there are not several."""
        names = [f.shape.name for f in self.fields if not f.why]
        return ",".join(names) if len(names) > 1 else ""


class FieldShower:
    """Shows the fields of one record to one reader."""

    def __init__(self, record: Record, judge: Judge, reader: Reader) -> None:
        self.record = record
        self.judge = judge
        self.reader = reader
        self.access = field_access(reader.actor, reader.manifest, record.object)
        self.may_update = may(record, "update", reader)
        self.may_reveal = has_right(reader.actor, reader.manifest, "modify_all")

    def section(self, shape: SectionShape) -> ShownSection:
        return ShownSection(shape.key, shape.label, shape.help, shape.columns, shape.collapsed, self.all(shape.fields))

    def all(self, shapes: tuple[FieldShape, ...]) -> list[ShownField]:
        """Those of ``shapes`` that their conditions let be seen."""
        return [self.one(shape) for shape in shapes if is_visible(shape, self.judge)]

    def one(self, shape: FieldShape) -> ShownField:
        values = self.record.values
        value = value_of(shape, values)
        shown = shape.present(value, values, self.record.titles)
        if shape.field.rollup is not None and value:
            shown = self._leading(shape, shown)
        why = self.why_not(shape)
        is_marked = bool(why) and (self.may_update or shape.state == "computed")
        return ShownField(shape, shown, why, shown.kind == "secret" and self.may_reveal, is_marked)

    def _leading(self, shape: FieldShape, shown: Shown) -> Shown:
        """A roll-up leads to the records that it counts."""
        href = rolled_up_address(shape.field, self.record.id, self.reader)
        return Shown("link", shown.text, href) if href and shown.kind in ("text", "meter") else shown

    def why_not(self, shape: FieldShape) -> str:
        """Why the reader cannot change the field; '' if nothing stands against it."""
        message = self._reason(shape)
        return self.reader.render(message) if message else ""

    def _reason(self, shape: FieldShape) -> Message | None:
        if shape.state == "computed":
            return _COMPUTED.get(shape.field.type, Message("Computed by a formula"))
        if not self.may_update:
            return Message("You may not change this record")
        if shape.state == "edit":
            return Message("Locked by a rule") if is_locked(shape, self.judge) else None
        if shape.field.system:
            return Message("Kept by the system")
        if self.access.get(shape.name) != EDIT:
            return Message("Your roles do not allow changing this")
        return Message("Cannot be changed here")


def may(record: Record, action: str, reader: Reader) -> bool:
    """Whether a button for ``action`` makes sense on the record's page."""
    row = {"id": record.id, **record.values}
    return is_likely(reader.actor, reader.manifest, record.object, action, row)
