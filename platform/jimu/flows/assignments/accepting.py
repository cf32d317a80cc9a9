"""Taking up what one was given, and what happens when the time for it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random, SystemRandom
from typing import Any

from jimu.access import SYSTEM
from jimu.definitions.kinds.assignment import AssignmentDef
from jimu.errors import NotFound
from jimu.flows.assignments.placing import Placing
from jimu.flows.pools.outcome import Outcome, in_one_unit
from jimu.messages import Message
from jimu.records import Context, Update, read, write
from jimu.records.commands import OwnerNote
from jimu.records.locking import hold
from jimu.records.ownership import entries, fitting
from jimu.records.reading import reading

CLAIM = "claim"
NOTHING_TO_ACCEPT = Message("There is nothing to take up here.")


def accept(object: str, id: int, context: Context) -> None:
    """The actor takes up the record that was assigned to them. Raises NotFound where nothing waits for them."""
    read.get(object, id, context, fields=(), titles=False)
    with write.unit_of_work(context) as unit:
        row = hold(object, [id], unit).get(id)
        entry = waiting_entry(id, unit)
        if row is None or entry is None or entry["person"] != context.actor.id or row["owner"] != context.actor.id:
            raise NotFound(NOTHING_TO_ACCEPT)
        write.write(Update(CLAIM, entry["id"], {"state": "accepted"}), unit.as_actor(SYSTEM))


def accepts_for(id: int, context: Context) -> Mapping[str, Any] | None:
    """The entry by which the record waits to be taken up by the actor; None if it does not."""
    with reading(context) as transaction:
        entry = waiting_entry(id, replace(context, transaction=transaction))
    return entry if entry is not None and entry["person"] == context.actor.id else None


def waiting_entry(id: int, context: Context) -> Mapping[str, Any] | None:
    """The latest entry of the record, if by it somebody has to take it up still."""
    last = next((e for e in entries(id, context, limit=5) if e["action"] != "warned"), None)
    return last if last is not None and last["state"] == "waiting" else None


def check_accepted(
    rule: AssignmentDef, ids: Sequence[int], context: Context, chance: Random | None = None
) -> list[Outcome]:
    """The time is over: what was not taken up goes to the next, or back to the pool when enough were tried."""
    engine = context.as_actor(SYSTEM)
    return in_one_unit(engine, lambda unit: _Checking(rule, unit, chance or SystemRandom()).run(ids))


class _Checking:
    def __init__(self, rule: AssignmentDef, context: Context, chance: Random) -> None:
        self.rule, self.context, self.chance = rule, context, chance

    def run(self, ids: Sequence[int]) -> list[Outcome]:
        assert self.rule.accept is not None
        rows = hold(self.rule.object, ids, self.context)
        when = self.rule.accept.when
        taken_up = fitting(self.rule.object, rows, when, self.context) if when is not None else set()
        late: dict[int, Mapping[str, Any]] = {}
        for id, row in rows.items():
            entry = waiting_entry(id, self.context)
            if entry is None or entry["rule"] != self.rule.name or entry["accept_by"] > self.context.clock():
                continue  # taken up, in other hands, or given anew meanwhile
            is_in_time = id in taken_up or row["owner"] != entry["person"]
            self._settle(entry, "accepted" if is_in_time else "expired")
            if not is_in_time:
                late[id] = row
        return self._pass_on(late)

    def _settle(self, entry: Mapping[str, Any], state: str) -> None:
        write.write(Update(CLAIM, entry["id"], {"state": state}), self.context)

    def _pass_on(self, late: Mapping[int, Mapping[str, Any]]) -> list[Outcome]:
        assert self.rule.accept is not None
        tried = {id: self._tried(id) for id in late}
        again = [id for id in late if len(tried[id]) < self.rule.accept.tries]
        owners = {id: late[id]["owner"] for id in late}
        placing = Placing(self.rule.object, "accept", self.context, self.chance)
        outcomes = placing.by(self.rule, again, tried, owners) if again else {}
        back = [id for id in late if id not in outcomes or outcomes[id].code == "nobody"]
        self._give_back(back)
        return list(outcomes.values())

    def _tried(self, id: int) -> list[int]:
        """Who was given the record by this rule in a row and did not take it up."""
        found = []
        for entry in entries(id, self.context):
            if entry["action"] in ("warned", "unassignable"):
                continue
            if entry["rule"] != self.rule.name or entry["state"] != "expired":
                break
            found.append(entry["person"])
        return found

    def _give_back(self, ids: Sequence[int]) -> None:
        rows = hold(self.rule.object, ids, self.context)
        note = OwnerNote("auto_returned", rule=self.rule.name, note=Message("Nobody took it up in time").render())
        commands = [Update(self.rule.object, id, {"owner": None}, row["version"], note) for id, row in rows.items()]
        if commands:
            write.write_many(commands, self.context, atomic=False, values=False)
