"""The one loop over actions, and which function does which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jimu.definitions.kinds.actions import ActionDef
from jimu.flows.actions.calls import call_plugin, send_webhook
from jimu.flows.actions.notices import notify
from jimu.flows.actions.others import assign_records, convert_records, start_approvals
from jimu.flows.actions.subject import Doing, Subject
from jimu.flows.actions.writes import create_records, delete_records, set_values, update_related

Function = Callable[[ActionDef, Sequence[Subject], Doing], None]

FUNCTIONS: Mapping[str, Function] = {
    "set": set_values,
    "create": create_records,
    "update": update_related,
    "delete": delete_records,
    "notify": notify,
    "webhook": send_webhook,
    "call": call_plugin,
    "assign": assign_records,
    "convert": convert_records,
    "approve": start_approvals,
}
"""A function marks the subjects for which it failed (``subject.error``) and leaves the others done."""


@dataclass(frozen=True)
class Performed:
    """``waiting``: the action (its index) at which what is left waits; None: all were done."""

    waiting: int | None = None


def perform(actions: Sequence[ActionDef], doing: Doing, start: int = 0) -> Performed:
    """Do ``actions`` from ``start`` on to every subject that nothing has failed for."""
    for index, action in enumerate(actions[start:], start):
        subjects = [s for s in doing.standing if action.when is None or doing.value(action.when, s)]
        if action.kind == "wait":
            if subjects:
                return Performed(index)
            continue
        if subjects:
            FUNCTIONS[action.kind](action, subjects, doing)
    return Performed()
