"""What a bulk action is asked to do, and what it did to one record; all of it as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message, keep_message, kept_message

BATCH = 200
"""Records that are changed in one transaction."""

AT_ONCE = 500
"""Up to so many records are changed while the asker waits; more are left to a job."""

MOST_IDS = 400
"""So many records can be chosen one by one: fewer than a formula has nodes, so that one can name them all."""

MOST_ATOMIC = 5_000
"""All or nothing is one transaction, in which others wait: at most so many records."""

Operation = Literal["set", "blank", "add", "remove"]
Action = Literal["edit", "delete", "restore", "transfer", "tag", "share", "team"]
"""What can be asked for a selection. Units that other parts open may be called otherwise; see ``mass_change.yaml``."""

SUCCESSES = frozenset({"created", "updated", "deleted", "restored", "purged"})


@dataclass(frozen=True)
class Selection:
    """The records with ``ids``; without any, all that a list shows but those in ``left_out``.

    ``layout``: the list whose own condition holds; ``where``: formulas that hold too; ``search``: words. They are
    applied anew for each batch, under the rules of whoever runs it. ``deleted``: those in the recycle bin.
    """

    object: str
    ids: tuple[int, ...] = ()
    layout: str = ""
    where: tuple[str, ...] = ()
    search: str = ""
    left_out: tuple[int, ...] = ()
    deleted: bool = False

    def dump(self) -> dict[str, Any]:
        return {
            "object": self.object,
            "ids": [encode_id(id) for id in self.ids],
            "layout": self.layout,
            "where": list(self.where),
            "search": self.search,
            "left_out": [encode_id(id) for id in self.left_out],
            "deleted": self.deleted,
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
            given.get("deleted", False),
        )


@dataclass(frozen=True)
class Change:
    """``value``: as the field type dumps it. ``add`` and ``remove`` are for fields of several values."""

    field: str
    operation: Operation
    value: Any = None


@dataclass(frozen=True)
class MassRequest:
    """``changes``: of an edit or tagging. ``options``: what the other actions need to know, as JSON (``actions``)."""

    selection: Selection
    action: Action
    changes: tuple[Change, ...] = ()
    all_or_nothing: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        return {
            "selection": self.selection.dump(),
            "action": self.action,
            "changes": [[c.field, c.operation, c.value] for c in self.changes],
            "all_or_nothing": self.all_or_nothing,
            "options": dict(self.options),
        }

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> MassRequest:
        return cls(
            Selection.load(given["selection"]),
            given["action"],
            tuple(Change(*change) for change in given["changes"]),
            given["all_or_nothing"],
            given.get("options", {}),
        )


@dataclass(frozen=True)
class Item:
    """What became of one record (``id`` 0: none was made). ``status``: created updated unchanged deleted restored
    purged skipped failed.

    ``version``: after it; ``reason``: why it failed; ``before``: the values that were
    changed, as they were. ``object``: where it is not the unit's own. ``prior``: the version before, where the unit may
    have touched the record already. ``row``: of a file. ``along``: changed because of another record of the unit.
    """

    id: int
    status: str
    version: int = 0
    reason: Message | None = None
    before: Mapping[str, Any] | None = None
    object: str = ""
    prior: int = 0
    row: int = 0
    along: bool = False

    def dump(self) -> list[Any]:
        id = encode_id(self.id) if self.id else ""
        reason = keep_message(self.reason) if self.reason else ""
        made = [id, self.status, self.version, reason, self.before, self.object, self.prior, self.row, self.along]
        while not made[-1] and len(made) > 5:
            made.pop()
        return made

    @classmethod
    def load(cls, given: Sequence[Any]) -> Item:
        id, status, version, reason, *more = given
        return cls(decode_id(id) if id else 0, status, version, kept_message(reason) if reason else None, *more)

    @property
    def is_done(self) -> bool:
        """Whether there is something to take back."""
        return self.status in SUCCESSES


def _ids(given: Sequence[str]) -> tuple[int, ...]:
    return tuple(decode_id(text) for text in given)
