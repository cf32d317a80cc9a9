"""Rows held for the rest of a unit of work: what decides who is first, when several want the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jimu.records.context import Context


def hold(
    object: str, ids: Iterable[int], context: Context, fields: Sequence[str] | None = None
) -> Mapping[int, Mapping[str, Any]]:
    """The living rows among ``ids``, as stored; nobody else changes them before the unit of work of ``context`` ends.

    For the engine's own decisions: no rule of access is asked. Rows are held in the order of their ids, so that two who
    hold several do not wait for each other.
    """
    wanted = None if fields is None else (*fields, "deleted_at")
    rows = context.transaction.fetch(object, sorted(set(ids)), wanted, lock=True)
    return {id: row for id, row in rows.items() if row.get("deleted_at") is None}
