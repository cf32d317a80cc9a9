"""What a run asks to be done to records, done in the transaction of the event that led there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jimu.access import SYSTEM
from jimu.definitions.approvals.model import Action, FlowDef
from jimu.errors import Conflict, JimuError
from jimu.fieldtypes import registry
from jimu.fieldtypes.ids import decode_id
from jimu.flows.approvals.approvers import resolve
from jimu.flows.approvals.events import Event
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.keeping import Kept
from jimu.flows.approvals.model import Effect, Run
from jimu.flows.approvals.work import Work
from jimu.flows.approvals.world import World
from jimu.flows.chain import led_on
from jimu.formulas.formula import Formula
from jimu.records import Context, Create, Delete, Update, write
from jimu.records.commands import Command


def reason_of(kept: Kept, node: str) -> str:
    """What history says of a change that an approval makes."""
    return f"approval {kept.flow.name}/{node}" if node else f"approval {kept.flow.name}"


def carry_out(kept: Kept, run: Run, effect: Effect, event: Event, context: Context) -> list[Effect]:
    """The actions of one effect, all or none; gives the notices that come of it. Raises the JimuError of what fails."""
    actions = actions_of(kept.flow, effect)
    system = context.as_actor(SYSTEM)
    notices: list[Effect] = []
    with context.transaction.savepoint():
        if effect.point == "end" and run.holds and kept.flow.nodes[effect.node].result == "approved":
            _write([held_command(kept)], kept, effect, system, context)
        for action in actions:
            facts = Facts(context, kept.flow, kept.record, run.submitter).of_run(run)
            if action.kind == "notify":
                work = Work(kept.flow, run, event, World(facts))
                people = tuple(c.person for c in resolve(work, effect.node, action.rules) if c.person is not None)
                text = action.text.get(context.manifest.workspace.locale)
                notices.append(Effect("notice", point="said", people=people, data={"text": text}))
            else:
                _write([_command(kept, action, facts)], kept, effect, system, context)
    return notices


def actions_of(flow: FlowDef, effect: Effect) -> tuple[Action, ...]:
    if effect.visit is not None:
        found: tuple[Action, ...] = getattr(flow.nodes[effect.node], "actions", ())
        return found
    return {"submit": flow.submit, "recall": flow.recall, "revoked": flow.revoked}[effect.point]


def held_command(kept: Kept) -> Command:
    """What was waiting for approval: the change held aside, or the deletion."""
    if kept.row.get("purpose") == "delete":
        return Delete(kept.flow.object, kept.record)
    return Update(kept.flow.object, kept.record, dict(kept.held))


def take_back(kept: Kept, context: Context) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Undo the change that was not approved, in the fields that are still as it left them: those, the others, and why
    nothing could be done.
    """
    was, now = kept.held.get("was") or {}, kept.held.get("now") or {}
    row = context.transaction.fetch(kept.flow.object, [kept.record], lock=True).get(kept.record)
    fields = context.manifest.object(kept.flow.object).fields
    known = [n for n in was if n in fields and not fields[n].retired]
    if row is None or row.get("deleted_at") is not None:
        return (), tuple(known), ""
    same = tuple(n for n in known if registry.get(fields[n].type).dump(row.get(n), fields[n]) == now.get(n))
    others = tuple(n for n in known if n not in same)
    if not same:
        return (), others, ""
    own = replace(context.as_actor(SYSTEM), reason=reason_of(kept, ""))
    try:
        with context.transaction.savepoint():
            write.write(Update(kept.flow.object, kept.record, {n: was[n] for n in same}), own)
    except Conflict:
        raise
    except JimuError as error:
        return (), tuple(known), problem_text(error)[:500]
    return same, others, ""


def _command(kept: Kept, action: Action, facts: Facts) -> Command:
    values = {name: _value(v, facts) for name, v in action.values.items()}
    if action.kind == "create":
        return Create(action.object, values)
    if action.kind == "delete":
        return Delete(kept.flow.object, kept.record)
    return Update(kept.flow.object, kept.record, values)


def _value(value: Any, facts: Facts) -> Any:
    return facts.value(value) if isinstance(value, Formula) else value


def _write(commands: list[Command], kept: Kept, effect: Effect, context: Context, chain: Context) -> None:
    """As the engine, for the approval; as a link of the chain that ``chain`` is in, if an automation led here."""
    own = led_on(chain, reason_of(kept, effect.node))
    if own is chain:
        own = replace(context, reason=reason_of(kept, effect.node))
    result = write.write_many(commands, own, values=False)
    if result.failed:
        raise result.failed[0].error


def problem_text(error: JimuError) -> str:
    """Why an action could not be done, for whoever repairs it."""
    texts = [f"{p.field}: {p.message}" if p.field else str(p.message) for p in error.problems]
    return "; ".join(texts) or str(error)


def item_of(data: Mapping[str, Any]) -> int:
    """The record that a child run is over."""
    return decode_id(str(data["item"]))
