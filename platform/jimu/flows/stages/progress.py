"""How far a record is on its way through the stages: what the stage bar and the API show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jimu.access.fields import EDIT, field_access
from jimu.access.likely import is_likely
from jimu.access.rules import action_allowed
from jimu.definitions.kinds.stages import StageDef, StagesDef
from jimu.fieldtypes.ids import encode_id
from jimu.flows.stages.finding import stages_of
from jimu.flows.stages.following import PERIOD, due_at
from jimu.flows.stages.judging import label_of
from jimu.messages import Text
from jimu.records import Context, read
from jimu.records.commands import Record
from jimu.records.requests import ListRequest

_OF_PERIOD = ("stage", "entered_at", "left_at", "due_at", "days")
State = Literal["done", "current", "ahead", "skipped"]


@dataclass(frozen=True)
class Step:
    """A stage as the bar shows it. ``days``: how long the record has been or was in it (None: not yet, or not known).
    ``may_go``: one may try to go there from where the record is; ``needs_reason``: saying why.
    """

    stage: StageDef
    label: Text
    state: State
    color: str | None
    days: float | None
    may_go: bool
    needs_reason: bool


@dataclass(frozen=True)
class Progress:
    """``entered_at``: the present stage; ``due_at``: until when it is expected to last."""

    stages: StagesDef
    current: StageDef | None
    steps: tuple[Step, ...]
    entered_at: datetime | None
    due_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


def progress_of(record: Record, context: Context) -> Progress | None:
    """How far ``record`` (with all its readable values) is; None: its object has no stages, or its stage may not be
    read.
    """
    stages = stages_of(context.manifest, record.object, record.values)
    if stages is None or stages.field not in record.values:
        return None
    value = record.values.get(stages.field)
    current = stages.stages.get(value or "")
    periods = _periods(record, stages, context) if PERIOD in context.manifest.objects else []
    open_ = next((p for p in periods if p.values.get("left_at") is None), None)
    entered = open_.values.get("entered_at") if open_ else (None if periods else record.values.get("created_at"))
    may = _may_move(record, stages, context)
    steps = tuple(_step(s, record, stages, current, periods, may, context) for s in stages.stages.values())
    due = open_.values.get("due_at") if open_ else None
    if open_ is None and current is not None and entered is not None:  # in its first stage, of which nothing is written
        due = due_at(stages, current.value, entered, context.manifest)
    return Progress(stages, current, steps, entered, due)


def _periods(record: Record, stages: StagesDef, context: Context) -> list[Record]:
    """The last hundred periods of the record, the latest first. They are made as they begin: ids tell the order."""
    if not action_allowed(context.actor, context.manifest, PERIOD, "read"):
        return []
    where = f"record == '{encode_id(record.id)}' and flow == '{stages.name}'"
    request = ListRequest(PERIOD, where=where, order=("-id",), fields=_OF_PERIOD, limit=100, titles=False)
    return read.list_records(request, context).records


def _may_move(record: Record, stages: StagesDef, context: Context) -> bool:
    access = field_access(context.actor, context.manifest, record.object).get(stages.field)
    row = {"id": record.id, **record.values}
    return access == EDIT and is_likely(context.actor, context.manifest, record.object, "update", row)


def _step(
    stage: StageDef,
    record: Record,
    stages: StagesDef,
    current: StageDef | None,
    periods: list[Record],
    may: bool,
    context: Context,
) -> Step:
    field = context.manifest.object(record.object).fields[stages.field]
    choice = field.choice(stage.value)
    back = current is not None and stages.is_back(current.value, stage.value)
    allowed = current is None or stage.value in current.to or (back and stages.back)
    here = stage is current
    return Step(
        stage,
        label_of(stages, stage, {stages.field: field}),
        _state(stage, stages, current, periods),
        choice.color if choice else None,
        _days(stage, periods, context, here),
        may and allowed and not here,
        back and stages.back_reason and (current is None or stage.value not in current.to),
    )


def _state(stage: StageDef, stages: StagesDef, current: StageDef | None, periods: list[Record]) -> State:
    if stage is current:
        return "current"
    if current is None or stage.is_closed:
        return "ahead"
    been = any(p.values.get("stage") == stage.value for p in periods)
    order = list(stages.stages)
    before = current.is_closed or order.index(stage.value) < order.index(current.value)
    if not before:
        return "ahead"
    return "done" if been or not periods or current.closed != "lost" else "skipped"


def _days(stage: StageDef, periods: list[Record], context: Context, here: bool) -> float | None:
    found = [p for p in periods if p.values.get("stage") == stage.value]
    if not found and not (here and not periods):
        return None
    total = sum(float(p.values.get("days") or 0) for p in found)
    open_ = next((p for p in found if p.values.get("left_at") is None), None)
    if open_ is not None:
        total += (context.clock() - open_.values["entered_at"]).total_seconds() / 86400
    return total
