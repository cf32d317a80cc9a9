"""What a follower is told of a happening, in their language and as far as they may read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jimu.access.fields import EDIT, READ
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.fieldtypes.ids import decode_id
from jimu.flows.approvals.notices import ENDED
from jimu.flows.followers.happenings import CHANGED, COMMENTED, DECIDED, DELETED, FIELDS, OWNER, STAGE, Happening
from jimu.messages import Message, Translator

SYSTEM_NAME = Message("The system")
MOVED = Message("{who} moved {title} to {stage}")
GIVEN = Message("{who} gave {title} to {owner}")
GIVEN_TO_YOU = Message("{who} gave {title} to you")
TAKEN = Message("{who} took {title} from its owner")
OWNER_CHANGED = Message("{who} changed the owner of {title}")
CHANGED_FIELDS = Message("{who} changed {title}: {fields}")
SAID = Message("{who} commented on {title}")
GONE = Message("{who} deleted {title}")
REVOKED = Message("This was revoked: {subject}")
NEWS = Message("News of {title}")
MANY = Message("{count} records that you follow or own were changed")
_LONGEST_COMMENT = 1_000


@dataclass(frozen=True, slots=True)
class View:
    """How one person sees one record: ``levels`` of its fields, ``masked`` among them; ``names`` of people and texts of
    ``comments`` that they may read. ``who``: the name of who did it.
    """

    person: int
    say: Translator
    locale: str
    who: str
    title: str
    definition: ObjectDef
    levels: Mapping[str, str]
    masked: frozenset[str]
    names: Mapping[int, str]
    comments: Mapping[int, str]

    def field(self, name: str) -> FieldDef | None:
        """The field if the person may read it in this record."""
        is_open = self.levels.get(name) in (READ, EDIT) and name not in self.masked
        return self.definition.fields.get(name) if is_open else None

    def sentence(self, message: Message, **params: object) -> str:
        return Message(message.template, {"who": self.who, "title": self.title, **params}).render(self.say)


def told(happening: Happening, view: View) -> list[str]:
    """The sentences about ``happening``, the most telling first; none where the person may know nothing of it."""
    return [line for line in _TELLERS[happening.kind](happening, view) if line]


def _changed(happening: Happening, view: View) -> Iterable[str]:
    data = happening.data
    if STAGE in data:
        name, _, after = data[STAGE]
        field = view.field(name)
        choice = field.choice(after) if field is not None and after else None
        if choice is not None:
            yield view.sentence(MOVED, stage=choice.label.get(view.locale) or choice.value)
    if OWNER in data and view.field(OWNER) is not None:
        yield _owner(data[OWNER], view)
    fields = [f for name in data.get(FIELDS, ()) if (f := view.field(name)) is not None]
    if fields:
        yield view.sentence(CHANGED_FIELDS, fields=", ".join(f.label.get(view.locale) or f.name for f in fields))


def _owner(encoded: str | None, view: View) -> str:
    owner = decode_id(encoded) if encoded else None
    if owner is None:
        return view.sentence(TAKEN)
    if owner == view.person:
        return view.sentence(GIVEN_TO_YOU)
    name = view.names.get(owner)
    return view.sentence(GIVEN, owner=name) if name else view.sentence(OWNER_CHANGED)


def _commented(happening: Happening, view: View) -> Iterable[str]:
    text = view.comments.get(decode_id(happening.data["comment"]))
    if text is not None:
        yield view.sentence(SAID)
        yield text[:_LONGEST_COMMENT]


def _decided(happening: Happening, view: View) -> Iterable[str]:
    message = ENDED.get(happening.data["result"], REVOKED)
    yield Message(message.template, {"subject": view.title}).render(view.say)


def _deleted(happening: Happening, view: View) -> Iterable[str]:
    yield view.sentence(GONE)


_TELLERS = {CHANGED: _changed, COMMENTED: _commented, DECIDED: _decided, DELETED: _deleted}
