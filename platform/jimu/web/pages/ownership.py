"""Who has a record and had it before: the panel beside it, and what can be done about its owner just now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from jimu.definitions.kinds.pool import PoolDef
from jimu.fieldtypes.ids import encode_id
from jimu.flows.assignments import accepts_for
from jimu.flows.pools import next_return
from jimu.flows.pools.membership import may_enter, may_manage
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.ownership import pools_for
from jimu.records.pools import keeps_owner
from jimu.records.reading import reading
from jimu.records.requests import ListRequest
from jimu.web.pages.model import Action
from jimu.web.pages.moments import When, day_of, when_of
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.pools import can_claim
from jimu.web.pages.reader import Reader, record_url

MOST_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class OwnershipEntry:
    """One change of hands, in words."""

    what: str
    css: str
    who: Person
    person: Person | None
    before: Person | None
    at: When | None
    lines: tuple[str, ...]


@dataclass
class OwnershipPanel:
    entries: list[OwnershipEntry]
    goes_back: str = ""
    rule: str = ""
    advice: str = ""


def pool_of_record(record: Record, reader: Reader) -> PoolDef | None:
    """The pool that answers for the record; None where its object has no pools."""
    if not any(p.object == record.object for p in reader.manifest.all("pool").values()):
        return None
    with reading(reader.context) as transaction:
        return pools_for(record.object, [record.id], replace(reader.context, transaction=transaction)).get(record.id)


def owner_actions(record: Record, reader: Reader) -> list[Action]:
    """What the reader can do about the record's owner: claim, take up, return, assign."""
    if not keeps_owner(reader.manifest, record.object) or reader.actor.viewed_by is not None:
        return []
    href, say = record_url(record.object, record.id), reader.render
    owner, pool = record.values.get("owner"), pool_of_record(record, reader)
    found = []
    if owner is not None and owner == reader.actor.id and accepts_for(record.id, reader.context) is not None:
        found.append(Action(say(Message("Take up")), f"{href}/accept", "check", "primary", "post"))
    if pool is None or not may_enter(pool, reader.context):
        return found
    manages = may_manage(pool, reader.context)
    if owner is None:
        if can_claim(pool, reader):
            found.append(Action(say(Message("Claim")), f"/pool/{pool.name}/claim", "hand-grab", "primary", "post"))
        if manages:
            found.append(Action(say(Message("Assign")), f"{href}/assign", "user-plus"))
    elif owner == reader.actor.id:
        found.append(Action(say(Message("Return to the pool")), f"{href}/return", "arrow-back-up"))
    elif manages:
        found.append(Action(say(Message("Take back into the pool")), f"{href}/return", "arrow-back-up"))
    return found


def ownership_panel(record: Record, reader: Reader) -> OwnershipPanel:
    """Who had the record, the latest first, and when it goes back by rule."""
    where = f"record == {encode_id(record.id)!r}"
    request = ListRequest("claim", where=where, order=("-at", "-id"), limit=MOST_ENTRIES)
    entries = [_entry(r, reader) for r in read.list_records(request, reader.context).records]
    panel = OwnershipPanel(entries)
    due = next_return(record.object, record.id, reader.context) if record.values.get("owner") is not None else None
    if due is not None and due.day is not None:
        panel.goes_back = day_of(due.day, reader)
        panel.rule, panel.advice = reader.label(due.rule.label), reader.label(due.rule.advice)
    return panel


def _entry(record: Record, reader: Reader) -> OwnershipEntry:
    values = record.values
    field = reader.manifest.objects["claim"].fields["action"]
    choice = field.choice(values["action"] or "")
    return OwnershipEntry(
        reader.label(choice.label) if choice else "",
        f"choice-{choice.color}" if choice and choice.color else "badge-plain",
        person_of(values["by"], record.titles, reader),
        person_of(values["person"], record.titles, reader) if values["person"] else None,
        person_of(values["previous_owner"], record.titles, reader) if values["previous_owner"] else None,
        when_of(values["at"], reader) if values["at"] else None,
        tuple(_lines(values, reader)),
    )


def _lines(values: Any, reader: Reader) -> list[str]:
    lines = []
    pool = reader.manifest.all("pool").get(values["pool"] or "")
    if pool is not None:
        lines.append(reader.label(pool.label))
        rule = next((r for r in pool.returns if r.name == values["rule"]), None)
        reason = pool.reason(values["reason"] or "")
        lines += [reader.label(x.label) for x in (rule, reason) if x is not None]
    assignment = reader.manifest.all("assignment").get(values["rule"] or "")
    if assignment is not None:
        lines.append(reader.label(assignment.label))
    lines += [values[name] for name in ("why", "note") if values[name]]
    state = reader.manifest.objects["claim"].fields["state"].choice(values["state"] or "")
    if state is not None:
        lines.append(reader.label(state.label))
    return lines
