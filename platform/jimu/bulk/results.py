"""Runs: a unit as its record tells of it, and the results of its batches. Written by the engine alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from jimu.bulk.model import AT_ONCE, Item, MassRequest
from jimu.bulk.noting import as_engine
from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.messages import KeptMessage, Message, Translator, keep_message, kept_message
from jimu.records import Context, ListRequest, read, write
from jimu.records.commands import Create, Record, Update
from jimu.records.rollups_due import work_some_off
from jimu.translation import translator

RUN, BATCHES, NOTIFICATION = "mass_change", "mass_batch", "notification"
_SUBJECT_LENGTH = 255
_PROBLEM_LENGTH = 5_000
_BATCH_BYTES = 700_000
"""Of the items that lie in one record of ``mass_batch``, whose field takes up to a MiB."""


@dataclass(frozen=True)
class Run:
    """``handled`` = ``changed`` + ``unchanged`` + ``skipped`` + ``failures``; ``changed`` has ``made`` in it;
    ``related`` records were changed along with others and are counted apart. ``progress``: where the next batch begins.

    ``request`` None: it is no change of a selection. ``plan``: what was asked for, as JSON. ``carry``: of an undo, the
    versions that it made itself of records which the other had touched more than once. ``subject`` and ``problem`` are
    in the language of whoever began it; ``told``: the same as kept messages, for readers of another one.
    """

    id: int
    version: int
    owner: int | None
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
    made: int = 0
    skipped: int = 0
    related: int = 0
    forgotten: bool = False
    begun: datetime | None = None
    plan: Mapping[str, Any] = field(default_factory=dict)
    carry: Mapping[str, Any] = field(default_factory=dict)
    told: Mapping[str, KeptMessage] = field(default_factory=dict)

    def subject_in(self, say: Translator) -> str:
        """The subject in the language of ``say``."""
        return self._in("subject", self.subject, say)

    def problem_in(self, say: Translator) -> str:
        return self._in("problem", self.problem, say)

    def _in(self, name: str, kept: str, say: Translator) -> str:
        return kept_message(self.told[name]).render(say) if name in self.told else kept

    @property
    def is_running(self) -> bool:
        return self.state == "running"

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "stopped", "failed")

    @property
    def is_job(self) -> bool:
        """Whether it is done while nobody waits for it."""
        return self.total > AT_ONCE

    @property
    def noted(self) -> int:
        """How many items have been noted."""
        return self.handled + self.related

    @property
    def can_undo(self) -> bool:
        return self.is_over and self.changed + self.related > 0 and self.undone_by is None and not self.forgotten


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
    plan = v.get("plan") or {}
    return Run(
        record.id,
        record.version,
        v.get("owner"),
        v.get("subject") or "",
        v.get("of_object") or "",
        v["action"],
        v["state"],
        v.get("total") or 0,
        v.get("handled") or 0,
        v.get("succeeded") or 0,
        v.get("unchanged") or 0,
        v.get("failures") or 0,
        v.get("progress") or "",
        v.get("problem") or "",
        MassRequest.load(plan) if "selection" in plan else None,
        v.get("undoes"),
        v.get("undone_by"),
        v.get("made") or 0,
        v.get("skipped") or 0,
        v.get("related") or 0,
        bool(v.get("forgotten")),
        v.get("created_at"),
        plan,
        v.get("carry") or {},
        v.get("told") or {},
    )


def tells_all(context: Context) -> bool:
    """Whether units keep their texts for every language: not before a revision of this version is applied."""
    return "told" in context.manifest.object(RUN).fields


def create_run(subject: Message | str, values: Mapping[str, Any], unit: Context) -> int:
    """A new run of the actor; its id."""
    message = kept_message(subject) if isinstance(subject, str) else subject
    text = message.render(translator(unit.actor.locale))
    owned: dict[str, Any] = {"owner": unit.actor.id or None, "subject": text[:_SUBJECT_LENGTH], "state": "running"}
    # What may be looked for in the subject, as the names of persons who are to be forgotten, is nowhere else.
    if len(text) <= _SUBJECT_LENGTH and tells_all(unit):
        owned["told"] = {"subject": keep_message(message)}
    return write.write(Create(RUN, {"all_or_nothing": False, **owned, **values}), as_engine(unit)).id


def note_items(run: Run, items: Sequence[Item], unit: Context, **more: Any) -> Run:
    """Note what was done, in its own transaction: once, however often it is tried. ``more``: further values of the run.

    Raises StaleVersion when another worker, or whoever stopped the run, came before.
    """
    write.write_many(_batches_of(run, items), as_engine(unit), values=False)
    counts = Counter(kind for item in items for kind in _kinds(item))
    changes: dict[str, Any] = {
        "handled": run.handled + sum(not item.along for item in items),
        "succeeded": run.changed + counts["changed"],
        "made": run.made + counts["made"],
        "unchanged": run.unchanged + counts["unchanged"],
        "skipped": run.skipped + counts["skipped"],
        "failures": run.failures + counts["failures"],
        "related": run.related + sum(item.along for item in items),
    }
    return update_run(run, {**changes, **more}, unit)


def _batches_of(run: Run, items: Sequence[Item]) -> list[Create]:
    """The items in as many records as they need."""
    made: list[Create] = []
    dumped: list[Any] = []
    size = failures = 0
    for place, item in enumerate(items):
        dumped.append(item.dump())
        size += len(orjson.dumps(dumped[-1]))
        failures += item.status == "failed"
        if size > _BATCH_BYTES or place == len(items) - 1:
            number = run.noted + place + 1 - len(dumped)
            values = {"run": run.id, "number": number, "failures": failures, "items": dumped}
            made.append(Create(BATCHES, values))
            dumped, size, failures = [], 0, 0
    return made


def update_run(run: Run, values: Mapping[str, Any], unit: Context) -> Run:
    """The run as it is then. Raises StaleVersion if it is another one by now."""
    return run_of(write.write(Update(RUN, run.id, dict(values), run.version), as_engine(unit)))


def end_run(run: Run, state: str, unit: Context, problem: Message | None = None) -> Run:
    """The run is over; who did not wait for it is told. Roll-ups that it left are right by then, or (of very many
    records) soon after: whoever carries it on works off the rest.
    """
    if unit.rollups_later:
        work_some_off(unit)
    say = translator(unit.actor.locale)
    values: dict[str, Any] = {"state": state, "finished_at": unit.clock()}
    if problem is not None:
        values["problem"] = problem.render(say)[:_PROBLEM_LENGTH]
        if tells_all(unit):
            values["told"] = {**run.told, "problem": keep_message(problem)}
    if run.total < run.handled:
        values["total"] = run.handled
    over = update_run(run, values, unit)
    if run.is_job and state != "stopped" and run.owner:
        _tell(over, unit)
    return over


def _tell(run: Run, unit: Context) -> None:
    say = translator(unit.actor.locale)
    text = Message(
        "{changed} changed, {unchanged} unchanged, {failures} failed.",
        {"changed": run.changed, "unchanged": run.unchanged + run.skipped, "failures": run.failures},
    )
    told = {
        "owner": run.owner,
        "subject": run.subject,
        "text": f"{text.render(say)} {run.problem}".strip(),
        "reason": RUN,
        "record": run.id,
    }
    write.write(Create(NOTIFICATION, told), as_engine(unit))


def items_of_run(run: int, context: Context, only: str = "") -> Iterator[Item]:
    """All items of a run, in the order in which they were noted. ``only``: a condition on the batches."""
    after: str | None = None
    also = f" and {only}" if only else ""
    while True:
        page = read.list_records(
            ListRequest(
                BATCHES,
                where=f"run == '{encode_id(run)}'{also}",
                order=("number",),
                fields=("items",),
                limit=20,
                after=after,
                titles=False,
            ),
            as_engine(context),
        )
        for record in page.records:
            yield from map(Item.load, record.values["items"])
        after = page.next
        if after is None:
            return


def failures_of(run: Run, context: Context, limit: int) -> list[Item]:
    """The records that failed, in the order in which they were tried. ``run`` was loaded for who asks."""
    found: list[Item] = []
    for item in items_of_run(run.id, context, "failures > 0"):
        if item.status == "failed":
            found.append(item)
            if len(found) >= limit:
                break
    return found


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


def _kinds(item: Item) -> tuple[str, ...]:
    """What an item counts as."""
    if item.along:
        return ()
    if item.status == "failed":
        return ("failures",)
    if item.status in ("unchanged", "skipped"):
        return (item.status,)
    return ("changed", "made") if item.status == "created" else ("changed",)
