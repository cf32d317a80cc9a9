"""Taking back what a batch did: what was made goes into the recycle bin, what was deleted comes back, what was changed
gets the values that it had.

A record that somebody has changed since is a *conflict*: it is left alone, or (``overwrite``) put back all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from jimu.access.fields import EDIT, field_access
from jimu.access.rights import has_right
from jimu.access.rules import action_allowed
from jimu.bulk.changing import GONE, write_all
from jimu.bulk.model import Item
from jimu.bulk.noting import item_of
from jimu.bulk.results import NOTIFICATION, Run
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.errors import NotFound
from jimu.messages import Message
from jimu.records import Context
from jimu.records.commands import Command, Delete, Restore, Update
from jimu.records.dependents import dependents_of
from jimu.records.followed import FOLLOWER
from jimu.records.pools import OWNER_SINCE

CHANGED_SINCE = Message("It was changed since and stays as it is.")
DELETED_SINCE = Message("It was deleted since.")
BACK_ALREADY = Message("It is there again already.")
PURGED = Message("It was removed for good and cannot come back.")
IN_USE = Message("Other records have come to hang on it since: {objects}.")
_NEEDED = {"created": "delete", "restored": "delete", "updated": "update", "deleted": "delete"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Conflicting:
    """Why a record cannot simply be put back. ``can_overwrite``: but could be all the same."""

    item: Item
    reason: Message
    can_overwrite: bool


@dataclass
class Putting:
    """``carry``: id -> (the version that this undo made, the version that it is expected to follow), for records that
    the unit touched more than once."""

    undone: Run
    context: Context
    overwrite: bool = False
    carry: dict[int, tuple[int, int]] = field(default_factory=dict)

    def put_back(self, items: Sequence[Item]) -> list[Item]:
        """Takes the items of one batch back, the last first; what became of each."""
        wanted = [i for i in reversed(items) if i.is_done]
        conflicts = {id(c.item): c for c in self.conflicts(wanted)}
        done: list[Item] = []
        steps: list[tuple[bool, Item, Command]] = []
        for item in wanted:
            found = conflicts.get(id(item))
            if found is not None and not (self.overwrite and found.can_overwrite):
                done.append(self._refused(item, found.reason))
            else:
                steps.append((found is None and self._is_owner, item, self._command(item, found is None)))
        for as_done, group in groupby(steps, key=lambda step: step[0]):
            done += self._write(list(group), self._acting(as_done))
        return done

    def conflicts(self, items: Sequence[Item]) -> list[Conflicting]:
        """Of the items of one batch, the last first: those whose records are not as the unit left them."""
        rows = self._rows(items)
        in_use = self._in_use(items)
        found: list[Conflicting] = []
        left: dict[int, int] = {}
        for item in items:
            reason, can = self._judge(item, rows.get(item.id), left)
            if reason is None and item.id in in_use:
                reason, can = in_use[item.id], True
            if reason is not None:
                found.append(Conflicting(item, reason, can))
            left[item.id] = item.prior if reason is None else -1
        return found

    def _judge(self, item: Item, row: Row | None, left: Mapping[int, int]) -> tuple[Message | None, bool]:
        """``left``: of records that a later item of the batch touched, the version before that."""
        if item.status == "purged":
            return PURGED, False
        if row is None:
            return GONE, False
        is_deleted = row["deleted_at"] is not None
        if item.id in left:
            return (None, False) if left[item.id] == item.version else (CHANGED_SINCE, True)
        if is_deleted != (item.status == "deleted"):
            return (DELETED_SINCE if is_deleted else BACK_ALREADY), False
        if item.id in self.carry:
            made, follows = self.carry[item.id]
            as_left = row["version"] == made and item.version == follows
        else:
            as_left = row["version"] == item.version
        return (None, False) if as_left else (CHANGED_SINCE, True)

    @property
    def _is_owner(self) -> bool:
        return self.context.actor.id is not None and self.context.actor.id == self.undone.owner

    def _acting(self, as_done: bool) -> Context:
        """Whoever did it may take it back where nobody touched the record since: also what rules did along with it, and
        what was given away by it. Else the rights of now decide."""
        actor = self.context.actor
        return self.context.as_actor(replace(actor, is_system=True)) if as_done else self.context

    def _command(self, item: Item, is_sound: bool) -> Command:
        object = item.object or self.undone.object
        if item.status in ("created", "restored"):
            return Delete(object, item.id)
        if item.status == "deleted":
            return Restore(object, item.id)
        values = dict(item.before or {})
        since = values.pop(OWNER_SINCE, None)
        if is_sound:
            return Update(object, item.id, values, owner_since=datetime.fromisoformat(since) if since else None)
        access = field_access(self.context.actor, self.context.manifest, object)
        return Update(object, item.id, {name: value for name, value in values.items() if access.get(name) == EDIT})

    def _write(self, steps: Sequence[tuple[bool, Item, Command]], context: Context) -> list[Item]:
        """Writes in order; a command whose action the actor has lost for the whole object is refused."""
        open_steps = [(item, command) for _, item, command in steps if self._may(item)]
        refused = [self._refused(item, GONE) for _, item, _ in steps if not self._may(item)]
        results = write_all([command for _, command in open_steps], context)
        made = []
        for (item, command), result in zip(open_steps, results, strict=True):
            new = item_of(command, result, self.undone.object, None, self.context)
            again = bool(item.prior) or item.id in self.carry
            prior = int(result.before["version"]) if again and result.before else 0
            made.append(replace(new, along=item.along, prior=prior))
            self._carry(item, new)
        return [*refused, *made]

    def _carry(self, item: Item, new: Item) -> None:
        self.carry.pop(item.id, None)
        if item.prior and new.status != "failed":
            self.carry[item.id] = (new.version, item.prior)

    def _may(self, item: Item) -> bool:
        object = item.object or self.undone.object
        actor, manifest = self.context.actor, self.context.manifest
        if self._is_owner and is_kept_by_engine(manifest.objects[object]):
            return True
        right = self.undone.plan.get("by_right")
        if right and self._is_owner and has_right(actor, manifest, str(right)):
            return True
        try:
            return action_allowed(actor, manifest, object, _NEEDED[item.status])
        except NotFound:
            return False

    def _refused(self, item: Item, reason: Message) -> Item:
        return Item(item.id, "failed", reason=reason, object=item.object, along=item.along)

    def _rows(self, items: Iterable[Item]) -> dict[int, Row]:
        found: dict[int, Row] = {}
        for object, ids in _by_object(items, self.undone.object).items():
            if object in self.context.manifest.objects:
                found |= self.context.transaction.fetch(object, ids, ("version", "deleted_at"))
        return found

    def _in_use(self, items: Sequence[Item]) -> dict[int, Message]:
        """Of records that the unit made: those on which others have come to hang that would go along."""
        made = [i for i in items if i.status == "created"]
        going = {i.id for i in made}
        found: dict[int, list[Any]] = {}
        for object, ids in _by_object(made, self.undone.object).items():
            for dependent in dependents_of(self.context.manifest, object):
                if dependent.field.on_delete != "cascade" or _is_noted(dependent.object, dependent.field):
                    continue
                for id in self._pointed_at(dependent.object, dependent.name, ids, going):
                    found.setdefault(id, []).append(self.context.manifest.objects[dependent.object].plural)
        return {id: replace(IN_USE, params={"objects": names}) for id, names in found.items()}

    def _pointed_at(self, object: str, field: str, ids: Sequence[int], going: set[int]) -> set[int]:
        transaction = self.context.transaction
        hanging = [id for id in transaction.refs(object, field, ids, deleted=False) if id not in going]
        if not hanging:
            return set()
        wanted, found = set(ids), set()
        for row in transaction.fetch(object, hanging, (field,)).values():
            value = row[field]
            found |= wanted.intersection(value if isinstance(value, list) else [value])
        return found


def _is_noted(object: str, field: FieldDef) -> bool:
    """What the engine notes of a record by itself keeps nobody from taking the record back."""
    return object in (NOTIFICATION, FOLLOWER) or field.requires == "engine"


def is_kept_by_engine(object: ObjectDef) -> bool:
    """Whether nobody writes such records, only the engine along with what people do."""
    own = [f for f in object.active_fields if not f.system]
    return object.system and all(f.requires == "engine" for f in own)


def _by_object(items: Iterable[Item], own: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for item in items:
        found.setdefault(item.object or own, []).append(item.id)
    return found
