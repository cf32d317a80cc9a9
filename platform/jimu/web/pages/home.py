"""The home page: what a person does next, from their own records and the navigation; it names no object."""

from __future__ import annotations

from dataclasses import dataclass

from babel.dates import format_date

from jimu.access.rules import action_allowed
from jimu.messages import Message
from jimu.web.pages.reader import Reader
from jimu.web.pages.shell import AppEntry, Entry

MOST_SHORTCUTS = 8
_GREETINGS = (
    (5, Message("Good evening")),
    (12, Message("Good morning")),
    (18, Message("Good afternoon")),
    (24, Message("Good evening")),
)


@dataclass(frozen=True)
class Shortcut:
    """``new``: the address of an empty form, '' for who may not create."""

    label: str
    icon: str
    href: str
    new: str


def shortcuts(app: AppEntry | None, reader: Reader) -> list[Shortcut]:
    """The objects of the app's navigation, in its order."""
    found: dict[str, Shortcut] = {}
    for entry in _flat(app.entries if app else ()):
        if not entry.object or entry.object in found or entry.list:
            continue
        may_create = action_allowed(reader.actor, reader.manifest, entry.object, "create")
        new = f"/o/{entry.object}/new" if may_create else ""
        found[entry.object] = Shortcut(entry.label, entry.icon, entry.href, new)
    return list(found.values())[:MOST_SHORTCUTS]


def _flat(entries: tuple[Entry, ...]) -> list[Entry]:
    return [one for entry in entries for one in (entry, *_flat(entry.items))]


def greeting(reader: Reader) -> str:
    """By the hour of the reader's zone, with the reader's name."""
    hour = reader.context.clock().astimezone(reader.time_zone).hour
    words = next(text for until, text in _GREETINGS if hour < until)
    name = reader.actor.name or reader.actor.email
    return reader.render(Message("{greeting}, {name}", {"greeting": reader.render(words), "name": name}))


def today(reader: Reader) -> str:
    """The day in words: Sunday, November 22, 2026."""
    day = reader.context.clock().astimezone(reader.time_zone).date()
    return format_date(day, "full", locale=reader.format_context().babel_locale)
