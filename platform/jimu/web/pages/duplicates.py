"""Duplicates as a form shows them while one types: the records found, why, and what can be done about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from jimu.messages import Message
from jimu.records.duplicates import Told, find_rule
from jimu.web.pages.reader import Reader, record_url

_GRAVITY = {"warn": 0, "allow_with_reason": 1, "request": 2, "block": 3}
_WORDS = {
    "warn": Message("Is it there already?"),
    "allow_with_reason": Message("It is there already; say why another is needed"),
    "request": Message("It is there already; another has to be approved"),
    "block": Message("It is there already"),
}
HIDDEN = Message("A record that you cannot see")
HIDDEN_OWNED = Message("A record of {owner}, which you cannot see")


@dataclass(frozen=True)
class FoundRow:
    """``href``: '' for a record that the reader may not see. ``why``: label of each field that agrees, in percent."""

    title: str
    href: str
    kind: str
    percent: int
    why: tuple[tuple[str, int], ...]
    owner: str


@dataclass(frozen=True)
class DuplicatesPanel:
    """``worst``: warn, allow_with_reason, request or block. ``key`` tells one set of finds from another."""

    heading: str
    worst: str
    rows: tuple[FoundRow, ...]
    key: str


def duplicates_panel(object: str, told: Iterable[Told], reader: Reader) -> DuplicatesPanel | None:
    """None: nothing was found."""
    best: dict[tuple[str, int, str], Told] = {}
    every = list(told)
    for one in every:
        key = (one.object, one.id, one.owner_name)
        if key not in best or best[key].score < one.score:
            best[key] = one
    if not best:
        return None
    worst = max((one.on_match for one in every), key=lambda what: _GRAVITY[what])
    rows = tuple(_row(object, one, reader) for one in sorted(best.values(), key=lambda one: (-one.score, one.id)))
    digest = hashlib.sha256(repr((worst, rows)).encode()).hexdigest()[:16]
    return DuplicatesPanel(reader.render(_WORDS[worst]), worst, rows, digest)


def _row(object: str, told: Told, reader: Reader) -> FoundRow:
    fields = reader.manifest.objects[object].fields
    why = tuple((reader.label(fields[name].label), round(score * 100)) for name, score in told.fields.items() if score)
    title = told.title
    if not title and not told.id:
        hidden = Message(HIDDEN_OWNED.template, {"owner": told.owner_name}) if told.owner_name else HIDDEN
        title = reader.render(hidden)
    rule = find_rule(reader.manifest, object, told.rule)
    label = reader.label(rule.definition.label) if rule else ""
    return FoundRow(
        title,
        record_url(told.object, told.id) if told.id else "",
        reader.label(reader.manifest.objects[told.object].label),
        round(told.score * 100),
        why or ((label, 100),),
        told.owner_name,
    )
