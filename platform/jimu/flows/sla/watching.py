"""What time does to clocks: warnings, missed ends, and counting anew after a change of targets or calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jimu.business_time import NoEnd
from jimu.definitions.kinds.actions import ActionDef
from jimu.definitions.kinds.sla import ClockDef, SlaDef
from jimu.flows.actions import Doing, find_subjects, perform
from jimu.flows.chain import in_chain
from jimu.flows.sla.clock import RUNNING, Clock, advance, count_anew, spec_of, warning_at
from jimu.flows.sla.records import (
    CLOCK,
    FIELDS,
    calendar_of,
    clock_of,
    facts_of,
    kept_values,
    values_of,
)
from jimu.records import Context, write
from jimu.records.commands import Command, Delete, Update
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.world import World
from jimu.storage.query import AllOf, Compare, Query

JOB = "sla.watch"
BATCH = 200


def watch_clocks(job: Any, context: Context) -> None:
    """Give the warnings that are due, tell what was missed, count anew what is counted by old rules. Each clock's step
    is written with its effects, so that a job that runs twice does nothing twice.
    """
    while _look(context) == BATCH:
        pass
    for sla in context.manifest.all("sla").values():
        for definition in sla.clocks.values():
            while _count_anew(sla, definition, context) == BATCH:
                pass


def _look(context: Context) -> int:
    """One batch of clocks whose next moment has come; how many."""
    with write.unit_of_work(in_chain(("sla",), context)) as inside:
        query = Query(CLOCK, Compare("next_at", "le", inside.clock()), fields=FIELDS, limit=BATCH)
        rows = inside.transaction.select(query).rows
        living = _living(rows, inside)
        commands: list[Command] = []
        due: dict[tuple[str, str, int], list[Mapping[str, Any]]] = {}
        for row in rows:
            sla, definition = _definition(row, inside)
            clock = clock_of(row)
            if sla is None or definition is None or clock is None or row["record"] not in living:
                commands.append(Update(CLOCK, row["id"], {"next_at": None}))
                continue
            commands += _step(row, sla, definition, clock, due, inside)
        for (policy, name, number), these in due.items():
            _act(policy, name, number, these, inside)
        if commands:
            write.write_many(commands, inside, atomic=False, values=False)
    return len(rows)


def _living(rows: Sequence[Mapping[str, Any]], context: Context) -> set[int]:
    """The records of ``rows`` that are not in the recycle bin; restoring one has its clocks looked at."""
    by_object: dict[str, list[int]] = {}
    for row in rows:
        if row["of_object"] in context.manifest.objects:
            by_object.setdefault(row["of_object"], []).append(row["record"])
    return {s.id for object, ids in by_object.items() for s in find_subjects(object, ids, context)}


_MISSED = -1


def _step(
    row: Mapping[str, Any],
    sla: SlaDef,
    definition: ClockDef,
    clock: Clock,
    due: dict[tuple[str, str, int], list[Mapping[str, Any]]],
    context: Context,
) -> list[Command]:
    """What becomes of one clock now; which actions are due is noted in ``due``."""
    now, calendar, warned = context.clock(), calendar_of(sla, context.manifest), row["warned"] or 0
    while warned < len(definition.warnings) and warning_at(clock, definition.warnings[warned], calendar) <= now:
        if clock.due_at > now:  # of several that have passed, and once it is missed, none is given late
            due.setdefault((sla.name, definition.name, warned), []).append(row)
        warned += 1
    commands: list[Command] = []
    if clock.due_at <= now and clock.breached_at is None:
        clock = replace(clock, breached_at=clock.due_at)
        due.setdefault((sla.name, definition.name, _MISSED), []).append(row)
        kept = kept_values(clock, definition, now, calendar)
        if kept:
            commands.append(Update(sla.object, row["record"], kept))
    return [*commands, Update(CLOCK, row["id"], values_of(clock, definition, warned, calendar))]


def _act(policy: str, name: str, number: int, rows: Sequence[Mapping[str, Any]], context: Context) -> None:
    """Do the actions of a warning (by its number) or of missing the end to the records of ``rows``."""
    sla: SlaDef = context.manifest.all("sla")[policy]
    definition = sla.clocks[name]
    actions: tuple[ActionDef, ...] = definition.breach if number == _MISSED else definition.warnings[number].actions
    subjects = find_subjects(sla.object, [row["record"] for row in rows], context)
    if actions and subjects:
        perform(actions, Doing(context, sla.object, subjects))


def _definition(row: Mapping[str, Any], context: Context) -> tuple[SlaDef | None, ClockDef | None]:
    sla = context.manifest.all("sla").get(row["policy"])
    return sla, sla.clocks.get(row["clock"]) if sla is not None else None


def _count_anew(sla: SlaDef, definition: ClockDef, context: Context) -> int:
    """One batch of living clocks that are counted by other targets or another calendar than hold now; how many."""
    calendar = calendar_of(sla, context.manifest)
    filter = AllOf(
        (
            Compare("of_object", "eq", sla.object),
            Compare("policy", "eq", sla.name),
            Compare("clock", "eq", definition.name),
            Compare("state", "in", (RUNNING, "paused")),
            Compare("spec", "ne", spec_of(definition, calendar)),
        )
    )
    with write.unit_of_work(in_chain(("sla",), context)) as inside:
        rows = inside.transaction.select(Query(CLOCK, filter, fields=FIELDS, limit=BATCH)).rows
        subjects = {s.id: s for s in find_subjects(sla.object, [r["record"] for r in rows], inside)}
        environment = build_environment(inside)
        world = World(inside.transaction, inside.manifest, environment)
        commands: list[Command] = []
        for row in rows:
            clock, subject = clock_of(row), subjects.get(row["record"])
            if clock is None or subject is None:
                commands.append(Delete(CLOCK, row["id"]))
                continue
            get = world.reader(plan_of(inside.manifest, sla.object), subject.values)
            facts = facts_of(sla, definition, get, environment)
            try:
                counted = count_anew(clock, facts.target, calendar) if facts.target else None
                now = advance(counted, facts, inside.clock(), calendar) if counted else None
            except NoEnd:
                now = None
            if now is None:
                commands.append(Delete(CLOCK, row["id"]))
                continue
            commands.append(Update(CLOCK, row["id"], values_of(now, definition, 0, calendar)))
            kept = kept_values(now, definition, inside.clock(), calendar)
            if kept:
                commands.append(Update(sla.object, row["record"], kept))
        if commands:
            write.write_many(commands, inside, atomic=False, values=False)
    return len(rows)
