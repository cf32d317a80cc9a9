"""``python -m tests.bench.access [pg|sqlite] [--rows 1000000] [--keep] [--explain TEXT]``: lists under rules that add up.

A million deals of a thousand people, one of whom manages two hundred, one has five records, one has teams, shares and
sharing rules, one has only what is shared; everybody is in five teams and has three shares. Each asks for the same lists
as who may read everything, in turns; what is printed is the least, the median and the largest of the quotients of seven
rounds, and how much of the time is the database's. The gate of the list for the manager is 1.5.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from jimu.access import load_actor
from jimu.access.actor import SYSTEM
from jimu.clock import system_clock
from jimu.records import read, write
from jimu.records.commands import Create
from jimu.records.requests import AggregateRequest, ListRequest
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.storage.connection import Connection
from tests.bench.driver import HOME
from tests.bench.products import POSTGRESQL
from tests.bench.scale import analyse, clock, explain

PEOPLE, SUBORDINATES, FEW, TEAMS, SHARES = 1000, 200, 5, 2000, 500
REGIONS = ("north", "south", "east", "west")
STAGES = ("new", "offer", "won", "lost")
FILES = {
    "workspace.yaml": "label: Bench\n",
    "objects/x/deal.yaml": """
label: Deal
features: [team]
fields:
  name: {type: text, required: true}
  amount: {type: integer}
  region: {type: picklist, options: [north, south, east, west]}
  stage: {type: picklist, options: [new, offer, won, lost]}
  key_account: {type: boolean, index: true}
