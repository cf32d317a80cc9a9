"""A move: a draft that changes the stage of its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jimu.definitions.kinds.stages import LOST, StageDef, StagesDef
from jimu.flows.stages.finding import stages_for, stages_of
from jimu.records.draft import Draft
from jimu.records.wave import Wave

# What is taken over from elsewhere may begin in any stage; nobody can say how it came there.
TAKEN_OVER = ("import", "seed")


@dataclass(frozen=True)
class Move:
    """``before`` is None for a new record. ``after`` and ``before`` are stages that the definition knows."""

    draft: Draft
    stages: StagesDef
    before: StageDef | None
    after: StageDef

    @property
    def is_back(self) -> bool:
        return self.before is not None and self.stages.is_back(self.before.value, self.after.value)

    @property
    def is_forward(self) -> bool:
        """On along the way, so that the stage left must be done with; not back, not given up."""
        return self.before is not None and not self.is_back and self.after.closed != LOST


def move_of(draft: Draft, wave: Wave) -> Move | None:
    """The move that ``draft`` makes; None: it makes none."""
    stages = stages_of(wave.context.manifest, wave.object, draft.values)
    if stages is None:
        return None
    before, after = (draft.before or {}).get(stages.field), draft.values.get(stages.field)
    if after is None or after not in stages.stages or before == after:
        return None
    return Move(draft, stages, stages.stages.get(before or ""), stages.stages[after])


def moves_of(wave: Wave) -> Iterator[Move]:
    """The moves among the drafts that write something."""
    if wave.action not in ("create", "update") or not stages_for(wave.context.manifest, wave.object):
        return
    for draft in wave.judged:
        move = move_of(draft, wave)
        if move is not None:
            yield move
