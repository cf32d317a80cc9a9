"""Approvals as pages show them: the inbox, and one approval with graph and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.errors import Forbidden, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.batches import is_batchable
from jimu.flows.approvals.inbox import Box, Item
from jimu.flows.approvals.panel import Panel, Place, TaskView
from jimu.flows.approvals.seen import readable_fields
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.admin_graph import Drawing, draw, draw_down
from jimu.web.pages.approval_choices import ChoiceRow, choice_rows, people
from jimu.web.pages.approval_words import ENTRIES, REASONS, SOMEBODY_OF, STATES, TASK_STATES, UNTOLD, WAYS
from jimu.web.pages.display import Shown
from jimu.web.pages.inbox_facts import Facts, facts_of
from jimu.web.pages.list_peek import build_peek
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record_fields import ShownField


@dataclass(frozen=True, slots=True)
class InboxRow:
    item: Item
    href: str
    title: str
    flow: str
    kind: str
    state: str
    color: str
    who: Person
    since: When | None
    due: When | None
    is_late: bool
    node: str
    for_whom: Person | None
    task: str
    can_batch: bool
    facts: Sequence[ShownField] = ()


@dataclass(frozen=True, slots=True)
class StepRow:
    """One person's share."""

    task: TaskView
    who: Person
    state: str
    color: str
    reason: str
    at: When | None
    due: When | None
    is_late: bool
    is_added: bool
    choices: Sequence[ChoiceRow] = ()


@dataclass(frozen=True, slots=True)
class StageRow:
    place: Place
    css: str
    tasks: list[StepRow]


@dataclass(frozen=True, slots=True)
class EntryRow:
    who: Person
    behalf: Person | None
    what: str
    node: str
    comment: str
    at: When | None
    changed: str
    way: str = ""
    signature: str = ""


@dataclass
class ApprovalPage:
    panel: Panel
    href: str
    title: str
    flow: str
    record_href: str
    state: str
    color: str
    submitter: Person
    since: When | None
    steps: list[StageRow]
    entries: list[EntryRow]
    mine: list[StepRow]
    drawing: Drawing
    tall: Drawing
    node_states: Mapping[str, str]
    labels: Mapping[str, str]
    people: list[tuple[int, str]]
    nodes: list[tuple[str, str]]
    cause: str


def inbox_rows(found: Box | Sequence[Item], reader: Reader) -> list[InboxRow]:
    items = found.items if isinstance(found, Box) else found
    titles = read.resolve_titles({i for x in items for i in (x.submitter, x.behalf) if i}, reader.context)
    facts = facts_of(items, reader)
    return [_inbox_row(item, titles, facts, reader) for item in items]


def _inbox_row(item: Item, titles: Mapping[int, str], facts: Facts, reader: Reader) -> InboxRow:
    flow = reader.manifest.all("approval").get(item.flow)
    label, color = TASK_STATES.get(item.task_state, STATES.get(item.state, STATES["running"]))
    if not item.task:
        label, color = STATES.get(item.state, STATES["running"])
    now = reader.context.clock()
    node = flow.nodes.get(item.node or item.at_nodes) if flow else None
    object = reader.manifest.objects.get(item.object)
    return InboxRow(
        item,
        f"/approvals/{encode_id(item.approval)}",
        item.subject,
        reader.label(flow.label) if flow else item.flow,
        reader.label(object.label) if object else item.object,
        reader.render(label),
        color,
        person_of(item.submitter, titles, reader),
        when_of(item.since, reader) if item.since else None,
        when_of(item.due, reader) if item.due else None,
        bool(item.due and item.due < now and item.state == "running"),
        reader.label(node.label) if node else item.node or item.at_nodes,
        person_of(item.behalf, titles, reader) if item.behalf else None,
        encode_id(item.task) if item.task else "",
        bool(item.task) and item.task_state == "pending" and flow is not None and is_batchable(flow, item.node),
        facts.get(item.record or 0, ()),
    )