indexes: [[amount], [stage, created_at]]
""",
    "objects/roles/rep.yaml": "label: Rep\nobjects: {deal: {create: true, read: own, update: own}}\n",
    "objects/roles/head.yaml": "label: Head\nobjects: {deal: {create: true, read: subordinates, update: own}}\n",
    "objects/roles/all.yaml": "label: All\nobjects: {deal: {create: true, read: all, update: all}}\n",
    "objects/roles/desk.yaml": "label: Desk\nobjects: {}\n",
    "objects/sharing/key.yaml": "object: deal\nwhen: key_account\nwith: [{role: desk}]\n",
    "objects/sharing/won.yaml": "object: deal\nwhen: \"stage == 'won' and region == 'north'\"\nwith: [{role: desk}]\n",
    "objects/sharing/bosses.yaml": "object: deal\nwith: [{managers_of: owner, levels: 1}]\n",
}
LISTS: dict[str, dict[str, Any]] = {
    "newest first": {"order": ("-created_at",)},
    "newest first, counted to 1,000": {"order": ("-created_at",), "count": "estimated"},
    "newest first, exact count": {"order": ("-created_at",), "count": "exact"},
    "by amount, falling": {"order": ("-amount",)},
    "by amount, rising": {"order": ("amount",)},
    "one stage, newest first": {"where": "stage == 'offer'", "order": ("-created_at",)},
    "in the order of ids": {},
}


def opened(database: str, keep: bool, name: str = "access_bench_1m") -> tuple[Runtime, str]:
    """(runtime, url) of the database ``name``, made anew unless ``keep``."""
    HOME.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{HOME}/{name}.db"
    if database == "pg":
        url = POSTGRESQL + name
        engine = sa.create_engine(POSTGRESQL + "postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            if not keep:
                connection.exec_driver_sql(f"drop database if exists {name} with (force)")
            if not connection.exec_driver_sql(f"select 1 from pg_database where datname = '{name}'").first():
                connection.exec_driver_sql(f"create database {name}")
        engine.dispose()
    elif not keep:
        for file in HOME.glob(f"{name}.db*"):
            file.unlink()
    root = HOME / f"workspace-access-{database}"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    settings = replace(Settings(), home=HOME / f"home-access-{database}", workspace=root, database_url=url)
    return Runtime(settings).start(), url


def fill(runtime: Runtime, rows: int) -> None:
    """People through the write path; deals, teams and shares straight into the store."""
    context = runtime.context(SYSTEM)
    roles = {"all": ["all"], "head": ["head"], "five": ["rep"], "busy": ["rep", "desk"], "guest": ["rep"]}
    named = [{"name": n, "email": f"{n}@example.com", "roles": r} for n, r in roles.items()]
    special = [r.record.id for r in write.write_many([Create("user", v) for v in named], context).rows]
    rest = [
        {"name": f"P{n}", "email": f"p{n}@example.com", "roles": ["rep"]}
        | ({"manager": special[1]} if n < SUBORDINATES else {})
        for n in range(PEOPLE)
    ]
    people = [r.record.id for r in write.write_many([Create("user", v) for v in rest], context).rows]
    owners = [*people, special[3]]
    rnd, now = random.Random(7), system_clock()
    ids: list[int] = []
    for start in range(0, rows, 20_000):
        with context.store.write() as transaction:
            made = [
                deal(transaction.new_id(), rnd, rnd.choice(owners), now - timedelta(seconds=rows - start - k))
                for k in range(min(20_000, rows - start))
            ]
            ids += transaction.insert("deal", made)
    mine = rnd.sample(ids, FEW)
    with context.store.write() as transaction:
        transaction.update("deal", [(id, {"owner": special[2]}, None) for id in mine])
        for who, teams, shares in ((special[3], TEAMS, SHARES), (special[4], 50, 20)):
            open_to(transaction, rnd.sample(ids, teams + shares), teams, who, now)
        for person in people:
            open_to(transaction, rnd.sample(ids, 8), 5, person, now)


def deal(id: int, rnd: random.Random, owner: int, at: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": f"Deal {id}",
        "title": f"Deal {id}",
        "owner": owner,
        "created_at": at,
        "updated_at": at,
        "version": 1,
        "amount": rnd.randrange(1_000_000),
        "region": rnd.choice(REGIONS),
        "stage": rnd.choice(STAGES),
        "key_account": rnd.random() < 0.001,
    }


def open_to(transaction: Any, ids: list[int], teams: int, who: int, now: Any) -> None:
    common = {"access": "read", "created_at": now, "updated_at": now, "version": 1}
    team = [{"id": transaction.new_id(), "record": i, "member": who, "title": "", **common} for i in ids[:teams]]
    share = [{"id": transaction.new_id(), "record": i, "with_user": who, "title": "", **common} for i in ids[teams:]]
    transaction.insert("team_member", team)
    transaction.insert("share", share)


def acting(runtime: Runtime, name: str) -> Any:
    snapshot = runtime.context(SYSTEM)
    found = read.find("user", {"email": f"{name}@example.com"}, snapshot)
    assert found is not None
    with snapshot.store.read() as transaction:
        actor = load_actor(transaction, snapshot.manifest, found.id)
    return runtime.context(actor)


def has_deals(runtime: Runtime) -> bool:
    return bool(read.list_records(ListRequest("deal", limit=1), runtime.context(SYSTEM)).records)


def in_database(work: Any, times: int = 7) -> float:
    """Median milliseconds that the statements of ``work`` take."""
    spent, run = [0.0], Connection.rows

    def rows(connection: Connection, text: str, params: Any = ()) -> Any:
        began = time.perf_counter()
        try:
            return run(connection, text, params)
        finally:
            spent[-1] += (time.perf_counter() - began) * 1000

    Connection.rows = rows  # type: ignore[method-assign]
    try:
        for _ in range(times):
            work()
            spent.append(0.0)
    finally:
        Connection.rows = run  # type: ignore[method-assign]
    return statistics.median(spent[:-1])


WHO = {
    "head": "manager of 200",
    "five": "5 records",
    "busy": "1,000 own, 2,000 teams, 500 shares, 3 rules",
    "guest": "70 opened, none own",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", nargs="?", choices=["pg", "sqlite"], default="pg")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", action="store_true", help="use the database of the last run")
    parser.add_argument("--explain", help="print the plans of the lists whose name has this text")
    given = parser.parse_args()
    runtime, url = opened(given.database, given.keep)
    if not has_deals(runtime):
        began = time.perf_counter()
        fill(runtime, given.rows)
        analyse(url)
        print(f"{given.rows:,} records in {time.perf_counter() - began:.0f} s", flush=True)
    everything = acting(runtime, "all")
    print(f"\n| {given.database} | who | everything | theirs | in the database | ratio: least, median, most |")
    print("|---|---|---|---|---|---|")
    for name, label in WHO.items():
        context = acting(runtime, name)
        for title, asked in LISTS.items():
            request = ListRequest("deal", limit=50, **asked)
            compare(f"{title} | {label}", partial(read.list_records, request), everything, context, given)
        count = AggregateRequest("deal", groups=("stage",), measures=("sum(amount)",))
        compare(f"sum by stage | {label}", partial(read.aggregate, count), everything, context, given)


def compare(title: str, work: Any, everything: Any, context: Any, given: Any) -> None:
    for _ in range(12):  # statements are prepared, ways of reading are tried
        work(context)
    work(everything)
    pairs = [(clock(partial(work, everything)), clock(partial(work, context))) for _ in range(given.rounds)]
    before, after = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    ratios = [b / a for a, b in pairs]
    shares = " → ".join(f"{in_database(partial(work, who)):.2f} ms" for who in (everything, context))
    told = ", ".join(f"{r:.2f}" for r in (min(ratios), statistics.median(ratios), max(ratios)))
    print(f"| {title} | {before:.2f} ms | {after:.2f} ms | {shares} | {told} |", flush=True)
    if given.explain and given.explain in title:
        explain(given.database, partial(work, context))


if __name__ == "__main__":
    main()
