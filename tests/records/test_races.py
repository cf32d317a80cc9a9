"""People who do the same thing at the same moment: one is first, nobody's work is lost, nothing is left dangling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from jimu.errors import Conflict, Invalid, JimuError, NotFound, StaleVersion
from jimu.records import Delete, Restore, Update, read, write
from tests.records.project import Project, prepared_project

FILES = {
    "objects/x/box.yaml": """
label: Box
title: "{name}"
fields:
  name: {type: text, required: true}
  code: {type: text, unique: true}
  number: {type: autonumber, format: "B-{0000}", gapless: true}
  weight: {type: integer}
  total: {type: rollup, of: item.box, function: sum, field: weight}
""",
    "objects/x/item.yaml": """
label: Item
title: "{name}"
owner: parent
fields:
  name: {type: text, required: true}
  box: {type: parent, to: box}
  weight: {type: integer}
""",
}


@pytest.fixture
def project(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as opened:
        yield opened


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls, started at the same moment, return or raise."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=30)
        try:
            return call()
        except JimuError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_one_of_two_gets_a_unique_key(project: Project) -> None:
    for number in range(5):
        done = at_once(*[lambda n=number: project.create("box", name="Box", code=f"C{n}")] * 4)
        assert sum(isinstance(x, int) for x in done) == 1, done
        assert all(isinstance(x, (int, Invalid, Conflict)) for x in done), done


def test_numbers_without_holes_stay_so_whoever_comes_at_once(project: Project) -> None:
    project.create("box", name="Box", code="taken")

    def create(number: int) -> Callable[[], int]:
        code = "taken" if number % 3 == 0 else None
        return lambda: project.create("box", name=f"Box {number}", code=code)

    done = [x for start in range(0, 16, 4) for x in at_once(*(create(start + n) for n in range(4)))]
    made = [x for x in done if isinstance(x, int)]
    assert len(made) == 10
    numbers = sorted(read.get("box", id, project.system).values["number"] for id in project.ids("box"))
    assert numbers == [f"B-{n:04}" for n in range(1, 12)]


def test_a_change_of_an_older_version_never_overwrites(project: Project) -> None:
    box = project.create("box", name="Box", weight=0)
    for _ in range(5):
        version = read.get("box", box, project.system).version
        done = at_once(
            *(
                lambda w=weight, v=version: write.write(Update("box", box, {"weight": w}, v), project.system)
                for weight in range(version * 10, version * 10 + 4)
            )
        )
        assert sum(not isinstance(x, JimuError) for x in done) == 1, done
        assert all(isinstance(x, StaleVersion) for x in done if isinstance(x, JimuError)), done


def test_sums_hold_when_children_come_at_once(project: Project) -> None:
    box = project.create("box", name="Box")
    done = at_once(*(lambda w=w: project.create("item", name="Item", box=box, weight=w) for w in range(1, 7)))
    assert all(isinstance(x, int) for x in done), done
    assert project.value("box", box, "total") == 21


def test_a_child_does_not_outlive_a_parent_deleted_meanwhile(project: Project) -> None:
    for _ in range(5):
        box = project.create("box", name="Box")
        at_once(
            lambda b=box: write.write(Delete("box", b), project.system),
            *[lambda b=box: project.create("item", name="Item", box=b, weight=1)] * 2,
        )
        living = project.ids("item", where=None)
        assert not [id for id in living if read.get("item", id, project.system).values["box"] == box]


def test_restoring_and_purging_at_once_leave_a_whole_record_or_none(project: Project) -> None:
    for _ in range(5):
        box = project.create("box", name="Box")
        item = project.create("item", name="Item", box=box, weight=2)
        write.write(Delete("box", box), project.system)
        done = at_once(
            lambda b=box: write.write(Restore("box", b), project.system),
            lambda b=box: write.write(Delete("box", b, purge=True), project.system),
        )
        assert all(isinstance(x, (NotFound, Conflict)) for x in done if isinstance(x, JimuError)), done
        assert (box in project.ids("box")) == (item in project.ids("item"))
