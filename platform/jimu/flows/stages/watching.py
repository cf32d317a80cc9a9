"""Records that stay in a stage longer than it is expected to take: once told to their owners and those above them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jimu.access.loading import organisation_at
from jimu.business_time import NoEnd, add, find_calendar
from jimu.definitions.kinds.duration import Duration
from jimu.definitions.kinds.stages import StageDef, StagesDef
from jimu.definitions.manifest import Manifest
from jimu.flows.actions.notices import NOTIFICATION, Notice, tell
from jimu.flows.stages.following import PERIOD
from jimu.flows.stages.judging import label_of
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Command, Create, Update
from jimu.storage.query import AllOf, Compare, Filter, HasRow, Not, Query
from jimu.translation import translator

JOB = "stages.watch"
BATCH = 500

SUBJECT = Message("{title} has been in the stage {stage} for longer than expected")


@dataclass(frozen=True)
class _Late:
    """A record that is late; ``period`` None: it is in its first stage, of which nothing is written yet."""

    stages: StagesDef
    stage: StageDef
    record: int
    entered: datetime
    due: datetime
    period: int | None


def has_expectations(manifest: Manifest) -> bool:
    """Whether any stage is expected to be left within a time."""
    return any(stage.expected for stages in manifest.all("stages").values() for stage in stages.stages.values())


def watch_stages(job: Any, context: Context) -> None:
    """Tell of every record that is late and not told of yet. Each batch is one transaction, so nobody is told twice."""
    for stages in context.manifest.all("stages").values():
        for stage in stages.stages.values():
            if stage.expected is not None and not stage.is_closed:
                while _tell_batch(stages, stage, context) == BATCH:
                    pass


def _tell_batch(stages: StagesDef, stage: StageDef, context: Context) -> int:
    with write.unit_of_work(context) as inside:
        late = [*_later_stages(stages, stage, inside)]
        late += _first_stages(stages, stage, inside, BATCH - len(late))
        if late:
            write.write_many(_marks(late, context.clock()), inside, values=False)
            tell(_notices(late, inside), inside)
    return len(late)


def _later_stages(stages: StagesDef, stage: StageDef, context: Context) -> Iterable[_Late]:
    """Records with a written period that should have ended."""
    filter = AllOf(
        (
            Compare("of_object", "eq", stages.object),
            Compare("flow", "eq", stages.name),
            Compare("stage", "eq", stage.value),
            Compare("left_at", "blank"),
            Compare("warned_at", "blank"),
            Compare("due_at", "le", context.clock()),
        )
    )
    query = Query(PERIOD, filter, fields=("record", "entered_at", "due_at"), limit=BATCH)
    rows = context.transaction.select(query).rows
    living = context.transaction.fetch(stages.object, [r["record"] for r in rows], ("deleted_at",))
    return [
        _Late(stages, stage, r["record"], r["entered_at"], r["due_at"], r["id"])
        for r in rows
        if r["record"] in living and living[r["record"]]["deleted_at"] is None
    ]


def _first_stages(stages: StagesDef, stage: StageDef, context: Context, limit: int) -> list[_Late]:
    """Records that have not moved since they were made, long enough ago."""
    now, expected = context.clock(), stage.expected
    assert expected is not None
    filter = AllOf(
        (
            Compare(stages.field, "eq", stage.value),
            Compare("created_at", "le", now - _at_least(expected)),
            Not(HasRow(PERIOD, "record", Compare("left_at", "blank"))),
            *_of_types(stages),
        )
    )
    rows = context.transaction.select(Query(stages.object, filter, fields=("created_at",), limit=max(limit, 0))).rows
    calendar = find_calendar(context.manifest, stages.calendar)
    found = []
    for row in rows:
        try:
            due = add(calendar, row["created_at"], expected)
        except NoEnd:
            continue
        if due <= now:
            found.append(_Late(stages, stage, row["id"], row["created_at"], due, None))
    return found


def _of_types(stages: StagesDef) -> tuple[Filter, ...]:
    return (Compare("record_type", "in", stages.record_types),) if stages.record_types else ()


def _at_least(duration: Duration) -> timedelta:
    """No shorter time by the clock can be that long; leaves it to the database to pass over most records."""
    return timedelta(days=duration.amount - 1) if duration.unit == "workdays" else duration.plain


def _marks(late: Sequence[_Late], now: datetime) -> list[Command]:
    marks: list[Command] = []
    for item in late:
        if item.period is not None:
            marks.append(Update(PERIOD, item.period, {"warned_at": now}))
            continue
        values = {
            "record": item.record,
            "of_object": item.stages.object,
            "flow": item.stages.name,
            "stage": item.stage.value,
            "entered_at": item.entered,
            "due_at": item.due,
            "warned_at": now,
        }
        marks.append(Create(PERIOD, values))
    return marks


def _notices(late: Sequence[_Late], context: Context) -> list[Notice]:
    """For the owner of each record and the owner's manager, as far as they are active."""
    if not late or NOTIFICATION not in context.manifest.objects:
        return []
    object = late[0].stages.object
    rows = context.transaction.fetch(object, [x.record for x in late], ("owner",))
    titles = context.transaction.titles([x.record for x in late])
    organisation = organisation_at(context.transaction, context.manifest, at=context.clock())
    found = []
    for item in late:
        owner = rows[item.record].get("owner")
        people = [owner, *organisation.managers_of(owner)[:1]] if owner else []
        active = [p for p in people if p in organisation.people and organisation.people[p].active]
        found.append(Notice(item.record, active, _words(item, titles[item.record].title, context), "stage"))
    return found


def _words(item: _Late, title: str, context: Context) -> Callable[[str], tuple[str, str]]:
    fields = context.manifest.object(item.stages.object).fields
    params: Mapping[str, Any] = {"title": title, "stage": label_of(item.stages, item.stage, fields)}
    return lambda language: (Message(SUBJECT.template, params).render(translator(language)), "")
