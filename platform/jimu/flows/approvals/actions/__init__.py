"""What can happen to a run, by family: deciding, moving back, adding people, handing on, time, administration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jimu.flows.approvals import events
from jimu.flows.approvals.actions import (
    added_people,
    administration,
    beginning,
    deciding,
    engine_side,
    handing,
    leaving,
    reclaiming,
    talking,
    time,
    voiding,
)
from jimu.flows.approvals.work import Work

HANDLERS: dict[type[events.Event], Callable[[Work, Any], None]] = {
    events.Submit: beginning.submit,
    events.Restart: beginning.restart,
    events.Withdraw: beginning.withdraw,
    events.Revoked: beginning.revoked,
    events.Decide: deciding.decide,
    events.Edited: voiding.edited,
    events.Return: deciding.send_back,
    events.Transfer: handing.transfer,
    events.Delegate: handing.delegate,
    events.Recall: handing.recall,
    events.Claim: handing.claim,
    events.Unclaim: handing.unclaim,
    events.AddSign: added_people.add,
    events.RemoveSign: added_people.remove,
    events.Reclaim: reclaiming.reclaim,
    events.Urge: talking.urge,
    events.Comment: talking.comment,
    events.CopyTo: talking.copy,
    events.TimerDue: time.timer_due,
    events.ActionsDone: engine_side.actions_done,
    events.Restored: engine_side.restored,
    events.ChildEnded: engine_side.child_ended,
    events.Signal: engine_side.signal,
    events.Jump: administration.jump,
    events.Reassign: administration.reassign,
    events.Terminate: administration.terminate,
    events.Suspend: administration.suspend,
    events.Continue: administration.carry_on,
    events.Repair: administration.repair,
    events.Migrate: administration.migrate,
    events.Left: leaving.left,
    events.AgentsChanged: leaving.agents_changed,
}
