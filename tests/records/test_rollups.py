"""Roll-ups hold what a recomputation would give, whatever is written in whatever order."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from jimu.records import Command, Create, Delete, ListRequest, Restore, Update, read, write
from tests.records.project import Project


def rows(project: Project, object: str) -> list[dict[str, Any]]:
    return [dict(r.values) for r in read.list_records(ListRequest(object, limit=1000), project.system).records]


def check(project: Project) -> None:
    """Compare every roll-up with one computed here."""
    deals = rows(project, "deal")
    customers = rows(project, "customer")
    for customer in customers:
        own = [d for d in deals if d["customer"] == customer["id"]]
        amounts = [d["amount"] for d in own if d["amount"] is not None]
        won = [d["amount"] for d in own if d["stage"] == "won" and d["amount"] is not None]
        assert customer["deals"] == len(own)
        assert customer["won"] == sum(won, Decimal(0))
        assert customer["best"] == max(amounts, default=None)
        dated = [d for d in own if d["close_on"] is not None]
        if dated:
            latest = max(d["close_on"] for d in dated)
            assert customer["last_stage"] in {d["stage"] for d in dated if d["close_on"] == latest}
    for region in rows(project, "region"):
        total = sum((c["won"] for c in customers if c["region"] == region["id"]), Decimal(0))
        assert region["total"] == total


def random_command(rng: random.Random, ids: dict[str, list[int]]) -> Command:
    """One write: mostly of deals, sometimes of what is above them."""
    roll = rng.random()
    deal_values = {
        "customer": rng.choice([*ids["customer"], None]),
        "amount": rng.choice([None, 0, 5, "10.50", 999]),
        "stage": rng.choice(["open", "won"]),
        "close_on": f"2026-0{rng.randint(1, 9)}-0{rng.randint(1, 9)}",
    }
    if roll < 0.4 or not ids["deal"]:
        return Create("deal", {"name": f"deal {rng.random()}", **deal_values})
    if roll < 0.7:
        changed = rng.sample(sorted(deal_values), k=rng.randint(1, 3))
        return Update("deal", rng.choice(ids["deal"]), {name: deal_values[name] for name in changed})
    if roll < 0.8:
        return Update("customer", rng.choice(ids["customer"]), {"region": rng.choice([*ids["region"], None])})
    if roll < 0.9:
        return Delete("deal", rng.choice(ids["deal"]))
    return Restore("deal", rng.choice(ids["deal"]))


@pytest.mark.parametrize("seed", range(3))
def test_random_writes_keep_every_rollup_right(project: Project, seed: int) -> None:
    rng = random.Random(seed)
    ids = {
        "region": [project.create("region", name=name) for name in ("North", "South")],
        "customer": [project.create("customer", name=f"C{i}") for i in range(4)],
        "deal": [],
    }
    for _ in range(12):
        commands = [random_command(rng, ids) for _ in range(rng.choice([1, 1, 5]))]
        result = write.write_many(commands, project.system, atomic=False)
        ids["deal"] += [r.record.id for r in result.rows if r.status == "created" and r.record]
        check(project)


def test_a_chain_of_rollups_follows_a_moved_customer(project: Project) -> None:
    north, south = (project.create("region", name=name) for name in ("North", "South"))
    customer = project.create("customer", name="Acme", region=north)
    project.create("deal", name="D", customer=customer, amount=70, stage="won")
    assert project.value("region", north, "total") == 70
    write.write(Update("customer", customer, {"region": south}), project.system)
    assert project.value("region", north, "total") == 0
    assert project.value("region", south, "total") == 70


def test_a_rollup_does_not_raise_its_owners_version(project: Project) -> None:
    customer = project.create("customer", name="Acme")
    project.create("deal", name="D", customer=customer, amount=70)
    assert project.value("customer", customer, "version") == 1
    write.write(Update("customer", customer, {"name": "Bolt"}, version=1), project.system)
