"""Sparse columns: values under keys of the JSON column ``ext`` are read, compared and kept as those in columns are."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from jimu.formulas.types import Environment
from jimu.storage import Database, RollupSpec, Store, UniqueConflict
from jimu.storage.connection import Connection
from jimu.storage.ddl import count_misfits, plan_ddl, preview_store
from jimu.storage.query import EVERYTHING, Aggregate, Compare, Filter, Group, Matches, Measure, Not, Query, Sort, Where
from jimu.storage.schema import Index, Schema, Unique
from tests.storage.samples import NOW, STATUSES, column, formula, schema, stamps, table
from tests.storage.samples import Kind as K

Apply = Callable[[Schema], Store]

# One column of each kind that may be sparse; ``plain_`` and ``rare_`` twins hold the same values.
KINDS: dict[str, tuple[K, dict[str, Any]]] = {
    "text": (K.TEXT, {}), "choice": (K.TEXT, {"choices": STATUSES}), "whole": (K.INTEGER, {}),
    "exact": (K.DECIMAL, {"scale": 2}), "fine": (K.DECIMAL, {"scale": 6}), "flag": (K.BOOLEAN, {}),
    "day": (K.DATE, {}), "moment": (K.DATETIME, {}), "clock": (K.TIME, {}), "span": (K.DURATION, {}),
    "several": (K.TEXTS, {}), "document": (K.JSON, {}),
}
SORTABLE = [name for name, (kind, _) in KINDS.items() if kind.is_sortable]
SAMPLES: dict[str, list[Any]] = {
    "text": ["a", "B", "b", "é", "Z", "张三", "𝒳", 'q"\\\'%_', "{0}", " x ", "10", "9"],
    "choice": list(STATUSES),
    "whole": [0, 1, -1, 9, 10, 10**18 - 1, -(10**18) + 1],
    "exact": [Decimal("0.10"), Decimal("0.30"), Decimal("-2.05"), Decimal("9999999999999999.99"), Decimal(10),
              Decimal("9.5")],
    "fine": [Decimal("0.000001"), Decimal("999999999999.999999"), Decimal("-1"), Decimal("1E+2")],
    "flag": [True, False],
    "day": [date(1, 1, 1), date(1969, 12, 31), date(2026, 2, 28), date(9999, 12, 31)],
    "moment": [
        datetime(1, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), NOW,
        datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), datetime(2300, 1, 1, 0, 0, 0, 1, UTC),
    ],
    "clock": [time(0), time(9, 30), time(23, 59, 59)],
    "span": [timedelta(0), timedelta(hours=-2), timedelta(seconds=10**13)],
    "several": [["vip", "展会"], ["a, b"], ['"', "{}", "NULL"]],
    "document": [{"a": [1, "x", None], "b": {"c": None}}, [1], "text", 7, True],
}


def twins(sparse: str = "rare", *more: Any, **options: Any) -> Schema:
    """The object ``thing`` with every kind twice: in columns and, under ``sparse``, in the JSON column."""
    made = [column(f"plain_{n}", kind, **o) for n, (kind, o) in KINDS.items()]
    made += [column(f"{sparse}_{n}", kind, sparse=True, **o) for n, (kind, o) in KINDS.items()]
    return schema(table("thing", *made, *more, **options))


def rows(n: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows whose twins agree; about half of the values are blank."""
    pick, made = random.Random(seed), []
    for number in range(n):
        row = {**stamps(NOW - timedelta(minutes=number)), "title": f"T{number}"}
        for name in KINDS:
            value = pick.choice([None, pick.choice(SAMPLES[name])])
            row |= {f"plain_{name}": value, f"rare_{name}": value}
        made.append(row)
    return made


def thing(*columns: Any, **options: Any) -> Schema:
    return schema(table("thing", *columns, **options))


def fill(store: Store, **values: Any) -> int:
    with store.write() as tx:
        [id] = tx.insert("thing", [{**stamps(), **values}])
    return id


