"""Two processes do something to one approval at the same moment: one is first, the other is told, nothing is half done.

Each race of the specification runs with real processes on both databases; afterwards the state is sound, its records
say the same, and its history leads there again.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from jimu.access.approvals import TASK
from jimu.flows.approvals import events, service
from jimu.flows.approvals.engine import new_run
from jimu.flows.approvals.invariants import violations
from jimu.flows.approvals.keeping import Kept, load, load_entries
from jimu.flows.approvals.replay import replay
from jimu.flows.approvals.service import Answer, Request
from jimu.records import Create, Delete, ListRequest, Update, read, write
from tests.databases import fresh_database, require_postgresql
from tests.flows.approvals.race_flows import FILES
from tests.flows.approvals.racer import published
from tests.records.project import Project, empty_project, make_tables

ROOT = Path(__file__).parents[3]
REFUSED = {"conflict", "forbidden", "not_found", "invalid", "stale_version"}


class Stable:
    """The process from which racers are forked."""

    def __init__(self) -> None:
        path = f"{ROOT / 'platform'}{os.pathsep}{ROOT}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.approvals.racer"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        self.home = Path(tempfile.mkdtemp())
        self.count = 0

    def racer(self, url: str) -> Racer:
        self.count += 1
        folder = self.home / str(self.count)
        folder.mkdir()
        for name in ("in", "out"):
            os.mkfifo(folder / name)
        assert self.process.stdin is not None
        self.process.stdin.write(f"{url} {folder}\n")
        self.process.stdin.flush()
        return Racer(folder)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        shutil.rmtree(self.home, ignore_errors=True)


class Racer:
    def __init__(self, folder: Path) -> None:
        self.orders, self.answers = open(folder / "in", "w"), open(folder / "out")  # noqa: SIM115
        assert self.hear() == "up"

    def say(self, line: str) -> None:
        self.orders.write(line + "\n")
        self.orders.flush()

    def hear(self) -> str:
        return self.answers.readline().strip()

    def close(self) -> None:
        self.orders.close()
        self.answers.close()


@pytest.fixture(scope="module")
def stable() -> Iterator[Stable]:
    stable = Stable()
    yield stable
    stable.close()


@dataclass
class Track:
    project: Project
    racers: list[Racer]
    people: dict[str, int] = field(default_factory=dict)

    def begin(self, flow: str, **values: Any) -> int:
        record = self.project.create("thing", self.acting("s"), name="Thing", **values)
        return service.start(Request("thing", record, flow), self.acting("s")).approval.id

    def acting(self, name: str) -> Any:
        return self.project.acting(self.people[name])

    def kept(self, approval: int) -> Kept:
        with self.project.store.read() as transaction:
            return load(approval, replace(self.project.system, transaction=transaction))

    def task(self, approval: int, name: str) -> int:
        rows = rows_of(self, TASK, approval=approval, holder=self.people[name])
        return int(next(r.id for r in rows if r.values["state"] in ("pending", "delegated")))

    def decide(self, approval: int, name: str, answer: str = "approve") -> None:
        service.decide(self.task(approval, name), Answer(answer), self.acting(name))

    def race(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        """What comes of the orders, done at the same moment."""
        given = [{**o, "user": self.people[o["by"]] if o.get("by") else None} for o in orders]
        for racer, order in zip(self.racers, given, strict=True):
            racer.say(json.dumps(order))
        for racer in self.racers:
            assert racer.hear() == "ready"
        for racer in random.sample(self.racers, len(self.racers)):
            racer.say("go")
        found = [json.loads(racer.hear()) for racer in self.racers]
        assert all("result" in f or f["error"] in REFUSED for f in found), found
        return found

    def check(self, approval: int) -> Kept:
        """Sound, mirrored, and the same when its history is worked off again."""
        kept = self.kept(approval)
        assert violations(kept.flow, kept.run) == []
        mirror = {r.values["number"]: r.values["state"] for r in rows_of(self, TASK, approval=approval)}
        assert mirror == {t.id: t.state for t in kept.run.tasks.values()}
        with self.project.store.read() as transaction:
            entries = load_entries(approval, replace(self.project.system, transaction=transaction))
        assert [e.seq for e in entries] == list(range(1, kept.run.sequence + 1))
        first = new_run(kept.flow, kept.run.submitter, depth=kept.run.depth)
        assert replay(kept.flow, first, entries) == kept.run
        return kept

    def count(self, approval: int) -> int:
        return int(self.project.value("thing", self.kept(approval).record, "count"))


@pytest.fixture(scope="module", params=[
    "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql),
])  # fmt: skip
def course(
    request: pytest.FixtureRequest, stable: Stable, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, list[Racer]]]:
    if request.param == "postgresql":
        require_postgresql()
    with fresh_database(request.param, tmp_path_factory.mktemp("races")) as url:
        make_tables(url, FILES)
        racers = [stable.racer(url), stable.racer(url)]
        yield url, racers
        for racer in racers:
            racer.close()


@pytest.fixture(scope="module")
def track(course: tuple[str, list[Racer]]) -> Iterator[Track]:
    """One company for all races: every race has a record of its own."""
    url, racers = course
    with empty_project(url, FILES) as project:
        track = Track(project, racers)
        track.people["adm"] = project.user("adm", "admin")
        track.people["m"] = project.user("m", "all")
        for name in "sabcx":
            track.people[name] = project.user(name, "all", manager=track.people["m"])
        yield track


def rows_of(track: Track, object: str, **values: Any) -> list[Any]:
    found = read.list_records(ListRequest(object, limit=1000), track.project.system).records
    return [r for r in found if all(r.values[k] == v for k, v in values.items())]


def oks(found: list[dict[str, Any]]) -> list[bool]:
    return ["result" in f for f in found]


TIMES = [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]


@pytest.mark.parametrize("_", TIMES)
def test_two_last_of_all_go_on_exactly_once(track: Track, _: int) -> None:
    approval = track.begin("all_sign")
    found = track.race(*[
        {"what": "decide", "task": track.task(approval, n), "by": n, "with": {"answer": "approve"}} for n in "ab"
    ])  # fmt: skip
    assert oks(found) == [True, True]
    kept = track.check(approval)
    assert [v.node for v in kept.run.visits.values()] == ["one", "two"]


@pytest.mark.parametrize("_", TIMES)
def test_yes_and_no_where_the_first_decides(track: Track, _: int) -> None:
    approval = track.begin("any_sign")
    answers = {"a": "approve", "b": "reject"}
    found = track.race(*[
        {"what": "decide", "task": track.task(approval, n), "by": n, "with": {"answer": answers[n]}} for n in "ab"
    ])  # fmt: skip
    assert sorted(oks(found)) == [False, True]
    kept = track.check(approval)
    assert kept.run.state == ("approved" if oks(found)[0] else "rejected")
    assert track.count(approval) == (1 if oks(found)[0] else -1)


@pytest.mark.parametrize("_", TIMES)
def test_a_double_click_counts_once(track: Track, _: int) -> None:
    approval = track.begin("any_sign")
    order = {"what": "decide", "task": track.task(approval, "a"), "by": "a", "with": {"answer": "approve", "key": "k"}}
    found = track.race(order, order)
    assert oks(found) == [True, True]
    assert found[0]["result"][0] == found[1]["result"][0]
    assert sorted(f["result"][1] for f in found) == [False, True]
    track.check(approval)
    assert track.count(approval) == 1


def _pair(track: Track, approval: int, first: dict[str, Any], second: dict[str, Any]) -> tuple[list[bool], Kept]:
    found = track.race(first, second)
    return oks(found), track.check(approval)


def _decide(track: Track, approval: int, name: str, answer: str = "approve") -> dict[str, Any]:
    return {"what": "decide", "task": track.task(approval, name), "by": name, "with": {"answer": answer}}


def test_a_withdrawal_and_the_last_approval(track: Track) -> None:
    approval = track.begin("any_sign")
    withdraw = {"what": "Withdraw", "approval": approval, "by": "s"}
    done, kept = _pair(track, approval, withdraw, _decide(track, approval, "a"))
    assert sorted(done) == [False, True]
    assert kept.run.state == ("withdrawn" if done[0] else "approved")


def test_a_deadline_and_an_approval_and_the_same_job_twice(track: Track) -> None:
    approval = track.begin("any_sign")
    timer = {"what": "timer", "approval": approval, "timer": min(track.kept(approval).run.timers), "hours": 9}
    _, kept = _pair(track, approval, timer, _decide(track, approval, "a"))
    assert kept.run.state in ("approved", "rejected")
    assert abs(track.count(approval)) == 1
    approval = track.begin("any_sign")
    timer = {"what": "timer", "approval": approval, "timer": min(track.kept(approval).run.timers), "hours": 9}
    _, kept = _pair(track, approval, timer, timer)
    assert (kept.run.state, track.count(approval)) == ("rejected", -1)


def test_a_transfer_and_an_approval_of_one_task(track: Track) -> None:
    approval = track.begin("chain")
    transfer = {"what": "Transfer", "task": track.task(approval, "a"), "by": "a", "with": {"to": track.people["x"]}}
    done, kept = _pair(track, approval, transfer, _decide(track, approval, "a"))
    assert sorted(done) == [False, True]
    assert sum(t.state in ("approved", "transferred") for t in kept.run.tasks.values()) == 1


def test_an_added_person_and_a_rejection(track: Track) -> None:
    approval = track.begin("all_sign")
    more = {"people": [track.people["x"]], "relation": "parallel"}
    add = {"what": "AddSign", "task": track.task(approval, "a"), "by": "a", "with": more}
    done, kept = _pair(track, approval, add, _decide(track, approval, "b", "reject"))
    assert done[1]
    assert kept.run.state == "rejected"


def test_a_person_removed_who_approves(track: Track) -> None:
    approval = track.begin("all_sign")
    more = {"people": (track.people["x"],), "relation": "parallel"}
    service.on_task(events.AddSign, track.task(approval, "a"), track.acting("a"), **more)
    remove = {"what": "RemoveSign", "task": track.task(approval, "x"), "by": "a"}
    done, _ = _pair(track, approval, remove, _decide(track, approval, "x"))
    assert sorted(done) == [False, True]


def test_a_return_in_one_branch_and_an_approval_in_the_other(track: Track) -> None:
    approval = track.begin("branches")
    track.decide(approval, "c")
    back = {"what": "Return", "task": track.task(approval, "a"), "by": "a", "with": {"target": "first"}}
    done, kept = _pair(track, approval, back, _decide(track, approval, "b"))
    assert done[0]
    assert [t.holder for t in kept.run.open_tasks] == [track.people["c"]]


def test_two_returns_to_different_places(track: Track) -> None:
    approval = track.begin("chain")
    track.decide(approval, "a")
    track.decide(approval, "b")
    orders = [
        {"what": "Return", "task": track.task(approval, n), "by": n, "with": {"target": target}}
        for n, target in (("b", "one"), ("c", "start"))
    ]
    done, _ = _pair(track, approval, *orders)
    assert sorted(done) == [False, True]


def test_an_admins_jump_and_a_decision(track: Track) -> None:
    approval = track.begin("chain")
    jump = {"what": "Jump", "approval": approval, "by": "adm", "with": {"node": "three", "comment": "late"}}
    done, kept = _pair(track, approval, jump, _decide(track, approval, "a"))
    assert done[0]
    assert kept.run.state == "running"


def test_somebody_disabled_while_deciding(track: Track) -> None:
    approval = track.begin("chain")
    left = {"what": "left", "person": track.people["a"]}
    track.race(left, _decide(track, approval, "a"))
    kept = track.check(approval)
    write.write(Update("user", track.people["a"], {"active": True}), track.project.system)
    assert all(t.holder != track.people["a"] for t in kept.run.open_tasks)


def test_an_agent_and_the_one_who_is_away(track: Track) -> None:
    now = track.project.clock()
    until = now.replace(year=2030)
    values = {"owner": track.people["a"], "agent": track.people["x"], "starts_at": now, "ends_at": until}
    absence = write.write(Create("absence", values), track.project.system).id
    approval = track.begin("chain")
    task = track.task(approval, "a")
    orders = [{"what": "decide", "task": task, "by": n, "with": {"answer": "approve"}} for n in "ax"]
    done, kept = _pair(track, approval, *orders)
    write.write(Delete("absence", absence), track.project.system)
    assert sorted(done) == [False, True]
    assert sum(t.state == "approved" for t in kept.run.tasks.values()) == 1


def test_an_edit_of_the_record_and_a_decision_on_what_was_seen(track: Track) -> None:
    approval = track.begin("chain")
    kept = track.kept(approval)
    version = read.get("thing", kept.record, track.project.system).version
    edit = {"what": "edit", "record": kept.record, "by": "s", "with": {"note": "changed"}}
    decide = _decide(track, approval, "a")
    decide["with"]["record_version"] = version
    found = track.race(edit, decide)
    assert "result" in found[0]
    assert "result" in found[1] or found[1]["error"] == "stale_version"
    track.check(approval)


def test_a_decision_taken_back_and_the_next_ones(track: Track) -> None:
    approval = track.begin("chain")
    task = track.task(approval, "a")
    track.decide(approval, "a")
    reclaim = {"what": "Reclaim", "task": task, "by": "a"}
    done, _ = _pair(track, approval, reclaim, _decide(track, approval, "b"))
    assert sorted(done) == [False, True]


def test_the_end_of_a_flow_within_and_a_withdrawal_of_the_one_around(track: Track) -> None:
    other = track.project.create("thing", track.acting("s"), name="Other")
    parent = track.begin("outer", other=other)
    (child,) = [r.id for r in rows_of(track, "approval", parent_run=parent)]
    withdraw = {"what": "Withdraw", "approval": parent, "by": "s"}
    found = track.race(withdraw, _decide(track, child, "a"))
    states = track.check(parent).run.state, track.check(child).run.state
    assert states in {("withdrawn", "terminated"), ("withdrawn", "approved"), ("approved", "approved")}, found


def test_two_submissions_of_one_record(track: Track) -> None:
    record = track.project.create("thing", track.acting("s"), name="Thing")
    order = {"what": "start", "record": record, "flow": "chain", "by": "s"}
    found = track.race(order, order)
    assert sorted(oks(found)) == [False, True]
    assert [f["error"] for f in found if "error" in f] == ["conflict"]
    assert len(rows_of(track, "approval", record=record)) == 1


def test_a_flow_published_while_a_record_is_handed_in(track: Track) -> None:
    """The run goes by the text that was checked; two first runs by the new text keep that text once."""
    records = [track.project.create("thing", track.acting("s"), name="Thing") for _ in range(3)]
    begin = [{"what": "start", "record": r, "flow": "chain", "by": "s"} for r in records]
    found = track.race({"what": "publish"}, begin[0])
    assert oks(found) == [True, True], found
    new = replace(track, project=published(track.project))
    others = track.race(*[{**b, "published": True} for b in begin[1:]])
    assert oks(others) == [True, True], others
    assert [new.check(int(o["result"])).flow.first for o in others] == ["only", "only"]
    old = int(found[1]["result"])
    assert new.check(old).flow.first == "one"
    for name in "abbc":
        new.decide(old, name)
    for other in others:
        new.decide(int(other["result"]), "c")
    assert [new.count(a) for a in (old, *(int(o["result"]) for o in others))] == [1, 10, 10]
    kept = [r.values["flow_version"] for r in rows_of(new, "approval_version", flow="chain")]
    assert len(kept) == len(set(kept)) == 2


def test_a_batch_and_a_single_decision(track: Track) -> None:
    approvals = [track.begin("any_sign") for _ in range(3)]
    tasks = [track.task(a, "a") for a in approvals]
    batch = {"what": "batch", "tasks": tasks, "by": "a", "with": {"answer": "approve"}}
    single = {"what": "decide", "task": tasks[1], "by": "a", "with": {"answer": "approve"}}
    found = track.race(batch, single)
    assert sum(found[0]["result"]) + ("result" in found[1]) == 3
    for approval in approvals:
        track.check(approval)
        assert track.count(approval) == 1


_SLOW = [pytest.param(n, marks=pytest.mark.slow) for n in (1, 5, 9, 16, 20, 24, 28, 32, 36, 40, 44)]


@pytest.mark.parametrize("at", [12, 30, *_SLOW])
def test_a_process_that_dies_leaves_all_or_nothing(
    track: Track, stable: Stable, course: tuple[str, list[Racer]], at: int
) -> None:
    approval = track.begin("any_sign")
    order = {**_decide(track, approval, "a"), "user": track.people["a"], "crash": at}
    victim = stable.racer(course[0])
    victim.say(json.dumps(order))
    assert victim.hear() == "ready"
    victim.say("go")
    said = victim.hear()
    victim.close()
    kept = track.check(approval)
    if said:
        assert kept.run.state == "approved"
    if kept.run.state == "running":
        assert track.count(approval) == 0
        track.decide(approval, "a")
    assert track.count(approval) == 1
    assert track.check(approval).run.state == "approved"
