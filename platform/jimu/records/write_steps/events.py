"""Events: facts about what was stored. Sure listeners get a job row now; the rest is told after the commit."""

from __future__ import annotations

from jimu.access.scopes import USER_OBJECT
from jimu.records.events import Event, jobs_for
from jimu.records.wave import Wave
from jimu.records.write_steps.accounts import follow_accounts

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
    follow_accounts(wave)
