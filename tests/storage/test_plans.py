"""The questions that users ask all day are answered from indexes: shown by the databases' own plans, not by clocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from jimu.storage import Database, Store, Transaction
from jimu.storage.connection import Connection
from jimu.storage.query import EVERYTHING, Aggregate, Compare, Filter, Group, Matches, Measure, Query, Sort, Where
from tests.databases import BACKENDS_MARKED, prepared_database
from tests.storage.conftest import prepare_samples
from tests.storage.samples import formula, many_leads, sample_schema

NEWEST = (Sort(("created_at",), True),)


@pytest.fixture(scope="module", params=BACKENDS_MARKED)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Many leads, for all tests here: they only read."""
    folder = tmp_path_factory.mktemp("plans")
    with prepared_database(request.param, folder, "samples", prepare_samples) as url:
        store = Store(Database(url), sample_schema())
        fill(store)
        yield store
        store.database.dispose()


def fill(store: Store) -> None:
    with store.write() as tx:
        [user] = tx.insert("user", [{**many_leads(1)[0], "email": "a@example.com"}])
        for seed in range(4):
            tx.insert("lead", [{**row, "owner": user} for row in many_leads(2500, seed)])
    with store.database._connection() as connection:
        if store.database.capabilities.plans_by_statistics:  # VACUUM marks what is surely written as visible to all
            connection.run("SET synchronous_commit = on")
        connection.run("ANALYZE")
        connection.run("VACUUM")


class Plans:
    """Collects the plan of every statement that reads rows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        rows = Connection.rows

        def explained(connection: Connection, text: str, params: Any = ()) -> Any:
            self.texts.append(_plan(rows, connection, text, params))
            return rows(connection, text, params)

        monkeypatch.setattr(Connection, "rows", explained)
        monkeypatch.setattr(Connection, "rows_planned_anew", explained)


def _plan(rows: Any, connection: Connection, text: str, params: Any) -> str:
    if not text.startswith(("SELECT", "WITH")):
        return ""
    if connection.capabilities.exact_numeric:
        [[plan]] = rows(connection, f"EXPLAIN (FORMAT JSON) {text}", params)
        return json.dumps(plan)
    return "\n".join(r[3] for r in rows(connection, f"EXPLAIN QUERY PLAN {text}", params))


@pytest.fixture
def plans(filled: Store, monkeypatch: pytest.MonkeyPatch) -> Plans:
    return Plans(monkeypatch)


@pytest.fixture
def tx(filled: Store) -> Iterator[Transaction]:
    with filled.read() as transaction:
        yield transaction


def assert_indexed(plans: Plans, *, sorts: bool = False) -> None:
    """Every statement reached the leads by an index and, unless ``sorts``, in the order of one."""
    text = "\n".join(plans.texts)
    assert '"Seq Scan"' not in text, text
    scans = [line for line in text.splitlines() if line.startswith("SCAN o_lead_1") and "USING" not in line]
    assert scans == [], text
    if not sorts:
        assert '"Node Type": "Sort"' not in text, text
        assert "USE TEMP B-TREE FOR ORDER BY" not in text, text


@pytest.mark.parametrize(("filter", "sort"), [
    (EVERYTHING, NEWEST), (EVERYTHING, (Sort(("updated_at",)),)), (EVERYTHING, (Sort(("title",)),)),
    (EVERYTHING, (Sort(("amount",), True),)), (EVERYTHING, (Sort(("amount",)),)),
    (EVERYTHING, (Sort(("close_on",), True),)),
    (Compare("status", "eq", "won"), NEWEST),
], ids=["newest", "updated", "title", "amount down", "amount up", "date down", "status newest"])
def test_lists_walk_an_index_from_page_to_page(plans: Plans, tx: Transaction, filter: Filter, sort: Any) -> None:
    page = tx.select(Query("lead", filter, sort, ["name", "amount"], limit=20))
    tx.select(Query("lead", filter, sort, ["name", "amount"], limit=20, after=page.next))
    assert len(plans.texts) == 2
    assert_indexed(plans)


def test_a_filter_written_as_a_formula_uses_the_same_index(plans: Plans, tx: Transaction, filled: Store) -> None:
    where = Where(formula("status == 'won'", "lead", filled.schema))
    tx.select(Query("lead", where, NEWEST, ["name"], limit=20, count="estimated"))
    assert_indexed(plans)


def test_the_owners_rows_are_found_by_the_owner(plans: Plans, tx: Transaction) -> None:
    tx.select(Query("lead", Compare("owner", "eq", 1), NEWEST, ["name"], limit=20, count="exact"))
    assert_indexed(plans)


def test_rows_that_refer_to_a_record_are_found_by_it(plans: Plans, tx: Transaction) -> None:
    tx.select(Query("lead", Compare("account", "eq", 1), NEWEST, ["name"], limit=20))
    tx.refs("lead", "account", [1])
    assert_indexed(plans, sorts=True)


@pytest.mark.parametrize("text", ["13800138", "深圳张李", "obex init"])
def test_search_and_contains_start_from_the_search_index(
    plans: Plans, tx: Transaction, filled: Store, text: str
) -> None:
    where = Where(formula(f"contains(company, '{text}')", "lead", filled.schema))
    tx.select(Query("lead", where, NEWEST, ["name"], limit=20))
    tx.select(Query("lead", Matches(text), NEWEST, ["name"], limit=20))
    if filled.database.capabilities.text_search_in_row:
        assert all("Bitmap Index Scan" in plan for plan in plans.texts), plans.texts
    else:
        assert all("VIRTUAL TABLE INDEX" in plan for plan in plans.texts), plans.texts
    assert_indexed(plans, sorts=True)


def test_sums_by_a_choice_read_an_index_only(plans: Plans, tx: Transaction) -> None:
    tx.aggregate(Aggregate("lead", [Measure("sum", ("amount",)), Measure("count")], [Group(("status",))]))
    assert any(kind in plans.texts[-1] for kind in ("COVERING INDEX", "Index Only Scan")), plans.texts


def test_by_id_the_table_itself_is_walked(plans: Plans, tx: Transaction) -> None:
    tx.select(Query("lead", Compare("employees", "gt", 10), (Sort(("id",), True),), ["name"], limit=20))
    assert not any(sign in plans.texts[0] for sign in ("USE TEMP B-TREE", '"Node Type": "Sort"'))


@pytest.mark.parametrize("few", [0, 4000])
@pytest.mark.parametrize("sort", [NEWEST, (Sort(("amount",), True),), (Sort(("employees",)),), (Sort(("id",)),)])
def test_a_text_with_many_hits_gives_the_same_rows_by_either_way(
    tx: Transaction, filled: Store, monkeypatch: pytest.MonkeyPatch, few: int, sort: Any
) -> None:
    monkeypatch.setattr("jimu.storage.route.FEW", few)
    where = Where(formula("contains(company, 'Acme') and employees > 500", "lead", filled.schema))
    page = tx.select(Query("lead", where, sort, ["name", "company", "employees"], limit=30, count="exact"))
    following = tx.select(Query("lead", where, sort, ["name", "company", "employees"], limit=30, after=page.next))
    plain = Where(formula("contains(lower(company), 'acme') and employees > 500", "lead", filled.schema))
    expected = tx.select(Query("lead", plain, sort, ["name", "company", "employees"], limit=60, count="exact"))
    assert [r["id"] for r in page.rows + following.rows] == [r["id"] for r in expected.rows]
    assert page.count == expected.count
    found = tx.select(Query("lead", Matches("acme") & where, sort, ["name"], limit=60))
    assert [r["id"] for r in found.rows] == [r["id"] for r in expected.rows]
