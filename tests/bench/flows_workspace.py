"""The workspace that ``tests.bench.flows`` measures, people at work in it, several processes at once."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from jimu.access import SYSTEM, accounts, load_actor
from jimu.access.approvals import TASK
from jimu.clock import system_clock
from jimu.flows.approvals import service
from jimu.flows.approvals.service import Request
from jimu.records import Context, Create, write
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.storage.query import Compare, Query
from tests.bench.driver import HOME
from tests.bench.products import POSTGRESQL

PORT = int(os.environ.get("JIMU_BENCH_PORT", "18031"))
DATABASE = "jimu_bench_flows"

_OBJECT = """
label: Purchase
title: "{name}"
features: [history]
fields:
  name: {type: text, required: true}
  amount: {type: decimal, scale: 2}
  status: {type: picklist, options: [new, asked, approved, rejected], default: new}
  note: {type: text}
  region: {type: picklist, options: [north, south, east, west]}
"""


def automation(number: int, object: str) -> str:
    """Every third comes before the write; the condition of each holds for a tenth of the records."""
    at = "at: before\n" if number % 3 == 0 else ""
    return (
        f"label: Automation {number}\nobject: {object}\nwhen: {{saved: [amount]}}\n{at}"
        f"if: \"amount % 10 == {number % 10} and region == 'north'\"\ndo: [{{set: {{note: touched}}}}]\n"
    )


def afterwards(number: int) -> str:
    """It comes after the write, for a tenth of the records."""
    return (
        f"label: After {number}\nobject: after3\nwhen: {{saved: [amount]}}\n"
        f"if: \"amount % 10 == {number}\"\ndo: [{{set: {{note: touched}}}}]\n"
    )


FILES = {
    "workspace.yaml": "name: bench\nlabel: Bench\nextends: []\n",
    "objects/roles/boss.yaml": "label: Boss\nsystem: [modify_all]\n",
    "objects/roles/all.yaml": "label: All\nobjects: {purchase: {create: true, read: all, update: all}}\n",
    **{f"objects/x/{name}.yaml": _OBJECT for name in ("purchase", "order0", "order3", "order10", "after3")},
    **{f"flows/automations/a3_{n}.yaml": automation(n, "order3") for n in range(3)},
    **{f"flows/automations/a10_{n}.yaml": automation(n, "order10") for n in range(10)},
    **{f"flows/automations/after_{n}.yaml": afterwards(n) for n in range(3)},
    "flows/automations/told.yaml": """
label: Told
object: purchase
when: webhook
do: [{set: {note: told}}]
""",
    "flows/approvals/two_steps.yaml": """
label: Two steps
object: purchase
on_submit: [{set: {status: asked}}]
nodes:
  one: {approvers: [{manager_of: submitter}], deadline: {after: 8 hours, then: to_admin}, to: route}
  route: {type: decision, branches: [{when: "amount > 1000", to: two}, {otherwise: true, to: approved}]}
  two: {approvers: [{role: boss}], mode: any, to: approved}
  approved: {type: end, actions: [{set: {status: approved}}]}
""",
    "flows/approvals/one_step.yaml": """
label: One step
object: purchase
nodes:
  one: {approvers: [{manager_of: submitter}], deadline: {after: 8 hours, then: approve}, to: approved}
  approved: {type: end}
