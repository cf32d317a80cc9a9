"""Tables following the schema: nothing a person did not ask for is lost, and what is planned is what is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jimu.formulas.types import Environment
from jimu.storage import Database, Store, UniqueConflict
from jimu.storage.ddl import count_misfits, plan_ddl, preview_store
from jimu.storage.query import EVERYTHING, Compare, Query, Sort, Where
from jimu.storage.schema import Schema, Table, Unique
from tests.storage.samples import Kind as K
from tests.storage.samples import column, formula, lead_columns, sample_schema, schema, stamps, table, user_table

Apply = Callable[[Schema], Store]


def thing(*columns: Any, **options: Any) -> Schema:
    return schema(table("thing", *columns, **options))


def fill(store: Store, **values: Any) -> int:
    with store.write() as tx:
        [id] = tx.insert("thing", [{**stamps(), **values}])
    return id


def row(store: Store, id: int) -> dict[str, Any]:
    with store.read() as tx:
        return tx.fetch("thing", [id])[id]


def test_applying_twice_changes_nothing(database: Database, apply: Apply) -> None:
    assert plan_ddl(database, sample_schema())
    apply(sample_schema())
    assert plan_ddl(database, sample_schema()) == []


def test_a_plan_says_what_will_be_done(database: Database, apply: Apply) -> None:
    apply(thing(column("a"), column("gone"), column("old")))
    planned = plan_ddl(database, thing(column("a", K.INTEGER), column("b"), column("new", was=("old",))))
    told = [(c.kind, c.column, c.before, c.after) for c in planned]
    assert set(told) == {
        ("change_type", "a", "text", "integer"), ("add_column", "b", "", ""), ("rename_column", "new", "old", "new"),
        ("retire_column", "gone", "", ""),
    }


def test_a_renamed_column_keeps_its_values(apply: Apply) -> None:
    id = fill(apply(thing(column("old"), column("x"))), old="kept", x="y")
    store = apply(thing(column("new", was=("old",)), column("x")))
    assert (row(store, id)["new"], row(store, id)["x"]) == ("kept", "y")
    store = apply(thing(column("new", was=("old",)), column("old", K.INTEGER), column("x")))
    assert (row(store, id)["new"], row(store, id)["old"]) == ("kept", None)


def test_a_retired_column_comes_back_with_its_values(apply: Apply) -> None:
    id = fill(apply(thing(column("a"))), a="kept")
    assert "a" not in row(apply(thing()), id)
    assert row(apply(thing(column("a"))), id)["a"] == "kept"


def test_a_renamed_object_keeps_its_records(apply: Apply) -> None:
    id = fill(apply(thing(column("a"))), a="kept", title="T")
    store = apply(schema(table("gadget", column("a"), was=("thing",))))
    with store.read() as tx:
        assert tx.fetch("gadget", [id])[id]["a"] == "kept"
        assert tx.titles([id])[id].object == "gadget"


def test_a_retired_object_comes_back_with_its_records(apply: Apply) -> None:
    id = fill(apply(thing(column("a"))), a="kept")
    apply(schema(user_table()))
    assert row(apply(thing(column("a"))), id)["a"] == "kept"


@pytest.mark.parametrize(("before", "after", "values", "expected"), [
    (column("a"), column("a", K.INTEGER), ["12", " 7 ", "x"], [12, 7, None]),
    (column("a"), column("a", K.DATE), ["2026-01-02", "soon"], [date(2026, 1, 2), None]),
    (column("a", K.DECIMAL, scale=2), column("a", K.DECIMAL, scale=4), [Decimal("1.25")], [Decimal("1.2500")]),
    (column("a", K.DECIMAL, scale=2), column("a", K.INTEGER), [Decimal("3.00"), Decimal("3.50")], [3, None]),
    (column("a", K.INTEGER), column("a", K.DECIMAL, scale=2), [5], [Decimal("5.00")]),
    (column("a", K.BOOLEAN), column("a"), [True], ["true"]),
    (column("a"), column("a", K.TEXTS), ["x"], [["x"]]),
    (column("a"), column("a", K.BOOLEAN), ["yes", "maybe"], [True, None]),
    (column("a", K.TEXTS), column("a"), [["x", "y"]], ["x, y"]),
    (column("a", K.REFERENCE), column("a"), [None], [None]),
], ids=lambda value: getattr(value, "kind", ""))
def test_a_changed_type_converts_what_fits_and_reports_the_rest(
    database: Database, apply: Apply, before: Any, after: Any, values: list[Any], expected: list[Any]
) -> None:
    store = apply(thing(before))
    ids = [fill(store, a=v) for v in values]
    [change] = [c for c in plan_ddl(database, thing(after)) if c.kind == "change_type"]
    misfits, first = count_misfits(database, change)
    store = apply(thing(after))
    got = [row(store, id)["a"] for id in ids]
    assert got == expected
    lost = [(id, v) for id, v, e in zip(ids, values, expected, strict=True) if e is None and v is not None]
    assert (misfits, first) == (len(lost), lost)
    back = apply(thing(before))
    assert [row(back, id)["a"] for id in ids] == values


def test_references_become_many_and_one_again(apply: Apply) -> None:
    store = apply(thing(column("a", K.REFERENCE)))
    target = fill(store)
    id = fill(store, a=target)
    store = apply(thing(column("a", K.REFERENCES)))
    assert row(store, id)["a"] == [target]
    assert row(apply(thing(column("a", K.REFERENCE))), id)["a"] == target


def test_stored_formulas_are_filled_when_they_come_and_when_they_change(database: Database, apply: Apply) -> None:
    plain = thing(column("n", K.DECIMAL, scale=2))
    id = fill(apply(plain), n=Decimal("1.50"))

    def with_formula(source: str) -> Schema:
        computed = column("twice", K.DECIMAL, scale=2, stored_expression=formula(source, "thing", plain))
        return thing(column("n", K.DECIMAL, scale=2), computed)

    assert row(apply(with_formula("n * 2")), id)["twice"] == Decimal("3.00")
    assert [c.kind for c in plan_ddl(database, with_formula("n * 3"))] == ["refill"]
    assert row(apply(with_formula("n * 3")), id)["twice"] == Decimal("4.50")


def test_a_broken_unique_key_changes_nothing(database: Database, apply: Apply) -> None:
    store = apply(thing(column("a")))
    fill(store, a="x")
    fill(store, a="x")
    with pytest.raises(UniqueConflict) as caught:
        apply(thing(column("a"), column("b"), uniques=(Unique(("a",)),)))
    assert (caught.value.object, caught.value.columns) == ("thing", ("a",))
    assert "b" in {c.column for c in plan_ddl(database, thing(column("a"), column("b")))}


def test_a_unique_key_may_count_blanks_as_values(apply: Apply) -> None:
    for kind in (K.TEXT, K.INTEGER, K.DATE, K.BOOLEAN, K.DATETIME, K.DECIMAL):
        store = apply(thing(column("a", kind), column("b"), uniques=(Unique(("a", "b"), blank_aware=False),)))
        fill(store, b=kind.value)
        with pytest.raises(UniqueConflict):
            fill(store, b=kind.value)


def test_long_and_reserved_names_get_physical_names_of_their_own(apply: Apply) -> None:
    names = ["x" * 80, "x" * 80 + "y", "select", "rowid", "ctid", "order", "_search", "name_of_what_is_sold"]
    store = apply(schema(table("o" * 90, *(column(n, search=True) for n in names)), table("o" * 90 + "p")))
    with store.write() as tx:
        [id] = tx.insert("o" * 90, [{**stamps(), **{n: n for n in names}}])
        assert {n: tx.fetch("o" * 90, [id])[id][n] for n in names} == {n: n for n in names}


def test_columns_that_become_searchable_are_found_at_once(apply: Apply) -> None:
    id = fill(apply(thing(column("a"))), a="needle", title="T")
    store = apply(thing(column("a", search=True)))
    with store.read() as tx:
        assert [h.id for h in tx.search("needle", {"thing": (EVERYTHING, Environment())})] == [id]
        assert apply(thing(column("a"))) is not None
    with store.read() as tx:
        assert tx.search("needle", {"thing": (EVERYTHING, Environment())}) == []


def test_a_preview_asks_old_rows_under_the_new_schema(database: Database, apply: Apply) -> None:
    plain = thing(column("a"), column("n", K.INTEGER))
    fill(apply(plain), a="x", n=3)
    new = thing(column("renamed", was=("a",)), column("n", K.INTEGER), column("fresh"))
    store = preview_store(database, new)
    with store.read() as tx:
        assert tx.count("thing", Compare("fresh", "blank")).value == 1
        assert tx.count("thing", Compare("renamed", "eq", "x")).value == 1
        assert tx.count("thing", Where(formula("fresh == 'x' or n > 5", "thing", new))).value == 0
        assert tx.select(Query("thing", sort=[Sort(("fresh",))], fields=["renamed"])).rows[0]["renamed"] == "x"


def test_a_table_without_search_has_no_entries(apply: Apply) -> None:
    store = apply(Schema({"thing": Table("thing", table("thing", column("a")).columns, search=False)}))
    fill(store, a="x", title="y")
    with store.read() as tx:
        assert tx.search("y", {"thing": (EVERYTHING, Environment())}) == []


def test_views_show_living_rows_with_titles_and_plain_values(database: Database, apply: Apply) -> None:
    store = apply(sample_schema())
    with store.write() as tx:
        [account] = tx.insert("account", [{**stamps(), "title": "Acme", "name": "Acme"}])
        tx.insert("lead", [
            {**stamps(), "title": "L", "account": account, "amount": Decimal("10.50"), "tags": ["a", "b"]}])
        tx.insert("lead", [{**stamps(), "title": "gone", "deleted_at": stamps()["created_at"]}])
    with database.reading() as connection:
        rows = connection.rows("SELECT title, account_title, amount, tags FROM v_lead")
    assert [(r[0], r[1], float(r[2]), r[3]) for r in rows] == [("L", "Acme", 10.5, "a, b")]
    apply(sample_schema(column("more"), column("amount", K.INTEGER)))
    with database.reading() as connection:
        assert connection.rows("SELECT more FROM v_lead") == [(None,)]


def test_every_column_of_the_samples_can_be_listed(store: Store) -> None:
    with store.read() as tx:
        assert tx.select(Query("lead", fields=[c.name for c in lead_columns()])).rows == []
