"""Which record of a group stays and whose values it gets, said once for many groups. Pure: knows no store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.care.choosing import UNITED, columns_of, is_blank, merged_fields
from jimu.care.merging import Merge
from jimu.definitions.model import ObjectDef
from jimu.errors import BadRequest
from jimu.messages import Message

SURVIVORS = ("oldest", "newest", "complete")
VALUES = ("own", "newest")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class MergeRule:
    """``survivor``: the record that was made first, was changed last, or has the most values. ``values``: its own,
    where it has none those changed last; or for each field what was changed last.
    """

    survivor: str = "oldest"
    values: str = "own"

    def __post_init__(self) -> None:
        if self.survivor not in SURVIVORS or self.values not in VALUES:
            raise BadRequest(Message("There is no such rule for merging."))


def merge_by_rule(rule: MergeRule, object: ObjectDef, rows: Sequence[Row], editable: Collection[str]) -> Merge:
    """The merge of ``rows`` (two or more). ``editable``: the fields that the actor may choose values of."""
    master = _survivor(rule, object, rows)["id"]
    chosen = _newest(object, rows, editable) if rule.values == "newest" else {}
    return Merge(object.name, tuple(row["id"] for row in rows), master, chosen)


def _survivor(rule: MergeRule, object: ObjectDef, rows: Sequence[Row]) -> Row:
    by_age = sorted(rows, key=lambda row: (row["created_at"], row["id"]))
    if rule.survivor == "newest":
        return max(by_age, key=_changed)
    if rule.survivor == "complete":
        return max(by_age, key=lambda row: _filled(object, row))
    return by_age[0]


def _changed(row: Row) -> Any:
    return row["updated_at"], row["id"]


def _filled(object: ObjectDef, row: Row) -> int:
    return sum(any(not is_blank(row.get(name)) for name in columns_of(f)) for f in merged_fields(object))


def _newest(object: ObjectDef, rows: Sequence[Row], editable: Collection[str]) -> dict[str, int]:
    """Field -> the record changed last that has a value; lists are united, which nobody need choose."""
    latest = sorted(rows, key=_changed, reverse=True)
    chosen = {}
    for field in merged_fields(object):
        if field.name not in editable or field.kind in UNITED or field.system:
            continue
        names = columns_of(field)
        source = next((row for row in latest if any(not is_blank(row.get(name)) for name in names)), None)
        if source is not None:
            chosen[field.name] = source["id"]
    return chosen
