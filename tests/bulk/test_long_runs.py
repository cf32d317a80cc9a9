"""Long runs work out the roll-ups of what they write once, at their end; whoever dies on the way is caught up with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jimu.bulk import AT_ONCE, MassRequest, Run, Selection, carry_on, load_run, start, start_undo, stop
from jimu.bulk.jobs import catch_rollups_up
from jimu.bulk.model import BATCH
from jimu.bulk.running import step
from jimu.records import Context, Create, read, write
from jimu.records.rollups_due import work_off_rollups
from jimu.records.write_steps.rollups import DUE_JOB
from tests.exchange.conftest import FILES
from tests.records.project import Project, open_project

# Whoever is judged by a roll-up must find it right at every moment.
FULL = FILES["objects/shop/machine.yaml"] + "  - {name: room, check: 'maker.machines < 3', message: No room}\n"
BOSS = "label: Boss\nobjects: {'*': {create: true, read: all, update: all, delete: all}}\n"
ROLES = {"objects/roles/boss.yaml": BOSS}
MANY = AT_ONCE + BATCH


@pytest.fixture
def shop(database_url: str) -> Iterator[Project]:
    with open_project(database_url, {**FILES, **ROLES}) as project:
        yield project


@pytest.fixture
def boss(shop: Project) -> Context:
    return shop.acting(shop.user("bea", "boss"))


def machines(boss: Context, count: int = MANY) -> list[int]:
    """Of two makers in turn."""
    makers = [write.write(Create("maker", {"name": name}), boss).id for name in "AB"]
    made = [Create("machine", {"name": f"M{n}", "maker": makers[n % 2]}) for n in range(count)]
    assert not write.write_many(made, boss, values=False).failed
    return makers


def counted(boss: Context, makers: list[int]) -> list[Any]:
    return [read.get("maker", id, boss).values["machines"] for id in makers]


def deletion(boss: Context) -> Run:
    return start(MassRequest(Selection("machine"), "delete"), boss)


def test_roll_ups_are_right_when_a_long_run_and_its_undo_are_through(shop: Project, boss: Context) -> None:
    makers = machines(boss)
    done = carry_on(deletion(boss).id, boss)
    assert (done.changed, counted(boss, makers)) == (MANY, [0, 0])
    back = carry_on(start_undo(load_run(done.id, boss), boss).id, boss)
    assert (back.changed, counted(boss, makers)) == (MANY, [MANY / 2, MANY / 2])
    with shop.store.read() as transaction:
        assert transaction.rollups_due(1) == []


def test_a_run_that_is_stopped_leaves_roll_ups_of_what_it_did(boss: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    makers = machines(boss)
    run = deletion(boss)

    def one_batch(run: Run, context: Context) -> None:
        step(run, context)
        stop(load_run(run.id, context), context)

    monkeypatch.setattr("jimu.bulk.running.step", one_batch)
    assert carry_on(run.id, boss).state == "stopped"
    assert counted(boss, makers) == [(MANY - BATCH) / 2] * 2


def test_what_a_dead_run_has_left_is_worked_out_by_a_job(
    shop: Project, boss: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers = machines(boss)
    run = deletion(boss)

    def dying(run: Run, context: Context) -> None:
        step(run, context)
        raise KeyboardInterrupt

    monkeypatch.setattr("jimu.bulk.running.step", dying)
    with pytest.raises(KeyboardInterrupt):
        carry_on(run.id, boss)
    assert counted(boss, makers) == [MANY / 2] * 2
    with shop.store.read() as transaction:
        assert {due.object for due in transaction.rollups_due(9)} == {"maker"}
        assert DUE_JOB in {job["kind"] for job in transaction.list_jobs("waiting")}
    catch_rollups_up(None, shop.system)
    assert counted(boss, makers) == [(MANY - BATCH) / 2] * 2
    work_off_rollups(shop.system)


def test_a_roll_up_that_judges_what_is_written_is_never_left_for_later(database_url: str) -> None:
    with open_project(database_url, {**FILES, **ROLES, "objects/shop/machine.yaml": FULL}) as shop:
        maker = write.write(Create("maker", {"name": "A"}), shop.system).id
        long = Context(**{**vars(shop.system), "rollups_later": True})
        batches = [[Create("machine", {"name": f"{n}{m}", "maker": maker}) for m in "xy"] for n in range(3)]
        refused = [len(write.write_many(batch, long, atomic=False).failed) for batch in batches]
        assert refused == [0, 0, 2]
