"""Unique keys, asked set-wise before storing so that all problems come at once; the index has the last word."""

from __future__ import annotations

from typing import Any

from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.wave import Wave

NOT_UNIQUE = Message("There is already a record with this value.")
NOT_UNIQUE_TOGETHER = Message("There is already a record with these values in {fields}.")

Key = tuple[Any, ...]


def check_uniques(wave: Wave) -> None:
    """One query per unique key that changed. A record with a blank in the key is let off.

    A single write without other problems is not asked about: the index refuses it, and that becomes the same problem.
    """
    drafts = wave.judged
    if wave.unit.is_single and all(not d.problems for d in drafts):
        return
    for columns in wave.plan.uniques:
        _check_key(wave, columns, [d for d in drafts if d.is_new or not set(columns).isdisjoint(d.changed)])


def _check_key(wave: Wave, columns: tuple[str, ...], drafts: list[Draft]) -> None:
    by_key: dict[Key, list[Draft]] = {}
    for draft in drafts:
        key = tuple(draft.values.get(name) for name in columns)
        if None not in key:
            by_key.setdefault(key, []).append(draft)
    if not by_key:
        return
    single = len(columns) == 1
    found = wave.transaction.find_ids(
        wave.object, columns[0] if single else columns, [k[0] if single else k for k in by_key]
    )
    leaving = {d.id for d in drafts}  # a row of this wave gives its old key free
    for key, claimants in by_key.items():
        holders = set(found.get(key[0] if single else key, ())) - leaving
        staying = {d.id for d in claimants} & set(found.get(key[0] if single else key, ()))
        first = claimants[0] if not holders and not staying else None
        for draft in claimants:
            if draft is not first and draft.id not in staying:
                add_unique_problem(wave, draft, columns)


def add_unique_problem(wave: Wave, draft: Draft, columns: tuple[str, ...]) -> None:
    """Say beside each field of the key that it is taken."""
    labels = [wave.plan.fields[name].label for name in columns]
    message = NOT_UNIQUE if len(columns) == 1 else Message(NOT_UNIQUE_TOGETHER.template, {"fields": labels})
    for name in columns:
        draft.add_problem("not_unique", message, name)
