"""Records that stay in a stage longer than it is expected to take: once told to their owners and those above them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jimu.definitions.kinds.actions import Person
from jimu.definitions.kinds.duration import Duration
from jimu.definitions.kinds.stages import StageDef, StagesDef
from jimu.definitions.manifest import Manifest
from jimu.flows.actions import Doing, Subject, find_subjects
from jimu.flows.actions.notices import NOTIFICATION, Notice, tell
from jimu.flows.actions.people import find_people, organisation
from jimu.flows.automations.following import stage_overstayed
from jimu.flows.stages.following import PERIOD, due_at
from jimu.flows.stages.judging import label_of
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Command, Create, Update
from jimu.storage.query import AllOf, Compare, Filter, HasRow, Not, Query, Sort
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


# What is late, and the id behind which the next batch begins (None: there is none).
_Batch = tuple[list[_Late], int | None]
_Find = Callable[[StagesDef, StageDef, Context, int], _Batch]
_BY_ID = (Sort(("id",)),)
_WHOM = (Person("owner"), Person("manager"))


def has_expectations(manifest: Manifest) -> bool:
    """Whether any stage is expected to be left within a time."""
    return any(stage.expected for stages in manifest.all("stages").values() for stage in stages.stages.values())


def watch_stages(job: Any, context: Context) -> None:
    """Tell of every record that is late and not told of yet. Each batch is one transaction, so nobody is told twice."""
    for stages in context.manifest.all("stages").values():
        for stage in stages.stages.values():
            if stage.expected is not None and not stage.is_closed:
                for find in (_later_stages, _first_stages):
                    _tell_all(find, stages, stage, context)


def _tell_all(find: _Find, stages: StagesDef, stage: StageDef, context: Context) -> None:
    """Batch by batch, each from where the one before it ended: what is passed over holds up none behind it."""
    after: int | None = 0
    while after is not None:
        with write.unit_of_work(context) as inside:
            late, after = find(stages, stage, inside, after)
            subjects = {s.id: s for s in find_subjects(stages.object, [x.record for x in late], inside)}
            living = [x for x in late if x.record in subjects]
            if living:
                write.write_many(_marks(living, context.clock()), inside, values=False)
                tell(_notices(living, subjects, inside), inside)
                ids = [x.record for x in living]
                stage_overstayed(stages.name, stage.value, stages.object, ids, inside)


def _later_stages(stages: StagesDef, stage: StageDef, context: Context, after: int) -> _Batch:
    """Records with a written period that should have ended."""
    filter = AllOf(
        (
            Compare("of_object", "eq", stages.object),
            Compare("flow", "eq", stages.name),
            Compare("stage", "eq", stage.value),
            Compare("left_at", "blank"),
            Compare("warned_at", "blank"),
            Compare("due_at", "le", context.clock()),
            Compare("id", "gt", after),
        )
    )
    query = Query(PERIOD, filter, sort=_BY_ID, fields=("record", "entered_at", "due_at"), limit=BATCH)
    rows = context.transaction.select(query).rows
    late = [_Late(stages, stage, r["record"], r["entered_at"], r["due_at"], r["id"]) for r in rows]
    return late, rows[-1]["id"] if len(rows) == BATCH else None


def _first_stages(stages: StagesDef, stage: StageDef, context: Context, after: int) -> _Batch:
    """Records that have not moved since they were made, long enough ago."""
    now, expected = context.clock(), stage.expected
    assert expected is not None
    filter = AllOf(
        (
            Compare(stages.field, "eq", stage.value),
            Compare("created_at", "le", now - _at_least(expected)),
            Not(HasRow(PERIOD, "record", Compare("left_at", "blank"))),
            *_of_types(stages),
            Compare("id", "gt", after),
        )
    )
    query = Query(stages.object, filter, sort=_BY_ID, fields=("created_at",), limit=BATCH)
    rows = context.transaction.select(query).rows
    late = []
    for row in rows:
        due = due_at(stages, stage.value, row["created_at"], context.manifest)
        if due is not None and due <= now:
            late.append(_Late(stages, stage, row["id"], row["created_at"], due, None))
    return late, rows[-1]["id"] if len(rows) == BATCH else None


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


def _notices(late: Sequence[_Late], subjects: Mapping[int, Subject], context: Context) -> list[Notice]:
    """For the owner of each record and the owner's manager, as far as they are active."""
    if NOTIFICATION not in context.manifest.objects:
        return []
    doing = Doing(context, late[0].stages.object, list(subjects.values()))
    titles = context.transaction.titles(list(subjects))
    today = organisation(doing)
    return [
        Notice(
            item.record,
            find_people(_WHOM, subjects[item.record], doing, today),
            _words(item, titles[item.record].title, context),
            "stage",
        )
        for item in late
    ]


def _words(item: _Late, title: str, context: Context) -> Callable[[str], tuple[str, str]]:
    fields = context.manifest.object(item.stages.object).fields
    params: Mapping[str, Any] = {"title": title, "stage": label_of(item.stages, item.stage, fields)}
    return lambda language: (Message(SUBJECT.template, params).render(translator(language)), "")
