"""Approvals that a seed begins over the records it made, so that a demonstration has some at every point of their way.

Asked for and decided in the name of the people whom they concern, through the same service as by hand.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from jimu.access.approvals import TASK
from jimu.access.loading import load_actor
from jimu.definitions.approvals.model import FlowDef
from jimu.errors import Forbidden, Invalid
from jimu.flows.approvals.keeping import Kept
from jimu.flows.approvals.model import RUNNING
from jimu.flows.approvals.service import Answer, Request, decide, fits, start
from jimu.flows.approvals.versions import current_flow
from jimu.hookspecs import hookimpl
from jimu.messages import Text
from jimu.records import Context
from jimu.records.write import unit_of_work
from jimu.storage.query import Compare, Query

_WAIT = "wait"
_MOST_ANSWERS = 20


@hookimpl
def jimu_seeded(step: Mapping[str, Any], ids: Sequence[int], context: Context) -> None:
    """Ask for what the step's ``approvals`` says, for the first ``most`` of ``ids`` that the flow is for."""
    spec = step.get("approvals")
    if not spec or not ids:
        return
    flow = current_flow(context.manifest, spec["flow"])
    chance = Random(zlib.crc32(f"{flow.name} {len(ids)}".encode()))  # noqa: S311 (demo data)
    left = int(spec.get("most", 10))
    for id in ids:
        if not left:
            break
        try:
            with unit_of_work(context) as inner:
                left -= _run(flow, id, inner, spec.get("answers") or {}, chance)
        except (Forbidden, Invalid):
            continue  # nobody could be asked: there is none over this record


def _run(flow: FlowDef, id: int, context: Context, answers: Mapping[str, Any], chance: Random) -> bool:
    """Ask for one and let those who are asked answer, until somebody lets it wait. False: the flow is not for it."""
    owner = context.transaction.fetch(flow.object, [id], ("owner",))[id]["owner"]
    asker = _as(owner, context) if owner else None
    if asker is None or not fits(flow, Request(flow.object, id, flow.name), asker):
        return False
    kept = start(Request(flow.object, id, flow.name), asker).approval
    for _ in range(_MOST_ANSWERS):
        answer = _drawn(answers, chance)
        task = _next_task(kept, context)
        person = _as(task["holder"], context) if task else None
        if answer == _WAIT or task is None or person is None:
            break
        comment = Text.of((answers[answer] or {}).get("comment") or "").get(person.actor.locale)
        given = "done" if task["kind"] == "handle" else answer
        kept = decide(task["id"], Answer(given, comment), person).approval
        if kept.run.state != RUNNING:
            break
    return True


def _as(person: int, context: Context) -> Context | None:
    """The context in which that person acts; None: they are not active."""
    actor = load_actor(context.transaction, context.manifest, person, via="seed", at=context.clock())
    return None if actor is None else replace(context, actor=actor)


def _drawn(answers: Mapping[str, Any], chance: Random) -> str:
    weights = [float((spec or {}).get("weight", 1)) for spec in answers.values()]
    return chance.choices(list(answers), weights)[0] if answers else _WAIT


def _next_task(kept: Kept, context: Context) -> Mapping[str, Any] | None:
    """The task that was opened first of those that wait for one person."""
    condition = Compare("approval", "eq", kept.id) & Compare("state", "eq", "pending")
    rows = context.transaction.select(Query(TASK, condition, fields=("holder", "kind"))).rows
    return next((row for row in rows if row["holder"]), None)
