"""Events: facts about what was stored. Sure listeners get a job row now; the rest is told after the commit."""

from __future__ import annotations

from jimu.access.managing import rights_of_roles
from jimu.access.own_password import void_given_password
from jimu.access.scopes import USER_OBJECT
from jimu.access.sessions import end_sessions_in
from jimu.records.draft import Draft
from jimu.records.events import Event, jobs_for
from jimu.records.wave import Wave

# Objects whose records decide what people may do and that snapshots or caches are made of: a change must act on the
# very next request. What rules look up by SQL needs no entry.
ACCESS_OBJECTS: tuple[str, ...] = (USER_OBJECT, "department", "membership", "absence")


def emit_events(wave: Wave) -> None:
    """Make an event per record written, queue the jobs of those who listen, and note changes of access data."""
    context, unit = wave.context, wave.unit
    events = [
        Event(
            wave.object,
            d.id,
            wave.action,
            unit.now,
            context.actor,
            d.new_version,
            d.changed,
            d.before,
            d.values,
            context.reason,
        )
        for d in wave.judged
    ]
    if not events:
        return
    unit.events.extend(events)
    jobs = jobs_for(events, context.hooks)
    if jobs:
        unit.transaction.emit(jobs)
    if wave.object in ACCESS_OBJECTS:
        unit.transaction.bump_pulse()
    if wave.object == USER_OBJECT and wave.action != "create":
        for draft in wave.judged:
            is_out = wave.action == "delete" or not draft.values.get("active")
            if is_out:
                end_sessions_in(unit.transaction, draft.id)
            if is_out or _gains_rights(wave, draft):
                void_given_password(unit.transaction, draft.id)


def _gains_rights(wave: Wave, draft: Draft) -> bool:
    """Whether somebody has system rights that they had not before: a password or a link to set one that was given by
    then may lie with a person who may not manage such an account.
    """
    if "roles" not in draft.changed:
        return False
    before, after = (
        rights_of_roles(wave.context.manifest, v.get("roles") or ()) for v in (draft.before or {}, draft.values)
    )
    return not after <= before
