"""``python -m tests.bench.flows [sqlite|pg] [--part decisions,growth,deadlines,jobs,automations] [--rows 100000]``.

Approvals, jobs and automations on one workspace of their own: decisions a second, the 10,000th decision beside the 10th,
a thousand deadlines due at once, jobs a second embedded and over RQ (a Redis of its own on JIMU_BENCH_REDIS_PORT), and
what 3 and 10 automations add to a write and an import beside none. Figures of one run: median (lowest to highest).
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from jimu.access import SYSTEM, accounts, load_actor
from jimu.access.approvals import APPROVAL, TASK
from jimu.clock import system_clock
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import service
from jimu.flows.approvals.inbox import box, count_pending
from jimu.flows.approvals.service import Answer, Request
from jimu.flows.automations.following import run_jobs
from jimu.records import Context, Create, Update, write
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.storage.query import Compare, Query
from tests.bench.driver import HOME
from tests.bench.products import POSTGRESQL

PORT = int(os.environ.get("JIMU_BENCH_PORT", "18031"))
REDIS_PORT = int(os.environ.get("JIMU_BENCH_REDIS_PORT", "18032"))
DATABASE = "jimu_bench_flows"
CLIENTS, ROUNDS = 8, 5

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


FILES = {
    "workspace.yaml": "name: bench\nlabel: Bench\nextends: []\n",
    "objects/roles/boss.yaml": "label: Boss\nsystem: [modify_all]\n",
    "objects/roles/all.yaml": "label: All\nobjects: {purchase: {create: true, read: all, update: all}}\n",
    **{f"objects/x/{name}.yaml": _OBJECT for name in ("purchase", "order0", "order3", "order10")},
    **{f"flows/automations/a3_{n}.yaml": automation(n, "order3") for n in range(3)},
    **{f"flows/automations/a10_{n}.yaml": automation(n, "order10") for n in range(10)},
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


# --- decisions ---


def decide_here(gate: Any, bench: Bench, tasks: Sequence[int]) -> None:
    runtime = bench.open()
    context = bench.acting(bench.manager, runtime)
    gate.wait(120)
    for task in tasks:
        service.decide(task, Answer("approve"), context)
    runtime.close()


def decide_over_http(gate: Any, token: str, tasks: Sequence[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    gate.wait(120)
    for task in tasks:
        connection.request("POST", f"/api/v1/approval-tasks/{encode_id(task)}/approve", b"{}", headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text


def decisions(bench: Bench, given: argparse.Namespace) -> None:
    each = 96
    context = bench.acting(bench.manager)
    rates, busy = [], []
    for _ in range(ROUNDS):
        tasks = bench.tasks(each, "two_steps")
        began, worked = time.perf_counter(), time.process_time()
        for task in tasks:
            service.decide(task, Answer("approve"), context)
        rates.append(each / (time.perf_counter() - began))
        busy.append((time.process_time() - worked) / each * 1000)
    show("decisions, in one process", rates, "/s", f"{each} a round")
    show("CPU of one decision (two steps, deadline, action at the end)", busy, "ms")
    bench.runtime.close()
    found = []
    for _ in range(ROUNDS):
        tasks = bench.tasks(each, "two_steps")
        bench.runtime.close()
        found.append(each / at_once(decide_here, [(bench, part) for part in spread(tasks, CLIENTS)]))
    show(f"decisions, in {CLIENTS} processes", found, "/s")
    token = bench.token(bench.manager)
    server = bench.command("serve")
    try:
        wait_for_server()
        for clients in (1, CLIENTS):
            found = []
            for _ in range(ROUNDS):
                tasks = bench.tasks(each, "two_steps")
                bench.runtime.close()
                found.append(each / at_once(decide_over_http, [(token, part) for part in spread(tasks, clients)]))
            show(f"decisions over HTTP, {clients} client{'s' * (clients > 1)}, 2 workers", found, "/s")
    finally:
        stop(server)


def wait_for_server() -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


# --- growth ---


def fill(gate: Any, bench: Bench, number: int) -> None:
    """Approvals from the asking to the end."""
    runtime = bench.open()
    asker, manager = bench.acting(bench.asker, runtime), bench.acting(bench.manager, runtime)
    gate.wait(120)
    made = write.write_many(
        [Create("purchase", {"name": f"F{n}", "amount": 5}) for n in range(number)], runtime.context(SYSTEM)
    ).rows
    for record in (row.record for row in made if row.record):
        done = service.start(Request("purchase", record.id, "one_step"), asker)
        with runtime.current.store.read() as transaction:
            mine = Compare("approval", "eq", done.approval.id) & Compare("state", "eq", "pending")
            (task,) = transaction.select(Query(TASK, mine, fields=("approval",), limit=2)).rows
        service.decide(task["id"], Answer("approve"), manager)
    runtime.close()


def growth(bench: Bench, given: argparse.Namespace) -> None:
    window = 60
    context = bench.acting(bench.manager)

    def look(when: str) -> tuple[float, float]:
        tasks = bench.tasks(window, "one_step")
        times = [timed(partial(service.decide, task, Answer("approve"), context)) for task in tasks]
        decided = show(f"a decision, {when}", times, "ms")
        pages = [
            timed(lambda: (box("pending", context), box("done", context), count_pending(context))) for _ in range(30)
        ]
        return decided, show(f"inbox: to decide, decided and the badge, {when}", pages, "ms")

    look("warming up")
    first = look("after 60")
    bench.runtime.close()
    left = given.decisions - 3 * window
    took = at_once(fill, [(bench, left // 2), (bench, left // 2)])
    print(f"| {left:,} approvals from asking to end, 2 processes | {left / took:,.1f} /s | once | |", flush=True)
    last = look(f"after {given.decisions:,}")
    show(f"the {given.decisions:,}th decision beside the 10th", [last[0] / first[0]], "×")
    show("the inbox then beside now", [last[1] / first[1]], "×")


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


# --- deadlines ---


def deadlines(bench: Bench, given: argparse.Namespace) -> None:
    number = 1000
    bench.tasks(number, "one_step")
    later = bench.open(clock=lambda: system_clock() + timedelta(hours=9))
    worker = later.build_worker()
    began, worked = time.perf_counter(), time.process_time()
    worker.drain()
    took, used = time.perf_counter() - began, time.process_time() - worked
    with later.current.store.read() as transaction:
        done = transaction.count(APPROVAL, Compare("state", "eq", "approved")).value
    later.close()
    assert done >= number
    show(
        f"{number:,} deadlines due at once, one worker",
        [took],
        "s",
        f"{number / took:,.0f} /s; CPU {used / number * 1000:.1f} ms each",
    )


# --- jobs ---


def queued(bench: Bench, number: int) -> None:
    ids = bench.records(number)
    event: dict[str, Any] = {"event": "webhook", "chain": [], "asked_by": None}
    with bench.runtime.current.store.write() as transaction:
        transaction.emit([job for id in ids for job in run_jobs("told", [id], event)])


def left_over(bench: Bench) -> int:
    query = sa.text("select count(*) from job where kind = 'automation.run' and status in ('waiting', 'running')")
    engine = sa.create_engine(bench.url)
    with engine.connect() as connection:
        found = int(connection.execute(query).scalar_one())
    engine.dispose()
    return found


def jobs(bench: Bench, given: argparse.Namespace) -> None:
    number, rates = 300, []
    worker = bench.runtime.build_worker()
    worker.drain()
    for _ in range(ROUNDS):
        queued(bench, number)
        began = time.perf_counter()
        worker.drain()
        rates.append(number / (time.perf_counter() - began))
    here = show("jobs (an automation that sets a field), embedded", rates, "/s")
    if shutil.which("redis-server") is None:
        print("| jobs over RQ | no redis-server here | | |")
        return
    redis = subprocess.Popen(
        ["redis-server", "--port", str(REDIS_PORT), "--save", "", "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL
    )
    try:
        for workers in (1, 2):
            found = over_rq(bench, workers, number)
            there = show(f"jobs over RQ, {workers} worker{'s' * (workers > 1)}", found, "/s")
            show(f"over RQ with {workers} beside embedded", [there / here], "×")
    finally:
        stop(redis)


def over_rq(bench: Bench, workers: int, number: int) -> list[float]:
    bench.runtime.close()
    started = [bench.command("worker", JIMU_REDIS_URL=f"redis://127.0.0.1:{REDIS_PORT}/0") for _ in range(workers)]
    try:
        queued(bench, workers)
        wait_until_done(bench)
        rates = []
        for _ in range(3):
            queued(bench, number)
            began = time.perf_counter()
            wait_until_done(bench)
            rates.append(number / (time.perf_counter() - began))
        return rates
    finally:
        for process in started:
            stop(process)


def wait_until_done(bench: Bench) -> None:
    for _ in range(6000):
        if not left_over(bench):
            return
        time.sleep(0.02)
    raise SystemExit("the jobs are not done")


# --- automations ---


def automations(bench: Bench, given: argparse.Namespace) -> None:
    names = ("order0", "order3", "order10")
    context = bench.runtime.context(SYSTEM)
    single: dict[str, list[float]] = {name: [] for name in names}
    ids = {name: bench.records(200, name) for name in names}
    for turn in range(ROUNDS):
        for name in names:
            began = time.perf_counter()
            for n, id in enumerate(ids[name]):
                write.write(Update(name, id, {"amount": 1000 * turn + n, "region": "north"}), context)
            single[name].append((time.perf_counter() - began) / len(ids[name]) * 1000)
    for name in names:
        show(f"an update of a record, {name[5:]} automations", single[name], "ms")
    compare("an update", single)
    size, chunk = given.rows // 4, 2000
    many: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(4):
        for name in names:
            many[name].append(size / import_rows(context, name, size, chunk, turn))
    for name in names:
        show(
            f"rows of an import of {size * 4:,}, {name[5:]} automations",
            many[name],
            "/s",
            "in batches of 2,000, by quarters",
        )
    compare("a row of an import", {k: [1 / v for v in found] for k, found in many.items()})


def import_rows(context: Context, name: str, size: int, chunk: int, turn: int) -> float:
    began = time.perf_counter()
    for start in range(0, size, chunk):
        commands = [
            Create(
                name, {"name": f"R{turn}-{n}", "amount": n, "region": ("north", "south", "east", "west")[n // 10 % 4]}
            )
            for n in range(start, min(size, start + chunk))
        ]
        write.write_many(commands, context, values=False)
    return time.perf_counter() - began


def compare(what: str, found: dict[str, list[float]]) -> None:
    for name in ("order3", "order10"):
        ratios = [a / b for a, b in zip(found[name], found["order0"], strict=True)]
        show(f"{what} with {name[5:]} automations beside none", ratios, "×")


PARTS = {"decisions": decisions, "growth": growth, "deadlines": deadlines, "jobs": jobs, "automations": automations}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", nargs="?", choices=["sqlite", "pg"], default="sqlite")
    parser.add_argument("--part", default=",".join(PARTS))
    parser.add_argument("--rows", type=int, default=100_000, help="of the import with automations")
    parser.add_argument("--decisions", type=int, default=10_000, help="how far the tables grow")
    given = parser.parse_args()
    print(
        f"{given.database}, load {os.getloadavg()[0]:.1f}\n\n| what | median | lowest to highest | |\n|---|---|---|---|"
    )
    bench = Bench(given.database)
    for name in given.part.split(","):
        began = time.perf_counter()
        PARTS[name](bench, given)
        print(f"| ({name} took) | {time.perf_counter() - began:,.0f} s | | load {os.getloadavg()[0]:.1f} |", flush=True)
    bench.runtime.close()
    print(json.dumps({"home": str(bench.home)}), file=sys.stderr)


if __name__ == "__main__":
    main()
