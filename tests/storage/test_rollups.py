"""Roll-ups recomputed by the database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from jimu.storage import RollupSpec, Store
from jimu.storage.query import Sort
from tests.storage.samples import NOW, formula, full_lead, stamps


@pytest.mark.parametrize(("column", "function", "field", "expected"), [
    ("lead_count", "count", None, [3, 0]),
    ("lead_sum", "sum", "amount", [Decimal("0.40"), Decimal("0.00")]),
    ("lead_avg", "avg", "amount", [Decimal("0.1"), None]),
    ("lead_sum", "min", "amount", [Decimal("0.05"), None]),
    ("lead_avg", "max", "amount", [Decimal("0.3"), None]),
    ("last_lead", "latest", "name", ["second", None]),
])
def test_a_roll_up_counts_living_children_only(
    store: Store, column: str, function: str, field: str | None, expected: list[object]
) -> None:
    spec = RollupSpec("lead", "account", function, field)
    with store.write() as tx:
        accounts = tx.insert("account", [{**stamps(), "name": n} for n in "ab"])
        tx.insert("lead", [
            full_lead(account=accounts[0], amount=Decimal("0.05"), name="first"),
            full_lead(account=accounts[0], amount=Decimal("0.35"), name="second", created_at=NOW + timedelta(days=1)),
            full_lead(account=accounts[0], amount=None, name="third"),
        ])
        [gone] = tx.insert("lead", [full_lead(account=accounts[1], amount=Decimal(9))])
        tx.set_deleted("lead", [gone], NOW)
        tx.rollup("account", column, spec, accounts)
        if function == "max":
            assert tx.fetch("account", accounts)[accounts[0]][column] == Decimal("0.4")
            return
        if function == "avg":
            assert tx.fetch("account", accounts)[accounts[0]][column] == Decimal("0.2")
            return
        assert [tx.fetch("account", accounts)[a][column] for a in accounts] == expected
        assert tx.rollup("account", column, spec, accounts) == []
        assert tx.rollup("account", column, spec) == []
        assert tx.fetch("account", accounts)[accounts[0]]["version"] == 1


def test_a_roll_up_obeys_its_condition_and_its_order(store: Store) -> None:
    with store.write() as tx:
        [account] = tx.insert("account", [{**stamps(), "name": "a"}])
        tx.insert("lead", [full_lead(account=account, status=s, amount=Decimal(n), name=f"{s}{n}", employees=n)
                           for s, n in (("won", 1), ("won", 2), ("lost", 30))])
        won = formula("status == 'won'", "lead", store.schema)
        changed = tx.rollup("account", "lead_sum", RollupSpec("lead", "account", "sum", "amount", won), [account])
        assert changed == [account]
        best = RollupSpec("lead", "account", "latest", "name", won, (Sort(("employees",), True),))
        tx.rollup("account", "last_lead", best, [account])
        row = tx.fetch("account", [account])[account]
    assert (row["lead_sum"], row["last_lead"]) == (Decimal("3.00"), "won2")
