"""Records that were merged into others: who names them is led to the survivor.

``redirect`` (``system/redirect.yaml``) keeps the id of what is gone as text, so that it outlives the record itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jimu.definitions.manifest import Manifest
from jimu.fieldtypes.ids import decode_id, encode_id

if TYPE_CHECKING:
    from jimu.storage import Transaction

OBJECT = "redirect"


def find_survivors(transaction: Transaction, manifest: Manifest, ids: Iterable[int]) -> dict[int, int]:
    """id → id of the record that it was merged into, for those of ``ids`` that were."""
    wanted = {encode_id(id) for id in ids}
    if not wanted or OBJECT not in manifest.objects or not transaction.columns_of(OBJECT):
        return {}
    found = transaction.find_ids(OBJECT, "gone", wanted)
    if not found:
        return {}
    rows = transaction.fetch(OBJECT, [id for some in found.values() for id in some], ("gone", "survivor"))
    return {decode_id(row["gone"]): row["survivor"] for row in rows.values() if row["survivor"] is not None}


def find_merged(transaction: Transaction, manifest: Manifest, id: int) -> list[dict[str, Any]]:
    """What was merged into the record: rows with ``gone`` (an id), ``gone_title`` and ``created_at``."""
    if OBJECT not in manifest.objects or not transaction.columns_of(OBJECT):
        return []
    ids = transaction.refs(OBJECT, "survivor", [id], deleted=False)
    names = ("gone", "gone_title", "created_at", "merge")
    rows = transaction.fetch(OBJECT, ids, names) if ids else {}
    return [{**row, "gone": decode_id(row["gone"])} for row in rows.values()]
