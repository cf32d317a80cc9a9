"""``advance``: the whole of the engine. From a flow, a run, an event and the world to the run after it.

Pure: the same arguments give the same outcome, nothing outside is changed. Raises a ``JimuError`` where the event is
refused; then nothing has happened.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

from jimu.definitions.approvals.model import FlowDef
from jimu.flows.approvals import refusals
from jimu.flows.approvals.actions import HANDLERS
from jimu.flows.approvals.dump import dump, dump_event
from jimu.flows.approvals.events import Decide, Event
from jimu.flows.approvals.invariants import stalled
from jimu.flows.approvals.model import RUNNING, Outcome, Run, Undo
from jimu.flows.approvals.moving import drain, fail
from jimu.flows.approvals.work import Work, differences
from jimu.flows.approvals.world import Answers, Recording, World
from jimu.messages import Message

_KEPT_UNDOS = 20


def new_run(flow: FlowDef, submitter: int, *, depth: int = 0, purpose: str = "record") -> Run:
    """``purpose``: record, change and delete (done when it is approved), restore (undone if it is not)."""
    holds, restores = purpose in ("change", "delete"), purpose == "restore"
    return Run(flow.name, flow.version, submitter, depth=depth, holds=holds, restores=restores)


def advance(flow: FlowDef, run: Run, event: Event, answers: Answers) -> Outcome:
    """What comes of ``event``. An event whose key is known already changes nothing and says so."""
    known = _known(run, event)
    if known is not None:
        return Outcome(run, repeated=True, entry=known)
    recording = Recording(answers)
    work = Work(flow, run, event, World(recording))
    HANDLERS[type(event)](work, event)
    drain(work)
    if work.state == RUNNING and stalled(flow, work.frozen()):
        fail(work, "stalled", None)
    return _outcome(work, event, recording.noted)


def _known(run: Run, event: Event) -> int | None:
    if not event.key or event.key not in run.keys:
        return None
    digest, entry = run.keys[event.key]
    if digest != _digest(event):
        raise refusals.conflict(Message("This key was used for something else."))
    return entry


def _digest(event: Event) -> str:
    """What the event asks for, without when, by which key and what it changed."""
    asked: dict[str, Any] = {**dump_event(event), "at": None, "key": None, "changed": None}
    return hashlib.sha256(repr(sorted(asked.items())).encode()).hexdigest()[:32]


def _outcome(work: Work, event: Event, noted: list[Any]) -> Outcome:
    if not work.entries:
        return Outcome(work.before)
    if event.key:
        work.set(keys={**work.get("keys"), event.key: (_digest(event), work.base)})
    if isinstance(event, Decide) and work.state == RUNNING and work.tasks[event.task].closed == work.base:
        work.set(undo=(*work.get("undo"), _undo(work, event))[-_KEPT_UNDOS:])
    first, *rest = work.entries
    first = dataclasses.replace(first, event=dump_event(event), answers=tuple(dump(noted)))
    return Outcome(work.frozen(), (first, *rest), tuple(work.effects), entry=first.seq)


def _undo(work: Work, event: Decide) -> Undo:
    before = work.before
    return Undo(
        work.base, event.task, event.actor,
        differences(before.tokens, work.tokens), differences(before.visits, work.visits),
        differences(before.tasks, work.tasks), differences(before.timers, work.timers),
    )  # fmt: skip
