"""Lists: filters, orders, pages, counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jimu.formulas.types import Environment
from jimu.storage import BadCursor, Store, Transaction, UnknownColumn, counted
from jimu.storage.query import (
    EVERYTHING,
    NOTHING,
    AllOf,
    AnyOf,
    Compare,
    Count,
    Filter,
    HasRow,
    Matches,
    Not,
    Query,
    Related,
    Sort,
    Where,
)
from jimu.storage.schema import Schema
from tests.storage.samples import Kind as K
from tests.storage.samples import column, formula, full_lead, many_leads, sample_schema, stamps


@pytest.fixture
def listed(apply: Callable[[Schema], Store]) -> Store:
    """160 leads of three accounts, with the virtual column ``double``."""
    plain = sample_schema()
    double = column("double", K.DECIMAL, scale=2, expression=formula("amount * 2", "lead", plain))
    store = apply(sample_schema(double))
    with store.write() as tx:
        accounts = tx.insert("account", [{**stamps(), "title": n, "name": n} for n in ("b", "a", "c")])
        rows = [{**r, "account": None if i % 9 == 0 else accounts[i % 3]} for i, r in enumerate(many_leads(160))]
        tx.insert("lead", rows)
    return store


def pages(tx: Transaction, query: Query) -> list[dict[str, Any]]:
    """All pages of a query, one after the other."""
    rows, after = [], None
    while True:
        page = tx.select(Query(query.object, query.filter, query.sort, query.fields, query.limit, after))
        rows += page.rows
        after = page.next
        if after is None:
            return rows


SORTS = [
    [], [Sort(("amount",))], [Sort(("amount",), True)], [Sort(("status",)), Sort(("created_at",), True)],
    [Sort(("close_on",)), Sort(("amount",), True)], [Sort(("hot",), True), Sort(("close_on",), True)],
    [Sort(("double",), True)], [Sort(("account", "name")), Sort(("employees",))], [Sort(("id",))],
    [Sort(("created_at",), True)], [Sort(("amount",)), Sort(("close_on",)), Sort(("status",), True)],
]


def spelt(sort: list[Sort]) -> str:
    return ",".join(("-" if k.descending else "") + ".".join(k.path) for k in sort)


@pytest.mark.parametrize("sort", SORTS, ids=spelt)
def test_pages_give_every_row_once_in_order_with_blanks_last(listed: Store, sort: list[Sort]) -> None:
    fields = ["amount", "close_on", "status", "hot", "employees", "created_at", "double", "account"]
    with listed.read() as tx:
        rows = pages(tx, Query("lead", sort=sort, fields=fields, limit=23))
        names = {a: r["name"] for a, r in tx.fetch("account", {r["account"] for r in rows if r["account"]}).items()}
    assert len({row["id"] for row in rows}) == len(rows) == 160

    def value(row: dict[str, Any], path: tuple[str, ...]) -> Any:
        return names.get(row["account"]) if path == ("account", "name") else row[path[-1]]

    expected = sorted(rows, key=lambda r: r["id"], reverse=sort[-1].descending if sort else True)
    for key in reversed(sort):
        there = [r for r in expected if value(r, key.path) is not None]
        blank = [r for r in expected if value(r, key.path) is None]
        there.sort(key=lambda r: value(r, key.path), reverse=key.descending)
        expected = there + blank
    assert [r["id"] for r in rows] == [r["id"] for r in expected]


def test_an_offset_skips_rows_across_blanks(listed: Store) -> None:
    with listed.read() as tx:
        rows = pages(tx, Query("lead", sort=[Sort(("amount",))], limit=200))
        page = tx.select(Query("lead", sort=[Sort(("amount",))], limit=10, offset=130))
    assert [r["id"] for r in page.rows] == [r["id"] for r in rows[130:140]]


def test_a_cursor_holds_for_its_own_list_only(listed: Store) -> None:
    with listed.read() as tx:
        cursor = tx.select(Query("lead", sort=[Sort(("amount",))], limit=5)).next
        assert cursor
        for wrong in (cursor, "rubbish", "W10", ""):
            query = Query("lead", sort=[Sort(("status",))], limit=5, after=wrong)
            if wrong:
                with pytest.raises(BadCursor):
                    tx.select(query)


def test_fields_decide_what_comes_back(listed: Store) -> None:
    with listed.read() as tx:
        page = tx.select(Query("lead", fields=["double", "amount", "contacts"], limit=1, sort=[Sort(("id",))]))
        assert set(page.rows[0]) == {"id", "version", "double", "amount", "contacts"}
        assert "double" not in tx.select(Query("lead", limit=1)).rows[0]
        with pytest.raises(UnknownColumn):
            tx.select(Query("lead", fields=["nothing"]))
        with pytest.raises(UnknownColumn):
            tx.select(Query("nothing"))


def test_counts_are_exact_or_say_that_they_are_not(listed: Store) -> None:
    with listed.read() as tx:
        assert tx.select(Query("lead", count="exact", limit=1)).count == Count(160, True)
        assert tx.select(Query("lead", count="estimated", count_cap=100, limit=1)).count == Count(100, False)
        assert tx.select(Query("lead", count="estimated", count_cap=160, limit=1)).count == Count(160, True)
        assert tx.select(Query("lead", limit=1)).count is None
        assert tx.count("lead", EVERYTHING, cap=7) == Count(7, False)


def _ids(tx: Transaction, filter: Filter) -> set[int]:
    return {r["id"] for r in tx.select(Query("lead", filter, fields=["id"], limit=500)).rows}


def test_filters_pick_the_rows_that_python_would_pick(listed: Store) -> None:
    with listed.read() as tx:
        rows = tx.select(Query("lead", limit=500)).rows
        some, limit = [r["id"] for r in rows[:40]], Decimal("50000")
        cases: list[tuple[Filter, Callable[[dict[str, Any]], bool]]] = [
            (EVERYTHING, lambda r: True), (NOTHING, lambda r: False),
            (Compare("status", "eq", "new"), lambda r: r["status"] == "new"),
            (Compare("amount", "ne", rows[0]["amount"]), lambda r: r["amount"] != rows[0]["amount"]),
            (Compare("amount", "eq", None), lambda r: r["amount"] is None),
            (Compare("amount", "blank"), lambda r: r["amount"] is None),
            (Compare("amount", "not_blank"), lambda r: r["amount"] is not None),
            (Compare("amount", "ge", limit), lambda r: r["amount"] is not None and r["amount"] >= limit),
            (Not(Compare("amount", "ge", limit)), lambda r: r["amount"] is None or r["amount"] < limit),
            (Compare("double", "gt", limit), lambda r: r["amount"] is not None and r["amount"] * 2 > limit),
            (Compare("status", "in", ["new", "won", None]), lambda r: r["status"] in ("new", "won")),
            (Compare("status", "in", []), lambda r: False),
            (Compare("status", "not_in", ["new"]), lambda r: r["status"] != "new"),
            (Compare("id", "in", some), lambda r: r["id"] in some),
            (Compare("close_on", "in", [None]), lambda r: r["close_on"] is None),
            (Compare("hot", "eq", True) & Compare("employees", "lt", 500), lambda r: r["hot"] and r["employees"] < 500),
            (Compare("hot", "eq", True) | Compare("employees", "lt", 50), lambda r: r["hot"] or r["employees"] < 50),
            (AnyOf((AllOf((Compare("status", "eq", "won"),)), Compare("account", "blank"))),
             lambda r: r["status"] == "won" or r["account"] is None),
            (Matches("acme"), lambda r: "acme" in r["company"].lower()),
            (Matches("?!"), lambda r: False),
        ]
        for filter, expected in cases:
            assert _ids(tx, filter) == {r["id"] for r in rows if expected(r)}, filter


def test_filters_reach_over_references(listed: Store) -> None:
    with listed.read() as tx:
        [a] = tx.find_ids("account", "name", ["a"])["a"]
        rows = tx.select(Query("lead", limit=500)).rows
        related = Related("account", "account", Compare("name", "eq", "a"))
        assert _ids(tx, related) == {r["id"] for r in rows if r["account"] == a}
        assert _ids(tx, Not(related)) == {r["id"] for r in rows if r["account"] != a}
        over = Where(formula("account.name == 'a'", "lead", listed.schema))
        assert _ids(tx, over) == {r["id"] for r in rows if r["account"] == a}
        assert tx.count("account", HasRow("lead", "account", Compare("status", "eq", "new"))).value == 3
        assert tx.count("account", HasRow("lead", "account", NOTHING)).value == 0


def test_filters_on_references_columns(store: Store) -> None:
    with store.write() as tx:
        a, b = tx.insert("account", [{**stamps(), "name": n} for n in "ab"])
        one, two, none = tx.insert("lead", [full_lead(contacts=[a, b]), full_lead(contacts=[b]), full_lead()])
        assert _ids(tx, Compare("contacts", "eq", a)) == {one}
        assert _ids(tx, Compare("contacts", "in", [a, b])) == {one, two}
        assert _ids(tx, Compare("contacts", "ne", a)) == {two, none}
        assert _ids(tx, Compare("contacts", "blank")) == {none}
        assert tx.count("account", HasRow("lead", "contacts", Compare("status", "eq", "new"))).value == 2


def test_the_same_shape_with_other_constants_is_not_mixed_up(listed: Store) -> None:
    with listed.read() as tx:
        for status in ("new", "won", "lost", "new"):
            rows = tx.select(Query("lead", Compare("status", "eq", status), limit=200, fields=["status"])).rows
            assert {r["status"] for r in rows} == {status}
        for amount in ("1000", "90000"):
            where = Where(formula(f"amount > {amount}", "lead", listed.schema))
            rows = tx.select(Query("lead", where, limit=200, fields=["amount"])).rows
            assert rows
            assert all(r["amount"] > Decimal(amount) for r in rows)


def test_formulas_that_read_the_actor_or_the_clock_are_asked_anew(listed: Store) -> None:
    mine = Where(formula("owner == user", "lead", listed.schema))
    past = Where(formula("created_at < now()", "lead", listed.schema))
    with listed.read() as tx:
        for user in (1, 2):
            assert tx.count("lead", mine, Environment(user={"id": user, "roles": []})).value == 0
        for year, expected in ((2000, 0), (2027, 160)):
            environment = Environment(now=datetime(year, 1, 1, tzinfo=UTC))
            assert tx.count("lead", past, environment).value == expected


def test_statements_that_know_the_day_are_kept_for_that_day_and_zone_alone(listed: Store) -> None:
    late = Where(formula("close_on < today()", "lead", listed.schema))
    expected = {}
    with listed.read() as tx:
        rows = tx.select(Query("lead", fields=["close_on"], limit=200)).rows
        for day in (date(2026, 3, 1), date(2026, 9, 1), date(2026, 3, 2)):
            expected[day] = sum(1 for r in rows if r["close_on"] is not None and r["close_on"] < day)
        for _ in range(2):
            for day, count in expected.items():
                noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
                for now in (noon, noon + timedelta(seconds=5)):
                    assert tx.count("lead", late, Environment(now=now)).value == count
        kept = len(listed._cache._kept)
        tx.count("lead", late, Environment(now=datetime(2026, 3, 1, 23, 30, tzinfo=UTC)))
        assert len(listed._cache._kept) == kept
        shanghai = Environment(now=datetime(2026, 3, 1, 23, 30, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))
        assert tx.count("lead", late, shanghai).value == expected[date(2026, 3, 2)]


def test_a_virtual_column_that_reads_the_day_is_compared_with_that_day(apply: Callable[[Schema], Store]) -> None:
    plain = sample_schema()
    is_late = column("is_late", K.BOOLEAN, expression=formula("close_on < today()", "lead", plain))
    store = apply(sample_schema(is_late))
    with store.write() as tx:
        tx.insert("lead", [full_lead(close_on=date(2026, 5, 1))])
    with store.read() as tx:
        for month, expected in ((4, 0), (6, 1), (4, 0)):
            environment = Environment(now=datetime(2026, month, 1, tzinfo=UTC))
            assert tx.count("lead", Compare("is_late", "eq", True), environment).value == expected


def test_a_page_with_links_and_an_exact_total_takes_three_queries(listed: Store) -> None:
    with listed.read() as tx, counted() as meter:
        tx.select(Query("lead", count="exact", sort=[Sort(("created_at",), True)], limit=10))
    assert meter.queries == 3
