"""Advice on indexes: what is asked often and served by no index gets the line that would make one, proved where the
database can prove it.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from jimu.access.actor import SYSTEM
from jimu.records import Create, ListRequest, read, write
from jimu.revisions.advice import FEW, IndexReport, advise
from jimu.storage.index_advice import serves
from jimu.storage.observed import QuestionShape
from tests.revisions.conftest import MACHINE, Workshop

LISTED = "made_on: {type: date}"


@pytest.fixture
def busy(workshop: Workshop) -> Workshop:
    """A workshop with enough machines for an index to matter, whose questions are kept."""
    workshop.apply(workshop.machine(LISTED))
    commands = [
        Create(
            "machine",
            {
                "name": f"M{n}",
                "state": ("new", "used", "broken")[n % 3],
                "made_on": f"20{n % 90 + 10}-01-02",
                "price": str(n),
            },
        )
        for n in range(FEW + 20)
    ]
    write.write_many(commands, workshop.runtime.context(SYSTEM), values=False)
    workshop.runtime.database.observer.is_on = True
    return workshop


def ask(workshop: Workshop, times: int = 3, **request: Any) -> None:
    for _ in range(times):
        read.list_records(ListRequest("machine", **request), workshop.runtime.context(SYSTEM))


def report(workshop: Workshop, least: int = 2) -> IndexReport:
    workshop.runtime.database.save_observations()
    now = workshop.runtime.current
    return advise(now.store, now.manifest, least)


def test_what_no_index_serves_gets_a_line_and_the_line_serves_it(busy: Workshop) -> None:
    ask(busy, where="state == 'broken'", order=("-made_on",))
    [advice] = report(busy).advice
    assert (advice.verdict, advice.columns, advice.question.seen) == ("advised", ("state", "-made_on"), 3)
    assert advice.records == FEW + 20
    assert advice.now is not None
    [(file, line)] = report(busy).lines
    assert (file, line) == ("objects/workshop/machine.yaml", "indexes: [[state, -made_on]]")

    busy.apply(busy.machine(LISTED, more=line))
    [after] = report(busy).advice
    assert after.verdict == "served"
    assert not report(busy).lines
    assert not report(busy).unused or busy.runtime.database.capabilities.plans_by_statistics


def test_what_the_database_would_do_is_tried_where_its_plan_does_not_hang_on_the_data(busy: Workshop) -> None:
    ask(busy, where="state == 'broken'", order=("-made_on",))
    [advice] = report(busy).advice
    assert advice.now is not None
    if busy.runtime.database.capabilities.plans_by_statistics:
        assert advice.then is None
        assert "estimate" in str(advice.effect)
        return
    assert advice.now.sorts
    assert advice.then is not None
    assert not advice.then.sorts
    assert any("USING INDEX ix_o_machine" in step for step in advice.then.steps)


def test_plans_that_are_shown_hold_no_value_of_a_record(busy: Workshop) -> None:
    ask(busy, where="name == 'M7' and price > 3")
    [advice] = report(busy).advice
    assert advice.now is not None
    assert not any("M7" in step or "M0" in step for step in advice.now.steps)


def test_lists_that_an_index_serves_and_small_tables_need_nothing(busy: Workshop, open_workshop: Any) -> None:
    ask(busy, order=("-created_at",))
    ask(busy, times=1, order=("price",))
    [advice] = report(busy).advice
    assert (advice.verdict, advice.columns) == ("served", ("created_at",))
    assert {a.verdict for a in report(busy, least=1).advice} == {"served", "advised"}


def test_few_records_need_no_index(workshop: Workshop) -> None:
    workshop.runtime.database.observer.is_on = True
    ask(workshop, order=("price",))
    assert [a.verdict for a in report(workshop).advice] == ["few"]


def test_lines_of_one_object_are_one_line_that_keeps_what_is_declared(busy: Workshop) -> None:
    busy.apply(busy.machine(LISTED, more="indexes: [[price]]"))
    ask(busy, where="state == 'used'")
    ask(busy, where="state == 'used'", order=("made_on",))
    ask(busy, order=("price",))
    found = report(busy)
    [(_, line)] = found.lines
    assert yaml.safe_load(line) == {"indexes": [["price"], ["state", "made_on"]]}
    busy.machine(LISTED, more=line)  # loads


def test_a_declared_index_that_nothing_uses_is_named(busy: Workshop) -> None:
    busy.apply(busy.machine(LISTED, more="indexes: [[price]]"))
    ask(busy, order=("-created_at",))
    assert [(u.object, u.columns) for u in report(busy).unused] == [("machine", ("price",))]


def test_shapes_of_fields_that_are_gone_are_left_out(busy: Workshop) -> None:
    ask(busy, order=("made_on",))
    busy.apply(busy.machine(base=MACHINE), allow=("all",))
    assert not report(busy).advice


def shape(**options: Any) -> QuestionShape:
    return QuestionShape("machine", "list", **options)


@pytest.mark.parametrize(
    ("index", "question", "is_served"),
    [
        (("a", "b"), shape(equal=("a", "b")), True),
        (("b", "a"), shape(equal=("a", "b")), True),
        (("a",), shape(equal=("a", "b")), False),
        (("a", "c"), shape(equal=("a",), sort=("-c",)), True),
        (("a", "c", "d"), shape(equal=("a",), sort=("c", "-d")), False),
        (("a", "c", "-d"), shape(equal=("a",), sort=("-c", "d")), True),
        (("c", "a"), shape(equal=("a",), sort=("c",)), False),
        (("a", "c"), shape(equal=("a",), ranges=("c",)), True),
        (("a", "d"), shape(equal=("a",), ranges=("c",)), False),
        (("a", "s"), shape(equal=("a",), groups=("s",)), True),
        (("c",), shape(sort=("a",)), False),
        (("x",), shape(equal=("id",)), True),
    ],
)
def test_an_index_serves_fields_compared_then_the_order(
    index: tuple[str, ...], question: QuestionShape, is_served: bool
) -> None:
    assert serves(index, question) is is_served


def test_a_unique_key_serves_whatever_compares_all_of_it() -> None:
    assert serves(("code",), shape(equal=("code", "state"), sort=("name",)), unique=True)
    assert not serves(("code",), shape(equal=("code", "state"), sort=("name",)))
