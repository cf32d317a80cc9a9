"""The pages about users: what a list of accounts shows, what may be chosen for one, how an account stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.access import accounts
from jimu.access.managing import is_mightier
from jimu.definitions.model import RoleDef
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.requests import ListRequest
from jimu.runtime import Runtime
from jimu.storage.accounts import AccountState
from jimu.web.pages.model import Option
from jimu.web.pages.reader import Reader

FIELDS = ("name", "email", "active", "roles", "department", "manager", "position", "language")
PAGE_SIZE = 50
MOST_DEPARTMENTS = 500


@dataclass(frozen=True)
class UserFilter:
    """``state``: active, inactive or all; ``role`` and ``department`` '' for any."""

    text: str = ""
    state: str = "active"
    role: str = ""
    department: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> UserFilter:
        state = given.get("state", "active")
        return cls(
            given.get("q", "").strip()[:200],
            state if state in ("active", "inactive", "all") else "active",
            given.get("role", ""),
            _id_text(given.get("department", "")),
        )

    def conditions(self, reader: Reader) -> list[str]:
        found = {"active": ["active"], "inactive": ["not active"]}.get(self.state, [])
        if self.role in reader.manifest.roles:
            found.append(f"{self.role!r} in roles")
        if self.department:
            found.append(f"department == {self.department!r}")
        return found

    def query(self) -> dict[str, str]:
        """As an address carries it."""
        values = {"q": self.text, "state": self.state, "role": self.role, "department": self.department}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class UserRow:
    """``account`` None: the user has no password, so cannot log in with one yet."""

    record: Record
    href: str
    roles: list[tuple[str, RoleDef | None]]
    department: str
    account: AccountState | None


def find_users(asked: UserFilter, after: str | None, reader: Reader) -> tuple[list[UserRow], str | None]:
    """One page of users, by name, with how their accounts stand; the cursor of the next page."""
    page = read.list_records(
        ListRequest(
            "user",
            also=asked.conditions(reader),
            order=() if asked.text else ("name",),
            fields=FIELDS,
            search=asked.text,
            limit=PAGE_SIZE,
            after=after,
        ),
        reader.context,
    )
    with reader.context.store.read() as transaction:
        states = transaction.account_states([r.id for r in page.records])
    return [_row(record, states.get(record.id), reader) for record in page.records], page.next


def _row(record: Record, account: AccountState | None, reader: Reader) -> UserRow:
    roles = [(name, reader.manifest.roles.get(name)) for name in record.values.get("roles") or ()]
    department = record.titles.get(record.values.get("department") or 0, "")
    return UserRow(record, user_href(record.id), roles, department, account)


def user_href(id: int) -> str:
    return f"/admin/users/{encode_id(id)}"


def roles_to_give(reader: Reader, held: set[str] | None = None) -> list[tuple[RoleDef, bool]]:
    """Every role, and whether the reader may give it: none with rights that the reader does not have."""
    actor, manifest = reader.actor, reader.manifest
    return [
        (role, name in (held or set()) or not is_mightier(actor, manifest, [name]))
        for name, role in sorted(manifest.roles.items(), key=lambda item: reader.label(item[1].label))
    ]


def department_options(reader: Reader) -> list[Option]:
    """The departments to choose from, by name."""
    if "department" not in reader.manifest.objects:
        return []
    page = read.list_records(
        ListRequest("department", order=("name",), fields=("name",), limit=MOST_DEPARTMENTS, titles=False),
        reader.context,
    )
    return [Option(encode_id(r.id), r.title) for r in page.records]


@dataclass(frozen=True)
class AccountView:
    """``failures`` so many of the ``most`` in the last while: at ``most`` the account is shut for a little."""

    state: AccountState | None
    sessions: list[Any]
    tokens: list[Any]
    link: Any
    failures: int = 0
    most: int = 0

    @property
    def is_throttled(self) -> bool:
        return bool(self.most) and self.failures >= self.most


def build_account(user_id: int, email: str, runtime: Runtime, reader: Reader) -> AccountView:
    """How the account of a user stands."""
    store, now = reader.context.store, runtime.clock()
    with store.read() as transaction:
        state = transaction.account_states([user_id]).get(user_id)
    limit = accounts.limit_of(runtime.settings.login_rate)
    failures = accounts.count_failures(store, [email], now - limit[1])[email] if limit else 0
    return AccountView(
        state,
        accounts.list_sessions(store, user_id, now),
        accounts.list_tokens(store, user_id),
        accounts.open_link(store, user_id, now),
        failures,
        limit[0] if limit else 0,
    )


def _id_text(text: str) -> str:
    try:
        return encode_id(decode_id(text)) if text else ""
    except ValueError:
        return ""
