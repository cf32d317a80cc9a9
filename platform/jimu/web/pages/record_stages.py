"""The stage bar of a record: where it is, what is done, where it may go on to, and what is to be done where it is."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.flows.stages import Progress, Step, progress_of
from jimu.messages import Message
from jimu.records.commands import Record
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.reader import Reader, record_url


@dataclass(frozen=True, slots=True)
class StageStep:
    """``css``: done, current, ahead or skipped, and won or lost. ``note``: how long it was there, in words. ``asks``: a
    page asks something (a reason) before one goes there; else a button goes at once.
    """

    value: str
    label: str
    css: str
    color: str
    note: str
    may_go: bool
    asks: bool
    is_current: bool
    state_words: str


@dataclass(frozen=True, slots=True)
class StageBar:
    href: str
    label: str
    steps: list[StageStep]
    guidance: str
    since: When | None
    due: When | None
    is_late: bool
    probability: int | None


_STATES = {
    "done": Message("Done"),
    "current": Message("Now"),
    "ahead": Message("Not yet"),
    "skipped": Message("Skipped"),
}
_ONE_DAY, _DAYS = Message("{days} day"), Message("{days} days")
_UNDER_A_DAY = Message("less than a day")


def stage_bar(record: Record, reader: Reader) -> StageBar | None:
    """None: the record goes through no stages, or its stage may not be read."""
    progress = progress_of(record, reader.context)
    if progress is None:
        return None
    current = progress.current
    return StageBar(
        f"{record_url(record.object, record.id)}/stage",
        reader.label(progress.stages.label),
        [_step(step, progress, reader) for step in progress.steps],
        reader.label(current.guidance) if current else "",
        when_of(progress.entered_at, reader) if progress.entered_at else None,
        when_of(progress.due_at, reader) if progress.due_at else None,
        progress.is_late(reader.context.clock()),
        current.probability if current else None,
    )


def _step(step: Step, progress: Progress, reader: Reader) -> StageStep:
    stage = step.stage
    css = f"stage-{step.state}" + (f" stage-{stage.closed}" if stage.is_closed else "")
    return StageStep(
        stage.value,
        reader.label(step.label),
        css,
        step.color or "",
        _days(step.days, reader),
        step.may_go and reader.actor.viewed_by is None,
        step.needs_reason,
        stage is progress.current,
        reader.render(_STATES[step.state]),
    )


def _days(days: float | None, reader: Reader) -> str:
    if days is None:
        return ""
    whole = int(days)
    if whole < 1:
        return reader.render(_UNDER_A_DAY)
    return reader.render(Message((_ONE_DAY if whole == 1 else _DAYS).template, {"days": whole}))
