"""Runs: a mass change as its record tells of it, and the results of its batches. Written by the engine alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jimu.bulk.changing import as_engine
from jimu.bulk.model import AT_ONCE, Item, MassRequest
from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, ListRequest, read, write
from jimu.records.commands import Create, Record, Update
from jimu.translation import translator

RUN, BATCHES, NOTIFICATION = "mass_change", "mass_batch", "notification"
_SUBJECT_LENGTH = 255
_PROBLEM_LENGTH = 5_000


@dataclass(frozen=True)
class Run:
    """``handled`` = ``changed`` + ``unchanged`` + ``failures``. ``progress``: where the next batch begins.

    ``request`` None: it takes back the run ``undoes``.
    """

    id: int
    version: int
    owner: int
    subject: str
    object: str
    action: str
    state: str
    total: int
    handled: int
    changed: int
    unchanged: int
    failures: int
    progress: str
    problem: str
    request: MassRequest | None
    undoes: int | None
    undone_by: int | None

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def is_job(self) -> bool:
        """Whether it is done while nobody waits for it."""
        return self.total > AT_ONCE

    @property
    def can_undo(self) -> bool:
        return self.action != "undo" and not self.is_running and self.changed > 0 and self.undone_by is None


def load_run(id: int, context: Context) -> Run:
    """Raises NotFound if there is none, or it is not the actor's."""
    if RUN not in context.manifest.objects:
        raise NotFound(Message("There is no such record."))
    record = read.get(RUN, id, context, titles=False)
    if not record.values.get("action") or not record.values.get("state"):
        raise NotFound(Message("There is no such record."))  # one that somebody made by hand is none
    return run_of(record)


def run_of(record: Record) -> Run:
    v = record.values
    plan = v.get("plan")
    return Run(
        record.id,
        record.version,
        v["owner"],
        v.get("subject") or "",
        v["of_object"],
        v["action"],
        v["state"],
        v.get("total") or 0,
        v.get("handled") or 0,
        v.get("succeeded") or 0,
        v.get("unchanged") or 0,
        v.get("failures") or 0,
        v.get("progress") or "",
        v.get("problem") or "",
        MassRequest.load(plan) if plan else None,
        v.get("undoes"),
        v.get("undone_by"),
    )


def create_run(subject: Message, values: dict[str, Any], unit: Context) -> int:
    """A new run of the actor; its id."""
    told = subject.render(translator(unit.actor.locale))[:_SUBJECT_LENGTH]
    owned = {"owner": unit.actor.id, "subject": told, "state": "running", "all_or_nothing": False}
    return write.write(Create(RUN, {**owned, **values}), as_engine(unit)).id


def note_batch(run: Run, items: Sequence[Item], after: str, unit: Context) -> None:
    """What a batch did, in its own transaction: once, however often it is tried. ``after`` '': it was the last.

    Raises StaleVersion when another worker, or whoever stopped the run, came before.
    """
    counts = Counter(_kind(item) for item in items)
    if items:
        values = {
            "run": run.id,
            "number": run.handled,
            "failures": counts["failures"],
            "items": [item.dump() for item in items],
        }
        write.write(Create(BATCHES, values), as_engine(unit))
    changes: dict[str, Any] = {
        "handled": run.handled + len(items),
        "succeeded": run.changed + counts["changed"],
        "unchanged": run.unchanged + counts["unchanged"],
        "failures": run.failures + counts["failures"],
        "progress": after,
    }
    update_run(run, changes, unit)


def update_run(run: Run, values: dict[str, Any], unit: Context) -> None:
    write.write(Update(RUN, run.id, values, run.version), as_engine(unit))


def end_run(run: Run, state: str, unit: Context, problem: Message | None = None) -> None:
    """The run is over; who did not wait for it is told."""
    say = translator(unit.actor.locale)
    values: dict[str, Any] = {"state": state, "finished_at": unit.clock()}
    if problem is not None:
        values["problem"] = problem.render(say)[:_PROBLEM_LENGTH]
    update_run(run, values, unit)
    if run.is_job and state != "stopped":
        text = Message(
            "{changed} changed, {unchanged} unchanged, {failures} failed.",
            {"changed": run.changed, "unchanged": run.unchanged, "failures": run.failures},
        )
        told = {
            "owner": run.owner,
            "subject": run.subject,
            "text": f"{text.render(say)} {values.get('problem', '')}".strip(),
            "reason": RUN,
            "record": run.id,
        }
        write.write(Create(NOTIFICATION, told), as_engine(unit))


def failures_of(run: Run, context: Context, limit: int) -> list[Item]:
    """The records that failed, in the order in which they were tried. ``run`` was loaded for who asks."""
    found: list[Item] = []
    after: str | None = None
    while len(found) < limit:
        page = read.list_records(
            ListRequest(
                BATCHES,
                where=f"run == '{encode_id(run.id)}' and failures > 0",
                order=("number",),
                fields=("items",),
                limit=50,
                after=after,
                titles=False,
            ),
            as_engine(context),
        )
        for record in page.records:
            found += [item for item in map(Item.load, record.values["items"]) if item.status == "failed"]
        after = page.next
        if after is None:
            break
    return found[:limit]


def batch_before(run: int, number: int | None, context: Context) -> tuple[int, list[Item]] | None:
    """The last batch of ``run`` (before the one called ``number``): its number and items."""
    before = f" and number < {number}" if number is not None else ""
    request = ListRequest(
        BATCHES,
        where=f"run == '{encode_id(run)}'{before}",
        order=("-number",),
        fields=("number", "items"),
        limit=1,
        titles=False,
    )
    for record in read.list_records(request, as_engine(context)).records:
        return record.values["number"], [Item.load(item) for item in record.values["items"]]
    return None


def _kind(item: Item) -> str:
    if item.status == "failed":
        return "failures"
    return "unchanged" if item.status == "unchanged" else "changed"
