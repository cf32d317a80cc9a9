"""Who may put a record under a parent: judged on the new values, since access comes from the parent they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jimu.access import record_filter
from jimu.access.evaluation import row_matches
from jimu.messages import Message
from jimu.records.wave import Wave
from jimu.storage.query import EVERYTHING, AllOf, AnyOf, Compare, Filter, Not, Related

FORBIDDEN_PARENT = Message("You may not add anything to this record.")


def check_parents(wave: Wave) -> None:
    """Creating a child, or moving it, needs the access to its (new) parent that the rules ask for."""
    actor, object = wave.context.actor, wave.plan.object
    if actor.is_system or object.owner != "parent" or object.parent is None:
        return
    drafts = [d for d in wave.judged if d.is_new or object.parent in d.changed]
    drafts = [
        d
        for d in drafts
        if d.values.get(object.parent) is not None and not any(p.field == object.parent for p in d.problems)
    ]
    filter = record_filter(actor, wave.context.manifest, object.name, "create")
    if not drafts or filter == EVERYTHING:
        return
    for draft, fits in zip(drafts, values_match(wave, filter, [d.values for d in drafts]), strict=True):
        if not fits:
            draft.add_problem("forbidden_parent", FORBIDDEN_PARENT, object.parent)


def values_match(wave: Wave, filter: Filter, rows: Sequence[Mapping[str, Any]]) -> list[bool]:
    """Whether each of ``rows``, which need not be stored, matches ``filter``: one query per related object."""
    if isinstance(filter, AllOf):
        return _combine(all, wave, filter.filters, rows)
    if isinstance(filter, AnyOf):
        return _combine(any, wave, filter.filters, rows)
    if isinstance(filter, Not):
        return [not answer for answer in values_match(wave, filter.filter, rows)]
    if isinstance(filter, Related):
        ids = {row[filter.column] for row in rows if row.get(filter.column) is not None}
        found = (
            wave.transaction.matching(filter.object, ids, filter.filter, wave.environment, "alive") if ids else set()
        )
        return [row.get(filter.column) in found for row in rows]
    blank = {filter.column: None} if isinstance(filter, Compare) else {}
    return [row_matches(filter, {**blank, **row}) is True for row in rows]


def _combine(how: Any, wave: Wave, filters: Sequence[Filter], rows: Sequence[Mapping[str, Any]]) -> list[bool]:
    if not filters:
        return [how([])] * len(rows)
    return [how(answers) for answers in zip(*(values_match(wave, f, rows) for f in filters), strict=True)]
