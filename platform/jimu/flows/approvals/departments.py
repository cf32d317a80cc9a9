"""For which of their departments somebody asks: only where they belong to several and the flow goes by it. Asked by the
pages and the API before an approval begins; what was chosen is kept in the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jimu.access.loading import organisation_at
from jimu.access.organisation import Department
from jimu.definitions.approvals.model import ApproverRule, FlowDef
from jimu.errors import Invalid, Problem
from jimu.formulas.formula import Formula
from jimu.messages import Message
from jimu.records import Context

_BY_PLACE = ("manager", "managers", "head", "heads")


def choices(flow: FlowDef, person: int, context: Context) -> list[Department]:
    """The departments among which ``person`` chooses, the main one first; [] where there is nothing to choose.
    ``context`` has a transaction.
    """
    organisation = organisation_at(context.transaction, context.manifest, at=context.clock())
    found = organisation.people.get(person)
    own = [organisation.departments[d] for d in (found.departments if found else ()) if d in organisation.departments]
    active = [d for d in own if d.active]
    return active if len(active) > 1 and matters(flow) else []


def require_choice(flow: FlowDef, chosen: int | None, context: Context) -> None:
    """Raises Invalid where the actor has to choose and has not."""
    if chosen is None and choices(flow, int(context.actor.id or 0), context):
        text = Message("Choose the department that you ask for.")
        raise Invalid(text, [Problem("choose_department", text, "department")])


def matters(flow: FlowDef) -> bool:
    """Whether anything in the flow depends on the submitter's department."""
    if any(_by_place(rule) for rule in _rules(flow)):
        return True
    if any(getattr(node, "on_self", "") in ("manager", "head") for node in flow.nodes.values()):
        return True
    return any(path[:2] == ("submitter", "department") for f in _formulas(flow) for path in f.paths)


def _by_place(rule: ApproverRule) -> bool:
    if rule.kind == "role":
        return rule.within in ("company", "department")
    return rule.kind in _BY_PLACE and rule.of == "submitter"


def _rules(flow: FlowDef) -> Iterator[ApproverRule]:
    yield from flow.admins
    for action in (*flow.submit, *flow.recall, *flow.revoked):
        yield from action.rules
    for node in flow.nodes.values():
        for name in ("approvers", "cc", "people"):
            yield from getattr(node, name, ())
        yield from getattr(getattr(node, "on_empty", None), "rules", ())
        for action in getattr(node, "actions", ()):
            yield from action.rules


def _formulas(flow: FlowDef) -> Iterator[Formula]:
    found: list[Any] = [flow.trigger.when, *(rule.formula for rule in _rules(flow))]
    found += [branch.when for node in flow.nodes.values() for branch in getattr(node, "branches", ())]
    return (f for f in found if isinstance(f, Formula))