def row(store: Store, id: int) -> dict[str, Any]:
    with store.read() as tx:
        return tx.fetch("thing", [id])[id]


def raw(database: Database, select: str) -> list[tuple[Any, ...]]:
    with database.reading() as connection:
        return connection.rows(select)


def document(database: Database) -> list[Any]:
    """What the JSON column holds, row by row."""
    found = (r[0] for r in raw(database, "SELECT ext FROM o_thing ORDER BY id"))
    return [json.loads(v) if isinstance(v, str) else v for v in found]


@pytest.fixture
def filled(apply: Apply) -> Store:
    """Singly, by statement and in bulk (which is COPY where there is one)."""
    store = apply(twins())
    made = rows(120)
    with store.write() as tx:
        tx.insert("thing", made[:1])
        tx.insert("thing", made[1:20])
        tx.insert("thing", made[20:])
    return store


def plain_and_rare(store: Store) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    with store.read() as tx:
        found = tx.select(Query("thing", limit=500)).rows
    return [({n: r[f"plain_{n}"] for n in KINDS}, {n: r[f"rare_{n}"] for n in KINDS}) for r in found]


def test_every_kind_comes_back_as_from_a_column(filled: Store) -> None:
    found = plain_and_rare(filled)
    assert len(found) == 120
    assert all(plain == rare for plain, rare in found)
    assert all(str(plain) == str(rare) for plain, rare in found)


def test_there_is_one_json_column_and_blanks_are_not_in_it(database: Database, apply: Apply) -> None:
    store = apply(thing(column("a"), column("rare", sparse=True), column("few", K.INTEGER, sparse=True)))
    fill(store, a="x")
    fill(store, rare="y", few=None)
    fill(store, rare="y", few=7)
    assert document(database) == [None, {"rare": "y"}, {"rare": "y", "few": 7}]


def test_an_update_sets_the_keys_that_change_and_keeps_the_others(database: Database, apply: Apply) -> None:
    store = apply(thing(*(column(n, sparse=True) for n in ("a", "b", "c")), column("d", K.JSON, sparse=True)))
    kept = {"x": None, "y": {"z": None}}
    ids = [fill(store, a="1", b="2", d=kept) for _ in range(2)]
    with store.write() as tx:
        tx.update("thing", [(ids[0], {"b": None, "c": "3"}, None)])
        tx.update("thing", [(ids[1], {"a": "9"}, None), (ids[0], {"a": "8"}, None)])
    assert [{n: row(store, id)[n] for n in "abcd"} for id in ids] == [
        {"a": "8", "b": None, "c": "3", "d": kept}, {"a": "9", "b": "2", "c": None, "d": kept}]
    assert [sorted(d) for d in document(database)] == [["a", "c", "d"], ["a", "b", "d"]]
    with store.write() as tx:
        tx.update("thing", [(ids[0], dict.fromkeys("abcd"), None)])
    assert document(database)[0] is None


def matching(store: Store, filter: Filter) -> list[int]:
    with store.read() as tx:
        return sorted(r["id"] for r in tx.select(Query("thing", filter, limit=500)).rows)


@pytest.mark.parametrize("name", SORTABLE)
def test_filters_find_what_they_find_in_a_column(filled: Store, name: str) -> None:
    for value in SAMPLES[name]:
        for op in ("eq", "ne", "lt", "le", "gt", "ge"):
            plain, rare = (matching(filled, Compare(f"{side}_{name}", op, value)) for side in ("plain", "rare"))
            assert plain == rare, (op, value)
    many = [*SAMPLES[name], None, *SAMPLES[name] * 3]
    for filter in (("in", SAMPLES[name][:2]), ("not_in", SAMPLES[name][:1]), ("in", many), ("blank", None),
                   ("not_blank", None)):
        assert matching(filled, Compare(f"plain_{name}", *filter)) == matching(filled, Compare(f"rare_{name}", *filter))
    assert matching(filled, Compare(f"rare_{name}", "not_blank"))
    blank = Not(Compare(f"rare_{name}", "not_blank"))
    assert matching(filled, blank) == matching(filled, Compare(f"plain_{name}", "blank"))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", SORTABLE)
