"""Changes of the organisation that are one action: moving a branch, dissolving a department.

They are writes of the people's own: what the actor may not write, stops all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jimu.access import organisation_at
from jimu.access.organisation import Organisation
from jimu.access.organisation_loading import DEPARTMENT, MEMBERSHIP, MOST_ROWS, USER
from jimu.clock import day_in
from jimu.errors import Invalid, NotFound, Problem
from jimu.messages import Message
from jimu.records.commands import Command, Create, Delete, Record, Update
from jimu.records.context import Context
from jimu.records.write import unit_of_work, write, write_many
from jimu.storage.query import AllOf, Compare, Filter, Query

INTO_ITSELF = Message("Choose a department outside of the one that is dissolved.")
NO_DEPARTMENT = Message("There is no such department.")


@dataclass(frozen=True, slots=True)
class Dissolved:
    """How many people and departments went elsewhere."""

    people: int
    departments: int


def move_department(id: int, above: int | None, context: Context, version: int | None = None) -> Record:
    """Put the department, with all that is under it, under ``above`` (None: at the top). One write.

    Raises what writing raises; Invalid for a move under itself.
    """
    return write(Update(DEPARTMENT, id, {"above": above}, version), context)


def dissolve_department(id: int, into: int, context: Context) -> Dissolved:
    """Move the people (main and further members) and the departments of ``id`` to ``into`` and set it inactive.

    Everything or nothing. Raises Invalid where ``into`` is part of ``id``, and what writing raises.
    """
    with unit_of_work(context) as unit:
        tree = organisation_at(unit.transaction, unit.manifest, at=unit.clock())
        if id not in tree.departments or into not in tree.departments:
            raise NotFound(NO_DEPARTMENT)
        if into in tree.below(id):
            raise Invalid(INTO_ITSELF, [Problem("circle", INTO_ITSELF, "into")])
        people = _ids(unit, USER, Compare("department", "eq", id))
        commands: list[Command] = [
            *(Update(DEPARTMENT, part, {"above": into}) for part in tree.parts(id)),
            *(Update(USER, person, {"department": into}) for person in people),
            *_further(unit, tree, id, into),
            Update(DEPARTMENT, id, {"active": False}),
        ]
        _write_all(commands, unit)
        return Dissolved(len(people), len(tree.parts(id)))


def _further(unit: Context, tree: Organisation, id: int, into: int) -> list[Command]:
    """Further memberships end, and begin anew where they are not there already."""
    day = day_in(unit.clock(), unit.manifest.workspace.time_zone)
    open = AllOf((Compare("department", "eq", id), Compare("until", "blank"), Compare("is_main", "ne", True)))
    query = Query(MEMBERSHIP, open, fields=("person", "since", "position"), limit=MOST_ROWS)
    commands: list[Command] = []
    for row in unit.transaction.select(query).rows:
        commands.append(_end(row["id"], row["since"], day))
        person = tree.people.get(row["person"])
        if person is not None and into not in person.departments:
            values = {"person": person.id, "department": into, "position": row["position"], "since": day}
            commands.append(Create(MEMBERSHIP, values))
    return commands


def end_membership(id: int, since: date, context: Context) -> None:
    """End a further membership as of yesterday; what began today is taken away."""
    write(_end(id, since, day_in(context.clock(), context.manifest.workspace.time_zone)), context)


def _end(id: int, since: date, day: date) -> Command:
    return Delete(MEMBERSHIP, id) if since >= day else Update(MEMBERSHIP, id, {"until": day - timedelta(days=1)})


def _ids(unit: Context, object: str, filter: Filter) -> list[int]:
    page = unit.transaction.select(Query(object, filter, fields=("id",), limit=MOST_ROWS))
    return [row["id"] for row in page.rows]


def _write_all(commands: Sequence[Command], unit: Context) -> None:
    result = write_many(commands, unit, values=False)
    if result.failed:
        error = result.failed[0].error
        assert error is not None
        raise error
