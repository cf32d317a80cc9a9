"""Which records stand still: asked by those who act on many records in the engine's name, where locks on the write path
would let them pass.
"""

from __future__ import annotations

from collections.abc import Iterable

from jimu.errors import JimuError
from jimu.records.context import Context


def find_locks(object: str, ids: Iterable[int], context: Context) -> dict[int, JimuError]:
    """id → why, of those that must not be merged, given away or taken back now. ``context`` holds a transaction."""
    wanted = tuple(ids)
    if context.hooks is None or not wanted:
        return {}
    found: dict[int, JimuError] = {}
    for locks in context.hooks.jimu_locks(object=object, ids=wanted, context=context):
        found |= locks
    return found