def test_pages_follow_one_another_in_the_order_of_a_column(filled: Store, name: str, descending: bool) -> None:
    def walk(side: str) -> Iterator[int]:
        after: str | None = None
        while True:
            sort = (Sort((f"{side}_{name}",), descending), Sort(("id",)))
            with filled.read() as tx:
                page = tx.select(Query("thing", sort=sort, limit=7, after=after))
            yield from (r["id"] for r in page.rows)
            after = page.next
            if after is None:
                return

    found = list(walk("rare"))
    assert len(found) == 120
    assert found == list(walk("plain"))


_SMALL = {K.INTEGER: 10**15, K.DECIMAL: Decimal(10**9), K.DURATION: timedelta(days=1)}


@pytest.mark.parametrize("name", SORTABLE)
def test_measures_and_groups_are_those_of_a_column(filled: Store, name: str) -> None:
    kind = KINDS[name][0]
    functions = ["count", "count_distinct", "min", "max"]
    functions += ["sum", "avg"] if kind in (K.DECIMAL, K.DURATION) or name == "whole" else []
    buckets = [None, "month", "week", "year"] if kind in (K.DATE, K.DATETIME) else [None]
    # The end of the calendar has no next week.
    inside = Compare("plain_day", "lt", date(9000, 1, 1)) if kind is K.DATE else EVERYTHING
    if kind in _SMALL:  # of the largest values there is no sum
        inside = Compare(f"plain_{name}", "lt", _SMALL[kind])
    if kind is K.DATETIME:
        inside = Compare("plain_moment", "lt", datetime(9000, 1, 1, tzinfo=UTC)) & Compare(
            "plain_moment", "gt", datetime(1900, 1, 1, tzinfo=UTC))
    for bucket in buckets:
        answers = []
        for side in ("plain", "rare"):
            measures = [Measure(f, (f"{side}_{name}",), name=f) for f in functions]
            asked = Aggregate("thing", measures, [Group((f"{side}_{name}",), bucket, name="g")], inside)
            with filled.read() as tx:
                answers.append(tx.aggregate(asked))
        assert answers[0] == answers[1]
        assert answers[0]


@pytest.mark.parametrize("source", [
    "{0}exact * 3 + {0}whole > 1", "{0}exact == 0.1", "{0}fine < 0.0000015", "round({0}exact / 3, 2) == 0.03",
    "upper({0}text) == 'B'", "contains({0}text, '张')", "{0}text < 'b'", "{0}choice in ('new', 'won')",
    "{0}choice != 'won'", "{0}flag", "not {0}flag", "is_blank({0}flag)", "{0}day >= date(2026, 2, 28)",
    "month({0}day) == 2", "{0}moment < now()", "date_of({0}moment) == date(2026, 3, 4)", "{0}clock > time(9, 0)",
    "{0}span < hours(1)", "'vip' in {0}several", "len({0}text) == 1", "{0}whole == 999999999999999999",
    "coalesce({0}exact, {0}fine, 0) > 5", "{0}text == {0}choice",
])
def test_formulas_select_what_they_select_by_columns(filled: Store, source: str) -> None:
    environment = Environment(now=NOW)
    found = []
    for side in ("plain_", "rare_"):
        where = Where(formula(source.format(side), "thing", twins()))
        with filled.read() as tx:
            found.append(sorted(r["id"] for r in tx.select(
                Query("thing", where, limit=500, environment=environment)).rows))
    assert found[0] == found[1]
    assert 0 < len(found[0]) < 120


