"""What a mass change is asked to do, and what it did to one record; all of it as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jimu.fieldtypes.ids import decode_id, encode_id

BATCH = 200
"""Records that are changed in one transaction."""

AT_ONCE = 500
"""Up to so many records are changed while the asker waits; more are left to a job."""

MOST_IDS = 400
"""So many records can be chosen one by one: fewer than a formula has nodes, so that one can name them all."""

MOST_ATOMIC = 5_000
"""All or nothing is one transaction, in which others wait: at most so many records."""

Operation = Literal["set", "blank", "add", "remove"]
Action = Literal["edit", "delete", "undo"]


@dataclass(frozen=True)
class Selection:
    """The records with ``ids``; without any, all that a list shows but those in ``left_out``.

    ``layout``: the list whose own condition holds; ``where``: formulas that hold too; ``search``: words. They are
    applied anew for each batch, under the rules of whoever runs it.
    """

    object: str
    ids: tuple[int, ...] = ()
    layout: str = ""
    where: tuple[str, ...] = ()
    search: str = ""
    left_out: tuple[int, ...] = ()

    def dump(self) -> dict[str, Any]:
        return {
            "object": self.object,
            "ids": [encode_id(id) for id in self.ids],
            "layout": self.layout,
            "where": list(self.where),
            "search": self.search,
            "left_out": [encode_id(id) for id in self.left_out],
        }

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Selection:
        return cls(
            given["object"],
            _ids(given["ids"]),
            given["layout"],
            tuple(given["where"]),
            given["search"],
            _ids(given["left_out"]),
        )


@dataclass(frozen=True)
class Change:
    """``value``: as the field type dumps it. ``add`` and ``remove`` are for fields of several values."""

    field: str
    operation: Operation
    value: Any = None


@dataclass(frozen=True)
class MassRequest:
    """``changes``: of an edit; a deletion has none."""

    selection: Selection
    action: Action
    changes: tuple[Change, ...] = ()
    all_or_nothing: bool = False

    def dump(self) -> dict[str, Any]:
        return {
            "selection": self.selection.dump(),
            "action": self.action,
            "changes": [[c.field, c.operation, c.value] for c in self.changes],
            "all_or_nothing": self.all_or_nothing,
        }

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> MassRequest:
        return cls(
            Selection.load(given["selection"]),
            given["action"],
            tuple(Change(*change) for change in given["changes"]),
            given["all_or_nothing"],
        )


@dataclass(frozen=True)
class Item:
    """What became of one record. ``status``: updated unchanged deleted restored failed.

    ``version``: after it; ``reason``: why it failed, in the language of who asked; ``before``: the values that were
    changed, as they were.
    """

    id: int
    status: str
    version: int = 0
    reason: str = ""
    before: Mapping[str, Any] | None = None

    def dump(self) -> list[Any]:
        return [encode_id(self.id), self.status, self.version, self.reason, self.before]

    @classmethod
    def load(cls, given: Sequence[Any]) -> Item:
        return cls(decode_id(given[0]), *given[1:])


def _ids(given: Sequence[str]) -> tuple[int, ...]:
    return tuple(decode_id(text) for text in given)
