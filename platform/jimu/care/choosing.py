"""Which value a merged record gets, field by field: what is proposed, and what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jimu.definitions.model import FieldDef, ObjectDef
from jimu.fieldtypes.kinds import Kind

UNITED = frozenset({Kind.TEXTS, Kind.REFERENCES})
_SYSTEM = frozenset({"owner", "record_type"})
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """``source``: id of the record whose value is taken (0: those of all, united). ``differs``: whether there is
    anything to choose. ``sources``: the records that have a value.
    """

    field: FieldDef
    source: int
    sources: tuple[int, ...]
    differs: bool


def merged_fields(object: ObjectDef) -> list[FieldDef]:
    """The fields that are chosen one by one: those of a composite or an amount with its currency go together."""
    return [
        f
        for f in object.active_fields
        if (not f.system or f.name in _SYSTEM)
        and f.part_of is None
        and not f.is_computed
        and f.type not in ("secret", "parent")
    ]


def columns_of(field: FieldDef) -> tuple[str, ...]:
    """The stored columns that a choice of ``field`` carries along."""
    return field.parts if field.kind is Kind.COMPOSITE else (field.name, *field.parts)


def propose(object: ObjectDef, rows: Sequence[Row], master: int) -> list[Proposal]:
    """The most complete record: the master's value where it has one, else the one that was changed last; lists are
    united.
    """
    by_age = sorted(rows, key=lambda row: (row["id"] != master, -_moment(row)))
    return [_proposal(field, by_age) for field in merged_fields(object)]


def _moment(row: Row) -> float:
    at = row.get("updated_at") or row.get("created_at")
    return at.timestamp() if at is not None else 0.0


def _proposal(field: FieldDef, rows: Sequence[Row]) -> Proposal:
    columns = columns_of(field)
    filled = [row for row in rows if any(not is_blank(row.get(name)) for name in columns)]
    values = {repr([row.get(name) for name in columns]) for row in filled}
    differs = len(values) > 1
    if field.kind in UNITED and differs:
        return Proposal(field, 0, tuple(row["id"] for row in filled), True)
    source = (filled or list(rows))[0]["id"]
    return Proposal(field, source, tuple(row["id"] for row in filled), differs)


def is_blank(value: Any) -> bool:
    return value is None or value == "" or value == []


def merged_values(
    proposals: Sequence[Proposal], rows: Mapping[int, Row], master: int, chosen: Mapping[str, int]
) -> dict[str, Any]:
    """The values that the master gets: only those that are others than its own."""
    values: dict[str, Any] = {}
    for proposal in proposals:
        source = chosen.get(proposal.field.name, proposal.source)
        for name in columns_of(proposal.field):
            value = _united(name, proposal, rows, master) if source == 0 else rows[source].get(name)
            if value != rows[master].get(name):
                values[name] = value
    return values


def _united(name: str, proposal: Proposal, rows: Mapping[int, Row], master: int) -> Any:
    if proposal.field.kind not in UNITED or name != proposal.field.name:
        return rows[master].get(name)
    ordered = [master, *(id for id in rows if id != master)]
    return list(dict.fromkeys(value for id in ordered for value in rows[id].get(name) or ()))