""",
}


def show(what: str, values: Sequence[float], unit: str, note: str = "") -> float:
    """A row of the table; gives the median."""
    middle = statistics.median(values)
    spread = f"{min(values):,.2f} to {max(values):,.2f}" if len(values) > 1 else "once"
    print(f"| {what} | {middle:,.2f} {unit} | {spread} | {note} |", flush=True)
    return middle


class Bench:
    """The workspace at work: ``asker`` hands in, ``manager`` decides."""

    def __init__(self, backend: str) -> None:
        self.home = HOME / f"flows-{backend}"
        shutil.rmtree(self.home, ignore_errors=True)
        for path, text in FILES.items():
            target = self.home / "workspace" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text.lstrip("\n"))
        self.url = f"sqlite:///{self.home}/jimu.db" if backend == "sqlite" else f"{POSTGRESQL}{DATABASE}"
        if backend != "sqlite":
            fresh_postgresql()
        self.runtime = self.open()
        self.boss = self.user("boss", "boss")
        self.manager = self.user("manager", "all")
        self.asker = self.user("asker", "all", manager=self.manager)
        self.count = 0

    def open(self, **more: Any) -> Runtime:
        settings = Settings(workspace=self.home / "workspace", home=self.home, database_url=self.url, api_rate="")
        return Runtime(settings, **more).start()

    def user(self, name: str, role: str, **values: Any) -> int:
        given = {"name": name, "email": f"{name}@example.com", "roles": [role], **values}
        return write.write(Create("user", given), self.runtime.context(SYSTEM)).id

    def acting(self, user: int, runtime: Runtime | None = None) -> Context:
        runtime = runtime or self.runtime
        with runtime.current.store.read() as transaction:
            actor = load_actor(transaction, runtime.current.manifest, user)
        assert actor is not None
        return runtime.context(actor)

    def records(self, number: int, object: str = "purchase") -> list[int]:
        self.count += number
        values = [{"name": f"P{n}", "amount": n % 1000} for n in range(number)]
        made = write.write_many([Create(object, v) for v in values], self.runtime.context(SYSTEM))
        return [row.record.id for row in made.rows if row.record]

    def tasks(self, number: int, flow: str) -> list[int]:
        """So many new approvals, by the tasks of the manager."""
        asker = self.acting(self.asker)
        approvals = {service.start(Request("purchase", r, flow), asker).approval.id for r in self.records(number)}
        return self.open_tasks(approvals)

    def open_tasks(self, approvals: set[int]) -> list[int]:
        found: list[int] = []
        ids = sorted(approvals)
        with self.runtime.current.store.read() as transaction:
            for i in range(0, len(ids), 500):
                wanted = Compare("approval", "in", tuple(ids[i : i + 500])) & Compare("state", "eq", "pending")
                found += [
                    row["id"] for row in transaction.select(Query(TASK, wanted, fields=("approval",), limit=1000)).rows
                ]
        return found

    def token(self, user: int) -> str:
        store = self.runtime.current.store
        made = accounts.create_token(store, user, accounts.TokenWish("bench", None), accounts.by_system(system_clock()))
        return made.secret

    def command(self, *args: str, **env: str) -> subprocess.Popen[bytes]:
        """``jimu`` in a process of its own, on this workspace."""
        given = {
            "JIMU_HOME": str(self.home), "JIMU_DATABASE_URL": self.url, "JIMU_WORKSPACE": str(self.home / "workspace"),
            "JIMU_PORT": str(PORT), "JIMU_SEED": "none", "JIMU_API_RATE": "", "JIMU_REDIS_URL": "", **env,
        }  # fmt: skip
        program = Path(sys.executable).with_name("jimu")
        return subprocess.Popen(
            [str(program), *args], env={**os.environ, **given}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


def fresh_postgresql() -> None:
    engine = sa.create_engine(POSTGRESQL + "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"drop database if exists {DATABASE} with (force)")
        connection.exec_driver_sql(f"create database {DATABASE}")
    engine.dispose()


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(30)


def spread(tasks: Sequence[int], parts: int) -> list[list[int]]:
    return [list(tasks[i::parts]) for i in range(parts)]


def at_once(work: Callable[..., None], given: Sequence[tuple[Any, ...]]) -> float:
    """Seconds from the moment that all processes are ready until the last has ended."""
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(len(given) + 1)
    processes = [context.Process(target=_gated, args=(gate, work, arguments)) for arguments in given]
    for process in processes:
        process.start()
    gate.wait(120)
    began = time.perf_counter()
    for process in processes:
        process.join()
    took = time.perf_counter() - began
    assert all(process.exitcode == 0 for process in processes)
    return took


def _gated(gate: Any, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    work(gate, *arguments)


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
