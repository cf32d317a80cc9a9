"""A change of configuration leaves no computed column and no search entry of older rows behind."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from jimu.formulas.types import Environment
from jimu.storage import Database, Store
from jimu.storage.ddl import plan_ddl
from jimu.storage.entries import RollupSpec
from jimu.storage.query import EVERYTHING
from jimu.storage.schema import Column, Schema
from tests.storage.samples import Kind as K
from tests.storage.samples import column, formula, schema, stamps, table

Apply = Callable[[Schema], Store]


def family(*parent: Column, child: tuple[Column, ...] = ()) -> Schema:
    """Parents and children with an amount."""
    children = table("child", column("parent", K.REFERENCE, target=("parent",)), column("kind"),
                     *(child or (column("amount", K.DECIMAL, scale=2),)))
    return schema(table("parent", *parent), children)


def rolled(name: str, function: str, where: str = "", *, reads: str | None = "amount") -> Column:
    condition = formula(where, "child", family()) if where else None
    spec = RollupSpec("child", "parent", function, reads, condition)
    return column(name, K.INTEGER if function == "count" else K.DECIMAL, scale=0 if function == "count" else 2,
                  rollup=spec)


def fill(store: Store) -> tuple[int, int]:
    """A parent with children of 1, 2 and (in the recycle bin) 4, and one without."""
    with store.write() as tx:
        first, second = tx.insert("parent", [{**stamps(), "title": "a"}, {**stamps(), "title": "b"}])
        ids = tx.insert("child", [{**stamps(), "parent": first, "kind": k, "amount": Decimal(a)}
                                  for k, a in (("x", 1), ("y", 2), ("x", 4))])
        tx.set_deleted("child", ids[2:], stamps()["created_at"])
    return first, second


def values(store: Store, ids: tuple[int, int], name: str) -> list[Any]:
    with store.read() as tx:
        rows = tx.fetch("parent", ids, [name])
    return [rows[id][name] for id in ids]


def found(store: Store, text: str, object: str) -> int:
    with store.read() as tx:
        return len(tx.search(text, {object: (EVERYTHING, Environment())}))


def test_a_new_roll_up_is_computed_for_the_rows_that_are_there(database: Database, apply: Apply) -> None:
    ids = fill(apply(family()))
    wanted = family(rolled("total", "sum"), rolled("n", "count", reads=None))
    store = apply(wanted)
    assert values(store, ids, "total") == [Decimal("3.00"), Decimal("0.00")]
    assert values(store, ids, "n") == [2, 0]
    assert plan_ddl(database, wanted) == []


def test_a_roll_up_that_reads_differently_is_computed_anew(database: Database, apply: Apply) -> None:
    ids = fill(apply(family(rolled("total", "sum"))))
    changed = family(rolled("total", "sum", "kind == 'y'"))
    [change] = plan_ddl(database, changed)
    assert (change.kind, change.after) == ("refill", "sum(child.amount) by parent where kind == 'y'")
    assert values(apply(changed), ids, "total") == [Decimal("2.00"), Decimal("0.00")]
    assert values(apply(family(rolled("total", "max"))), ids, "total") == [Decimal("2.00"), None]


def test_a_roll_up_over_a_refilled_formula_follows_it(apply: Apply) -> None:
    def with_double(source: str) -> Schema:
        plain = column("amount", K.DECIMAL, scale=2)
        double = column("double", K.DECIMAL, scale=2, stored_expression=formula(source, "child", family()))
        return family(rolled("total", "sum", reads="double"), child=(plain, double))

    ids = fill(apply(with_double("amount * 2")))
    assert values(apply(with_double("amount * 3")), ids, "total") == [Decimal("9.00"), Decimal("0.00")]


def test_a_roll_up_over_a_roll_up_comes_after_it(apply: Apply) -> None:
    def three(**options: Any) -> Schema:
        below = family(rolled("total", "sum")).tables
        top = table("top", column("grand", K.DECIMAL, scale=2, **options))
        parent = table("parent", *(c for c in below["parent"].columns.values() if c.name == "total"),
                       column("top", K.REFERENCE, target=("top",)))
        return schema(top, parent, below["child"])

    store = apply(schema(table("top"), table("parent", column("top", K.REFERENCE, target=("top",))),
                         family().tables["child"]))
    parents = fill(store)
    with store.write() as tx:
        [top] = tx.insert("top", [stamps()])
        tx.update("parent", [(parents[0], {"top": top}, None)])
    store = apply(three(rollup=RollupSpec("parent", "top", "sum", "total")))
    with store.read() as tx:
        assert tx.fetch("top", [top])[top]["grand"] == Decimal("3.00")


def test_a_roll_up_that_was_out_of_use_catches_up(apply: Apply) -> None:
    ids = fill(apply(family(rolled("total", "sum"))))
    store = apply(family())
    with store.write() as tx:
        tx.insert("child", [{**stamps(), "parent": ids[1], "amount": Decimal(5)}])
    assert values(apply(family(rolled("total", "sum"))), ids, "total") == [Decimal("3.00"), Decimal("5.00")]


def test_a_field_that_becomes_searchable_by_pinyin_is_found_by_it_at_once(apply: Apply) -> None:
    store = apply(schema(table("thing", column("a", search=True))))
    with store.write() as tx:
        tx.insert("thing", [{**stamps(), "a": "张三丰"}])
    assert (found(store, "张三", "thing"), found(store, "zsf", "thing")) == (1, 0)
    store = apply(schema(table("thing", column("a", search=True, pinyin=True))))
    assert found(store, "zsf", "thing") == 1
    store = apply(schema(table("thing", column("a", search=True))))
    assert (found(store, "zsf", "thing"), found(store, "张三", "thing")) == (0, 1)


def test_a_formula_that_is_searched_for_is_found_as_it_reads_now(apply: Apply) -> None:
    plain = schema(table("thing", column("a")))

    def labelled(source: str | None) -> Schema:
        more = [column("b", search=True, stored_expression=formula(source, "thing", plain))] if source else []
        return schema(table("thing", column("a"), *more))

    store = apply(labelled(None))
    with store.write() as tx:
        tx.insert("thing", [{**stamps(), "a": "needle"}])
    assert found(apply(labelled("a + ' pin'")), "pin", "thing") == 1
    store = apply(labelled("a + ' thread'"))
    assert (found(store, "pin", "thing"), found(store, "thread", "thing")) == (0, 1)
