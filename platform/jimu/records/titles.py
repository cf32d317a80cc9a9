"""Titles of referenced records: one query for a whole page, and only titles that the actor may read.

A reference to a record that the actor may not read (or that is in the recycle bin) keeps its id, which tells nothing,
and gets no title; whether it exists, is deleted or is merely forbidden looks the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jimu.access import record_filter
from jimu.formulas import Environment
from jimu.records.context import Context
from jimu.records.masking import mask_titles
from jimu.storage.query import EVERYTHING, NOTHING

if TYPE_CHECKING:
    from jimu.storage import Transaction


@dataclass(frozen=True, slots=True)
class Titled:
    """What a reference to any record leads to."""

    object: str
    title: str


def referenced_ids(names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> set[int]:
    """All ids that the fields ``names`` of ``rows`` point at; what is masked points at nothing."""
    found: set[int] = set()
    names = tuple(names)
    for row in rows:
        for name in names:
            value = row.get(name)
            if isinstance(value, list):
                found.update(value)
            elif isinstance(value, int):
                found.add(value)
    return found


def find_titles(
    transaction: Transaction,
    ids: Iterable[int],
    context: Context,
    environment: Environment,
) -> dict[int, str]:
    """id -> title of the living records among ``ids`` that the actor may read.

    One query where the actor may read all records of the objects concerned, one more per object where a rule decides.
    """
    return {id: found.title for id, found in find_titled(transaction, ids, context, environment).items()}


def find_titled(
    transaction: Transaction,
    ids: Iterable[int],
    context: Context,
    environment: Environment,
) -> dict[int, Titled]:
    """As ``find_titles``, and of which object each record is."""
    wanted = set(ids)
    if not wanted:
        return {}
    by_object: dict[str, dict[int, Titled]] = {}
    for id, title in transaction.titles(wanted).items():
        if not title.deleted and title.object in context.manifest.objects:
            by_object.setdefault(title.object, {})[id] = Titled(title.object, title.title)
    found: dict[int, Titled] = {}
    for object, titles in by_object.items():
        filter = record_filter(context.actor, context.manifest, object)
        if filter != EVERYTHING:
            allowed = transaction.matching(object, titles, filter, environment, "alive") if filter != NOTHING else ()
            titles = {id: titles[id] for id in allowed}
        shown = mask_titles(transaction, object, {id: t.title for id, t in titles.items()}, context, environment)
        found |= {id: Titled(object, title) for id, title in shown.items()}
    return found


def find_deleted(
    transaction: Transaction, ids: Iterable[int], context: Context, environment: Environment
) -> dict[int, Titled]:
    """As ``find_titled``, of records in the recycle bin, which the actor might read if they came back."""
    by_object: dict[str, dict[int, str]] = {}
    for id, title in transaction.titles(ids).items():
        if title.deleted and title.object in context.manifest.objects:
            by_object.setdefault(title.object, {})[id] = title.title
    found: dict[int, Titled] = {}
    for object, titles in by_object.items():
        filter = record_filter(context.actor, context.manifest, object)
        allowed = transaction.matching(object, titles, filter, environment, "deleted") if filter != NOTHING else ()
        own = {id: titles[id] for id in allowed}
        shown = mask_titles(transaction, object, own, context, environment)
        found |= {id: Titled(object, title) for id, title in shown.items()}
    return found
