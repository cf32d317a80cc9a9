"""The history of a run, worked off again: the same nodes, states and outcome must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jimu.definitions.approvals.model import FlowDef
from jimu.flows.approvals.dump import load_event
from jimu.flows.approvals.engine import advance
from jimu.flows.approvals.events import Event, Migrate
from jimu.flows.approvals.model import Entry, Run
from jimu.flows.approvals.world import Replaying


def replay(flow: FlowDef, run: Run, entries: Iterable[Entry], flow_of: Callable[[str], FlowDef] | None = None) -> Run:
    """From ``run`` (as it was made) through every event kept in ``entries``, with the answers of then.

    ``flow_of`` gives other versions of the flow, where the run was migrated. Raises ReplayDiffers.
    """
    for entry in entries:
        if entry.event is None:
            continue
        event: Event = load_event(entry.event)
        if isinstance(event, Migrate) and flow_of is not None:
            flow = flow_of(event.version)
        run = advance(flow, run, event, Replaying(entry.answers)).run
    return run
