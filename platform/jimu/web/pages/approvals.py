"""Approvals as pages show them: the inbox, one approval with graph and history, the way ahead before asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.access.fields import MASK, NONE, field_access
from jimu.access.loading import organisation_at
from jimu.errors import Forbidden, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals.foreseeing import Forecast
from jimu.flows.approvals.inbox import Box, Item
from jimu.flows.approvals.panel import Panel, Place, TaskView
from jimu.messages import Message
from jimu.records import read
from jimu.records.reading import reading
from jimu.web.pages.admin_graph import Drawing, draw
from jimu.web.pages.display import Shown
from jimu.web.pages.inbox_facts import Facts, facts_of
from jimu.web.pages.list_peek import build_peek
from jimu.web.pages.moments import When, when_of
from jimu.web.pages.people import Person, person_of
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record_fields import ShownField

MOST_PEOPLE = 1000

BOX_LABELS: Mapping[str, Message] = {
    "pending": Message("To decide"),
    "done": Message("Decided"),
    "copies": Message("Copies"),
    "mine": Message("Asked by me"),
}
STATES: Mapping[str, tuple[Message, str]] = {
    "draft": (Message("Draft"), "gray"),
    "running": (Message("Running"), "blue"),
    "returned": (Message("Returned"), "orange"),
    "suspended": (Message("Suspended"), "gray"),
    "error": (Message("Stuck"), "red"),
    "approved": (Message("Approved"), "green"),
    "rejected": (Message("Rejected"), "red"),
    "withdrawn": (Message("Withdrawn"), "gray"),
    "terminated": (Message("Ended by an administrator"), "gray"),
    "expired": (Message("Expired"), "gray"),
    "revoked": (Message("Revoked"), "purple"),
}
TASK_STATES: Mapping[str, tuple[Message, str]] = {
    "waiting": (Message("Not yet asked"), "gray"),
    "pending": (Message("To decide"), "blue"),
    "delegated": (Message("Asked for an opinion"), "azure"),
    "approved": (Message("Approved"), "green"),
    "rejected": (Message("Rejected"), "red"),
    "returned": (Message("Returned"), "orange"),
    "transferred": (Message("Handed on"), "gray"),
    "cancelled": (Message("No longer needed"), "gray"),
    "auto_passed": (Message("Passed by itself"), "green"),
    "auto_rejected": (Message("Rejected by itself"), "red"),
    "expired": (Message("Time ran out"), "gray"),
    "done": (Message("Done"), "green"),
}
REASONS: Mapping[str, Message] = {
    "decided-by-other": Message("somebody else decided"),
    "node-rejected": Message("the step was rejected"),
    "returned-past": Message("it was returned"),
    "withdrawn": Message("it was withdrawn"),
    "removed": Message("taken away"),
    "duplicate": Message("approved already"),
    "self": Message("who asks does not decide"),
    "empty": Message("nobody to ask"),
    "timeout": Message("time ran out"),
    "admin": Message("by an administrator"),
    "reclaimed": Message("taken back"),
    "branch-cancelled": Message("another branch decided"),
    "left": Message("has left"),
    "ended": Message("it ended"),
    "delegated": Message("an opinion was asked"),
    "kept": Message("kept"),
    "taken": Message("somebody else took it"),
    "voided": Message("a change made it void"),
}
ENTRIES: Mapping[str, Message] = {
    "submitted": Message("asked for approval"),
    "resubmitted": Message("handed it in again"),
    "approve": Message("approved"),
    "reject": Message("rejected"),
    "done": Message("said that it is done"),
    "return": Message("returned it"),
    "transfer": Message("handed it on"),
    "delegate": Message("asked for an opinion"),
    "opinion": Message("gave an opinion"),
    "recall": Message("took back what was delegated"),
    "add": Message("added people"),
    "remove": Message("took somebody away"),
    "reclaim": Message("took the decision back"),
    "claim": Message("took it on"),
    "unclaim": Message("gave it back"),
    "reassign": Message("gave it to somebody else"),
    "withdrawn": Message("withdrew it"),
    "urge": Message("reminded"),
    "reminded": Message("reminded"),
    "comment": Message("said"),
    "copied": Message("sent copies"),
    "jump": Message("went to a step"),
    "terminate": Message("ended it"),
    "suspend": Message("stopped it for a while"),
    "continue": Message("let it go on"),
    "repair": Message("tried again what failed"),
    "migrate": Message("moved it to a newer version of the flow"),
    "revoked": Message("revoked it"),
    "signal": Message("told what was waited for"),
    "branch": Message("took a branch"),
    "asked": Message("asked"),
    "empty": Message("found nobody to ask"),
    "passed": Message("passed the step by itself"),
    "replaced": Message("asked somebody else instead"),
    "rejected_at": Message("ended the step as rejected"),
    "returned_to_submitter": Message("gave it back to whoever asked"),
    "voided": Message("changed what approvals rest on; they are void"),
    "restored": Message("took the change back"),
    "route_changed": Message("chose another way"),
    "timeout": Message("noted that time ran out"),
    "time_passed": Message("went on after waiting"),
    "child_ended": Message("heard from another approval"),
    "error": Message("got stuck"),
    "ended": Message("brought it to its end"),
}
_WAYS: Mapping[str, Message] = {"email": Message("by e-mail link")}
# Bookkeeping: what follows from the entries beside it.
_UNTOLD = frozenset({"task_closed", "entered", "left", "agents", "children", "actions_done", "split"})
SOMEBODY_OF = Message("somebody of {pool}")


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
        bool(item.task) and item.task_state == "pending",
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
    created = found.row.get("created_at")
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
        [_entry(e, labels, titles, found, reader) for e in reversed(found.entries) if e["action"] not in _UNTOLD],
        [t for t in tasks if set(t.task.may) - {"reassign"}],
        draw({n: label for n, label in labels.items() if n in linked or n in reached}, edges),
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
    )


def _entry(
    row: Mapping[str, Any], labels: Mapping[str, str], titles: Mapping[int, str], found: Panel, reader: Reader
) -> EntryRow:
    details = row["details"] or {}
    action = str(row["action"])
    message = ENTRIES.get(str(details.get("answer") or "")) or ENTRIES.get(action)
    what = reader.render(message) if message else action
    if action == "asked" and row["person"]:
        what = f"{what}: {person_of(row['person'], titles, reader).name}"
    return EntryRow(
        person_of(row["by"], titles, reader),
        person_of(row["behalf"], titles, reader) if row["behalf"] else None,
        what,
        labels.get(row["node"] or "", ""),
        str(row["text"] or ""),
        when_of(row["at"], reader) if row["at"] else None,
        _changed(details.get("changes") or {}, found, reader),
        reader.render(_WAYS[details["via"]]) if details.get("via") in _WAYS else "",
        str(details.get("signature") or ""),
    )


def _changed(changes: Mapping[str, Any], found: Panel, reader: Reader) -> str:
    if not changes:
        return ""
    levels = field_access(reader.actor, reader.manifest, found.flow.object)
    fields = reader.manifest.objects[found.flow.object].fields
    names = [n for n in changes if levels.get(n, NONE) not in (NONE, MASK) and n in fields]
    return ", ".join(reader.label(fields[n].label) for n in names)


def record_facts(found: Panel, reader: Reader) -> list[tuple[str, Shown]]:
    """The record as its page says it first, without what an open step hides; [] if it may not be read."""
    record = found.row.get("record")
    hidden = {n for t in found.tasks for n, level in (t.fields or {}).items() if level == "hidden"}
    try:
        peek = build_peek(found.flow.object, record, reader, without=hidden) if record else None
    except (NotFound, Forbidden):
        return []
    return [*peek.highlights, *peek.fields] if peek else []


def people(reader: Reader, among: Iterable[str] = ()) -> list[tuple[int, str]]:
    """Active users by name, for choosing; ``among``: rules such as role:finance or user:a@b.c ('' or none: all)."""
    rules = [r for r in among if r]
    with reading(reader.context) as transaction:
        organisation = organisation_at(transaction, reader.manifest, at=reader.context.clock())
    roles = {r.partition(":")[2] for r in rules if r.startswith("role:")}
    named = {r.partition(":")[2].lower() for r in rules if r.startswith("user:")}
    known = len(roles) + len(named) == len(rules)
    found = [
        (p.id, p.name)
        for p in organisation.people.values()
        if p.active and (not rules or not known or roles & set(p.roles) or p.email.lower() in named)
    ]
    return sorted(found, key=lambda item: item[1])[:MOST_PEOPLE]


@dataclass(frozen=True, slots=True)
class ForeseenStep:
    label: str
    people: list[str]
    note: str


def foreseen_steps(forecast: Forecast, flow: Any, reader: Reader, *, with_due: bool = False) -> list[ForeseenStep]:
    """The way ahead: only the steps at which somebody is asked or told, and branches; ``with_due``: until when."""
    ids = {a.person for s in forecast.steps for a in s.people if a.person}
    titles = read.resolve_titles(ids, reader.context)
    found = []
    for step in forecast.steps:
        node = flow.nodes[step.node]
        names = [_asked(a, titles, reader) for a in step.people]
        if names or step.type in ("decision", "end", "cc"):
            note = _why(step, flow, reader)
            due = min((a.due for a in step.people if a.due), default=None) if with_due else None
            note = " · ".join(filter(None, (note, when_of(due, reader).full if due else "")))
            found.append(ForeseenStep(reader.label(node.label) or node.name, names, note))
    return found


def _asked(asked: Any, titles: Mapping[int, str], reader: Reader) -> str:
    if asked.person is None:
        pool = asked.pool.partition(":")[2]
        role = reader.manifest.roles.get(pool)
        params = {"pool": reader.label(role.label) if role else pool}
        return reader.render(Message(SOMEBODY_OF.template, params))
    name = person_of(asked.person, titles, reader).name
    reason = REASONS.get(asked.how)
    return f"{name} ({reader.render(reason)})" if reason else name


def _why(step: Any, flow: Any, reader: Reader) -> str:
    """Which branch was taken and by which condition, or why nobody is asked."""
    branches = getattr(flow.nodes[step.node], "branches", ())
    if step.why.isdecimal() and int(step.why) < len(branches):
        branch = branches[int(step.why)]
        to = flow.nodes[branch.to].label if branch.to else None
        words = reader.label(branch.label) or (branch.when.source if branch.when is not None else "")
        return " → ".join(filter(None, (words, (reader.label(to) if to else branch.to) or "")))
    reason = REASONS.get(step.why)
    return reader.render(reason) if reason else ""
