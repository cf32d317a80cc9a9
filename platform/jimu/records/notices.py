"""Notifications as their reader may see them now: one of a record that they can no longer read tells nothing.

Whether somebody may hear of a record is judged when a notification is written, and here again whenever one is read or
sent; pages, the API, exports and mails all come by here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jimu.fieldtypes.ids import decode_id
from jimu.formulas import Environment
from jimu.messages import Message
from jimu.records.context import Context
from jimu.records.masking import mask_rows
from jimu.records.mentions import NOTIFICATION
from jimu.records.titles import find_deleted, find_titled
from jimu.translation import translator

if TYPE_CHECKING:
    from jimu.storage import Transaction

Row = Mapping[str, Any]

LOST_MENTION = Message("You were mentioned on a record that you can no longer see.")
LOST = Message("Something happened to a record that you can no longer see.")
SUBJECT, TEXT, RECORD, REASON, GONE = "subject", "text", "record", "reason", "gone"
# Kinds of notices that are for readers of the record alone, whatever else they were told for.
_OF_READERS = {"mention": LOST_MENTION, "followed": LOST}


def shown_rows(
    transaction: Transaction, object: str, rows: Sequence[Row], context: Context, environment: Environment
) -> Sequence[Row]:
    """``rows`` of ``object`` as the actor may see them, masked and, of notifications, without what was lost."""
    masked = mask_rows(transaction, object, rows, context, environment)
    return hide_lost(transaction, masked, context, environment) if object == NOTIFICATION else masked


def hide_lost(
    transaction: Transaction, rows: Sequence[Row], context: Context, environment: Environment
) -> Sequence[Row]:
    """Notifications without subject and text where the actor can no longer read what they are about."""
    if context.actor.is_system or not any(SUBJECT in row or TEXT in row for row in rows):
        return rows
    facts = transaction.fetch(NOTIFICATION, [row["id"] for row in rows], (RECORD, REASON, GONE))
    about = {id: found for id, row in facts.items() if (found := _about(row)) is not None}
    if not about:
        return rows
    known = set(find_titled(transaction, about.values(), context, environment))
    gone = {about[id] for id in about if facts[id].get(GONE)}
    known |= set(find_deleted(transaction, gone, context, environment)) if gone else set()
    lost = {id for id, record in about.items() if record not in known}
    return [_hidden(row, facts[row["id"]], context) if row["id"] in lost else row for row in rows]


def _about(row: Row) -> int | None:
    """The record that a notification is about, if it is for readers of that alone."""
    if _kind(row) not in _OF_READERS:
        return None
    if row.get(GONE):
        return decode_id(str(row[GONE]).rpartition("/")[2])
    record: int | None = row.get(RECORD)
    return record


def _kind(row: Row) -> str:
    return str(row.get(REASON) or "").partition(":")[0].partition(".")[0]


def _hidden(row: Row, facts: Row, context: Context) -> Row:
    text = _OF_READERS[_kind(facts)].render(translator(context.actor.locale))
    instead = {SUBJECT: text, TEXT: None, "title": text}
    return {name: instead.get(name, value) for name, value in row.items()}
