"""Claiming from a pool: who is first gets it, within the limits, and who comes too late is told who was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from jimu.access.pools import is_member
from jimu.definitions.kinds.pool import PoolDef
from jimu.errors import Forbidden
from jimu.flows.pools.limits import Usage, usage_of
from jimu.flows.pools.membership import in_name_of, require_pool, require_writable
from jimu.flows.pools.outcome import DONE, TAKEN, Outcome, absent, in_portions, refused
from jimu.messages import Message
from jimu.records import Context, Update, write
from jimu.records.commands import OwnerNote
from jimu.records.environment import zone_of
from jimu.records.guarding import find_locks
from jimu.records.locking import hold
from jimu.records.ownership import entries, fitting, losses, readable

USER = "user"
TAKEN_BY = Message("{name} was first: this was claimed {when}.")
YOURS = Message("This is yours already.")
# Who comes too late is told who was first; what somebody has had for longer is nobody's business.
_TOLD_FOR = timedelta(days=1)


def claim(pool: str, ids: Sequence[int], context: Context) -> list[Outcome]:
    """Claim the records for the actor; one outcome per id, in order. Records beyond the limits are refused one by one.

    Raises NotFound for a pool that the actor may not look into, Forbidden for who may look but not claim.
    """
    found = require_pool(pool, context)
    require_writable(found, context)
    if not found.claim.allowed or not is_member(context.actor, found):
        raise Forbidden(Message("Records of this pool are assigned, not claimed."))
    return in_portions(ids, context, lambda unit, part: _Claiming(found, unit).run(part))


class _Claiming:
    """One claim of one person, in one transaction. The person's own row is held first: two claims of the same person
    come one after the other, so that limits hold; then the records, in the order of their ids."""

    def __init__(self, pool: PoolDef, context: Context) -> None:
        self.pool, self.context = pool, context
        self.person = context.actor.id or 0

    def run(self, ids: Sequence[int]) -> list[Outcome]:
        hold(USER, [self.person], self.context, ("name",))
        rows = hold(self.pool.object, ids, self.context)
        seen = readable(self.pool.object, rows, self.context)
        inside = fitting(self.pool.object, rows, self.pool.territory, self.context)
        barred = {**self._cooling(rows), **self._locked(seen & inside)}
        usage = usage_of(self.pool, self.context)
        outcomes: dict[int, Outcome] = {}
        wanted: list[int] = []
        for id in ids:
            outcome = self._refusal(id, rows, seen, inside) or barred.get(id) or self._limit(id, usage, len(wanted))
            if outcome is None:
                wanted.append(id)
            else:
                outcomes[id] = outcome
        outcomes.update(self._write(wanted, rows))
        return [outcomes[id] for id in ids]

    def _refusal(self, id: int, rows: Mapping[int, Any], seen: set[int], inside: set[int]) -> Outcome | None:
        row = rows.get(id)
        if row is None:
            return absent(id)
        owner = row["owner"]
        if owner == self.person:
            return refused(id, "already_yours", YOURS)
        if owner is not None:
            return self._taken(id, row, id in seen)
        return None if id in seen and id in inside else absent(id)

    def _taken(self, id: int, row: Mapping[str, Any], is_seen: bool) -> Outcome:
        last = next(iter(entries(id, self.context, limit=1)), None)
        if last is None or last["person"] != row["owner"]:
            return Outcome(id, TAKEN, "taken", Message("Somebody else has it.")) if is_seen else absent(id)
        is_recent = last["pool"] == self.pool.name and last["at"] >= self.context.clock() - _TOLD_FOR
        if not is_seen and not is_recent:
            return absent(id)
        return Outcome(id, TAKEN, "taken", self._told(last), last["person"], last["at"], last["person"])

    def _told(self, last: Mapping[str, Any]) -> Message:
        names = self.context.transaction.titles([last["person"]])
        name = names[last["person"]].title if last["person"] in names else ""
        return Message(TAKEN_BY.template, {"name": name, "when": local_text(last["at"], self.context)})

    def _cooling(self, ids: Iterable[int]) -> dict[int, Outcome]:
        """Who had a record lately waits before claiming it again; with ``for: department``, so do the colleagues."""
        rules, now = self.pool.claim, self.context.clock()
        listed = list(ids)
        if not rules.cooling_days or not listed:
            return {}
        span = timedelta(days=rules.cooling_days)
        mine = self._department(self.person)
        found: dict[int, Outcome] = {}
        for loss in losses(listed, now - span, self.context):
            is_mine = loss.person == self.person
            is_ours = rules.cooling_for == "department" and mine is not None and self._department(loss.person) == mine
            if loss.record in found or not (is_mine or is_ours):
                continue
            until = local_text(loss.at + span, self.context)
            template = (
                "You had this until lately; you can claim it again from {when}."
                if is_mine
                else "Your department had this until lately; you can claim it again from {when}."
            )
            found[loss.record] = refused(loss.record, "cooling", Message(template, {"when": until}))
        return found

    def _locked(self, ids: Iterable[int]) -> dict[int, Outcome]:
        locks = find_locks(self.pool.object, ids, self.context)
        return {id: refused(id, error.code, error.message) for id, error in locks.items()}

    def _department(self, person: int) -> int | None:
        known = self.context.actor.organisation.people.get(person)
        return known.department if known else None

    @staticmethod
    def _limit(id: int, usage: Usage, more: int) -> Outcome | None:
        refusal = usage.refusal(more)
        return None if refusal is None else refused(id, *refusal)

    def _write(self, ids: Sequence[int], rows: Mapping[int, Any]) -> dict[int, Outcome]:
        note = OwnerNote("claimed", self.pool.name)
        commands = [Update(self.pool.object, id, {"owner": self.person}, rows[id]["version"], note) for id in ids]
        if not commands:
            return {}
        done = write.write_many(commands, in_name_of(self.context), atomic=False, values=False).rows
        return {id: outcome_of(id, row, self.person) for id, row in zip(ids, done, strict=True)}


def outcome_of(id: int, row: Any, person: int | None) -> Outcome:
    """The outcome of a write."""
    if row.error is None:
        return Outcome(id, DONE, person=person)
    problems = row.error.problems
    return refused(id, row.error.code, problems[0].message if problems else row.error.message)


def local_text(moment: Any, context: Context) -> str:
    """A moment as the actor's clocks show it."""

    return str(moment.astimezone(zone_of(context.actor)).strftime("%Y-%m-%d %H:%M"))
