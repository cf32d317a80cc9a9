"""Values that a record gets by entering a stage, before formulas are computed and anything is judged."""

from __future__ import annotations

from typing import Any

from jimu.flows.stages.finding import stages_for
from jimu.flows.stages.moves import move_of
from jimu.formulas import evaluate
from jimu.formulas.formula import Formula
from jimu.records.draft import Draft
from jimu.records.wave import Wave


def set_values(wave: Wave) -> None:
    """Give each draft what its new stage sets; what the writer gave in the same breath stays."""
    if wave.action not in ("create", "update") or not stages_for(wave.context.manifest, wave.object):
        return
    for draft in wave.open:
        move = move_of(draft, wave)
        for name, value in move.after.set.items() if move else ():
            if name not in draft.given:
                draft.set(name, _value(value, draft, wave))


def _value(value: Any, draft: Draft, wave: Wave) -> Any:
    if not isinstance(value, Formula):
        return value
    return evaluate(value, wave.world.reader(wave.plan, draft.values), wave.environment_of(draft))
