"""The audit's page: what is asked for, read from the address; and the entries as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access.audit_kinds import GROUPS, KINDS, kinds_in
from jimu.definitions.model import ObjectDef
from jimu.exchange.audit_files import name_of, names_of, people_in
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.storage.audit import AuditRow, AuditSearch
from jimu.web.pages.devices import device_of
from jimu.web.pages.reader import Reader, record_url

PAGE_SIZE = 50
UNIT = "mass_change"
# So many entries are looked through for words at once; then the reader may go on.
WINDOW = 200_000
ICONS = {
    "login": "logout",
    "account": "user-circle",
    "access": "shield-check",
    "read": "eye",
    "export": "download",
    "data": "list-check",
    "configuration": "git-branch",
    "view_as": "eye",
    "audit": "lock",
}
DETAILS = {
    "action": Message("action"),
    "author": Message("author"),
    "by": Message("how"),
    "count": Message("count"),
    "device": Message("device"),
    "fields": Message("fields"),
    "format": Message("format"),
    "given": Message("given"),
    "hash": Message("hash"),
    "ids": Message("records"),
    "method": Message("method"),
    "note": Message("note"),
    "purpose": Message("purpose"),
    "revision": Message("revision"),
    "roles": Message("roles"),
    "scopes": Message("scopes"),
    "search": Message("search"),
    "stage": Message("step"),
    "status": Message("status"),
    "taken": Message("taken"),
    "to": Message("given to"),
    "token": Message("token"),
    "undoes": Message("takes back"),
    "unit": Message("bulk action"),
    "where": Message("condition"),
}
METHODS = {
    "password": Message("password"),
    "link": Message("link of an invitation"),
    "totp": Message("code of an app"),
    "recovery": Message("recovery code"),
    "provider": Message("account of {name}"),
}
STAGES = {
    "give_factor": Message("second factor to be given"),
    "set_up_factor": Message("second factor to be set up"),
}
_ALARMING = frozenset({"login.failed", "login.throttled", "login.factor_failed", "access.refused_address",
                       "audit.foreign_head"})  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address asks for, as text."""

    person: str = ""
    group: str = ""
    kind: str = ""
    object: str = ""
    record: str = ""
    since: str = ""
    until: str = ""
    text: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        return cls(
            given.get("person", ""),
            given.get("group", "") if given.get("group") in GROUPS else "",
            given.get("kind", "") if given.get("kind") in KINDS else "",
            given.get("object", "")[:60],
            given.get("record", "").strip()[:40],
            given.get("since", "")[:10],
            given.get("until", "")[:10],
            given.get("q", "").strip()[:200],
        )

    def query(self) -> dict[str, str]:
        """As an address carries it."""
        return {("q" if name == "text" else name): value for name, value in vars(self).items() if value}

    def search(self, zone: ZoneInfo) -> AuditSearch:
        """Days are those of ``zone``, both included. What is no id, or no day, is looked for and not found, or left
        out.
        """
        until = _day(self.until, zone)
        return AuditSearch(
            subject=_id(self.person) if self.person else None,
            kinds=(self.kind,) if self.kind else kinds_in([self.group]) if self.group else (),
            object=self.object,
            record=_id(self.record) if self.record else None,
            since=_day(self.since, zone),
            until=until + timedelta(days=1) if until else None,
            text=self.text,
        )


def _id(text: str) -> int:
    """-1 for what is no id: nothing has it."""
    try:
        return decode_id(text.rsplit("/", 1)[-1])
    except ValueError:
        return -1


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone) if text else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Entry:
    """``facts``: what it tells besides, as (name, value)."""

    row: AuditRow
    label: str
    icon: str
    is_alarming: bool
    person: str
    person_href: str
    behind: str
    subject: str
    subject_href: str
    object: str
    record_href: str
    facts: list[tuple[str, str]]


def find_entries(asked: Asked, before: int | None, reader: Reader) -> tuple[list[Entry], int | None]:
    """One page, newest first, and where the next begins."""
    search = asked.search(reader.time_zone)
    with reader.context.store.read() as transaction:
        page = transaction.search_audit(search, PAGE_SIZE, before, window=WINDOW if search.text else None)
        names = names_of(transaction, people_in(page.rows))
    return [show_entry(row, names, reader) for row in page.rows], page.before


def own_logins(user_id: int, reader: Reader, limit: int = 12) -> list[Entry]:
    """How somebody came in lately, and who tried to."""
    search = AuditSearch(subject=user_id, kinds=kinds_in(["login"]))
    with reader.context.store.read() as transaction:
        rows = transaction.search_audit(search, limit).rows
    return [show_entry(row, {}, reader) for row in rows]


def show_entry(row: AuditRow, names: Mapping[int, str], reader: Reader) -> Entry:
    kind = KINDS.get(row.kind)
    definition = reader.manifest.objects.get(row.object)
    return Entry(
        row,
        reader.render(kind.label) if kind else row.kind,
        ICONS.get(row.kind.partition(".")[0], "point"),
        row.kind in _ALARMING,
        reader.render(Message("The system")) if row.actor == 0 else name_of(row.actor, names),
        _person_href(row.actor),
        name_of(row.behind, names),
        name_of(row.subject, names) if row.subject != row.actor else "",
        _person_href(row.subject),
        reader.label(definition.label) if definition else row.object,
        record_url(row.object, row.record) if row.record and definition else "",
        [(_named(name, reader), _told(name, value, definition, reader)) for name, value in row.details.items()],
    )


def _person_href(user: int | None) -> str:
    return f"/admin/users/{encode_id(user)}" if user else ""


def _named(name: str, reader: Reader) -> str:
    """What a detail is called; those of rare kinds have their own name."""
    label = DETAILS.get(name)
    return reader.render(label) if label else name


def _told(name: str, value: Any, object: ObjectDef | None, reader: Reader) -> str:
    if name == "device":
        return reader.render(device_of(str(value))[0])
    if name == "method":
        return " + ".join(reader.render(_method(part)) for part in str(value).split("+"))
    if name == "stage" and value in STAGES:
        return reader.render(STAGES[value])
    if name == "action" and UNIT in reader.manifest.objects:
        words = {o.value: o.label for o in reader.manifest.objects[UNIT].fields["action"].choices or ()}
        return reader.label(words[value]) if value in words else str(value)
    if name == "fields" and object is not None and isinstance(value, list):
        known = object.fields
        return _shown([reader.label(known[one].label) if one in known else one for one in value])
    return _shown(value)


def _method(part: str) -> Message:
    """How somebody proved who they are, or one of two ways."""
    kind, _, name = part.partition(":")
    known = METHODS.get("provider" if kind == "oidc" else kind)
    return replace(known, params={"name": name}) if known else Message("{text}", {"text": part})


def _shown(value: Any) -> str:
    if isinstance(value, list):
        listed = ", ".join(str(v) for v in value[:8])
        return f"{listed} … ({len(value)})" if len(value) > 8 else listed
    return str(value)
