"""What an approval opens: the approval and its record to those who are asked, their agents, and who got a copy.

Nothing but reading, and of this record alone. Who may do something with a task is judged by the approval itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jimu.access.actor import Actor
from jimu.access.per_manifest import PerManifest
from jimu.access.reach import may_be_given
from jimu.access.scopes import Question, all_of, any_of
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.storage.query import NOTHING, NOW, AnyOf, Compare, Filter, HasRow, Not, Related

APPROVAL, TASK, READER = "approval", "approval_task", "approval_reader"

# Objects of the engine that nobody writes and that not everybody sees, whoever owns them.
KEPT = frozenset({APPROVAL})

_STILL = AnyOf((Compare("until", "blank"), Compare("until", "gt", NOW)))
_OPEN = ("pending", "delegated", "waiting")


def by_approval(question: Question) -> Filter:
    """The approval: to its submitter and to all whom it names. The record: to all whom an approval of it names, until
    it ends where the flow says so.
    """
    actor, target = question.actor, question.object
    if question.action != "read" or actor.id is None or READER not in question.manifest.objects:
        return NOTHING
    if target.name == APPROVAL:
        return any_of([Compare("owner", "eq", actor.id), *_named(question, "approval")])
    if target.system or target.name not in _approved.get(question.manifest) or not may_be_given(question):
        return NOTHING
    return any_of(_named(question, "record"))


def _named(question: Question, column: str) -> list[Filter]:
    still = _STILL if column == "record" else AnyOf((_STILL, Compare("kind", "in", ("asked", "copy"))))
    mine = Compare("person", "eq", question.actor.id) & still
    pools = pools_of(question)
    found: list[Filter] = [HasRow(READER, column, mine)]
    if pools:
        found.append(HasRow(TASK, column, Compare("pool", "in", pools) & Compare("state", "in", _OPEN)))
    return found


def pools_of(question: Question) -> tuple[str, ...]:
    """The pools whose tasks the actor may claim: of roles, of departments, of those who look after approvals."""
    actor = question.actor
    person = actor.organisation.people.get(actor.id or 0)
    departments = actor.organisation.departments
    codes = [departments[d].code for d in (person.departments if person else ()) if d in departments]
    found = [*(f"role:{r}" for r in actor.roles), *(f"group:{c}" for c in codes if c)]
    return tuple(sorted([*found, *(["admins:"] if actor.is_admin else [])]))


def masked_by_approvals(
    actor: Actor, manifest: Manifest, object: ObjectDef
) -> Sequence[tuple[Filter, frozenset[str]]]:
    """What a step hides is not shown to who is or was asked there, unless the record is their own."""
    if actor.id is None:
        return ()
    found = _hidden_columns(actor, manifest, object)
    if object.name not in _approved.get(manifest):
        return found
    for flow in manifest.all("approval").values():
        for node in flow.nodes.values() if flow.object == object.name else ():
            hidden = frozenset(n for n in _hidden_at(node) if "." not in n)
            if hidden:
                asked = _asked_at(flow.name, node.name, actor)
                found.append((all_of([asked, *_not_own(actor, object)]), hidden))
    return found


def hidden_by_approvals(manifest: Manifest, object: str) -> frozenset[str]:
    """The fields of ``object`` that steps hide: of these nothing is shown, not even in part."""
    return _hidden.get(manifest).get(object, frozenset())


def _hidden_fields(manifest: Manifest) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for flow in manifest.all("approval").values():
        for node in flow.nodes.values():
            for name in _hidden_at(node):
                lines, dot, column = name.partition(".")
                object, field = (lines, column) if dot else (flow.object, name)
                found[object] = found.get(object, frozenset()) | {field}
    return found


def _hidden_at(node: Any) -> list[str]:
    return [name for name, level in getattr(node, "fields", {}).items() if level == "hidden"]


def _asked_at(flow: str, node: str, actor: Actor) -> Filter:
    """Records over which the actor has, or had and decided, a task at the node."""
    mine = Compare("holder", "eq", actor.id) | Compare("decided_by", "eq", actor.id)
    by_flow = Related("approval", APPROVAL, Compare("flow", "eq", flow))
    return HasRow(TASK, "record", mine & Compare("node", "eq", node) & by_flow)


def _hidden_columns(actor: Actor, manifest: Manifest, object: ObjectDef) -> list[tuple[Filter, frozenset[str]]]:
    """The same of lines: their columns that a step over the record above hides."""
    parent = object.fields.get(object.parent or "")
    found: list[tuple[Filter, frozenset[str]]] = []
    for flow in manifest.all("approval").values() if parent is not None else ():
        if parent is None or flow.object not in parent.target:
            continue
        for node in flow.nodes.values():
            start = f"{object.name}."
            hidden = frozenset(n.removeprefix(start) for n in _hidden_at(node) if n.startswith(start))
            if hidden:
                above = [_asked_at(flow.name, node.name, actor), *_not_own(actor, manifest.object(flow.object))]
                found.append((Related(parent.name, flow.object, all_of(above)), hidden))
    return found


def _not_own(actor: Actor, object: ObjectDef) -> list[Filter]:
    return [Not(Compare("owner", "eq", actor.id))] if "owner" in object.fields else []


_hidden: PerManifest[dict[str, frozenset[str]]] = PerManifest(_hidden_fields)
_approved: PerManifest[frozenset[str]] = PerManifest(
    lambda manifest: frozenset(flow.object for flow in manifest.all("approval").values())
)
