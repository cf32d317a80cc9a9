"""Merging: several records of one object become one, with all that hangs on them, in one transaction.

The losers go into the recycle bin, from which they cannot be taken out alone; a ``redirect`` leads to the survivor. The
whole is a unit of ``bulk`` (action ``merge``), which can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jimu.access import action_allowed, readable_fields, record_filter, require_action
from jimu.access.fields import EDIT, field_access
from jimu.bulk import open_unit
from jimu.care.children import Moved, find_children, move_children, without_self
from jimu.care.choosing import Proposal, merged_values, propose
from jimu.care.looking import looking
from jimu.errors import BadRequest, Conflict, Forbidden, JimuError, NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import Context, Record, read, write
from jimu.records.auditing import audit
from jimu.records.commands import Command, Create, Delete, Update
from jimu.records.environment import build_environment
from jimu.records.guarding import find_locks
from jimu.records.masking import masked_in
from jimu.records.redirects import OBJECT as REDIRECT

MOST = 50
TOO_FEW = Message("Choose at least two records to merge.")
TOO_MANY = Message("At most {most} records can be merged at a time.", {"most": MOST})
NOT_THERE = Message("One of the records is no longer there; somebody may have merged it just now.")
NOT_ALLOWED = Message("You may not change or delete all of these records.")
NOT_CHOSEN = Message("The survivor is one of the records that are merged.")
NOT_A_SOURCE = Message("Choose a value of one of the records.")
SUBJECT = Message("Merge into {title}")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Merge:
    """``ids``: all records; ``master``: the one that stays. ``chosen``: field → id of the record whose value is taken
    (0: of all, for lists); others as proposed. ``values``: what the survivor gets instead of any of these.
    """

    object: str
    ids: tuple[int, ...]
    master: int
    chosen: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def losers(self) -> tuple[int, ...]:
        return tuple(id for id in self.ids if id != self.master)


@dataclass(frozen=True)
class MergeForecast:
    """``rows``: as stored. ``values``: what the survivor gets. ``children``: how many records are moved, by object.
    ``readable``: the fields that the actor may read in all of the records, unmasked.
    """

    merge: Merge
    rows: Mapping[int, Row]
    proposals: Sequence[Proposal]
    values: Mapping[str, Any]
    children: Mapping[str, int]
    readable: frozenset[str]


@dataclass(frozen=True)
class Merged:
    """``unit``: the ``mass_change`` that takes it back."""

    survivor: Record
    unit: int
    moved: Moved


def foresee_merge(merge: Merge, context: Context) -> MergeForecast:
    """What ``merge_records`` would do. Raises as it does."""
    with looking(context) as inner:
        rows = _load(merge, inner, lock=False)
        proposals = _proposals(merge, rows, inner)
        children = find_children(merge.object, merge.losers, merge.master, inner)
        values = _values(merge, rows, proposals, inner)
        return MergeForecast(merge, rows, proposals, values, children.counts(), _readable(merge, inner))


def merge_records(merge: Merge, context: Context) -> Merged:
    """Do it. Raises NotFound and Forbidden by the actor's rights, Conflict when a record is gone meanwhile or one that
    hangs on them cannot be moved, Invalid when the values do not make a record.
    """
    with write.unit_of_work(context) as transaction:
        rows = _load(merge, transaction, lock=True)
        subject = replace(SUBJECT, params={"title": str(rows[merge.master].get("title") or "")})
        with open_unit(transaction, subject, "merge", merge.object, total=len(merge.ids)) as unit:
            with unit.work() as inner:
                moved = _carry_out(merge, rows, unit.id, inner)
            survivor = read.get(merge.object, merge.master, transaction, titles=False)
    return Merged(survivor, unit.id, moved)


def carry_out(merge: Merge, unit: int, context: Context) -> Moved:
    """``merge_records`` as a part of the unit ``unit``: ``context`` holds the transaction and notes what is written."""
    return _carry_out(merge, _load(merge, context, lock=True), unit, context)


def _carry_out(merge: Merge, rows: Mapping[int, Row], unit: int, context: Context) -> Moved:
    values = _values(merge, rows, _proposals(merge, rows, context), context)
    moved = _write(merge, rows, values, unit, as_engine(context))
    details = {"merged": [encode_id(id) for id in merge.losers], "unit": encode_id(unit)}
    audit(context, "data.merged", object=merge.object, record=merge.master, details=details)
    return moved


def as_engine(context: Context) -> Context:
    """The same actor with every right: what follows from a merge is not held against them, but done by them."""
    return replace(context, actor=replace(context.actor, is_system=True), duplicates="ignore")


def _readable(merge: Merge, context: Context) -> frozenset[str]:
    masked = masked_in(context.transaction, merge.object, merge.ids, context, build_environment(context))
    hidden = frozenset().union(*masked.values()) if masked else frozenset()
    return readable_fields(context.actor, context.manifest, merge.object) - hidden


def _write(merge: Merge, rows: Mapping[int, Row], values: Mapping[str, Any], unit: int, context: Context) -> Moved:
    """In this order: what hangs on the losers first, so that they take nothing along; their unique values are free
    before the survivor gets them; the redirect last, so that it is the first thing taken back.
    """
    moved = move_children(find_children(merge.object, merge.losers, merge.master, context), context)
    _all(write_losers(merge), context)
    if values:
        write.write(Update(merge.object, merge.master, values), context)
    redirects: list[Command] = [
        Create(
            REDIRECT,
            {
                "gone": encode_id(id),
                "gone_title": str(rows[id].get("title") or "")[:255],
                "of_object": merge.object,
                "survivor": merge.master,
                "merge": unit,
            },
        )
        for id in merge.losers
    ]
    _all(redirects, context)
    return moved


def write_losers(merge: Merge) -> list[Command]:
    return [Delete(merge.object, id) for id in merge.losers]


def _all(commands: Sequence[Command], context: Context) -> None:
    result = write.write_many(commands, context, values=False)
    if result.failed:
        error = result.failed[0].error
        assert isinstance(error, JimuError)
        raise error


def _load(merge: Merge, context: Context, *, lock: bool) -> dict[int, Row]:
    """The rows, in the order asked for; refuses what may not be merged."""
    ids = list(dict.fromkeys(merge.ids))
    if len(ids) < 2 or len(ids) > MOST:
        raise BadRequest(TOO_FEW if len(ids) < 2 else TOO_MANY)
    if merge.master not in ids:
        raise BadRequest(NOT_CHOSEN)
    for action in ("read", "update", "delete"):
        require_action(context.actor, context.manifest, merge.object, action)
    # In the order of ids, so that two merges do not wait for each other.
    rows = context.transaction.fetch(merge.object, sorted(ids), lock="removal" if lock else False)
    _require(merge, "read", ids, NotFound(NOT_THERE), context)
    if any(row["deleted_at"] is not None for row in rows.values()) or len(rows) < len(ids):
        raise Conflict(NOT_THERE)
    _require(merge, "update", ids, Forbidden(NOT_ALLOWED), context)
    _require(merge, "delete", list(merge.losers), Forbidden(NOT_ALLOWED), context)
    for error in find_locks(merge.object, ids, context).values():
        raise error
    return {id: rows[id] for id in ids}


def _require(merge: Merge, action: str, ids: Sequence[int], error: JimuError, context: Context) -> None:
    rule = record_filter(context.actor, context.manifest, merge.object, action)
    environment = build_environment(context)
    if context.transaction.matching(merge.object, ids, rule, environment, "any") != set(ids):
        raise error


def may_merge(object: str, context: Context) -> bool:
    """Whether the actor may merge some records of ``object`` at all."""
    return all(action_allowed(context.actor, context.manifest, object, a) for a in ("read", "update", "delete"))


def _proposals(merge: Merge, rows: Mapping[int, Row], context: Context) -> list[Proposal]:
    return propose(context.manifest.object(merge.object), list(rows.values()), merge.master)


def _values(merge: Merge, rows: Mapping[int, Row], proposals: Sequence[Proposal], context: Context) -> dict[str, Any]:
    """What the survivor gets: choices only of fields that the actor may change."""
    access = field_access(context.actor, context.manifest, merge.object)
    known = {proposal.field.name: proposal for proposal in proposals}
    for name, source in merge.chosen.items():
        if name not in known or access.get(name) != EDIT or (source != 0 and source not in rows):
            raise BadRequest(NOT_A_SOURCE, details={"field": name})
    for name in merge.values:
        if access.get(name) != EDIT:
            raise BadRequest(NOT_A_SOURCE, details={"field": name})
    values = merged_values(proposals, rows, merge.master, merge.chosen)
    values = without_self(values, context.manifest.object(merge.object), rows, merge.master)
    return {**values, **merge.values}
