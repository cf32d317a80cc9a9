"""``python -m tests.bench.organisation [pg|sqlite] [--rows 300000]``: lists under data scopes of 200 and of 5,000 people.

Six thousand people in a tree of three hundred departments; one reaches two hundred of them, one five thousand. Printed are
the lists of ``tests.bench.access`` against who may read everything, and how long the organisation takes to load.
"""

from __future__ import annotations

import argparse
import random
import time
from datetime import timedelta
from functools import partial
from typing import Any

from jimu.access import organisation_at
from jimu.access.actor import SYSTEM
from jimu.access.organisation_loading import load_organisation
from jimu.clock import system_clock
from jimu.records import read, write
from jimu.records.commands import Create, Update
from jimu.records.requests import ListRequest
from jimu.runtime import Runtime
from tests.bench import access
from tests.bench.scale import analyse, clock

PEOPLE, FEW, MANY, TEAM = 6_000, 200, 5_000, 20
SCOPE = "label: {0}\nobjects: {{deal: {{create: true, read: department_and_below, update: own}}}}\n"
WHO = {"few": f"head of {FEW}", "many": f"head of {MANY:,}"}


def fill(runtime: Runtime, rows: int) -> None:
    """Departments of twenty people under two heads and beside them; deals straight into the store."""
    context = runtime.context(SYSTEM)
    named = {"all": "all", "few": "area", "many": "area"}
    special = [
        r.record.id
        for r in write.write_many(
            [Create("user", {"name": n, "email": f"{n}@example.com", "roles": [r]}) for n, r in named.items()], context
        ).rows
    ]
    heads = {"few": special[1], "many": special[2], "rest": None}
    tops = [Create("department", {"name": name, "head": head}) for name, head in heads.items()]
    few, many, rest = (r.record.id for r in write.write_many(tops, context).rows)
    above = [few] * (FEW // TEAM) + [many] * (MANY // TEAM) + [rest] * ((PEOPLE - FEW - MANY) // TEAM)
    made = write.write_many([Create("department", {"name": f"D{n}", "above": a}) for n, a in enumerate(above)], context)
    teams = [r.record.id for r in made.rows]
    people: list[int] = []
    for start in range(0, PEOPLE, 1_000):
        users = [
            Create("user", {"name": f"P{n}", "email": f"p{n}@example.com", "department": teams[n // TEAM]})
            for n in range(start, start + 1_000)
        ]
        people += [r.record.id for r in write.write_many(users, context).rows]
    rnd, now = random.Random(7), system_clock()
    for start in range(0, rows, 20_000):
        with context.store.write() as transaction:
            deals = [
                access.deal(transaction.new_id(), rnd, rnd.choice(people), now - timedelta(seconds=rows - start - k))
                for k in range(min(20_000, rows - start))
            ]
            transaction.insert("deal", deals)


def load_times(runtime: Runtime) -> None:
    context = runtime.context(SYSTEM)
    with context.store.read() as transaction:
        load = partial(load_organisation, transaction, context.manifest, system_clock().date())
        load()
        print(f"the organisation loads in {min(clock(load) for _ in range(5)):.0f} ms")
        organisation_at(transaction, context.manifest)
        kept = partial(organisation_at, transaction, context.manifest)
        print(f"from the cache of the pulse: {min(clock(kept) for _ in range(5)):.2f} ms")
    move = partial(_move, context)
    move()
    print(f"moving a department of {MANY:,}: {min(clock(move) for _ in range(3)):.0f} ms")


def _move(context: Any) -> None:
    many = read.find("department", {"name": "many"}, context)
    rest = read.find("department", {"name": "rest"}, context)
    assert many is not None
    assert rest is not None
    above = None if many.values.get("above") else rest.id
    write.write(Update("department", many.id, {"above": above}), context)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", nargs="?", choices=["pg", "sqlite"], default="pg")
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    given.explain = None
    access.FILES["objects/roles/area.yaml"] = SCOPE.format("Area")
    runtime, url = access.opened(given.database, False, "jimu_bench_organisation")
    began = time.perf_counter()
    fill(runtime, given.rows)
    analyse(url)
    print(f"{given.rows:,} records, {PEOPLE:,} people in {time.perf_counter() - began:.0f} s", flush=True)
    load_times(runtime)
    everything = access.acting(runtime, "all")
    print(f"\n| {given.database}, {given.rows:,} records | who | everything | theirs | ratio |\n|---|---|---|---|---|")
    for name, label in WHO.items():
        context = access.acting(runtime, name)
        reached = context.actor.organisation.colleagues(context.actor.id, "department_and_below")
        for title, asked in access.LISTS.items():
            request = ListRequest("deal", limit=50, **asked)
            work = partial(read.list_records, request)
            access.compare(f"{title} | {label} ({len(reached):,})", work, everything, context, given)


if __name__ == "__main__":
    main()
