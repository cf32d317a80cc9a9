"""Nobody hands out more than they have: giving roles is a write like any other, with this rule on top."""

from __future__ import annotations

from jimu.access import has_right, rights_of
from jimu.access.managing import TO_THE_MIGHTIER, is_mightier
from jimu.access.scopes import USER_OBJECT
from jimu.errors import Forbidden
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.wave import Wave

ROLES_FIELD = "roles"
TO_ONESELF = Message("You cannot give yourself more roles.")
TOO_MUCH = "The role {role} has rights that you do not have."


def check_grants(wave: Wave) -> None:
    """Refuse roles with system rights beyond the actor's own, any new role for the actor, and changes of how those
    come in who have such rights (else the way to them led over their account). Who may do everything may.
    """
    actor, manifest = wave.context.actor, wave.context.manifest
    if wave.object != USER_OBJECT or has_right(actor, manifest, "modify_all"):
        return
    for draft in wave.judged:
        _check_account(wave, draft)
        added = _added(draft)
        if added and draft.id == actor.id:
            draft.add_problem("grant_exceeded", TO_ONESELF, ROLES_FIELD)
        for name in sorted(added):
            role = manifest.roles.get(name)
            if role is not None and not role.system <= rights_of(actor, manifest):
                draft.add_problem("grant_exceeded", Message(TOO_MUCH, {"role": role.label}), ROLES_FIELD)


# How somebody comes in, and what for.
_ACCOUNT_FIELDS = ("active", "email", ROLES_FIELD)


def _check_account(wave: Wave, draft: Draft) -> None:
    if not _is_mightier(wave, draft):
        return
    for name in _ACCOUNT_FIELDS:
        if name in draft.changed:
            draft.add_problem("grant_exceeded", TO_THE_MIGHTIER, name)


def check_removals(wave: Wave) -> None:
    """Nor may the account of somebody with more rights be deleted."""
    actor, manifest = wave.context.actor, wave.context.manifest
    if wave.object != USER_OBJECT or has_right(actor, manifest, "modify_all"):
        return
    for draft in wave.open:
        if _is_mightier(wave, draft):
            draft.error = Forbidden(TO_THE_MIGHTIER)


def _is_mightier(wave: Wave, draft: Draft) -> bool:
    actor, manifest = wave.context.actor, wave.context.manifest
    return draft.id != actor.id and is_mightier(actor, manifest, (draft.before or {}).get(ROLES_FIELD) or ())


def _added(draft: Draft) -> set[str]:
    if ROLES_FIELD not in draft.changed:
        return set()
    return set(draft.values.get(ROLES_FIELD) or ()) - set((draft.before or {}).get(ROLES_FIELD) or ())
