"""Whether a record may go from one stage to another: every reason why not, at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from jimu.definitions.kinds.stages import StageCondition, StageDef, StagesDef
from jimu.fieldtypes.base import is_blank
from jimu.flows.stages.finding import stages_for, stages_of
from jimu.flows.stages.moves import TAKEN_OVER, Move, moves_of
from jimu.flows.stages.tasks import open_tasks
from jimu.formulas import evaluate
from jimu.messages import Message, Text
from jimu.records.wave import Wave

JUMP = Message("From {before} one can go on to {names}, not to {after}.")
NO_WAY = Message("From {before} one cannot go on to {after}.")
NO_BACK = Message("One cannot go back from {before} to {after}.")
NO_REASON = Message("Say why it goes back from {before} to {after}.")
TASKS = Message("Before {before} is left, this is to be done: {tasks}.")
REQUIRED = Message("{field} must be filled in for the stage {stage}.")


def judge_stages(wave: Wave) -> None:
    """Problems of every draft that changes its stage in a way that is not open, or not yet."""
    moves = list(moves_of(wave))
    if moves:
        waiting = open_tasks(moves, wave)
        for move in moves:
            _judge(move, waiting.get(move.draft.id, ()), wave)
    _keep_required(wave, {id(move.draft) for move in moves})


def _judge(move: Move, waiting: Sequence[str], wave: Wave) -> None:
    if move.before is None and wave.context.actor.via in TAKEN_OVER:
        return
    if move.before is not None:
        _judge_way(move, wave)
        if move.is_forward:
            _check(move, move.before.leave, wave)
            if waiting:
                message = Message(TASKS.template, {"before": _label(move.stages, move.before, wave), "tasks": waiting})
                move.draft.add_problem("stage_tasks", message, move.stages.field)
    if not move.is_back:
        _check(move, move.after.enter, wave)
        _require(move, wave)


def _judge_way(move: Move, wave: Wave) -> None:
    before, after = move.before, move.after
    assert before is not None
    names = {"before": _label(move.stages, before, wave), "after": _label(move.stages, after, wave)}
    field = move.stages.field
    if after.value in before.to:
        return
    if move.is_back:
        if not move.stages.back:
            move.draft.add_problem("stage_back", Message(NO_BACK.template, names), field)
        elif move.stages.back_reason and not wave.context.reason.strip():
            move.draft.add_problem("stage_reason", Message(NO_REASON.template, names), field)
        return
    allowed = [_label(move.stages, stage, wave) for value, stage in move.stages.stages.items() if value in before.to]
    message = Message(JUMP.template, {**names, "names": allowed}) if allowed else Message(NO_WAY.template, names)
    move.draft.add_problem("stage_jump", message, field)


def _check(move: Move, conditions: Iterable[StageCondition], wave: Wave) -> None:
    get, environment = wave.world.reader(wave.plan, move.draft.values), wave.environment_of(move.draft)
    for condition in conditions:
        if not evaluate(condition.check, get, environment):
            message = Message("{text}", {"text": condition.message})
            move.draft.add_problem("stage_condition", message, move.stages.field)


def _require(move: Move, wave: Wave) -> None:
    told = {p.field for p in move.draft.problems}
    for name in move.after.requires:
        if name not in told and is_blank(move.draft.values.get(name)):
            move.draft.add_problem("required", _required(name, move.stages, move.after, wave), name)


def _keep_required(wave: Wave, moved: set[int]) -> None:
    """A field that the present stage needs cannot be emptied either."""
    if wave.action != "update" or not stages_for(wave.context.manifest, wave.object):
        return
    for draft in wave.judged:
        stages = stages_of(wave.context.manifest, wave.object, draft.values) if id(draft) not in moved else None
        stage = stages.stages.get(draft.values.get(stages.field) or "") if stages else None
        if stages is None or stage is None:
            continue
        for name in stage.requires:
            if name in draft.changed and is_blank(draft.values.get(name)):
                draft.add_problem("required", _required(name, stages, stage, wave), name)


def _required(name: str, stages: StagesDef, stage: StageDef, wave: Wave) -> Message:
    field = wave.plan.fields[name]
    return Message(REQUIRED.template, {"field": field.label, "stage": _label(stages, stage, wave)})


def _label(stages: StagesDef, stage: StageDef, wave: Wave) -> Text:
    return label_of(stages, stage, wave.plan.fields)


def label_of(stages: StagesDef, stage: StageDef, fields: Mapping[str, object]) -> Text:
    """What people call the stage: the label of its option."""
    choice = fields[stages.field].choice(stage.value)  # type: ignore[attr-defined]
    found: Text = choice.label if choice is not None else Text({"en": stage.value})
    return found
