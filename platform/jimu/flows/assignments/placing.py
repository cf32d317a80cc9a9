"""Giving records to people by rule: who is chosen and why, until when they take it up, who else if nobody can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random, SystemRandom
from typing import Any

from jimu import business_time
from jimu.access import SYSTEM
from jimu.access.people import people_among
from jimu.definitions.kinds.assignment import AssignmentDef
from jimu.definitions.kinds.pool import PoolDef
from jimu.errors import Forbidden, Invalid
from jimu.fieldtypes.ids import encode_id
from jimu.flows.assignments.candidates import Candidates, rules_of
from jimu.flows.assignments.choosing import Choice, choose
from jimu.flows.assignments.telling import tell_assigned, tell_managers
from jimu.flows.pools.claiming import outcome_of
from jimu.flows.pools.membership import may_manage
from jimu.flows.pools.outcome import TAKEN, Outcome, absent, in_one_unit, refused
from jimu.messages import Message
from jimu.records import Context, Create, ListRequest, Update, read, write
from jimu.records.commands import OwnerNote
from jimu.records.locking import hold
from jimu.records.ownership import entries, fitting, pools_for, readable
from jimu.storage.entries import JobRow
from jimu.translation import translator

TURN, USER, CLAIM = "assignment_turn", "user", "claim"
CHECK_JOB = "assignments.check"
NO_RULE = Message("No assignment rule takes this record.")
NOBODY = Message("Nobody can take it just now.")
_MOST_AT_ONCE = 400


def assign_by_rule(object: str, ids: Sequence[int], context: Context) -> list[Outcome]:
    """Assign records by the rules that may be asked for. Raises Forbidden unless the actor manages the pools that the
    records lie in."""
    wanted = list(dict.fromkeys(ids))[:_MOST_AT_ONCE]

    def work(unit: Context) -> list[Outcome]:
        seen = readable(object, wanted, unit)
        pools = pools_for(object, seen, unit)
        if any(id not in pools or not may_manage(pools[id], unit) for id in seen):
            raise Forbidden(Message("Only managers of the pool may do this."))
        found = {o.id: o for o in place(object, [id for id in wanted if id in seen], "button", unit)}
        return [found.get(id) or absent(id) for id in wanted]

    return in_one_unit(context, work)


def place(object: str, ids: Sequence[int], cause: str, context: Context, chance: Random | None = None) -> list[Outcome]:
    """Give those of the records that nobody owns to people, each by the first rule for ``cause`` that takes it. As the
    engine; one outcome per record."""
    return in_one_unit(
        context.as_actor(SYSTEM) if context.transaction is None else context,
        lambda unit: Placing(object, cause, unit.as_actor(SYSTEM), chance or SystemRandom()).run(ids),
    )


class Placing:
    """One round of one object, within a transaction. Each rule's turn is held before anything is chosen by it."""

    def __init__(self, object: str, cause: str, context: Context, chance: Random) -> None:
        self.object, self.cause, self.context, self.chance = object, cause, context, chance

    def run(self, ids: Sequence[int]) -> list[Outcome]:
        outcomes: dict[int, Outcome] = {}
        left = list(dict.fromkeys(ids))
        for rule in rules_of(self.object, self.context):
            if self.cause not in rule.on or not left:
                continue
            taken = fitting(self.object, left, rule.when, self.context)
            mine = [id for id in left if id in taken and not self._came_from(rule, id)]
            if mine:
                outcomes.update(self.by(rule, mine))
                left = [id for id in left if id not in set(mine)]
        outcomes.update({id: refused(id, "no_rule", NO_RULE) for id in left})
        return [outcomes[id] for id in dict.fromkeys(ids)]

    def by(
        self,
        rule: AssignmentDef,
        ids: Sequence[int],
        excluded: Mapping[int, Iterable[int]] | None = None,
        owners: Mapping[int, int] | None = None,
    ) -> dict[int, Outcome]:
        """Give ``ids`` to people by ``rule``. ``excluded``: record → who had it before and did not take it up;
        ``owners``: who has it still (else nobody may)."""
        turn_id, turn = self._turn(rule)
        rows = hold(self.object, ids, self.context)
        candidates = Candidates(rule, self.context)
        outcomes: dict[int, Outcome] = {}
        chosen: dict[int, Choice] = {}
        for id in ids:
            row = rows.get(id)
            if row is None:
                outcomes[id] = absent(id)
            elif row["owner"] != (owners or {}).get(id):
                outcomes[id] = Outcome(id, TAKEN, "taken", None, row["owner"], None, row["owner"])
            else:
                able = candidates.for_record(id, row, (excluded or {}).get(id, ()))
                choice = choose(rule, able, turn, self.chance)
                if choice is not None:
                    chosen[id], turn = choice, choice.turn
                    candidates.given(choice.candidate.id)
                else:
                    outcomes[id] = refused(id, "nobody", NOBODY)
        write.write(Update(TURN, turn_id, {"state": turn}), self.context)
        outcomes.update(self._write(rule, chosen, rows))
        nobody = [id for id, o in outcomes.items() if o.code == "nobody"]
        if nobody:
            outcomes.update(self._otherwise(rule, nobody, rows))
        return outcomes

    def _turn(self, rule: AssignmentDef) -> tuple[int, dict[str, str]]:
        """The rule's turn, held: whoever else chooses by this rule waits until this transaction ends."""
        request = ListRequest(TURN, where=f"rule == {rule.name!r}", fields=("rule",), limit=1, titles=False)
        found = read.list_records(request, self.context).records
        if not found:
            try:
                found = [write.write(Create(TURN, {"rule": rule.name, "state": {}}), self.context)]
            except Invalid:  # another was faster by a moment
                found = read.list_records(request, self.context).records
        row = hold(TURN, [found[0].id], self.context)[found[0].id]
        return found[0].id, dict(row.get("state") or {})

    def _write(self, rule: AssignmentDef, chosen: Mapping[int, Choice], rows: Mapping[int, Any]) -> dict[int, Outcome]:
        if not chosen:
            return {}
        until = deadline(rule, self.context)
        pools = pools_for(self.object, chosen, self.context)
        commands = [self._command(rule, id, choice, rows[id], pools.get(id), until) for id, choice in chosen.items()]
        done = write.write_many(commands, self.context, atomic=False, values=False).rows
        outcomes = {id: outcome_of(id, r, chosen[id].candidate.id) for id, r in zip(chosen, done, strict=True)}
        given = {id: o.person for id, o in outcomes.items() if o.is_done and o.person is not None}
        if until is not None and given:
            payload = {"rule": rule.name, "ids": [encode_id(id) for id in given]}
            self.context.transaction.emit([JobRow(CHECK_JOB, payload, until)])
        tell_assigned(rule, given, rows, until, self.context)
        return outcomes

    def _command(
        self,
        rule: AssignmentDef,
        id: int,
        choice: Choice,
        row: Mapping[str, Any],
        pool: PoolDef | None,
        until: datetime | None,
    ) -> Update:
        why = choice.why.render(translator(self.context.manifest.workspace.locale))
        note = OwnerNote("assigned", pool.name if pool else "", rule.name, why=why, accept_by=until)
        return Update(self.object, id, {"owner": choice.candidate.id}, row["version"], note)

    def _came_from(self, rule: AssignmentDef, id: int) -> bool:
        """Whether the record came back because nobody took it up by this very rule: it would go round and round."""
        if self.cause != "return":
            return False
        last = next(iter(entries(id, self.context, limit=1)), None)
        return last is not None and last["rule"] == rule.name and last["action"] == "auto_returned"

    def _otherwise(self, rule: AssignmentDef, ids: Sequence[int], rows: Mapping[int, Any]) -> dict[int, Outcome]:
        """What is left without an owner: it stays in its pool, somebody named gets it, or the pool's managers are
        told."""
        if "@" in rule.otherwise:
            return self._to_named(rule, ids, rows)
        new = [id for id in ids if not self._is_noted(rule, id)]
        now = self.context.clock()
        notes = [
            Create(
                CLAIM,
                {
                    "record": id,
                    "of_object": self.object,
                    "action": "unassignable",
                    "rule": rule.name,
                    "at": now,
                },
            )
            for id in new
        ]
        if notes:
            write.write_many(notes, self.context, values=False)
        if rule.otherwise == "managers" and new:
            self._tell_managers(rule, new, rows)
        return {}

    def _is_noted(self, rule: AssignmentDef, id: int) -> bool:
        last = next(iter(entries(id, self.context, limit=1)), None)
        return last is not None and last["rule"] == rule.name and last["action"] == "unassignable"

    def _to_named(self, rule: AssignmentDef, ids: Sequence[int], rows: Mapping[int, Any]) -> dict[int, Outcome]:
        known = self.context.transaction.find_ids(USER, "email", [rule.otherwise], ignore_case=True)
        users = self.context.transaction.fetch(USER, next(iter(known.values()), []))
        person = next((id for id, u in users.items() if u.get("active") and u.get("deleted_at") is None), None)
        if person is None:
            return {}
        note = OwnerNote("assigned", rule=rule.name, why=Message("Nobody else could take it").render())
        commands = [Update(self.object, id, {"owner": person}, rows[id]["version"], note) for id in ids]
        done = write.write_many(commands, self.context, atomic=False, values=False).rows
        outcomes = {id: outcome_of(id, r, person) for id, r in zip(ids, done, strict=True)}
        tell_assigned(rule, {id: person for id, o in outcomes.items() if o.is_done}, rows, None, self.context)
        return outcomes

    def _tell_managers(self, rule: AssignmentDef, ids: Sequence[int], rows: Mapping[int, Any]) -> None:
        candidates = Candidates(rule, self.context)
        pools = pools_for(self.object, ids, self.context)
        by_pool: dict[str, list[Mapping[str, Any]]] = {}
        for id in ids:
            if id in pools:
                by_pool.setdefault(pools[id].name, []).append(rows[id])
        organisation = candidates.organisation
        users = candidates.active_users()
        for name, records in by_pool.items():
            pool = self.context.manifest.all("pool")[name]
            tell_managers(rule, pool, people_among(pool.managers, users, organisation), records, self.context)


def deadline(rule: AssignmentDef, context: Context) -> datetime | None:
    """Until when what is given now has to be taken up."""
    if rule.accept is None:
        return None
    return business_time.add(business_time.find_calendar(context.manifest), context.clock(), rule.accept.within)
