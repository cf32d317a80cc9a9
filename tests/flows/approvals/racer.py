"""Processes that do one thing to an approval when told to: ``python -m tests.flows.approvals.racer``.

The stable loads everything once and, for each line ``URL FOLDER``, forks a racer that talks through the pipes ``in``
and ``out`` of that folder. A racer reads a line of JSON with what to do, answers ``ready``, waits for a line ``go``,
does it and answers with what came of it. With ``crash`` it kills itself at the numbered statement of the transaction.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from jimu.access import SYSTEM
from jimu.errors import JimuError
from jimu.flows.approvals import events, service
from jimu.flows.approvals.batches import decide_batch
from jimu.flows.approvals.service import Answer, Request
from jimu.records import Context, Update, write
from jimu.records.schema import build_schema
from jimu.revisions import Deployment, apply
from jimu.storage import Database, Store
from tests.flows.approvals.race_flows import FILES, PUBLISHED
from tests.records.project import FrozenClock, Project, build_manifest


def acting(project: Project, order: dict[str, Any]) -> Context:
    """Who does it, signed in before the start."""
    if order.get("hours"):
        project.clock.forward(hours=order["hours"])
    user = order.get("user")
    return project.acting(user) if user else project.context(SYSTEM)


def do(project: Project, order: dict[str, Any], context: Context) -> Any:
    what, given = order["what"], order.get("with", {})
    if what == "start":
        return service.start(Request("thing", order["record"], order["flow"]), context).approval.id
    if what == "publish":
        return publish(project)
    if what == "decide":
        done = service.decide(order["task"], Answer(**given), context)
        return [done.entry, done.repeated]
    if what == "batch":
        return [b.error is None for b in decide_batch(order["tasks"], Answer(**given), context).results]
    if what == "timer":
        return service.timer_due(order["approval"], order["timer"], context)
    if what == "left":
        write.write(Update("user", order["person"], {"active": False}), project.context(SYSTEM))
        return service.person_changed(order["person"], events.Left, context)
    if what == "edit":
        return write.write(Update("thing", order["record"], given), context).version
    kind = getattr(events, what)
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    if "task" in order:
        return service.on_task(kind, order["task"], context, **values).entry
    return service.on_approval(kind, order["approval"], context, **values).entry


def published(project: Project) -> Project:
    """The project under the text that is published meanwhile."""
    manifest = build_manifest(PUBLISHED)
    return replace(project, manifest=manifest, store=Store(project.database, build_schema(manifest)))


def publish(project: Project) -> int:
    """Bring the other text into force, as ``jimu apply`` does."""
    with project.database.read() as transaction:
        row = transaction.current_revision(files=False)
    id, hash = (row.id, row.hash) if row else (None, None)
    deployment = Deployment(project.database, project.manifest, id, hash, project.plugins, project.clock)
    return apply(deployment, build_manifest(PUBLISHED)).revision


def crash_at(database: Database, number: int) -> None:
    """Dies at the ``number``-th statement from now on; after the last, at the commit."""
    count = 0

    def die(*arguments: Any, **more: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", die)
    sa.event.listen(sa.Engine, "commit", die)


def race(url: str, folder: str) -> None:
    """Lives as long as there are orders."""
    orders, answers = open(f"{folder}/in"), open(f"{folder}/out", "w")  # noqa: SIM115
    manifest = build_manifest(FILES)
    database = Database(url)
    project = Project(manifest, database, Store(database, build_schema(manifest)))

    def say(text: str) -> None:
        answers.write(f"{text}\n")
        answers.flush()

    say("up")
    while line := orders.readline():
        order = json.loads(line)
        own = replace(project, clock=FrozenClock())
        own = published(own) if order.get("published") else own
        context = acting(own, order)
        say("ready")
        orders.readline()
        if order.get("crash"):
            crash_at(database, order["crash"])
        try:
            found = {"result": do(own, order, context)}
        except JimuError as error:
            found = {"error": error.code, "text": str(error)}
        say(json.dumps(found, default=str))


def main() -> None:
    build_manifest(FILES)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.readline():
        url, folder = line.split()
        if os.fork() == 0:
            race(url, folder)
            os._exit(0)


if __name__ == "__main__":
    main()
