"""The service level clocks of a record as people read them: how much time is left, when it ends, what was missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jimu.fieldtypes.ids import encode_id
from jimu.flows.sla.records import CLOCK, policies_of
from jimu.flows.sla.standing import LATE, MET, MISSED, PAUSED, RUNNING, Standing, standing_of
from jimu.messages import Message
from jimu.records import ListRequest, read
from jimu.records.commands import Record
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.reader import Reader

STATES: Mapping[str, tuple[str, str, Message]] = {
    RUNNING: ("clock", "blue", Message("Counting")),
    PAUSED: ("player-pause", "gray", Message("Paused")),
    LATE: ("alert-triangle", "red", Message("Breached")),
    MET: ("circle-check", "green", Message("Met")),
    MISSED: ("alert-triangle", "red", Message("Missed")),
}
_WORDS: Mapping[str, Message] = {
    RUNNING: Message("{time} left"),
    PAUSED: Message("{time} left when it goes on"),
    LATE: Message("late by {time}"),
    MET: Message("{time} to spare"),
    MISSED: Message("late by {time}"),
}
_HOURS, _MINUTES = Message("{hours} h {minutes} min"), Message("{minutes} min")
_WORKING = Message("{time} of working time")
_MOST = 20


@dataclass(frozen=True, slots=True)
class ShownClock:
    """``state``: a key of ``STATES``. ``time``: what is left or how late, in words. ``used``: per cent, at most 100."""

    label: str
    state: str
    state_words: str
    icon: str
    color: str
    time: str
    due: When
    used: int


def record_clocks(record: Record, reader: Reader) -> list[ShownClock]:
    """The clocks of a record, those that end first before the others; [] where its object has no service level."""
    if not policies_of(reader.manifest, record.object):
        return []
    where = f"record == '{encode_id(record.id)}'"
    wanted = ListRequest(CLOCK, where=where, order=("due_at",), limit=_MOST, titles=False)
    shown = [show_clock(row.values, reader) for row in read.list_records(wanted, reader.context).records]
    return sorted((s for s in shown if s is not None), key=lambda s: s.state in (MET, MISSED))


def show_clock(row: Mapping[str, Any], reader: Reader) -> ShownClock | None:
    """A row of ``sla_clock`` in words; None where its service level is no more."""
    standing = standing_of(row, reader.manifest, reader.context.clock())
    if standing is None:
        return None
    icon, color, words = STATES[standing.state]
    return ShownClock(
        reader.label(standing.definition.label),
        standing.state,
        reader.render(words),
        icon,
        color,
        _time(standing, reader),
        when_of(standing.due_at, reader),
        round(standing.used * 100),
    )


def _time(standing: Standing, reader: Reader) -> str:
    minutes = abs(standing.left) // timedelta(minutes=1)
    hours, minutes = divmod(minutes, 60)
    template = _HOURS if hours else _MINUTES
    text = reader.render(Message(template.template, {"hours": hours, "minutes": minutes}))
    if standing.is_working_time:
        text = reader.render(Message(_WORKING.template, {"time": text}))
    return reader.render(Message(_WORDS[standing.state].template, {"time": text}))
