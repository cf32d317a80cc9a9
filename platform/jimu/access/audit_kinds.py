"""What is audited: every kind of entry, with the words it is shown with. A kind is a line here and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jimu.messages import Message
from jimu.storage.audit import FOREIGN_HEAD


@dataclass(frozen=True, slots=True)
class AuditKind:
    """``name``: group, dot, what happened. ``label``: what a reader is told."""

    name: str
    label: Message

    @property
    def group(self) -> str:
        return self.name.partition(".")[0]


GROUPS = {
    "login": Message("Log-ins"),
    "account": Message("Accounts"),
    "access": Message("Permissions"),
    "read": Message("Reading"),
    "export": Message("Exports"),
    "data": Message("Mass changes and care of data"),
    "configuration": Message("Configuration"),
    "view_as": Message("Seeing with another's eyes"),
    "audit": Message("The audit itself"),
}

_ALL = (
    AuditKind("login.ok", Message("Logged in")),
    AuditKind("login.failed", Message("Log-in failed")),
    AuditKind("login.throttled", Message("Log-in refused: too many attempts")),
    AuditKind("login.refused", Message("Log-in refused")),
    AuditKind("login.factor_asked", Message("Password right, second factor asked for")),
    AuditKind("login.factor_failed", Message("Second factor wrong")),
    AuditKind("login.recovery_code", Message("Logged in with a recovery code")),
    AuditKind("login.out", Message("Logged out")),
    AuditKind("account.password_changed", Message("Password changed")),
    AuditKind("account.password_given", Message("Password given")),
    AuditKind("account.link_made", Message("Link to set a password made")),
    AuditKind("account.link_used", Message("Password set by link")),
    AuditKind("account.unlocked", Message("Failed log-ins forgotten")),
    AuditKind("account.sessions_ended", Message("Sessions ended")),
    AuditKind("account.factor_added", Message("Second factor set up")),
    AuditKind("account.factor_removed", Message("Second factor removed")),
    AuditKind("account.codes_made", Message("Recovery codes made")),
    AuditKind("account.devices_forgotten", Message("Known devices forgotten")),
    AuditKind("account.token_made", Message("API token made")),
    AuditKind("account.token_revoked", Message("API token revoked")),
    AuditKind("account.linked", Message("Account elsewhere linked")),
    AuditKind("account.unlinked", Message("Account elsewhere unlinked")),
    AuditKind("account.created", Message("User created")),
    AuditKind("account.changed", Message("User changed")),
    AuditKind("account.deactivated", Message("User deactivated")),
    AuditKind("account.activated", Message("User activated")),
    AuditKind("access.roles", Message("Roles changed")),
    AuditKind("access.shared", Message("Record shared")),
    AuditKind("access.unshared", Message("Share ended")),
    AuditKind("access.team", Message("Team of a record changed")),
    AuditKind("access.delegated", Message("Access delegated")),
    AuditKind("access.refused_address", Message("Refused: address not on the list")),
    AuditKind("read.record", Message("Record opened")),
    AuditKind("read.list", Message("List read")),
    AuditKind("read.secret", Message("Secret shown")),
    AuditKind("export.records", Message("Records exported")),
    AuditKind("export.audit", Message("Audit exported")),
    AuditKind("data.mass_change", Message("Many records changed")),
    AuditKind("data.undone", Message("Mass change taken back")),
    AuditKind("data.imported", Message("Records imported")),
    AuditKind("data.merged", Message("Records merged")),
    AuditKind("data.unmerged", Message("Merge taken back")),
    AuditKind("data.handed_over", Message("Records handed over")),
    AuditKind("data.converted", Message("Record converted")),
    AuditKind("data.erased", Message("Personal data erased")),
    AuditKind("data.purged", Message("Records removed for good")),
    AuditKind("data.subject_exported", Message("Personal data handed out")),
    AuditKind("configuration.applied", Message("Configuration applied")),
    AuditKind("configuration.rolled_back", Message("Configuration rolled back")),
    AuditKind("view_as.begun", Message("Began to see with another's eyes")),
    AuditKind("view_as.page", Message("Page seen with another's eyes")),
    AuditKind("view_as.ended", Message("Ceased to see with another's eyes")),
    AuditKind("audit.archived", Message("Old entries archived")),
    AuditKind(FOREIGN_HEAD, Message("The audit's seal was not ours")),
)

KINDS = {kind.name: kind for kind in _ALL}


def kinds_in(groups: Iterable[str]) -> tuple[str, ...]:
    """The kinds of some groups."""
    wanted = set(groups)
    return tuple(name for name, kind in KINDS.items() if kind.group in wanted)
