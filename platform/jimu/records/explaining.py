"""Who may ask why somebody may do something to a record, and the answer.

Everybody may ask about themselves; the rights ``users`` and ``view_all`` let one ask about others. Nothing is told of a
record or person that the asker may not read.
"""

from __future__ import annotations

from dataclasses import dataclass

from jimu.access import has_right, load_actor
from jimu.access.actor import Actor
from jimu.access.explain import Explanation, FieldReason, explain, explain_fields
from jimu.access.rules import ACTIONS
from jimu.access.scopes import USER_OBJECT, Question
from jimu.errors import Forbidden, NotFound
from jimu.messages import Message
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.one import require_record
from jimu.records.reading import reading

# Of a record that is there, everything but making it.
EXPLAINED = tuple(action for action in ACTIONS if action != "create")
ABOUT_OTHERS = ("users", "view_all", "modify_all")


@dataclass(frozen=True)
class Access:
    """What ``person`` may do to a record and why."""

    person: Actor
    actions: tuple[Explanation, ...]
    fields: tuple[FieldReason, ...]


def may_ask_about(context: Context, user: int) -> bool:
    """Whether the actor may ask why ``user`` may do something."""
    return user == context.actor.id or any(has_right(context.actor, context.manifest, r) for r in ABOUT_OTHERS)


def explain_access(object: str, record: int, user: int, context: Context) -> Access:
    """Why ``user`` may or may not do each action to the record. Raises Forbidden for who may not ask, NotFound for what
    the asker may not read.
    """
    if not may_ask_about(context, user):
        raise Forbidden(Message("You may only ask about your own access."))
    require_record(object, record, context, "any")
    require_record(USER_OBJECT, user, context)
    with reading(context) as transaction:
        person = load_actor(transaction, context.manifest, user, at=context.clock())
        if person is None:
            raise NotFound(Message("This user is not active."))
        environment = build_environment(context.as_actor(person))
        target = context.manifest.object(object)
        questions = [Question(person, context.manifest, target, action) for action in EXPLAINED]
        actions = tuple(explain(transaction, question, record, environment) for question in questions)
        fields = explain_fields(transaction, person, context.manifest, object, record, environment)
    return Access(person, actions, fields)