def approval_page(found: Panel, reader: Reader) -> ApprovalPage:
    ids = {i for t in found.tasks for i in (t.person, t.holder, t.decided_by, t.behalf) if i}
    ids |= {i for e in found.entries for i in (e["by"], e["behalf"], e["person"]) if i}
    titles = read.resolve_titles({*ids, found.run.submitter}, reader.context)
    record = found.row.get("record")
    label, color = STATES.get(found.run.state, STATES["running"])
    tasks = [_step(t, titles, reader) for t in found.tasks]
    labels = {p.name: p.label for p in found.places}
    edges = [(p.name, n) for p in found.places for n in p.next if n in labels]
    linked, reached = {n for edge in edges for n in edge}, {p.name for p in found.places if p.state}
    drawn = {n: label for n, label in labels.items() if n in linked or n in reached}
    created, about = found.row.get("created_at"), _labels(found, reader)
    return ApprovalPage(
        found,
        f"/approvals/{encode_id(found.id)}",
        str(found.row.get("subject") or reader.label(found.flow.label)),
        reader.label(found.flow.label),
        record_url(found.flow.object, record) if record else "",
        reader.render(label),
        color,
        person_of(found.run.submitter, titles, reader),
        when_of(created, reader) if created else None,
        [StageRow(p, f"step-{p.state or 'ahead'}", [t for t in tasks if t.task.node == p.name]) for p in found.places],
        [_entry(e, labels, titles, about, reader) for e in reversed(found.entries) if e["action"] not in UNTOLD],
        [t for t in tasks if set(t.task.may) - {"reassign"}],
        draw(drawn, edges),
        draw_down(drawn, edges),
        {p.name: p.state or "ahead" for p in found.places},
        labels,
        people(reader),
        [(p.name, p.label) for p in found.places if p.type in ("approve", "handle")],
        str(found.run.cause or ""),
    )


def _step(task: TaskView, titles: Mapping[int, str], reader: Reader) -> StepRow:
    label, color = TASK_STATES.get(task.state, (Message("{text}", {"text": task.state}), "gray"))
    who = person_of(task.holder or task.person, titles, reader)
    if not (task.holder or task.person):
        pool = task.pool.partition(":")[2] or task.pool
        role = reader.manifest.roles.get(pool)
        name = reader.label(role.label) if role else pool
        who = Person(reader.render(Message(SOMEBODY_OF.template, {"pool": name})), "")
    reason = REASONS.get(task.reason)
    return StepRow(
        task,
        who,
        reader.render(label),
        color,
        reader.render(reason) if reason else "",
        when_of(task.decided_at, reader) if task.decided_at else None,
        when_of(task.due, reader) if task.due else None,
        bool(task.due and task.due < reader.context.clock() and task.state in ("pending", "delegated")),
        bool(task.relation),
        choice_rows(task.picks, reader) if set(task.may) & {"approve", "done"} else (),
    )


def _entry(
    row: Mapping[str, Any],
    labels: Mapping[str, str],
    titles: Mapping[int, str],
    about: Mapping[str, str],
    reader: Reader,
) -> EntryRow:
    """``about``: the fields of the record that the reader may read, by their labels."""
    details = row["details"] or {}
    action = str(row["action"])
    message = ENTRIES.get(str(details.get("answer") or "")) or ENTRIES.get(action)
    what = reader.render(message) if message else action
    if action == "asked" and row["person"]:
        what = f"{what}: {person_of(row['person'], titles, reader).name}"
    read = [f"{about[n]}: {v}" for n, v in (details.get("values") or {}).items() if n in about and type(v) is str]
    what = f"{what} ({', '.join(read)})" if read else what
    return EntryRow(
        person_of(row["by"], titles, reader),
        person_of(row["behalf"], titles, reader) if row["behalf"] else None,
        what,
        labels.get(row["node"] or "", ""),
        str(row["text"] or ""),
        when_of(row["at"], reader) if row["at"] else None,
        ", ".join(about[n] for n in details.get("changes") or {} if n in about),
        reader.render(WAYS[details["via"]]) if details.get("via") in WAYS else "",
        str(details.get("signature") or ""),
    )


def _labels(found: Panel, reader: Reader) -> dict[str, str]:
    names = readable_fields(found.flow.object, found.row.get("record"), reader.context)
    fields = reader.manifest.objects[found.flow.object].fields
    return {n: reader.label(fields[n].label) for n in names if n in fields}


def record_facts(found: Panel, reader: Reader) -> list[tuple[str, Shown]]:
    """The record as its page says it first, without what an open step hides; [] if it may not be read."""
    record = found.row.get("record")
    hidden = {n for t in found.tasks for n, level in (t.fields or {}).items() if level == "hidden"}
    try:
        peek = build_peek(found.flow.object, record, reader, without=hidden) if record else None
    except (NotFound, Forbidden):
        return []
    return [*peek.highlights, *peek.fields] if peek else []
