"""Actions that hand a record on to another part of the house: assignment rules, conversions, approvals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import SystemRandom

from jimu.access.loading import load_actor
from jimu.care.converting import convert
from jimu.definitions.kinds.actions import ActionDef
from jimu.errors import JimuError
from jimu.flows.actions.subject import Doing, Subject
from jimu.flows.actions.writes import reason_of
from jimu.flows.approvals.service import Request, start
from jimu.flows.assignments.placing import Placing
from jimu.messages import Message
from jimu.records import Context
from jimu.translation import translator

NOBODY_ASKS = Message("Nobody stands behind it who could ask for the approval: the record has no owner.")


def assign_records(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    """Give those that nobody owns to people by the rule; what has an owner keeps it."""
    rule = doing.context.manifest.all("assignment")[action.name]
    free = [s for s in subjects if s.values.get("owner") is None]
    if not free:
        return
    placing = Placing(doing.object, "automation", doing.context, SystemRandom())
    outcomes = placing.by(rule, [s.id for s in free])
    say = translator(doing.context.manifest.workspace.locale)
    for subject in free:
        outcome = outcomes[subject.id]
        if not outcome.is_done and outcome.code != "taken":
            subject.error = outcome.message.render(say) if outcome.message else outcome.code
    doing.read_again()


def convert_records(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    """Convert each as is proposed for it."""
    conversion = doing.context.manifest.all("conversion")[action.name]
    for subject in subjects:
        try:
            convert(conversion, subject.id, {}, doing.context)
        except JimuError as error:
            subject.error = reason_of(error, doing)
    doing.read_again()


def start_approvals(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    """Ask for the approval of each, in the name of who set it off, else of the record's owner."""
    for subject in subjects:
        asker = _asker(subject, doing)
        if asker is None:
            subject.error = NOBODY_ASKS.render(translator(doing.context.manifest.workspace.locale))
            continue
        try:
            start(Request(doing.object, subject.id, action.name), asker)
        except JimuError as error:
            subject.error = reason_of(error, doing)
    doing.read_again()


def _asker(subject: Subject, doing: Doing) -> Context | None:
    """The context in which the person behind it acts; None: there is none, or they are not active."""
    context = doing.context
    for person in (doing.asked_by, subject.values.get("owner")):
        if person:
            actor = load_actor(context.transaction, context.manifest, person, via=context.actor.via)
            if actor is not None:
                return replace(context, actor=actor)
    return None