def test_a_sparse_column_is_searched_and_looked_up_by(apply: Apply) -> None:
    store = apply(thing(column("rare", sparse=True, search=True)))
    ids = [fill(store, title=f"T{i}", rare=text) for i, text in enumerate(["深圳张李贸易", "Globex Ltd", None])]
    contains = Where(formula("contains(rare, 'lobe')", "thing", store.schema))
    assert matching(store, Matches("张李")) == [ids[0]]
    assert matching(store, contains) == [ids[1]]
    with store.write() as tx:
        tx.update("thing", [(ids[2], {"rare": "Initech"}, None)])
        assert tx.find_ids("thing", "rare", ["INITECH"], ignore_case=True) == {"INITECH": [ids[2]]}
    assert matching(store, Matches("initech")) == [ids[2]]
    with store.write() as tx:
        tx.update("thing", [(ids[0], {"rare": None}, None)])
    assert matching(store, Matches("张李")) == []


def test_roll_ups_read_sparse_columns(apply: Apply) -> None:
    of = schema(
        table("thing", column("total", K.DECIMAL, scale=2), column("newest")),
        table("part", column("thing", K.REFERENCE, target=("thing",)), column("price", K.DECIMAL, scale=2, sparse=True),
              column("kind", sparse=True)))
    store = apply(of)
    id = fill(store)
    where = formula("kind == 'a'", "part", of)
    with store.write() as tx:
        tx.insert("part", [{**stamps(), "thing": id, "price": Decimal(price), "kind": kind}
                           for price, kind in (("0.10", "a"), ("0.20", "a"), ("9.00", "b"))])
        tx.rollup("thing", "total", RollupSpec("part", "thing", "sum", "price", where), [id])
        latest = RollupSpec("part", "thing", "latest", "kind", None, (Sort(("price",), True),))
        tx.rollup("thing", "newest", latest, [id])
    assert (row(store, id)["total"], row(store, id)["newest"]) == (Decimal("0.30"), "b")


def test_formula_columns_may_read_sparse_ones(apply: Apply) -> None:
    made = [column("price", K.DECIMAL, scale=2, sparse=True), column("note", sparse=True)]
    of = thing(*made)
    virtual = column("double", K.DECIMAL, scale=2, expression=formula("price * 2", "thing", of))
    stored = column("shown", stored_expression=formula("upper(note)", "thing", of))
    in_python = column("ends", stored_expression=formula("replace(note, 'a', 'o')", "thing", of))
    id = fill(apply(of), price=Decimal("0.15"), note="abc")
    store = apply(thing(*made, virtual, stored, in_python))
    with store.read() as tx:
        [found] = tx.select(Query("thing", sort=(Sort(("double",)),), fields=("double", "shown", "ends"))).rows
    assert (found["double"], found["shown"], found["ends"]) == (Decimal("0.30"), "ABC", "obc")
    assert row(store, id)["note"] == "abc"


# --- the column map ---------------------------------------------------------------------------------------------------


def test_the_json_column_comes_with_the_first_sparse_column_and_stays(database: Database, apply: Apply) -> None:
    apply(thing(column("a")))
    assert "ext" not in physical_columns(database)
    apply(thing(column("a"), column("rare", sparse=True)))
    apply(thing(column("a"), column("rare", sparse=True), column("few", sparse=True)))
    assert physical_columns(database).count("ext") == 1
    apply(thing(column("a")))
    assert "ext" in physical_columns(database)
    assert not {"rare", "few"} & set(physical_columns(database))


def physical_columns(database: Database) -> list[str]:
    with database.reading() as connection:
        connection.rows("SELECT * FROM o_thing")
        return [d[0] for d in connection._cursor.description]


def test_a_field_called_ext_and_the_json_column_do_not_meet(apply: Apply) -> None:
    store = apply(thing(column("ext"), column("rare", sparse=True), column("rare_2", sparse=True)))
    id = fill(store, ext="mine", rare="a", rare_2="b")
    found = row(store, id)
    assert (found["ext"], found["rare"], found["rare_2"]) == ("mine", "a", "b")


