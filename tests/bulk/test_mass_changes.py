"""Mass changes: by query over several pages, tried without a trace, in batches, with failures, by a job, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jimu.bulk import (
    BATCH,
    MOST_IDS,
    Change,
    MassRequest,
    Run,
    Selection,
    carry_on,
    count_selected,
    failures_of,
    load_run,
    start,
    start_undo,
    stop,
    try_out,
)
from jimu.bulk.jobs import run_mass_change
from jimu.bulk.running import step
from jimu.bulk.selecting import find_records
from jimu.errors import BadRequest, Conflict, Forbidden, NotFound
from jimu.jobs import LocalBackend, Runner
from jimu.plugins import build_plugin_manager
from jimu.records import Context, Create, Delete, ListRequest, Update, read, write
from tests.exchange.conftest import FILES
from tests.records.project import Project, open_project

ALL = Selection("machine")
BOSS = "label: Boss\nobjects: {machine: {create: true, read: all, update: all, delete: all}}\n"


@pytest.fixture
def shop(database_url: str) -> Iterator[Project]:
    with open_project(database_url, {**FILES, "objects/roles/boss.yaml": BOSS}) as project:
        yield project


@pytest.fixture
def boss(shop: Project) -> Context:
    return shop.acting(shop.user("bea", "boss"))


@pytest.fixture
def clerk(shop: Project) -> Context:
    """Who sees and changes their own machines, and not the price."""
    return shop.acting(shop.user("carl", "clerk"))


def machines(shop: Project, count: int, owner: int | None = None, **values: Any) -> list[int]:
    commands = [
        Create("machine", {"name": f"M{n:04}", "state": "new", **({"owner": owner} if owner else {}), **values})
        for n in range(count)
    ]
    return [r.record.id for r in write.write_many(commands, shop.system).rows if r.record]


def edit(selection: Selection, *changes: Change, **more: Any) -> MassRequest:
    return MassRequest(selection, "edit", changes, **more)


def done(request: MassRequest, context: Context) -> Run:
    return carry_on(start(request, context).id, context)


def states(shop: Project) -> list[str]:
    page = read.list_records(ListRequest("machine", order=("id",), fields=("state",), limit=1000), shop.system)
    return [r.values["state"] for r in page.records]


USED = Change("state", "set", "used")


def test_all_that_match_are_changed_over_several_pages_even_when_they_match_no_more(
    shop: Project, boss: Context
) -> None:
    machines(shop, BATCH * 2 + 7)
    others = machines(shop, 3, state="used", running=True)
    run = done(edit(Selection("machine", where=("state == 'new'",)), USED), boss)
    assert (run.state, run.total, run.changed, run.failures) == ("done", BATCH * 2 + 7, BATCH * 2 + 7, 0)
    assert set(states(shop)) == {"used"}
    assert read.get("machine", others[0], shop.system).version == 1


def test_what_is_left_out_of_all_stays_as_it_is(shop: Project, boss: Context) -> None:
    ids = machines(shop, 5)
    run = done(edit(Selection("machine", left_out=(ids[1], ids[3])), USED), boss)
    assert run.total == run.changed == 3
    assert states(shop) == ["used", "new", "used", "new", "used"]


def test_a_record_that_fails_is_left_and_says_why(shop: Project, boss: Context) -> None:
    ids = machines(shop, 4)
    write.write(Update("machine", ids[2], {"weight": "2"}), shop.system)
    write.write(Delete("machine", ids[3]), shop.system)
    request = edit(Selection("machine", ids=tuple(ids)), Change("price", "set", "13"))
    write.write(Update("machine", ids[0], {"price": "13.5"}), shop.system)
    run = done(request, boss)
    assert (run.changed, run.failures) == (0, 4)
    reasons = {item.id: str(item.reason) for item in failures_of(run, boss, 100)}
    assert "Nobody sells for 13" in reasons[ids[0]]
    assert "no such record" in reasons[ids[3]]


def test_all_or_nothing_changes_nothing_if_one_fails(shop: Project, boss: Context) -> None:
    ids = machines(shop, BATCH + 3)
    write.write(Delete("machine", ids[-1]), shop.system)
    run = done(edit(Selection("machine", ids=tuple(ids)), USED, all_or_nothing=True), boss)
    assert (run.state, run.changed, run.failures) == ("failed", 0, 1)
    assert run.problem
    assert set(states(shop)) == {"new"}
    run = done(edit(Selection("machine", ids=tuple(ids[:-1])), USED, all_or_nothing=True), boss)
    assert (run.state, run.changed) == ("done", BATCH + 2)


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(shop: Project, boss: Context) -> None:
    ids = machines(shop, 3)
    write.write(Update("machine", ids[0], {"state": "used"}), shop.system)
    machines(shop, 1, number="7")
    forecast = try_out(edit(ALL, USED), boss)
    assert (forecast.total, forecast.tried, forecast.changed, forecast.unchanged) == (4, 4, 3, 1)
    forecast = try_out(edit(ALL, Change("price", "set", "13")), boss)
    assert (forecast.changed, forecast.failures) == (0, 4)
    assert forecast.failed[0].reason
    assert states(shop) == ["used", "new", "new", "new"]
    assert read.list_records(ListRequest("mass_change"), shop.system).records == []
    assert {r.version for r in read.list_records(ListRequest("machine"), shop.system).records} == {1, 2}


def test_tags_and_references_are_added_and_removed(shop: Project, boss: Context) -> None:
    ids = machines(shop, 2)
    write.write(Update("machine", ids[0], {"tags": ["old", "red"]}), shop.system)
    done(edit(ALL, Change("tags", "add", ["new", "red"])), boss)
    assert [shop.value("machine", id, "tags") for id in ids] == [["old", "red", "new"], ["new", "red"]]
    run = done(edit(ALL, Change("tags", "remove", ["new", "red"])), boss)
    assert [shop.value("machine", id, "tags") or [] for id in ids] == [["old"], []]
    carry_on(start_undo(run, boss).id, boss)
    assert [shop.value("machine", id, "tags") for id in ids] == [["old", "red", "new"], ["new", "red"]]


def test_undo_puts_back_the_values_before_but_of_what_was_changed_since(shop: Project, boss: Context) -> None:
    ids = machines(shop, 4, price="5", address={"city": "Paris"})
    request = edit(
        Selection("machine", ids=tuple(ids)),
        USED,
        Change("price", "set", "9"),
        Change("address", "set", {"city": "Rome", "country": "IT"}),
        Change("running", "set", True),
    )
    run = done(request, boss)
    assert run.changed == 4, failures_of(run, boss, 5)
    write.write(Update("machine", ids[1], {"name": "Mine"}), shop.system)
    undo = carry_on(start_undo(run, boss).id, boss)
    assert (undo.state, undo.changed, undo.failures) == ("done", 3, 1)
    assert [shop.value("machine", id, "state") for id in ids] == ["new", "used", "new", "new"]
    assert str(shop.value("machine", ids[0], "price")) == "5.00"
    assert shop.value("machine", ids[0], "address_city") == "Paris"
    assert not shop.value("machine", ids[0], "running")
    (since,) = failures_of(undo, boss, 10)
    assert since.id == ids[1]
    assert "changed since" in str(since.reason)
    with pytest.raises(Conflict):
        start_undo(load_run(run.id, boss), shop.system)


def test_deleted_records_come_back_with_undo(shop: Project, boss: Context) -> None:
    ids = machines(shop, BATCH + 5)
    run = done(MassRequest(Selection("machine", where=("state == 'new'",)), "delete"), boss)
    assert run.changed == BATCH + 5
    assert shop.ids("machine") == set()
    undo = carry_on(start_undo(run, boss).id, boss)
    assert undo.changed == BATCH + 5
    assert shop.ids("machine") == set(ids)


def test_nobody_reaches_further_by_a_mass_change_than_by_hand(shop: Project, clerk: Context) -> None:
    own = machines(shop, 2, owner=clerk.actor.id)
    foreign = machines(shop, 2, owner=shop.user("eve"))
    run = done(edit(ALL, USED), clerk)
    assert run.total == run.changed == 2
    assert [shop.value("machine", id, "state") for id in (*own, *foreign)] == ["used", "used", "new", "new"]
    run = done(edit(Selection("machine", ids=tuple(foreign)), USED), clerk)
    assert (run.changed, run.failures) == (0, 2)
    with pytest.raises(NotFound):
        start(edit(ALL, Change("price", "set", "1")), clerk)
    with pytest.raises(Forbidden):
        start(edit(ALL, Change("double", "set", "1")), shop.acting(shop.user("bo", "boss")))
    with pytest.raises(BadRequest):
        start(edit(Selection("machine", where=("price > 1",)), USED), clerk)
    with pytest.raises(Forbidden):
        start(MassRequest(ALL, "delete"), clerk)


def test_runs_belong_to_who_asked_and_cannot_be_forged(shop: Project, clerk: Context) -> None:
    machines(shop, 1, owner=clerk.actor.id)
    run = done(edit(ALL, USED), clerk)
    other = shop.acting(shop.user("otto", "clerk"))
    with pytest.raises(NotFound):
        load_run(run.id, other)
    assert load_run(run.id, clerk).changed == 1
    for values in ({"plan": {}}, {"state": "running"}, {"total": 9}):
        with pytest.raises(Exception, match="not right"):
            write.write(Update("mass_change", run.id, values), clerk)
    made = write.write(Create("mass_change", {}), clerk)
    with pytest.raises(NotFound):
        load_run(made.id, clerk)
    with pytest.raises(Exception, match="not right"):
        write.write(Create("mass_batch", {"run": run.id, "items": []}), clerk)


def test_a_long_run_is_a_job_of_its_owner_and_may_run_twice(shop: Project, clerk: Context) -> None:
    machines(shop, 520, owner=clerk.actor.id)
    foreign = machines(shop, 1, owner=shop.user("eve"))
    run = start(edit(ALL, USED), clerk)
    assert run.is_job
    step(run, clerk)  # a worker that died after the first batch
    assert load_run(run.id, clerk).handled == BATCH
    jobs: list[Any] = []

    def twice(job: Any, context: Any) -> None:
        jobs.append(job)
        run_mass_change(job, context)
        run_mass_change(job, context)

    assert _work(shop, twice) >= 1
    assert len(jobs) == 1
    over = load_run(run.id, clerk)
    assert (over.state, over.handled, over.changed, over.failures) == ("done", 520, 520, 0)
    assert shop.value("machine", foreign[0], "state") == "new"
    versions = {r.version for r in read.list_records(ListRequest("machine", limit=1000), clerk).records}
    assert versions == {2}
    (told,) = read.list_records(ListRequest("notification"), clerk).records
    assert "520 changed" in told.values["text"]


def test_a_job_has_the_rights_that_its_owner_has_when_it_runs(shop: Project, clerk: Context) -> None:
    machines(shop, 510, owner=clerk.actor.id)
    run = start(edit(ALL, USED), clerk)
    write.write(Update("user", clerk.actor.id or 0, {"roles": []}), shop.system)
    _work(shop, run_mass_change)
    over = load_run(run.id, shop.system)
    assert (over.state, over.changed) == ("failed", 0)
    assert set(states(shop)) == {"new"}


def test_a_run_that_is_stopped_does_no_further_batch(shop: Project) -> None:
    user = shop.acting(shop.user("uma", "clerk"))
    machines(shop, 510, owner=user.actor.id)
    run = start(edit(ALL, USED), user)
    step(run, user)
    stop(load_run(run.id, user), user)
    _work(shop, run_mass_change)
    over = load_run(run.id, user)
    assert (over.state, over.changed) == ("stopped", BATCH)
    undo = carry_on(start_undo(over, user).id, user)
    assert undo.changed == BATCH
    assert set(states(shop)) == {"new"}


def test_hundreds_can_be_chosen_one_by_one_and_read_by_their_ids(shop: Project, boss: Context) -> None:
    ids = machines(shop, MOST_IDS)
    assert len(find_records("machine", ids, (), boss)) == MOST_IDS
    assert count_selected(Selection("machine", ids=tuple(ids)), boss) == MOST_IDS


def test_two_workers_do_no_batch_twice(shop: Project, boss: Context) -> None:
    machines(shop, 3)
    run = start(edit(ALL, USED), boss)
    step(run, boss)
    carry_on(run.id, boss)
    with pytest.raises(Exception, match=r"changed|version"):
        step(run, boss)
    assert load_run(run.id, boss).changed == 3


def _work(shop: Project, handler: Any) -> int:
    """Run what is in the queue once."""
    manager = build_plugin_manager()
    assert any("jimu.mass_change" in found for found in manager.hook.jimu_job_handlers())
    runner = Runner(shop.store.write, lambda: {"jimu.mass_change": handler}, lambda: shop.system)
    return LocalBackend(runner).take()


def test_what_the_engine_keeps_of_values_is_nobodys_to_read(shop: Project, boss: Context) -> None:
    """Values before a change may be such as a reader of the run must not see."""
    machines(shop, 2)
    run = done(edit(ALL, USED), boss)
    assert run.changed == 2
    for object, field in (("mass_batch", "items"), ("mass_change", "plan")):
        (record,) = read.list_records(ListRequest(object), boss).records
        assert field not in record.values
        with pytest.raises((BadRequest, NotFound)):
            read.list_records(ListRequest(object, fields=(field,)), boss)
