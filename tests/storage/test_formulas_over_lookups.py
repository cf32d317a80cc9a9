"""Formula fields of other objects, reached over a lookup: in sorts, groups and measures like columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from jimu.storage import Store, Transaction
from jimu.storage.query import Aggregate, Compare, Group, Measure, Query, Sort, Where
from jimu.storage.schema import Schema
from tests.storage.samples import Kind as K
from tests.storage.samples import account_table, column, formula, lead_table, sample_schema, schema, stamps, user_table

NAME = ("account", "shown")


@pytest.fixture
def filled(apply: Callable[[Schema], Store]) -> Store:
    """Leads of accounts b (twice), a and none; ``shown`` of an account is its code and the name of its parent."""
    plain = sample_schema()
    shown = column("shown", expression=formula("code + ':' + parent.name", "account", plain))
    weight = column("weight", K.INTEGER, expression=formula("lead_count * 10", "account", plain))
    account = account_table()
    account = replace(account, columns={**account.columns, "shown": shown, "weight": weight})
    store = apply(schema(user_table(), account, lead_table()))
    with store.write() as tx:
        [top] = tx.insert("account", [{**stamps(), "name": "top", "code": "t"}])
        a, b = tx.insert("account", [{**stamps(), "name": n, "code": n, "parent": top, "lead_count": 2} for n in "ab"])
        tx.insert("lead", [{**stamps(), "name": n, "account": id, "amount": Decimal(m)}
                           for n, id, m in (("1", b, 1), ("2", a, 2), ("3", None, 4), ("4", b, 8))])
    return store


def _names(tx: Transaction, sort: Sort, **options: Any) -> list[str]:
    page = tx.select(Query("lead", sort=[sort, Sort(("name",))], fields=["name"], **options))
    return [row["name"] for row in page.rows]


def test_a_list_is_sorted_by_it_blanks_last(filled: Store) -> None:
    with filled.read() as tx:
        assert _names(tx, Sort(("account", "weight"))) == ["1", "2", "4", "3"]
        assert _names(tx, Sort(NAME)) == ["2", "1", "4", "3"]
        assert _names(tx, Sort(NAME, descending=True)) == ["1", "4", "2", "3"]


def test_pages_follow_one_another(filled: Store) -> None:
    with filled.read() as tx:
        query = Query("lead", sort=[Sort(("account", "weight")), Sort(("name",))], fields=["name"], limit=2)
        first = tx.select(query)
        rest = tx.select(Query("lead", sort=query.sort, fields=["name"], limit=2, after=first.next))
        assert [r["name"] for r in first.rows + rest.rows] == ["1", "2", "4", "3"]


def test_rows_are_grouped_and_measured_by_it(filled: Store) -> None:
    with filled.read() as tx:
        groups = tx.aggregate(Aggregate("lead", [Measure("count"), Measure("sum", ("account", "weight"))],
                                        [Group(NAME)]))
    assert {g["account.shown"]: (g["count"], g["sum_account_weight"]) for g in groups} == {
        "a:top": (1, 20), "b:top": (2, 40), None: (1, None)}


def test_what_the_asker_may_not_read_looks_blank(filled: Store) -> None:
    guards = {"account": Compare("code", "ne", "b")}
    with filled.read() as tx:
        assert _names(tx, Sort(("account", "weight")), guards=guards) == ["2", "1", "3", "4"]
        groups = tx.aggregate(Aggregate("lead", [Measure("count")], [Group(NAME)], guards=guards))
    assert {g["account.shown"]: g["count"] for g in groups} == {None: 3, "a:top": 1}


def test_a_filter_finds_it_blank_where_there_is_no_record(filled: Store) -> None:
    plain = filled.schema
    expected = {"is_blank(account.shown)": ["3"], "account.shown == ':'": [], "len(account.shown) > 1": ["1", "2", "4"]}
    with filled.read() as tx:
        for source, names in expected.items():
            page = tx.select(Query("lead", Where(formula(source, "lead", plain)), [Sort(("name",))], ["name"]))
            assert [row["name"] for row in page.rows] == names, source
