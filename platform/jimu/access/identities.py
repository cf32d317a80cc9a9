"""Accounts elsewhere that a user signs in with."""

from __future__ import annotations

from jimu.access.audit import By
from jimu.errors import Conflict
from jimu.messages import Message
from jimu.storage import Store
from jimu.storage.sign_in import IdentityRow

TAKEN = Message("That account elsewhere belongs to somebody else here.")


def find_identity(store: Store, provider: str, subject: str) -> IdentityRow | None:
    with store.read() as transaction:
        return transaction.find_identity(provider, subject)


def list_identities(store: Store, user_id: int) -> list[IdentityRow]:
    with store.read() as transaction:
        return transaction.list_identities(user_id)


def link_identity(store: Store, user_id: int, provider: str, subject: str, email: str, by: By) -> None:
    """From now on that account opens the user's. Raises Conflict if it opens another one's."""
    with store.write() as transaction:
        if not transaction.add_identity(provider, subject, user_id, email, by.at):
            found = transaction.find_identity(provider, subject)
            if found is None or found.user_id != user_id:
                raise Conflict(TAKEN)
            return
        by.note(transaction, "account.linked", subject=user_id, text=provider)


def use_identity(store: Store, row: IdentityRow, email: str, by: By) -> None:
    """It was signed in with."""
    with store.write() as transaction:
        transaction.touch_identity(row.id, email or row.email, by.at)


def unlink_identity(store: Store, user_id: int, number: int, by: By) -> bool:
    """False: there is none."""
    with store.write() as transaction:
        found = next((r for r in transaction.list_identities(user_id) if r.id == number), None)
        if found is None or not transaction.remove_identity(number, user_id):
            return False
        by.note(transaction, "account.unlinked", subject=user_id, text=found.provider)
        return True
