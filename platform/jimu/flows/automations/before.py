"""Automations that come before a write: they set values of what is written, or refuse it."""

from __future__ import annotations

from jimu.definitions.kinds.automation import BEFORE, AutomationDef
from jimu.flows.automations.finding import automations_of, is_set_off, may_hear
from jimu.formulas import evaluate
from jimu.formulas.formula import Formula
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.wave import Wave


def run_before(wave: Wave) -> None:
    """Each in its order sees what those before it have set; what one sets sets no other off that came before."""
    automations = [
        a for a in automations_of(wave.context.manifest, wave.object, BEFORE) if may_hear(a, wave.action)
    ]
    for automation in automations:
        for draft in wave.open:
            if is_set_off(automation, draft, wave):
                _do(automation, draft, wave)


def _do(automation: AutomationDef, draft: Draft, wave: Wave) -> None:
    reader, environment = wave.world.reader(wave.plan, draft.values), wave.environment_of(draft)
    for action in automation.actions:
        if action.when is not None and not evaluate(action.when, reader, environment):
            continue
        if action.kind == "refuse":
            draft.add_problem(f"automation:{automation.name}", Message("{text}", {"text": action.message}))
            continue
        for name, value in action.values.items():
            draft.set(name, evaluate(value, reader, environment) if isinstance(value, Formula) else value)