def test_a_rename_keeps_the_key_and_a_new_column_of_the_old_name_gets_another(apply: Apply) -> None:
    id = fill(apply(thing(column("old", sparse=True))), old="kept")
    store = apply(thing(column("new", sparse=True, was=("old",))))
    assert row(store, id)["new"] == "kept"
    store = apply(thing(column("new", sparse=True, was=("old",)), column("old", sparse=True)))
    assert (row(store, id)["new"], row(store, id)["old"]) == ("kept", None)


def test_a_retired_sparse_column_comes_back_with_its_values_here_or_there(apply: Apply) -> None:
    id = fill(apply(thing(column("a", sparse=True))), a="kept")
    assert "a" not in row(apply(thing()), id)
    assert row(apply(thing(column("a", sparse=True))), id)["a"] == "kept"
    apply(thing())
    assert row(apply(thing(column("a"))), id)["a"] == "kept"
    apply(thing())
    assert row(apply(thing(column("b", sparse=True, was=("a",)))), id)["b"] == "kept"


def test_a_renamed_object_keeps_its_sparse_values(apply: Apply) -> None:
    id = fill(apply(thing(column("a", sparse=True))), a="kept", title="T")
    store = apply(schema(table("gadget", column("a", sparse=True), column("b", sparse=True), was=("thing",))))
    with store.read() as tx:
        assert tx.fetch("gadget", [id])[id]["a"] == "kept"


@pytest.mark.parametrize("name", list(KINDS))
def test_values_move_into_the_json_column_and_back(database: Database, apply: Apply, name: str) -> None:
    kind, options = KINDS[name]
    own, sparse = thing(column("a", kind, **options)), thing(column("a", kind, sparse=True, **options))
    store = apply(own)
    ids = [fill(store, a=value) for value in [*SAMPLES[name], None]]
    wanted = [row(store, id)["a"] for id in ids]
    [step] = [c for c in plan_ddl(database, sparse) if c.definition is not None]
    assert (step.kind, step.before, step.after) == ("move_column", "column", "ext")
    assert count_misfits(database, step) == (0, [])
    with preview_store(database, sparse).read() as tx:
        assert [tx.fetch("thing", ids)[id]["a"] for id in ids] == wanted
    store = apply(sparse)
    assert [row(store, id)["a"] for id in ids] == wanted
    assert plan_ddl(database, sparse) == []
    with store.write() as tx:  # both are to be seen when the values are back
        tx.update("thing", [(ids[0], {"a": None}, None), (ids[-1], {"a": SAMPLES[name][0]}, None)])
    wanted = [None, *wanted[1:-1], wanted[0]]
    store = apply(own)
    assert [row(store, id)["a"] for id in ids] == wanted
    assert [row(apply(sparse), id)["a"] for id in ids] == wanted


def test_a_sparse_column_changes_its_type_and_back(database: Database, apply: Apply) -> None:
    store = apply(thing(column("a", sparse=True)))
    values = ["12", " 7 ", "x"]
    ids = [fill(store, a=v) for v in values]
    after = thing(column("a", K.INTEGER, sparse=True))
    [change] = [c for c in plan_ddl(database, after) if c.kind == "change_type"]
    assert count_misfits(database, change) == (1, [(ids[2], "x")])
    assert [row(apply(after), id)["a"] for id in ids] == [12, 7, None]
    decimals = apply(thing(column("a", K.DECIMAL, scale=2)))
    assert [row(decimals, id)["a"] for id in ids] == [Decimal(12), Decimal(7), None]
    assert [row(apply(thing(column("a", sparse=True))), id)["a"] for id in ids] == values


def test_values_that_moved_are_searched_for_as_before(apply: Apply) -> None:
    id = fill(apply(thing(column("a", search=True))), a="深圳张李贸易", title="T")
    store = apply(thing(column("a", search=True, sparse=True)))
    assert matching(store, Matches("张李")) == [id]
    assert matching(store, Where(formula("contains(a, '李贸')", "thing", store.schema))) == [id]


