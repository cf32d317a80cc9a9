"""What a change of a user record does to the account behind it, in the same transaction: who is shut out is out at
once, who gains rights comes in by nothing that somebody else gave, and the audit says what was changed.
"""

from __future__ import annotations

from typing import Any

from jimu.access.audit import AuditEntry, record_audit
from jimu.access.managing import rights_of_roles
from jimu.access.own_password import void_given_password
from jimu.access.scopes import USER_OBJECT
from jimu.access.sessions import end_sessions_in
from jimu.records.draft import Draft
from jimu.records.wave import Wave

# Of these fields the audit says that they were changed; the others are matters of history alone.
_TELLING = ("email", "name", "manager", "department")


def follow_accounts(wave: Wave) -> None:
    """For writes of users; does nothing for others."""
    if wave.object != USER_OBJECT:
        return
    for draft in wave.judged:
        if wave.action != "create":
            _shut_out(wave, draft)
        for kind, details in _entries(wave, draft):
            entry = AuditEntry(kind, wave.context.actor, wave.unit.now, subject=draft.id, details=details)
            record_audit(wave.unit.transaction, entry)


def _shut_out(wave: Wave, draft: Draft) -> None:
    transaction = wave.unit.transaction
    is_out = wave.action == "delete" or not draft.values.get("active")
    if is_out:
        end_sessions_in(transaction, draft.id)
    if is_out or _gains_rights(wave, draft):
        void_given_password(transaction, draft.id)


def _entries(wave: Wave, draft: Draft) -> list[tuple[str, dict[str, Any]]]:
    """The kinds of entries that a write of a user leaves, with what they tell."""
    before, after = draft.before or {}, draft.values
    if wave.action == "create":
        roles = sorted(after.get("roles") or ())
        return [("account.created", {"roles": roles})]
    found: list[tuple[str, dict[str, Any]]] = []
    if wave.action in ("delete", "purge") or (before.get("active") and not after.get("active")):
        found.append(("account.deactivated", {"by": wave.action}))
    elif after.get("active") and not before.get("active"):
        found.append(("account.activated", {"by": wave.action}))
    if "roles" in draft.changed:
        held, given = set(before.get("roles") or ()), set(after.get("roles") or ())
        found.append(("access.roles", {"given": sorted(given - held), "taken": sorted(held - given)}))
    changed = [name for name in _TELLING if name in draft.changed]
    if changed:
        found.append(("account.changed", {"fields": changed}))
    return found


def _gains_rights(wave: Wave, draft: Draft) -> bool:
    """Whether somebody has system rights that they had not before: a password or a link to set one that was given by
    then may lie with a person who may not manage such an account.
    """
    if "roles" not in draft.changed:
        return False
    before, after = (
        rights_of_roles(wave.context.manifest, v.get("roles") or ()) for v in (draft.before or {}, draft.values)
    )
    return not after <= before
