"""Actions that leave the store: webhooks, sent by a job once the transaction is committed, and actions of plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jimu.definitions.kinds.actions import ActionDef
from jimu.fieldtypes.ids import encode_id
from jimu.flows.actions.subject import Doing, Subject
from jimu.messages import Message
from jimu.records.per_hooks import PerHooks

WEBHOOK_JOB = "webhooks.send"
UNKNOWN = Message("No plugin brings an action called {name}.")

Action = Callable[..., Any]


def send_webhook(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    """Queue a delivery for each subject; the body names the record and holds what the action gives."""
    for subject in subjects:
        body = {
            "object": doing.object,
            "id": encode_id(subject.id),
            "at": doing.context.clock().isoformat(),
            **{name: as_json(value) for name, value in doing.values(action.values, subject).items()},
        }
        payload = {"url": action.name, "secret": action.options.get("secret", ""), "body": body}
        doing.context.transaction.add_job(WEBHOOK_JOB, payload)


def as_json(value: Any) -> Any:
    """A value as JSON has it: exact numbers and moments as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple, frozenset, set)):
        return [as_json(v) for v in value]
    return value


def call_plugin(action: ActionDef, subjects: Sequence[Subject], doing: Doing) -> None:
    """Call the plugin's action once for each subject, within the transaction; what it raises fails that subject."""
    function = _actions.get(doing.context.hooks).get(action.name)
    for subject in subjects:
        if function is None:
            subject.error = str(Message(UNKNOWN.template, {"name": action.name}))
            continue
        try:
            function(doing.object, subject.id, doing.values(action.values, subject), doing.context)
        except Exception as error:  # noqa: BLE001 - a plugin's action may raise anything, and the others must go on
            subject.error = f"{type(error).__name__}: {error}"


def _ask(hooks: Any) -> Mapping[str, Action]:
    return {name: function for part in hooks.jimu_actions() for name, function in (part or {}).items()}


_actions: PerHooks[Mapping[str, Action]] = PerHooks(_ask, {})
