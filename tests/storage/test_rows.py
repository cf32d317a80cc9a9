"""Writing rows and reading them back by identity."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from jimu.storage import BrokenReference, Store, UniqueConflict, VersionConflict
from jimu.storage.query import EVERYTHING, Compare
from tests.storage.samples import NOW, full_lead, many_leads, stamps


def account(name: str = "Acme", **values: object) -> dict[str, object]:
    return {**stamps(), "title": name, "name": name, **values}


@pytest.mark.parametrize("copies", [1, 3, 100], ids=["one", "a few", "many"])
def test_every_kind_of_value_comes_back_as_it_was_written(store: Store, copies: int) -> None:
    with store.write() as tx:
        first, second = tx.insert("account", [account(), account("Globex")])
        wanted = full_lead(account=first, about=second, contacts=[second, first])
        ids = tx.insert("lead", [wanted] * copies)
    with store.read() as tx:
        rows = tx.fetch("lead", ids)
    assert len(rows) == copies
    for id, row in rows.items():
        assert row["id"] == id
        assert row["version"] == 1
        assert {name: row[name] for name in wanted} == wanted
        assert row["called_at"].utcoffset() == timedelta(0)
        assert str(row["amount"]) == "1054.10"


def test_missing_and_blank_values_are_none(store: Store) -> None:
    with store.write() as tx:
        ids = tx.insert("lead", [{**stamps(), "title": "a"}, {**stamps(), "title": None, "amount": Decimal(1)}])
        rows = tx.fetch("lead", ids, ["title", "amount", "extra", "contacts"])
    assert rows[ids[0]] == {"id": ids[0], "version": 1, "title": "a", "amount": None, "extra": None, "contacts": None}
    assert rows[ids[1]]["amount"] == Decimal("1.00")


def test_negative_and_large_decimals_are_exact(store: Store) -> None:
    values = [Decimal("-0.01"), Decimal("9999999999999999.99"), Decimal("-9999999999999999.99"), Decimal(0)]
    with store.write() as tx:
        ids = tx.insert("lead", [{**stamps(), "amount": v} for v in values])
        assert [tx.fetch("lead", ids)[id]["amount"] for id in ids] == values


def test_new_ids_grow(store: Store) -> None:
    with store.read() as tx:
        ids = [tx.new_id(), *tx.new_ids(1000), tx.new_id()]
    assert ids == sorted(set(ids))
    assert 0 < ids[0] < 2**63


def test_a_write_that_raises_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as tx:  # noqa: PT012
        ids = tx.insert("lead", many_leads(3))
        raise RuntimeError
    with store.read() as tx:
        assert tx.fetch("lead", ids) == {}
        assert tx.titles(ids) == {}


def test_a_savepoint_takes_back_its_own_writes_only(store: Store) -> None:
    with store.write() as tx:
        kept = tx.insert("lead", many_leads(1))
        with pytest.raises(UniqueConflict), tx.savepoint():
            tx.insert("account", [account(code="x"), account(code="x")])
        more = tx.insert("lead", many_leads(1))
    with store.read() as tx:
        assert set(tx.fetch("lead", [*kept, *more])) == {*kept, *more}
        assert tx.count("account", EVERYTHING).value == 0


def test_update_raises_the_version_and_the_title(store: Store) -> None:
    with store.write() as tx:
        [id] = tx.insert("lead", [full_lead()])
        assert tx.update("lead", [(id, {"title": "New", "amount": None, "tags": ["b"]}, 1)]) == {id: 2}
        row = tx.fetch("lead", [id])[id]
        assert (row["version"], row["amount"], row["tags"]) == (2, None, ["b"])
        assert tx.titles([id])[id].title == "New"


def test_updating_many_writes_different_columns_of_each(store: Store) -> None:
    with store.write() as tx:
        ids = tx.insert("lead", many_leads(4))
        versions = tx.update("lead", [(ids[0], {"status": "won"}, None), (ids[1], {"employees": 7}, 1),
                                      (ids[2], {"status": "lost"}, 1), (ids[3], {}, None)])
        rows = tx.fetch("lead", ids)
    assert versions == dict.fromkeys(ids, 2)
    assert (rows[ids[0]]["status"], rows[ids[1]]["employees"], rows[ids[2]]["status"]) == ("won", 7, "lost")


@pytest.mark.parametrize("alone", [True, False])
def test_an_outdated_version_writes_nothing(store: Store, alone: bool) -> None:
    with store.write() as tx:
        ids = tx.insert("lead", many_leads(2))
        tx.update("lead", [(ids[0], {"status": "won"}, None)])
        changes = [(ids[0], {"status": "lost"}, 1)] if alone else [
            (ids[1], {"status": "lost"}, 1), (ids[0], {"status": "lost"}, 1)]
        with pytest.raises(VersionConflict) as caught, tx.savepoint():
            tx.update("lead", changes)
        assert caught.value.ids == (ids[0],)
        assert tx.fetch("lead", [ids[0]])[ids[0]]["status"] == "won"
        assert tx.fetch("lead", [ids[1]])[ids[1]]["version"] == 1


def test_a_row_that_is_gone_is_a_version_conflict(store: Store) -> None:
    with store.write() as tx, pytest.raises(VersionConflict):
        tx.update("lead", [(12345, {"status": "won"}, None)])


def test_unique_keys_hold_for_living_rows_that_are_not_blank(store: Store) -> None:
    with store.write() as tx:
        [id, *_] = tx.insert("account", [account(code="A"), account(), account()])
        with pytest.raises(UniqueConflict) as caught, tx.savepoint():
            tx.insert("account", [account(code="A")])
        assert caught.value.object == "account"
        assert caught.value.columns == ("code",)
        assert caught.value.values == {"code": "A"}
        tx.set_deleted("account", [id], NOW)
        [second] = tx.insert("account", [account(code="A")])
        with pytest.raises(UniqueConflict), tx.savepoint():
            tx.set_deleted("account", [id], None)
        with pytest.raises(UniqueConflict) as caught, tx.savepoint():
            tx.insert("account", [account(code=f"c{n % 60}") for n in range(100)])
        assert caught.value.columns == ("code",)
        with pytest.raises(UniqueConflict), tx.savepoint():  # noqa: PT012
            [third] = tx.insert("account", [account(code="B")])
            tx.update("account", [(third, {"code": "A"}, 1)])
        assert tx.find_ids("account", "code", ["A"]) == {"A": [second]}


def test_an_id_cannot_be_used_twice(store: Store) -> None:
    with store.write() as tx:
        [id] = tx.insert("account", [account()])
        with pytest.raises(UniqueConflict) as caught, tx.savepoint():
            tx.insert("lead", [{**stamps(), "id": id}])
        assert caught.value.columns == ("id",)


def test_references_must_point_at_records(store: Store) -> None:
    with store.write() as tx:
        with pytest.raises(BrokenReference), tx.savepoint():
            tx.insert("lead", [full_lead(account=1)])
        with pytest.raises(BrokenReference), tx.savepoint():
            tx.insert("lead", [full_lead(contacts=[1])])


def test_the_recycle_bin_keeps_everything_and_gives_it_back(store: Store) -> None:
    with store.write() as tx:
        [target] = tx.insert("account", [account()])
        [id] = tx.insert("lead", [full_lead(contacts=[target])])
        assert tx.set_deleted("lead", [id], NOW) == {id: 2}
        assert tx.titles([id])[id].deleted
        assert tx.count("lead", EVERYTHING).value == 0
        assert tx.count("lead", EVERYTHING, deleted="deleted").value == 1
        assert tx.fetch("lead", [id])[id]["deleted_at"] == NOW
        assert tx.refs("lead", "contacts", [target], deleted=False) == []
        assert tx.set_deleted("lead", [id], None) == {id: 3}
        assert tx.fetch("lead", [id])[id]["contacts"] == [target]
        assert not tx.titles([id])[id].deleted


def test_purging_removes_the_row_its_links_and_its_identity(store: Store) -> None:
    with store.write() as tx:
        target, other = tx.insert("account", [account(), account("Globex")])
        [id] = tx.insert("lead", [full_lead(account=target, contacts=[target, other])])
        with pytest.raises(BrokenReference), tx.savepoint():
            tx.purge("account", [target])
        assert tx.purge("account", [other]) == 1
        assert tx.fetch("lead", [id])[id]["contacts"] == [target]
        assert tx.purge("lead", [id]) == 1
        assert tx.purge("account", [target]) == 1
        assert tx.titles([id, target, other]) == {}


def test_references_columns_keep_their_order_and_can_be_emptied(store: Store) -> None:
    with store.write() as tx:
        a, b, c = tx.insert("account", [account(n) for n in "abc"])
        [id] = tx.insert("lead", [full_lead(contacts=[c, a, c])])
        assert tx.fetch("lead", [id])[id]["contacts"] == [c, a]
        tx.update("lead", [(id, {"contacts": [b, a]}, 1)])
        assert tx.fetch("lead", [id], ["contacts"])[id]["contacts"] == [b, a]
        assert tx.refs("lead", "contacts", [b]) == [id]
        tx.update("lead", [(id, {"contacts": None}, 2)])
        assert tx.fetch("lead", [id])[id]["contacts"] is None


def test_keys_are_found_in_bulk(store: Store) -> None:
    with store.write() as tx:
        a, b = tx.insert("account", [account("Acme", code="A"), account("acme", code="B")])
        tx.insert("account", [account("Gone", code="C")])
        assert tx.find_ids("account", "name", ["Acme", "nobody"]) == {"Acme": [a]}
        assert tx.find_ids("account", "name", ["ACME"], ignore_case=True) == {"ACME": [a, b]}
        assert tx.find_ids("account", ["name", "code"], [("Acme", "A"), ("Acme", "B")]) == {("Acme", "A"): [a]}
        assert tx.find_ids("account", ["code"], [("B",)]) == {("B",): [b]}
        leads = tx.insert("lead", [full_lead(amount=Decimal("1.50")), full_lead(amount=None)])
        assert tx.find_ids("lead", "amount", [Decimal("1.5"), None]) == {Decimal("1.5"): [leads[0]]}


def test_references_to_rows_are_found(store: Store) -> None:
    with store.write() as tx:
        a, b = tx.insert("account", [account("a"), account("b")])
        ids = tx.insert("lead", [full_lead(account=a), full_lead(account=a), full_lead(account=b)])
        assert tx.refs("lead", "account", [a]) == ids[:2]
        assert tx.refs("lead", "account", [a, b], limit=1) == ids[:1]


def test_rows_matching_a_filter_are_told_apart_in_one_query(store: Store) -> None:
    with store.write() as tx:
        ids = tx.insert("lead", [full_lead(status=s) for s in ("new", "won", "lost")])
        assert tx.matching("lead", ids, Compare("status", "in", ["won", "lost"])) == set(ids[1:])
        assert tx.matching("lead", [], EVERYTHING) == set()
