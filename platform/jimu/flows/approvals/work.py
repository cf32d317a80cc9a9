"""A run while one event is worked off: the mutable copy, the entries and the effects that come of it.

Lives as long as ``engine.advance`` runs and is nobody's but the core's.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from jimu.definitions.approvals.model import FlowDef
from jimu.flows.approvals.events import Event
from jimu.flows.approvals.model import FINAL, Effect, Entry, Run, Task, Timer, Token, Visit
from jimu.flows.approvals.world import World


class Work:
    def __init__(self, flow: FlowDef, run: Run, event: Event, world: World) -> None:
        self.flow, self.before, self.event, self.world = flow, run, event, world
        self.at: datetime = event.at
        self.tokens = dict(run.tokens)
        self.visits = dict(run.visits)
        self.tasks = dict(run.tasks)
        self.timers = dict(run.timers)
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self.agenda: deque[tuple[int, str]] = deque()
        self.resuming = ""  # the node at which only those are asked who had not approved
        self.base = run.sequence + 1
        self._run: dict[str, Any] = {}
        self._sequence, self._counter = run.sequence, run.counter

    # The run's own values.

    def get(self, name: str) -> Any:
        return self._run[name] if name in self._run else getattr(self.before, name)

    def set(self, **values: Any) -> None:
        self._run.update(values)

    @property
    def state(self) -> str:
        return str(self.get("state"))

    @property
    def round(self) -> int:
        return int(self.get("round"))

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    # Things of the run.

    def new_id(self) -> int:
        self._counter += 1
        return self._counter

    def put_task(self, task: Task, **changes: Any) -> Task:
        self.tasks[task.id] = found = dataclasses.replace(task, **changes, changed=self.base)
        return found

    def put_visit(self, visit: Visit, **changes: Any) -> Visit:
        self.visits[visit.id] = found = dataclasses.replace(visit, **changes, changed=self.base)
        return found

    def put_token(self, token: Token, **changes: Any) -> Token:
        self.tokens[token.id] = found = dataclasses.replace(token, **changes, changed=self.base)
        return found

    def put_timer(self, timer: Timer, **changes: Any) -> Timer:
        self.timers[timer.id] = found = dataclasses.replace(timer, **changes, changed=self.base)
        return found

    def node(self, visit: Visit) -> Any:
        return self.flow.nodes[visit.node]

    def tasks_of(self, visit: int) -> list[Task]:
        return [t for t in self.tasks.values() if t.visit == visit]

    @property
    def open_tasks(self) -> list[Task]:
        return [t for t in self.tasks.values() if t.is_open]

    def open_visit_of(self, token: int) -> Visit | None:
        return next((v for v in reversed(self.visits.values()) if v.token == token and v.state == "open"), None)

    def people_of(self, visit: int) -> frozenset[int]:
        """Who has an open share of the visit, as owner or delegate."""
        tasks = [t for t in self.tasks_of(visit) if t.is_open]
        return frozenset(p for t in tasks for p in (t.person, t.holder, *t.owners) if p is not None)

    def drop_timers(self, *, task: int | None = None, visit: int | None = None) -> None:
        for timer in list(self.timers.values()):
            if (task is not None and timer.task == task) or (visit is not None and timer.visit == visit):
                del self.timers[timer.id]

    def go(self, token: Token, node: str) -> None:
        """Let the token enter ``node`` when its turn comes."""
        self.agenda.append((token.id, node))

    # What comes of it.

    def note(self, action: str, **values: Any) -> Entry:
        """A further entry of history. The actor is the event's, unless said otherwise."""
        self._sequence += 1
        entry = Entry(self._sequence, self.at, action, **{"actor": self.event.actor, **values})
        self.entries.append(entry)
        return entry

    def note_own(self, action: str, **values: Any) -> Entry:
        """An entry of what the engine did by itself."""
        return self.note(action, actor=None, **values)

    def tell(self, point: str, people: Iterable[int], task: Task | None = None, **data: Any) -> None:
        found = tuple(dict.fromkeys(people))
        if found:
            id = task.id if task else None
            self.effects.append(Effect("notice", point=point, people=found, task=id, data=data))

    def effect(self, kind: str, **values: Any) -> None:
        self.effects.append(Effect(kind, **values))

    def frozen(self) -> Run:
        return dataclasses.replace(
            self.before,
            **self._run,
            tokens=self.tokens,
            visits=self.visits,
            tasks=self.tasks,
            timers=self.timers,
            sequence=self._sequence,
            counter=self._counter,
        )


def differences(before: Mapping[int, Any], after: Mapping[int, Any]) -> dict[int, Any]:
    """What was, of everything that is not as it was: id -> old value, None for what is new."""
    keys = [*before, *(k for k in after if k not in before)]
    return {k: before.get(k) for k in keys if before.get(k) is not after.get(k)}
