"""Notices about assignment: to whom was given something, and to managers where nobody could be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jimu.bulk.noting import as_engine
from jimu.definitions.kinds.assignment import AssignmentDef
from jimu.flows.pools.notices import Notice, send
from jimu.messages import Message
from jimu.records import Context

GIVEN = Message("{count} records were assigned to you ({pool})")
ONE_GIVEN = Message("Assigned to you: {title}")
TAKE_UP = Message("{title}: take it up until {when}, or it goes to somebody else.")
PLAIN = Message("{title}")
NOBODY = Message("Nobody can take {count} records of {pool}")
ONE_NOBODY = Message("Nobody can take {title}")


def tell_assigned(
    rule: AssignmentDef, given: Mapping[int, int], rows: Mapping[int, Any], until: datetime | None, context: Context
) -> None:
    """Tell each person what they were given by ``rule``, and until when they have to take it up."""
    by_person: dict[int, list[Mapping[str, Any]]] = {}
    for id, person in given.items():
        by_person.setdefault(person, []).append(rows[id])
    notices = []
    for person, records in by_person.items():
        lines = tuple(_line(r, until, context) for r in records) if until is not None else ()
        notices.append(Notice(person, GIVEN, ONE_GIVEN, rule, tuple(records), lines=lines))
    send(notices, as_engine(context))


def tell_managers(
    rule: AssignmentDef, pool: Any, people: Iterable[int], records: Sequence[Mapping[str, Any]], context: Context
) -> None:
    notices = [Notice(person, NOBODY, ONE_NOBODY, pool, tuple(records)) for person in people]
    send(notices, as_engine(context))


def _line(record: Mapping[str, Any], until: datetime | None, context: Context) -> Message:
    if until is None:
        return Message(PLAIN.template, {"title": record.get("title") or ""})
    zone = ZoneInfo(context.manifest.workspace.time_zone)
    when = until.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return Message(TAKE_UP.template, {"title": record.get("title") or "", "when": when})