# --- indexes, views ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SORTABLE)
def test_the_planner_uses_the_index_of_a_sparse_column(
    apply: Apply, database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kind, options = KINDS[name]
    store = apply(thing(column("a", kind, sparse=True, **options), indexes=(Index(("a",)),)))
    many = {
        "text": lambda i: f"n{i}", "choice": lambda i: STATUSES[0] if i % 50 == 0 else STATUSES[1],
        "whole": lambda i: i, "exact": lambda i: Decimal(i) / 100, "fine": lambda i: Decimal(i) / 1000,
        "flag": lambda i: i % 50 == 0, "day": lambda i: date(2000, 1, 1) + timedelta(days=i),
        "moment": lambda i: NOW + timedelta(seconds=i), "clock": lambda i: (datetime.min + timedelta(seconds=i)).time(),
        "span": lambda i: timedelta(seconds=i),
    }[name]
    with store.write() as tx:
        tx.insert("thing", [{**stamps(), "title": f"T{i}", "a": many(i)} for i in range(3000)])
    with database._connection() as connection:
        connection.run("ANALYZE")
    plans = Plans(monkeypatch)
    with store.read() as tx:
        first = tx.select(Query("thing", sort=(Sort(("a",)),), limit=20))
        tx.select(Query("thing", sort=(Sort(("a",)),), limit=20, after=first.next))
        tx.select(Query("thing", sort=(Sort(("a",), True),), limit=20))
        tx.select(Query("thing", Compare("a", "eq", many(0)), limit=20))
    *sorted_by, by_value = plans.texts
    for plan in sorted_by:
        assert "ix_o_thing" in plan, plan
        assert '"Sort"' not in plan, plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
    if name not in ("flag", "choice"):  # of few values, by which a column's index is not entered either
        assert "<expr>=?" in by_value or '"Index Cond"' in by_value, by_value


class Plans:
    """The plans of statements as they are run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        asked = Connection.rows

        def explained(connection: Connection, text: str, params: Any = ()) -> Any:
            if text.startswith("SELECT") and connection.capabilities.exact_numeric:
                self.texts.append(json.dumps(asked(connection, f"EXPLAIN (FORMAT JSON) {text}", params)[0][0]))
            elif text.startswith("SELECT"):
                lines = asked(connection, f"EXPLAIN QUERY PLAN {text}", params)
                self.texts.append("\n".join(line[3] for line in lines))
            return asked(connection, text, params)

        monkeypatch.setattr(Connection, "rows", explained)
        monkeypatch.setattr(Connection, "rows_planned_anew", explained)


def test_an_index_over_a_column_and_a_sparse_one_is_made_once_and_goes_with_them(
    database: Database, apply: Apply
) -> None:
    indexed = thing(column("a"), column("b", K.DATETIME, sparse=True), indexes=(Index(("a", "-b")),))
    apply(indexed)
    assert plan_ddl(database, indexed) == []
    own = thing(column("a"), column("b", K.DATETIME), indexes=(Index(("a", "-b")),))
    assert {"move_column", "drop_index", "add_index"} <= {c.kind for c in plan_ddl(database, own)}


def test_a_broken_unique_key_beside_sparse_columns_names_its_own_columns(apply: Apply) -> None:
    store = apply(thing(column("code"), column("rare", sparse=True), uniques=(Unique(("code",)),)))
    fill(store, code="x", rare="a")
    with pytest.raises(UniqueConflict) as caught:
        fill(store, code="x", rare="b")
    assert caught.value.columns == ("code",)


def test_the_view_shows_sparse_values_as_typed_columns(database: Database, filled: Store) -> None:
    listed = ", ".join(f"plain_{n}, rare_{n}" for n in KINDS)
    for found in raw(database, f"SELECT {listed} FROM v_thing"):
        assert found[0::2] == found[1::2]
        assert [type(v) for v in found[0::2]] == [type(v) for v in found[1::2]]
