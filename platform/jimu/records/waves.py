"""Cutting a batch into waves: commands in order, as many together as can be done at once.

Consecutive commands of one object and one action make a wave, as long as no record occurs twice in it. Whether an
upsert updates or creates is asked for a whole group at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jimu.access import action_allowed, readable_fields, record_filter
from jimu.access.scopes import all_of
from jimu.definitions.model import FieldDef
from jimu.diagnostics import nearest
from jimu.errors import BadRequest, Conflict, JimuError, NotFound
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records.commands import Command, Create, Delete, Restore, Update, Upsert
from jimu.records.draft import Draft
from jimu.records.masking import unmasked
from jimu.records.object_plan import ObjectPlan, plan_of
from jimu.records.wave import Unit
from jimu.storage.query import EVERYTHING

# More drafts than this are not held in memory at once.
WAVE_SIZE = 5_000

SEVERAL = Message("Several records have this key.")


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive commands of one kind and object (upserts: of one key), with their places in the batch."""

    commands: list[tuple[int, Command]]


def groups_of(commands: list[Command]) -> Iterator[Group]:
    """Cut where the kind changes, a record (or an upsert's key) comes again, or the wave is full."""
    current: list[tuple[int, Command]] = []
    shape: Any = None
    seen: set[Any] = set()
    for row, command in enumerate(commands):
        here, mark = _shape(command), _mark(command)
        if current and (here != shape or (mark is not None and mark in seen) or len(current) >= WAVE_SIZE):
            yield Group(current)
            current, seen = [], set()
        shape = here
        current.append((row, command))
        if mark is not None:
            seen.add(mark)
    if current:
        yield Group(current)


def _shape(command: Command) -> Any:
    purge = command.purge if isinstance(command, Delete) else False
    key = command.key if isinstance(command, Upsert) else ()
    return type(command), command.object, purge, key


def _mark(command: Command) -> Any:
    """What must not occur twice in a wave."""
    if isinstance(command, Upsert):
        return tuple(repr(command.values.get(name)) for name in command.key)
    return command.id


def waves_of(drafts: Iterable[Draft]) -> Iterator[tuple[str, str, list[Draft]]]:
    """(object, action, drafts), each draft in exactly one; creations before updates."""
    found: dict[tuple[str, str], list[Draft]] = {}
    for draft in drafts:
        found.setdefault((draft.object, draft.action), []).append(draft)
    for (object, action), members in sorted(found.items()):
        yield object, action, members


def drafts_of(unit: Unit, group: Group) -> list[Draft]:
    """A draft per command. Raises NotFound when the object does not exist."""
    plan = plan_of(unit.context.manifest, group.commands[0][1].object)
    first = group.commands[0][1]
    if isinstance(first, Upsert):
        return _upserts(unit, plan, group)
    drafts = [_draft(row, command) for row, command in group.commands]
    _give_ids(unit, [d for d in drafts if d.action == "create" and not d.id])
    return drafts


def _draft(row: int, command: Command) -> Draft:
    match command:
        case Create():
            return Draft(row, command, command.object, "create", command.id or 0, command.values)
        case Update():
            return Draft(row, command, command.object, "update", command.id, command.values, command.version)
        case Delete():
            action = "purge" if command.purge else "delete"
            return Draft(row, command, command.object, action, command.id, version=command.version)
        case Restore():
            return Draft(row, command, command.object, "restore", command.id)
        case Upsert():
            return Draft(row, command, command.object, "create", 0, command.values)


def _give_ids(unit: Unit, drafts: list[Draft]) -> None:
    if len(drafts) == 1:
        drafts[0].id = unit.transaction.new_id()
    elif drafts:
        for draft, id in zip(drafts, unit.transaction.new_ids(len(drafts)), strict=True):
            draft.id = id


def _upserts(unit: Unit, plan: ObjectPlan, group: Group) -> list[Draft]:
    """Look the keys up in one query and decide for each command."""
    first = group.commands[0][1]
    assert isinstance(first, Upsert)
    drafts = [_draft(row, command) for row, command in group.commands]
    problem = _key_problem(unit, plan, first.key)
    if problem is not None:
        for draft in drafts:
            draft.error = problem
        return drafts
    keys = {draft.row: _key(unit, plan, first.key, draft) for draft in drafts}
    wanted = [key for key in keys.values() if key is not None and None not in key]
    single = len(first.key) == 1
    found = (
        unit.transaction.find_ids(
            plan.object.name,
            first.key[0] if single else first.key,
            [k[0] if single else k for k in wanted],
        )
        if wanted
        else {}
    )
    found = _readable(unit, plan, found, first.key)
    for draft in drafts:
        key = keys[draft.row]
        ids = found.get(key[0] if single else key, ()) if key is not None and None not in key else ()
        if len(ids) > 1:
            draft.error = Conflict(SEVERAL)
        elif ids:
            draft.action, draft.id = "update", ids[0]
    _give_ids(unit, [d for d in drafts if d.action == "create"])
    return drafts


def _readable(
    unit: Unit, plan: ObjectPlan, found: dict[Any, list[int]], key: tuple[str, ...]
) -> dict[Any, list[int]]:
    """Only records that the actor may read are there to be updated; others must not be told of by their keys."""
    actor, manifest = unit.context.actor, unit.context.manifest
    rule = record_filter(actor, manifest, plan.object.name)
    rule = all_of([rule, unmasked(actor, manifest, plan.object.name, key)])
    if rule == EVERYTHING or not found:
        return found
    ids = {id for several in found.values() for id in several}
    seen = unit.transaction.matching(plan.object.name, ids, rule, unit.environment, "alive")
    return {key: [id for id in several if id in seen] for key, several in found.items()}


def _key_problem(unit: Unit, plan: ObjectPlan, key: tuple[str, ...]) -> JimuError | None:
    object = plan.object.name
    if not action_allowed(unit.context.actor, unit.context.manifest, object, "read"):
        return NotFound(Message("There is no object called {name}.", {"name": object}))
    readable = readable_fields(unit.context.actor, unit.context.manifest, object)
    for name in key:
        field = plan.fields.get(name) if name in readable else None
        if field is None or not _can_be_key(field):
            return BadRequest(
                Message("{field} cannot be a key.", {"field": name}),
                details={"field": name, "suggestion": nearest(name, sorted(readable))},
            )
    return None if key else BadRequest(Message("No key is given."))


def _can_be_key(field: FieldDef) -> bool:
    is_virtual = field.formula is not None and not field.stored
    return field.kind.has_column and not is_virtual and field.kind is not Kind.JSON and field.type != "secret"


def _key(unit: Unit, plan: ObjectPlan, names: tuple[str, ...], draft: Draft) -> tuple[Any, ...] | None:
    """The typed key; None where a value is not right, which coercing the values will say."""
    try:
        return tuple(
            plan.loads.get(name, plan.number_load)(draft.given.get(name), plan.fields[name], unit.load_context)
            for name in names
        )
    except FieldError:
        return None
