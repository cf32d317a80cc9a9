"""Followers on the write path: what happened is found there, in the same transaction, and told by jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jimu.fieldtypes.ids import encode_id
from jimu.flows.followers.following import follow_creations
from jimu.flows.followers.happenings import CHANGED, OWNER, Happening, happenings_of, tells_owner
from jimu.flows.followers.leaving import FORGET_JOB, follow_leavers, forget_leaver
from jimu.flows.followers.telling import TELL_JOB, tell_followers
from jimu.flows.followers.units import UNIT_JOB, follow_units, tell_of_unit
from jimu.hookspecs import hookimpl
from jimu.messages import Message
from jimu.records.followed import FOLLOWER, MUTED, RECORD
from jimu.records.wave import Wave
from jimu.storage.entries import JobRow
from jimu.storage.query import Aggregate, AllOf, Compare, Group, Measure

NOT_YOURS = Message("Nobody can be made to follow a record by somebody else.")


@hookimpl
def jimu_judge_write(wave: Wave) -> None:
    """Everybody follows for themselves."""
    if wave.object == FOLLOWER and not wave.context.actor.is_system:
        for draft in wave.open:
            if wave.action in ("create", "update") and draft.values.get(OWNER) != wave.context.actor.id:
                draft.add_problem("not_yours", NOT_YOURS, OWNER)


@hookimpl
def jimu_follow_write(wave: Wave) -> None:
    if FOLLOWER not in wave.context.manifest.objects:
        return
    follow_creations(wave)
    follow_units(wave)
    follow_leavers(wave)
    happenings = happenings_of(wave)
    if happenings:
        _queue(happenings, wave)


def _queue(happenings: Sequence[Happening], wave: Wave) -> None:
    """One job for the wave. What changed tells nobody but those who follow or own the record."""
    by = wave.context.actor.id or wave.context.caused_by
    if happenings[0].kind == CHANGED:
        heard = _followed({h.record for h in happenings}, by, wave)
        heard |= {d.id for d in wave.judged if d.values.get(OWNER) not in (None, by) and not tells_owner(d)}
        happenings = [h for h in happenings if h.record in heard]
    if happenings:
        payload = {"by": encode_id(by) if by else None, "happenings": [h.dump() for h in happenings]}
        wave.transaction.emit([JobRow(TELL_JOB, payload)])


def _followed(records: set[int], by: int | None, wave: Wave) -> set[int]:
    """Those of ``records`` that somebody else follows."""
    filter = AllOf(
        (Compare(RECORD, "in", tuple(sorted(records))), Compare(MUTED, "eq", False), Compare(OWNER, "ne", by or 0))
    )
    question = Aggregate(FOLLOWER, [Measure("count", name="n")], [Group((RECORD,), name=RECORD)], filter)
    return {row[RECORD] for row in wave.transaction.aggregate(question)}


@hookimpl
def jimu_job_handlers() -> Mapping[str, Callable[[Any, Any], None]]:
    return {TELL_JOB: tell_followers, UNIT_JOB: tell_of_unit, FORGET_JOB: forget_leaver}
