"""Moving what hangs on records to another: every lookup, of whatever object, that points at one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.model import ObjectDef
from jimu.errors import Conflict
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Command, Delete, RowResult, Update
from jimu.records.dependents import dependents_of

MOST = 20_000
BATCH = 2_000
TOO_MANY = Message("More than {most} records hang on these; merge them a few at a time.", {"most": MOST})
STUCK = Message("Some records that hang on these cannot be moved; mend them first: {records}.")
_SHOWN = 5

# What found the records, and what they were left apart for, is over when they are one.
_NOT_MOVED = frozenset({"duplicate_member"})
_NOT_COUNTED = frozenset({"follower", "favourite", "recent_view"})
"""What people keep for themselves goes along, and is nobody else's business."""


@dataclass
class Moved:
    """``by_object``: how many records were moved, by object; ``dropped``: those whose like the survivor has."""

    by_object: dict[str, int] = field(default_factory=dict)
    dropped: int = 0


@dataclass(frozen=True)
class Children:
    """``pointing``: object → id → field → new value."""

    pointing: Mapping[str, Mapping[int, Mapping[str, Any]]]

    @property
    def total(self) -> int:
        return sum(len(found) for found in self.pointing.values())

    def counts(self) -> dict[str, int]:
        return {object: len(found) for object, found in self.pointing.items() if found and object not in _NOT_COUNTED}


def find_children(object: str, gone: Sequence[int], into: int, context: Context) -> Children:
    """What would be moved. ``context`` holds a transaction. The records themselves are left out."""
    going = set(gone)
    pointing: dict[str, dict[int, dict[str, Any]]] = {}
    for dependent in dependents_of(context.manifest, object):
        if dependent.object in _NOT_MOVED:
            continue
        ids = context.transaction.refs(dependent.object, dependent.name, gone, deleted=False, limit=MOST + 1)
        ids = [id for id in ids if id not in going and id != into]
        rows = context.transaction.fetch(dependent.object, ids, (dependent.name,)) if ids else {}
        for id, row in rows.items():
            value = _turned(row[dependent.name], going, into)
            pointing.setdefault(dependent.object, {}).setdefault(id, {})[dependent.name] = value
    return Children(pointing)


def _turned(value: Any, going: set[int], into: int) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(into if id in going else id for id in value))
    return into


def move_children(children: Children, context: Context) -> Moved:
    """Move them, as the engine. One that would be there twice (a favourite, a member of a team) goes into the recycle
    bin. Raises Conflict if some cannot be written.
    """
    if children.total > MOST:
        raise Conflict(TOO_MANY)
    moved = Moved()
    for object, found in children.pointing.items():
        commands = [Update(object, id, values) for id, values in found.items()]
        for start in range(0, len(commands), BATCH):
            _move(context.manifest.objects[object], commands[start : start + BATCH], moved, context)
    return moved


def _move(object: ObjectDef, commands: Sequence[Update], moved: Moved, context: Context) -> None:
    result = write.write_many(commands, context, atomic=False, values=False)
    failed = [(command, row) for command, row in zip(commands, result.rows, strict=True) if row.status == "failed"]
    twice: list[Command] = [Delete(object.name, c.id) for c, row in failed if _is_twice(row)]
    stuck = [(c, row) for c, row in failed if not _is_twice(row)]
    if stuck:
        raise _stuck(object, stuck)
    if twice:
        write.write_many(twice, context, values=False)
    if object.name in _NOT_COUNTED:
        return
    moved.dropped += len(twice)
    moved.by_object[object.name] = moved.by_object.get(object.name, 0) + len(commands) - len(twice)


def _is_twice(row: RowResult) -> bool:
    problems = row.error.problems if row.error is not None else ()
    return bool(problems) and all(problem.code == "not_unique" for problem in problems)


def _stuck(object: ObjectDef, stuck: Sequence[tuple[Update, RowResult]]) -> Conflict:
    told = [
        {"object": object.name, "id": encode_id(c.id), "problems": [p.code for p in row.error.problems]}
        for c, row in stuck[:_SHOWN]
    ]
    reasons = {str(p.message) for _, row in stuck for p in row.error.problems} or {str(r.error) for _, r in stuck}
    names = [object.label, *sorted(reasons)[:_SHOWN]]
    return Conflict(Message(STUCK.template, {"records": names}), details={"records": told})


def without_self(values: dict[str, Any], object: ObjectDef, rows: Mapping[int, Any], master: int) -> dict[str, Any]:
    """Lookups of the survivor at itself or at what goes are emptied."""
    ids = set(rows)
    for ref in object.active_fields:
        if ref.kind not in (Kind.REFERENCE, Kind.REFERENCES) or ref.system or ref.is_computed:
            continue
        value = values.get(ref.name, rows[master].get(ref.name))
        if isinstance(value, list) and ids & set(value):
            values[ref.name] = [id for id in value if id not in ids]
        elif value in ids:
            values[ref.name] = None
    return values
