"""The audit for other programs (a SIEM, say): newest first, a page at a time, by whoever has the right ``audit``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from jimu.access.audit_kinds import GROUPS, KINDS, kinds_in
from jimu.access.rights import require_right
from jimu.api.answers import Answer
from jimu.api.call import Call
from jimu.api.endpoints import Endpoint
from jimu.api.parameters import Parameter, ParameterSet, choice, integer, record_id, text
from jimu.exchange.audit_files import dump_entry, names_of, people_in
from jimu.messages import Message
from jimu.settings import Settings
from jimu.storage.audit import AuditSearch

WINDOW = 200_000


def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    parameters = (
        record_id("person", "Only what this user did, or what was done to their account."),
        choice("group", "Only entries of this group.", ["", *GROUPS], ""),
        choice("kind", "Only entries of this kind.", ["", *KINDS], ""),
        text("object", "Only entries about records of this object."),
        record_id("record", "Only entries about this record."),
        _moment("since", "Only entries from this moment on (RFC 3339)."),
        _moment("until", "Only entries before this moment (RFC 3339)."),
        text("text", "Words that are in the text, the details or the network address."),
        integer("limit", "How many at most.", default=100, least=1, most=settings.max_page_size),
        integer("before", "What the page before gave as `before`.", default=0, least=0, most=999_999_999),
    )
    return (
        Endpoint(
            "GET", "/audit", audit_view, "The audit, newest first", "Audit", "audit", ParameterSet(parameters),
            errors=(403,),
            description="Needs the system right `audit`, and a token with the scope `admin`. `head` may"
            " be kept elsewhere: `jimu audit verify --noted` then proves the chain up to there.",
        ),
    )  # fmt: skip


def audit_view(call: Call, parameters: dict[str, Any]) -> Answer:
    require_right(call.actor, call.manifest, "audit")
    kind, group = parameters["kind"], parameters["group"]
    search = AuditSearch(
        subject=parameters["person"],
        kinds=(kind,) if kind else kinds_in([group]) if group else (),
        object=parameters["object"] or "",
        record=parameters["record"],
        since=parameters["since"],
        until=parameters["until"],
        text=parameters["text"] or "",
    )
    with call.context.store.read() as transaction:
        page = transaction.search_audit(
            search, parameters["limit"], parameters["before"] or None, window=WINDOW if search.text else None
        )
        names = names_of(transaction, people_in(page.rows))
        head = transaction.audit_head()
    return Answer(
        {
            "entries": [dump_entry(row, names, call.translate) for row in page.rows],
            "before": page.before,
            "head": {"count": head.count, "hash": head.hash},
        }
    )


def _moment(name: str, description: str) -> Parameter:
    def read(given: str) -> datetime:
        try:
            found = datetime.fromisoformat(given)
        except ValueError:
            raise ValueError(Message("{name} must be a moment such as 2026-01-31T08:00:00Z.", {"name": name})) from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    return Parameter(name, description, {"type": "string", "format": "date-time"}, read, None)
