"""Who follows which record, as the engine stores it (system object ``follower``), and ``user.followed`` of formulas.

What followers are told, and when, is for ``flows.followers`` to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jimu.definitions.manifest import Manifest
from jimu.records.context import Context
from jimu.records.reading import reading
from jimu.storage.query import AllOf, Compare, Query, Sort

if TYPE_CHECKING:
    from jimu.storage import Transaction

FOLLOWER = "follower"
RECORD, MUTED, REASON = "record", "muted", "reason"
FOLLOWED = "followed"
_TALKED_ABOUT = frozenset({"comments", "activities", "team", "followers"})
MOST_FOLLOWED = 10_000
"""``user.followed`` holds so many, the latest ones."""


def can_be_followed(manifest: Manifest, object: str) -> bool:
    """Whether ``object`` is something that people work with: the customer's own, and of the engine's what people talk
    about. Of the others the engine itself tells what is to be told, as the end of an import.
    """
    found = manifest.objects.get(object)
    return found is not None and not found.retired and not (found.system and not found.features & _TALKED_ABOUT)


class _Values(dict[str, Any]):
    """The values of who acts; what is followed is asked for by the first formula that wants to know."""

    def __init__(self, values: Mapping[str, Any], context: Context) -> None:
        super().__init__(values)
        self._context = context

    def get(self, key: str, default: Any = None) -> Any:
        if key == FOLLOWED and key not in self:
            with reading(self._context) as transaction:
                self[key] = followed_by(transaction, self["id"], self._context)
        return super().get(key, default)


def with_followed(values: Mapping[str, Any] | None, context: Context) -> Mapping[str, Any] | None:
    """The values of who acts, with what they follow."""
    return _Values(values, context) if values and values["id"] and is_known(context) else values


def is_known(context: Context) -> bool:
    """Whether records can be followed here: not before a newer engine's revision is applied."""
    found = context.manifest.objects.get(FOLLOWER)
    return found is not None and not found.retired


def followed_by(transaction: Transaction, person: int, context: Context) -> frozenset[int]:
    """The records, of whatever objects, that ``person`` follows."""
    filter = AllOf((Compare("owner", "eq", person), Compare(MUTED, "eq", False)))
    query = Query(FOLLOWER, filter, [Sort(("id",), True)], (RECORD,), MOST_FOLLOWED)
    return frozenset(row[RECORD] for row in transaction.select(query).rows)
