"""What every rule that opens records beyond the scopes of roles must keep to: a role must allow the action at all.

A team, a share, a sharing rule or an inherited access says *which* records; *what* may be done to records of an object
stays with the roles. A role that allows it for some scope is enough, be it ``own``.
"""

from __future__ import annotations

from jimu.access.permissions import permissions_for
from jimu.access.scopes import Question

READ, EDIT = "read", "edit"
# The level that somebody must have been given on a record before they may do this to it.
LEVELS = {"read": READ, "export": READ, "update": EDIT, "share": EDIT}
# Actions without a scope of their own reach as far as this scoped action does.
REACH = {"export": "read", "purge": "delete", "share": "update"}


def levels_for(action: str) -> tuple[str, ...]:
    """The levels of access, as written in rules and shares, that allow ``action``; () where none does."""
    needed = LEVELS.get(action)
    return () if needed is None else (EDIT,) if needed == EDIT else (READ, EDIT)


def may_be_given(question: Question) -> bool:
    """Whether records of the object can be opened for this action to the actor by anything but a role's scope."""
    target, action = question.object, question.action
    if target.owner == "parent" or question.actor.id is None or not levels_for(action):
        return False
    given = permissions_for(question.actor, question.manifest, target)
    if not given.scopes(REACH.get(action, action)):
        return False
    return action not in REACH or given.allows(action)
