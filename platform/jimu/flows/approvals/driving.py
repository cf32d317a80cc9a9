"""One event of one approval, from the locked record to everything written: state, history, effects, notices, children.

Runs inside a transaction that its caller holds (``service``); whatever raises takes all of it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from jimu.access import SYSTEM
from jimu.access.approvals import APPROVAL
from jimu.definitions.approvals.model import FlowDef, PeopleNode, SubFlowNode
from jimu.errors import Conflict, Invalid, JimuError, Problem
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.approvals.dump import dump
from jimu.flows.approvals.effects import carry_out, item_of, problem_text, reason_of, take_back
from jimu.flows.approvals.engine import advance, new_run
from jimu.flows.approvals.events import ActionsDone, ChildEnded, Decide, Event, Restored, Revoked, Submit, Terminate
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.keeping import Kept, key_of, load, store
from jimu.flows.approvals.line_fields import line_updates, split_changes
from jimu.flows.approvals.model import APPROVED, Effect, Entry, Run
from jimu.flows.approvals.notices import notices
from jimu.flows.approvals.versions import current_flow, keep_version
from jimu.messages import Message
from jimu.records import Context, Create, Update, write
from jimu.storage.query import Compare, Query


@dataclass(frozen=True)
class Done:
    """``entry``: the number of the entry of history that tells of the event; ``repeated``: it was known already."""

    approval: Kept
    entry: int
    repeated: bool = False


def drive(kept: Kept, event: Event, context: Context) -> Done:
    """Work ``event`` off. Raises the JimuError of what is refused."""
    facts = _facts(kept, kept.run, event, context)
    if isinstance(event, Decide) and event.changes:
        tried = advance(kept.flow, kept.run, event, facts)  # refuses what may not be done before anything is written
        if tried.repeated:
            return Done(kept, tried.entry, repeated=True)
        event = replace(event, changed=_write_changes(kept, event, context))
    state = _Driving(kept, context)
    first = state.feed(event)
    if first.repeated:
        return Done(kept, first.entry, repeated=True)
    stored = store(kept, state.run, state.entries, context)
    told = notices(stored, state.notices, context)
    if told:
        write.write_many(told, context.as_actor(SYSTEM), values=False)
    if state.run.is_final and state.run.state != kept.run.state:
        _ended(stored, context)
    for effect in state.children:
        _with_child(stored, effect, event, context)
    return Done(load(kept.id, context) if state.children else stored, first.entry)


def _facts(kept: Kept, run: Run, event: Event, context: Context) -> Facts:
    facts = Facts(context, kept.flow, kept.record, run.submitter, _shown(kept)).of_run(run)
    return facts.handed_in(event.department) if isinstance(event, Submit) else facts


def _shown(kept: Kept) -> dict[str, Any]:
    """What conditions see over the stored record: a change that waits for approval."""
    return dict(kept.held) if kept.row.get("purpose") == "change" else {}


@dataclass
class _First:
    entry: int
    repeated: bool


class _Driving:
    """The run while an event and all that follows from it at once are worked off."""

    def __init__(self, kept: Kept, context: Context) -> None:
        self.kept, self.context, self.run = kept, context, kept.run
        self.entries: list[Entry] = []
        self.notices: list[Effect] = []
        self.children: list[Effect] = []  # begun and ended once this run is stored: they may answer at once

    def feed(self, event: Event) -> _First:
        kept = self.kept
        facts = _facts(kept, self.run, event, self.context)
        outcome = advance(kept.flow, self.run, event, facts)
        self.run = outcome.run
        self.entries += outcome.entries
        for effect in outcome.effects:
            self._handle(effect, event)
        return _First(outcome.entry, outcome.repeated)

    def _handle(self, effect: Effect, event: Event) -> None:
        if effect.kind == "notice":
            self.notices.append(effect)
        elif effect.kind == "actions":
            self._act(effect, event)
        elif effect.kind == "restore":
            fields, left, problem = take_back(self.kept, self.context)
            self.feed(Restored(actor=0, at=event.at, fields=fields, kept=left, problem=problem))
        elif effect.kind in ("child", "end_child"):
            self.children.append(effect)

    def _act(self, effect: Effect, event: Event) -> None:
        """Of a node: whether it could be done is an event of its own. Of the flow: what fails refuses the event."""
        if effect.visit is None:
            self.notices += carry_out(self.kept, self.run, effect, event, self.context)
            return
        problem = ""
        try:
            self.notices += carry_out(self.kept, self.run, effect, event, self.context)
        except Conflict:
            raise
        except JimuError as error:
            problem = problem_text(error)
        self.feed(ActionsDone(actor=0, at=event.at, visit=effect.visit, problem=problem[:500]))


def _write_changes(kept: Kept, event: Decide, context: Context) -> tuple[str, ...]:
    """What an approver fills in: before the run goes on, since it may change the way; refused as a whole. The fields
    that are other now.
    """
    before = context.transaction.fetch(kept.flow.object, [kept.record])[kept.record]
    node = kept.run.visits[kept.run.tasks[event.task].visit].node
    own = replace(context.as_actor(SYSTEM), reason=f"{reason_of(kept, node)} {context.actor.name}".strip())
    definition: PeopleNode = kept.flow.nodes[node]
    mine, _ = split_changes(definition, event.changes)
    if mine:
        write.write(Update(kept.flow.object, kept.record, mine), own)
    for object, line, values in line_updates(definition, event.changes):
        write.write(Update(object, _line(kept, object, line, context), values), own)
    after = context.transaction.fetch(kept.flow.object, [kept.record])[kept.record]
    return changed_fields(kept.flow, (n for n in after if after[n] != before.get(n)), context)


def _line(kept: Kept, object: str, text: str, context: Context) -> int:
    """The id of a line, which belongs to the record under approval."""
    parent = context.manifest.object(object).parent or ""
    try:
        id = decode_id(text)
    except ValueError:
        id = 0
    row = context.transaction.fetch(object, [id], (parent, "deleted_at")).get(id)
    if row is None or row[parent] != kept.record or row["deleted_at"] is not None:
        text_ = Message("This line is not one of the record.")
        raise Invalid(text_, [Problem("unknown_line", text_, object)])
    return id


def changed_fields(flow: FlowDef, names: Iterable[str], context: Context) -> tuple[str, ...]:
    """``names`` as the flow's YAML calls them: of a part (a currency's code) the field that it belongs to."""
    fields = context.manifest.object(flow.object).fields
    return tuple(sorted({fields[n].part_of or n for n in names if n in fields and not fields[n].system}))


# --- beginning and ending ---


def create_approval(flow_name: str, record: int, context: Context, *, submitter: int, **more: Any) -> Kept:
    """The record of a new approval, not begun yet. One that runs over the same record and flow is a conflict."""
    flow = current_flow(context.manifest, flow_name)
    keep_version(flow, context)
    title = context.transaction.titles([record]).get(record)
    key = key_of(flow.name, record)
    refuse_running(key, context)
    run = new_run(flow, submitter, depth=more.pop("depth", 0), purpose=more.get("purpose", "record"))
    run = replace(run, department=more.pop("department", None))
    values = {
        "owner": submitter or None, "subject": (title.title if title else "")[:255], "record": record,
        "of_object": flow.object, "flow": flow.name, "flow_version": flow.version, "state": "draft", "key": key,
        "purpose": "record", **more,
    }  # fmt: skip
    return new_kept(values, run, flow, context)


def new_kept(values: dict[str, Any], run: Run, flow: Any, context: Context) -> Kept:
    try:
        made = write.write(Create(APPROVAL, {**values, "run": dump(run)}), context.as_actor(SYSTEM))
    except Invalid as error:
        if any(p.field == "key" for p in error.problems):
            raise _running(None) from None
        raise
    return Kept(made.id, {**values, "id": made.id}, flow, run)


def refuse_running(key: str, context: Context) -> None:
    rows = context.transaction.select(Query(APPROVAL, Compare("key", "eq", key), fields=("key",), limit=1)).rows
    if rows:
        raise _running(rows[0]["id"])


def _running(id: int | None) -> Conflict:
    details = {"approval": encode_id(id)} if id else {}
    return Conflict(Message("An approval of this record is running already."), details=details)


def _with_child(kept: Kept, effect: Effect, event: Event, context: Context) -> None:
    if effect.kind == "end_child":
        _end_child(kept.id, effect.key, event, context)
        return
    try:
        with context.transaction.savepoint():
            _start_child(kept, effect, event, context)
    except JimuError as error:
        assert effect.visit is not None
        failed = ActionsDone(actor=0, at=event.at, visit=effect.visit, problem=problem_text(error)[:500])
        drive(load(kept.id, context, lock=True), failed, context)


def _start_child(kept: Kept, effect: Effect, event: Event, context: Context) -> None:
    node: SubFlowNode = kept.flow.nodes[effect.node]
    run = kept.run
    submit = Submit(actor=run.submitter, at=event.at)
    more = {"parent_run": kept.id, "parent_key": effect.key, "depth": run.depth + 1, "department": run.department}
    child = create_approval(node.flow, item_of(effect.data), context, submitter=run.submitter, **more)
    drive(child, submit, context)


def _end_child(parent: int, key: str, event: Event, context: Context) -> None:
    """A child ends with its parent, or with the step that waited for it."""
    filter = Compare("parent_run", "eq", parent) & Compare("parent_key", "eq", key) & Compare("key", "not_blank")
    for row in context.transaction.select(Query(APPROVAL, filter, fields=("state",), limit=10)).rows:
        child = load(row["id"], context, lock=True)
        if not child.run.is_final:
            drive(child, Terminate(actor=0, at=event.at, comment="with its parent"), context)


def _ended(kept: Kept, context: Context) -> None:
    """What follows from an end: the parent goes on, a revocation takes effect, automations hear of it."""
    from jimu.flows.automations import approval_ended  # automations start approvals

    run = kept.run
    if kept.record:
        approval_ended(kept.flow.object, kept.record, run.state, kept.flow.name, context)
    at = context.clock()
    parent = kept.row.get("parent_run")
    if parent:
        ended = ChildEnded(actor=0, at=at, child=str(kept.row.get("parent_key")), result=run.state)
        drive(load(parent, context, lock=True), ended, context)
    first = kept.row.get("revokes")
    if first and run.state == APPROVED:
        drive(load(first, context, lock=True), Revoked(actor=run.submitter, at=at), context)
