"""What an automation would do to a record: done for once and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jimu.definitions.kinds.automation import BEFORE, AutomationDef
from jimu.errors import NotFound
from jimu.flows.actions import Doing, Subject, find_subjects, perform
from jimu.flows.automations.running import holds_for
from jimu.flows.chain import in_chain
from jimu.messages import Message
from jimu.records import Context, write
from jimu.records.commands import Command, Create, Delete
from jimu.translation import translator


@dataclass(frozen=True)
class Trial:
    """``holds``: whether its condition does. ``writes``: what it would write, in order. ``waits``: the number of the
    action at which it would wait; ``error``: why it would fail.
    """

    automation: AutomationDef
    holds: bool
    writes: tuple[tuple[str, str, Mapping[str, Any]], ...] = ()
    waits: int | None = None
    error: str | None = None


class _TakenBack(Exception):
    pass


def try_out(name: str, record: int, context: Context) -> Trial:
    """A trial of the automation ``name`` on ``record``; nothing is kept or sent. Raises NotFound."""
    automation = context.manifest.all("automation").get(name)
    if automation is None:
        raise NotFound(Message("There is no automation called {name}.", {"name": name}))
    if automation.at == BEFORE:
        with context.store.read() as transaction:
            return _foreseen(automation, record, replace(context, transaction=transaction))
    found: list[Trial] = []
    journal: list[Any] = []
    own = replace(in_chain((name,), context), journal=journal, transaction=None, told=None)
    try:
        with write.unit_of_work(own) as inside:
            found.append(_tried(automation, record, inside))
            raise _TakenBack
    except _TakenBack:
        pass
    return replace(found[0], writes=tuple(_told(command) for command, _ in journal))


def _tried(automation: AutomationDef, record: int, context: Context) -> Trial:
    subjects = _subject(automation, record, context)
    doing = Doing(context, automation.object, subjects)
    if not holds_for(automation, subjects[0], doing):
        return Trial(automation, holds=False)
    done = perform(automation.actions, doing)
    return Trial(automation, holds=True, waits=done.waiting, error=subjects[0].error)


def _foreseen(automation: AutomationDef, record: int, context: Context) -> Trial:
    """What one that comes before a write would set if the record were written as it is, or why it would refuse it."""
    doing = Doing(context, automation.object, _subject(automation, record, context))
    (subject,) = doing.subjects
    if not holds_for(automation, subject, doing):
        return Trial(automation, holds=False)
    values: dict[str, Any] = {}
    for action in automation.actions:
        if action.when is not None and not doing.value(action.when, subject):
            continue
        if action.kind == "refuse":
            say = translator(context.actor.locale)
            return Trial(automation, holds=True, error=Message("{text}", {"text": action.message}).render(say))
        values |= doing.values(action.values, subject)
        subject.values = {**subject.values, **values}
    return Trial(automation, holds=True, writes=(("update", automation.object, values),) if values else ())


def _subject(automation: AutomationDef, record: int, context: Context) -> list[Subject]:
    subjects = find_subjects(automation.object, [record], context)
    if not subjects:
        raise NotFound(Message("There is no such record."))
    return subjects


def _told(command: Command) -> tuple[str, str, Mapping[str, Any]]:
    if isinstance(command, Delete):
        return "delete", command.object, {}
    kind = "create" if isinstance(command, Create) else "update"
    return kind, command.object, dict(getattr(command, "values", {}))
