"""Managers give records of their pool to people: to one, or to several in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jimu.access.loading import organisation_at
from jimu.access.people import people_among
from jimu.definitions.kinds.pool import PoolDef
from jimu.errors import Invalid, Problem
from jimu.flows.pools.claiming import outcome_of
from jimu.flows.pools.limits import limit_for
from jimu.flows.pools.membership import in_name_of, require_manager, require_pool, require_writable
from jimu.flows.pools.notices import Notice, send
from jimu.flows.pools.outcome import TAKEN, Outcome, absent, in_portions, refused
from jimu.messages import Message
from jimu.records import Context, Update, write
from jimu.records.commands import OwnerNote
from jimu.records.guarding import find_locks
from jimu.records.locking import hold
from jimu.records.ownership import fitting, held, readable

USER = "user"
ASSIGNED = Message("{count} records of {pool} were assigned to you")
ONE_ASSIGNED = Message("Assigned to you from {pool}: {title}")
NOT_MEMBER = Message("Only active members of the pool can be given its records.")
FULL = Message("Nobody of them may hold more records.")


def assign(pool: str, ids: Sequence[int], people: Sequence[int], context: Context, note: str = "") -> list[Outcome]:
    """Give the records to ``people`` in turn; one outcome per id, in order. Whoever holds as many as the pool allows is
    passed over; the limit per day and the waiting time are for claims alone.

    Raises NotFound, Forbidden for who does not manage the pool, Invalid for people who are no members.
    """
    found = require_pool(pool, context)
    require_manager(found, context)
    require_writable(found, context)
    if not people:
        message = Message("Choose who gets them.")
        raise Invalid(message, [Problem("required", message, "people")])
    chosen, given = list(dict.fromkeys(people)), 0

    def portion(unit: Context, part: Sequence[int]) -> list[Outcome]:
        nonlocal given
        at = given % len(chosen)  # whose turn it is after the portion before
        outcomes = _Assigning(found, note.strip(), unit).run(part, [*chosen[at:], *chosen[:at]])
        given += sum(outcome.is_done for outcome in outcomes)
        return outcomes

    return in_portions(ids, context, portion)


class _Assigning:
    def __init__(self, pool: PoolDef, note: str, context: Context) -> None:
        self.pool, self.note, self.context = pool, note, context

    def run(self, ids: Sequence[int], people: Sequence[int]) -> list[Outcome]:
        room = self._room(people)
        rows = hold(self.pool.object, ids, self.context)
        seen = readable(self.pool.object, rows, self.context)
        inside = fitting(self.pool.object, rows, self.pool.territory, self.context)
        locked = find_locks(self.pool.object, [id for id in rows if id in seen and id in inside], self.context)
        outcomes: dict[int, Outcome] = {}
        given: dict[int, int] = {}
        turn = 0
        for id in ids:
            row = rows.get(id)
            if row is None or id not in seen or id not in inside:
                outcomes[id] = absent(id)
            elif row["owner"] is not None:
                message = Message("Somebody has it already.")
                outcomes[id] = Outcome(id, TAKEN, "taken", message, row["owner"], row.get("owner_since"), row["owner"])
            elif id in locked:
                outcomes[id] = refused(id, locked[id].code, locked[id].message)
            else:
                person, turn = _next(people, room, turn)
                if person is None:
                    outcomes[id] = refused(id, "everybody_full", FULL)
                else:
                    given[id] = person
        outcomes.update(self._write(given, rows))
        self._tell(rows, {id: given[id] for id in given if outcomes[id].is_done})
        return [outcomes[id] for id in ids]

    def _room(self, people: Sequence[int]) -> dict[int, int | None]:
        """Person → how many more they may hold (None: any number); their rows are held, so that it stays true."""
        users = hold(USER, people, self.context)
        organisation = organisation_at(self.context.transaction, self.context.manifest, at=self.context.clock())
        if set(people_among(self.pool.members, users, organisation)) != set(people):
            raise Invalid(NOT_MEMBER, [Problem("not_a_member", NOT_MEMBER, "people")])
        now = held(self.pool.object, people, self.pool.claim.counts, self.context)
        room: dict[int, int | None] = {}
        for person in people:
            most = limit_for(self.pool.claim.most, users[person], self.context)
            room[person] = None if most is None else max(0, most - now.get(person, 0))
        return room

    def _write(self, given: Mapping[int, int], rows: Mapping[int, Any]) -> dict[int, Outcome]:
        if not given:
            return {}
        note = OwnerNote("assigned", self.pool.name, note=self.note)
        object = self.pool.object
        commands = [Update(object, id, {"owner": person}, rows[id]["version"], note) for id, person in given.items()]
        done = write.write_many(commands, in_name_of(self.context), atomic=False, values=False).rows
        return {id: outcome_of(id, row, given[id]) for id, row in zip(given, done, strict=True)}

    def _tell(self, rows: Mapping[int, Any], given: Mapping[int, int]) -> None:
        by_person: dict[int, list[Mapping[str, Any]]] = {}
        for id, person in given.items():
            if person != self.context.actor.id:
                by_person.setdefault(person, []).append(rows[id])
        notices = [Notice(p, ASSIGNED, ONE_ASSIGNED, self.pool, tuple(r), self.note) for p, r in by_person.items()]
        send(notices, self.context)


def _next(people: Sequence[int], room: dict[int, int | None], turn: int) -> tuple[int | None, int]:
    """Who is next with room left, and where the turn is after that."""
    for step in range(len(people)):
        at = (turn + step) % len(people)
        left = room[people[at]]
        if left is None or left > 0:
            room[people[at]] = None if left is None else left - 1
            return people[at], at + 1
    return None, turn
