"""Measures by group."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jimu.formulas.types import Environment
from jimu.storage import Store, UnknownColumn
from jimu.storage.query import EVERYTHING, Aggregate, Compare, Group, Measure, Query, Sort
from tests.storage.samples import full_lead, many_leads, stamps


def test_measures_are_exact(store: Store) -> None:
    with store.write() as tx:
        tx.insert("lead", many_leads(200))
        rows = tx.select(Query("lead", limit=500)).rows
        measures = [Measure("count"), Measure("sum", ("amount",)), Measure("avg", ("amount",)),
                    Measure("min", ("close_on",)), Measure("max", ("amount",)), Measure("count", ("amount",), "filled"),
                    Measure("count_distinct", ("company",)), Measure("sum", ("employees",)), Measure("max", ("hot",))]
        found = {r["status"]: r for r in tx.aggregate(Aggregate("lead", measures, [Group(("status",))]))}
        [total] = tx.aggregate(Aggregate("lead", measures[:2], filter=Compare("hot", "eq", True)))
    for status, got in found.items():
        of = [r for r in rows if r["status"] == status]
        amounts = [r["amount"] for r in of if r["amount"] is not None]
        mean = (sum(amounts, Decimal()) / len(amounts)).quantize(Decimal("1e-12"), ROUND_HALF_UP)
        assert got == {
            "status": status, "count": len(of), "sum_amount": sum(amounts), "avg_amount": mean,
            "min_close_on": min(r["close_on"] for r in of if r["close_on"]), "max_amount": max(amounts),
            "filled": len(amounts), "count_distinct_company": len({r["company"] for r in of}),
            "sum_employees": sum(r["employees"] for r in of), "max_hot": True,
        }
    assert total["count"] == sum(1 for r in rows if r["hot"])
    assert isinstance(total["sum_amount"], Decimal)


def test_nothing_to_measure_gives_blank_and_zero(store: Store) -> None:
    with store.read() as tx:
        measures = [Measure("count"), Measure("sum", ("amount",)), Measure("avg", ("amount",))]
        assert tx.aggregate(Aggregate("lead", measures)) == [{"count": 0, "sum_amount": None, "avg_amount": None}]
        assert tx.aggregate(Aggregate("lead", [Measure("count")], [Group(("status",))])) == []


@pytest.mark.parametrize(("bucket", "expected"), [
    ("day", date(2026, 3, 9)), ("week", date(2026, 3, 9)), ("month", date(2026, 3, 1)), ("quarter", date(2026, 1, 1)),
    ("year", date(2026, 1, 1)),
])
def test_moments_fall_into_buckets_of_the_asker_s_zone(store: Store, bucket: str, expected: date) -> None:
    with store.write() as tx:
        # Sunday evening in London is Monday in Shanghai.
        tx.insert("lead", [full_lead(called_at=datetime(2026, 3, 8, 20, tzinfo=UTC), close_on=date(2026, 3, 9)),
                           full_lead(called_at=None, close_on=None)])
        environment = Environment(zone=ZoneInfo("Asia/Shanghai"))
        for path in ("called_at", "close_on"):
            found = tx.aggregate(Aggregate("lead", [Measure("count")], [Group((path,), bucket, "when")],
                                           environment=environment))
            assert found == [{"when": expected, "count": 1}, {"when": None, "count": 1}]
        [new_york, _] = tx.aggregate(Aggregate("lead", [Measure("count")], [Group(("called_at",), "day")],
                                               environment=Environment(zone=ZoneInfo("America/New_York"))))
        assert new_york["called_at"] == date(2026, 3, 8)


def test_groups_reach_over_lookups_and_can_be_ordered_by_a_measure(store: Store) -> None:
    with store.write() as tx:
        a, b = tx.insert("account", [{**stamps(), "name": "a", "industry": "x"}, {**stamps(), "name": "b"}])
        tx.insert("lead", [full_lead(account=a), full_lead(account=b), full_lead(account=b), full_lead()])

        def groups(*order: Sort, limit: int = 10) -> list[dict[str, Any]]:
            return tx.aggregate(Aggregate("lead", [Measure("count")], [Group(("account", "name"))], order=order,
                                          having_limit=limit))

        assert groups() == [{"account.name": "a", "count": 1}, {"account.name": "b", "count": 2},
                            {"account.name": None, "count": 1}]
        assert groups(Sort(("count",), True), limit=1) == [{"account.name": "b", "count": 2}]
        with pytest.raises(UnknownColumn):
            groups(Sort(("nothing",)))


def test_durations_add_up(store: Store) -> None:
    with store.write() as tx:
        tx.insert("lead", [full_lead(effort=timedelta(hours=h)) for h in (1, 2)])
        assert tx.aggregate(Aggregate("lead", [Measure("sum", ("effort",)), Measure("avg", ("effort",))])) == [
            {"sum_effort": timedelta(hours=3), "avg_effort": timedelta(minutes=90)}]


def test_a_record_stands_in_the_group_of_each_of_its_texts(store: Store) -> None:
    with store.write() as tx:
        account = tx.insert("account", [{**stamps(), "name": "a"}])[0]
        tx.insert("lead", [full_lead(tags=["vip", "展会"], employees=3, account=account),
                           full_lead(tags=["vip"], employees=5), full_lead(tags=None, employees=7)])
        measures = [Measure("count"), Measure("sum", ("employees",))]

        def found(*groups: Group, filter: Any = EVERYTHING) -> list[tuple[Any, ...]]:
            return [tuple(row.values()) for row in tx.aggregate(Aggregate("lead", measures, groups, filter))]

        tags = Group(("tags",))
        assert found(tags) == [("vip", 2, 8), ("展会", 1, 3), (None, 1, 7)]
        assert found(tags, filter=Compare("employees", "gt", 4)) == [("vip", 1, 5), (None, 1, 7)]
        assert found(Group(("account", "name")), tags) == [
            ("a", "vip", 1, 3), ("a", "展会", 1, 3), (None, "vip", 1, 5), (None, None, 1, 7)]
