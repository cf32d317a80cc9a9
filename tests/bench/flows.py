"""``python -m tests.bench.flows [sqlite|pg] [--part decisions,growth,deadlines,jobs,automations,imports] [--rows 100000]``.

Approvals, jobs and automations on one workspace of their own: decisions a second, the 10,000th decision beside the 10th,
a thousand deadlines due at once, jobs a second embedded and over RQ (a Redis of its own on JIMU_BENCH_REDIS_PORT), and
what 3 and 10 automations add to a write and an import beside none. Figures of one run: median (lowest to highest).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from jimu.access import SYSTEM
from jimu.access.approvals import APPROVAL, TASK
from jimu.clock import system_clock
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import service
from jimu.flows.approvals.inbox import box, count_pending
from jimu.flows.approvals.service import Answer, Request
from jimu.flows.automations.following import run_jobs
from jimu.records import Context, Create, Update, write
from jimu.storage.query import Compare, Query
from tests.bench.flows_workspace import PORT, Bench, at_once, show, spread, stop, timed

REDIS_PORT = int(os.environ.get("JIMU_BENCH_REDIS_PORT", "18032"))
CLIENTS, ROUNDS = 8, 5


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
    rates = rates_at_once(bench, each, CLIENTS, decide_here, bench)
    show(f"decisions, in {CLIENTS} processes", rates, "/s")
    token = bench.token(bench.manager)
    server = bench.command("serve")
    try:
        wait_for_server()
        for clients in (1, CLIENTS):
            rates = rates_at_once(bench, each, clients, decide_over_http, token)
            show(f"decisions over HTTP, {clients} client{'s' * (clients > 1)}, 2 workers", rates, "/s")
    finally:
        stop(server)


def rates_at_once(bench: Bench, each: int, clients: int, work: Callable[..., None], given: Any) -> list[float]:
    """Decisions a second in each round, when ``clients`` processes share ``each`` tasks."""
    rates = []
    for _ in range(ROUNDS):
        tasks = bench.tasks(each, "two_steps")
        bench.runtime.close()
        rates.append(each / at_once(work, [(given, part) for part in spread(tasks, clients)]))
    return rates


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


def imports(bench: Bench, given: argparse.Namespace) -> None:
    """An import with three automations after it beside none, by tenths in turn; then what they do, one worker."""
    context, size = bench.runtime.context(SYSTEM), given.rows // 10
    took: dict[str, list[float]] = {"order0": [], "after3": []}
    for turn in range(10):
        for name, times in took.items():
            times.append(import_rows(context, name, size, 2000, turn))
    for name, times in took.items():
        show(f"rows of an import of {size * 10:,}, {name}", [size / t for t in times], "/s", "by tenths")
    ratios = [a / b for a, b in zip(took["after3"], took["order0"], strict=True)]
    show("an import with 3 automations after it beside none", ratios, "×", f"in all {sum(took['after3']):,.0f} s"
         f" beside {sum(took['order0']):,.0f} s")  # fmt: skip
    began = time.perf_counter()
    bench.runtime.build_worker().drain()
    done = time.perf_counter() - began
    show("what they do to the rows, one worker", [done], "s", f"{size * 3 / done:,.0f} records/s")


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


PARTS = {"decisions": decisions, "growth": growth, "deadlines": deadlines, "jobs": jobs, "automations": automations,
         "imports": imports}  # fmt: skip


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
