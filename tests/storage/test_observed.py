"""What is asked is counted by its shape: fields and never values; kept without anybody waiting for it."""

from __future__ import annotations

import os

import pytest

from jimu.formulas import check
from jimu.formulas.types import BOOLEAN
from jimu.storage import Database, Store
from jimu.storage.observed import QuestionShape, load_shape
from jimu.storage.observed_rows import list_observed
from jimu.storage.query import (
    NOTHING,
    Aggregate,
    AllOf,
    AnyOf,
    Compare,
    Filter,
    Group,
    HasRow,
    Matches,
    Measure,
    Query,
    Sort,
    Where,
)
from tests.storage.samples import sample_schema, stamps


def where(source: str) -> Filter:
    formula, diagnostics = check(source, sample_schema(), "lead", BOOLEAN)
    assert formula is not None, diagnostics
    return Where(formula)


def asked(store: Store) -> list[QuestionShape]:
    """The shapes counted so far."""
    return [increase.shape for increase in store.database.observations.increases()]


@pytest.mark.parametrize(
    ("filter", "shape"),
    [
        (AllOf(()), {}),
        (where("status == 'won'"), {"equal": ("status",)}),
        (
            AllOf((where("status == 'won' and amount > 3"), Compare("owner", "eq", 7))),
            {"equal": ("owner", "status"), "ranges": ("amount",)},
        ),
        (where("status in ['won', 'lost']"), {"ranges": ("status",)}),
        (where("hot and close_on >= today()"), {"equal": ("hot",), "ranges": ("close_on",)}),
        (where("account.industry == 'retail'"), {"joins": True, "other": True}),
        (AnyOf((Compare("status", "eq", "won"), Compare("owner", "eq", 7))), {"other": True}),
        (
            AllOf((Compare("status", "in", ["won"]), HasRow("lead", "about", NOTHING))),
            {"equal": ("status",), "joins": True, "other": True},
        ),
    ],
)
def test_the_shape_says_what_is_compared(store: Store, filter: Filter, shape: dict[str, object]) -> None:
    with store.read() as tx:
        tx.select(Query("lead", filter, sort=(Sort(("close_on",), True),)))
    assert asked(store) == [QuestionShape("lead", "list", sort=("-close_on",), **shape)]  # type: ignore[arg-type]


def test_counts_and_aggregates_have_shapes_of_their_own_and_searches_none(store: Store) -> None:
    with store.read() as tx:
        tx.count("lead", where("status == 'won'"))
        tx.aggregate(Aggregate("lead", [Measure("sum", ("amount",))], [Group(("status",))]))
        tx.select(Query("lead", Matches("acme")))
        tx.select(Query("lead", deleted="deleted"))
    assert set(asked(store)) == {
        QuestionShape("lead", "count", equal=("status",)),
        QuestionShape("lead", "aggregate", groups=("status",), measured=("amount",)),
    }


def test_what_was_counted_is_added_up_in_the_database_and_holds_no_value(store: Store, database: Database) -> None:
    database.observer.is_on = True
    with store.write() as tx:
        tx.insert("lead", [{**stamps(), "title": "L", "status": "won", "company": "Secret Ltd"}])
    for _ in range(2):
        with store.read() as tx:
            for _ in range(3):
                tx.select(Query("lead", Compare("company", "eq", "Secret Ltd")))
        database.save_observations()
        database.save_observations()
    [observed] = list_observed(database)
    assert (observed.shape, observed.seen) == (QuestionShape("lead", "list", equal=("company",)), 6)
    assert observed.spent >= observed.worst > 0
    with database.reading() as connection:
        [(text,)] = connection.rows("SELECT shape FROM observed_question")
    assert "Secret" not in text
    assert load_shape(text) == observed.shape


def test_a_page_read_in_two_parts_is_counted_once(store: Store) -> None:
    with store.read() as tx:
        tx.select(Query("lead", sort=(Sort(("close_on",)),)))
    assert [i.seen for i in store.database.observations.increases()] == [1]


def test_a_forked_process_does_not_save_what_its_parent_counted(store: Store, database: Database) -> None:
    with store.read() as tx:
        tx.select(Query("lead"))
    assert database.observations.increases()
    child = os.fork()
    if not child:
        os._exit(len(database.observations.increases()))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert database.observations.increases()


def test_what_cannot_be_saved_now_is_saved_later(store: Store, database: Database) -> None:
    database.observer.is_on = True
    with store.read() as tx:
        tx.select(Query("lead"))
    with database.writing() as connection:
        connection.run("ALTER TABLE observed_question RENAME TO away")
    database.save_observations()
    with database.writing() as connection:
        connection.run("ALTER TABLE away RENAME TO observed_question")
    database.save_observations()
    assert [o.seen for o in list_observed(database)] == [1]
