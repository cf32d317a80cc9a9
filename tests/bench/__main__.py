"""``python -m tests.bench [pg|sqlite|both] [--cells W1,W3] [--runs 3] [--secs 2]``: Jimu against the floor, as ratios.

Both get the same records and take turns in one run; a Markdown table comes at the end. ``both`` is what
docs/performance.md shows. Needs PostgreSQL on 127.0.0.1 (JIMU_BENCH_POSTGRESQL) for ``pg``; its databases jimu_bench and
jimu_bench_floor are dropped and made anew unless --keep is given. JIMU_BENCH_HOME is where files go.
"""

import argparse
import shutil
import statistics
import time

import sqlalchemy as sa

from tests.bench.driver import CELLS, HOME, emit, measure, memory, records
from tests.bench.products import POSTGRESQL, ROWS, Floor, Jimu, fill
from tests.bench.table import markdown

BULK = 10_000


def fresh_databases():
    engine = sa.create_engine(POSTGRESQL + "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("jimu_bench", "jimu_bench_floor"):
            connection.exec_driver_sql(f"drop database if exists {name} with (force)")
            connection.exec_driver_sql(f"create database {name}")
    engine.dispose()


def analyse(url):
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("analyze" if url.startswith("sqlite") else "vacuum analyze")
    engine.dispose()


def starts(product, times=3):
    seconds = []
    for _ in range(times):
        seconds.append(round(product.start(), 2))
        if len(seconds) < times:
            product.stop()
            time.sleep(1)
    return seconds


def bulk(jimu, floor, runs, out):
    """Ten thousand new records at a time into each in turn, so that both stay of one size for the next run."""
    rates = {jimu: [], floor: []}
    for k in range(runs):
        rows = records(BULK, 9_000_000 + time.time_ns() % 1000 * 1_000_000 + k * BULK)
        for product, found in rates.items():
            found.append(BULK / product.bulk(rows))
    result = {"product": jimu.name, "cell": "W6", "rows_s": round(statistics.median(rates[jimu])),
              "floor_rows_s": round(statistics.median(rates[floor])), "errors": 0,
              "ratio": statistics.median(a / b for a, b in zip(*rates.values(), strict=True))}
    emit(result, out)
    return {"W6": result}


def prepare(jimu, floor, database):
    if database == "pg":
        fresh_databases()
    floor.setup()
    jimu.setup()


def load(jimu, floor, out):
    for product in (floor, jimu):
        emit({"product": product.name, "cell": "fill", "rows": ROWS, "rows_s": round(fill(product))}, out)
    analyse(floor.url)
    analyse(jimu.url)


def run(database, given, out):
    """What was measured on one database, by cell."""
    jimu, floor = Jimu(database), Floor(database, given.trgm)
    cells = given.cells.split(",")
    if not given.keep:
        prepare(jimu, floor, database)
    try:
        cold = starts(jimu)
        time.sleep(3)
        rss, pss = memory([p.pid for p in jimu.procs])
        emit({"product": jimu.name, "cell": "W10", "cold_s": cold, "rss_mib": rss, "pss_mib": pss}, out)
        floor.start()
        jimu.login()
        if not given.keep:
            load(jimu, floor, out)
        if given.trgm:
            floor.index()
            analyse(floor.url)
        measured = measure(jimu, floor, [c for c in cells if c not in ("W6", "W9", "W10")], given.runs, given.secs, out)
        return measured | (bulk(jimu, floor, given.runs, out) if "W6" in cells else {})
    finally:
        jimu.stop()
        floor.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", nargs="?", choices=["pg", "sqlite", "both"], default="pg")
    parser.add_argument("--cells", default=",".join(CELLS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--secs", type=float, default=2.0)
    parser.add_argument("--keep", action="store_true", help="use the databases of the last run")
    parser.add_argument("--trgm", action="store_true", help="the floor searches with a trigram index")
    given = parser.parse_args()
    if not given.keep:
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
    names = {"pg": "PostgreSQL", "sqlite": "SQLite"}
    asked = names if given.database == "both" else {given.database: names[given.database]}
    print("\n" + markdown({title: run(database, given, HOME / "results.jsonl") for database, title in asked.items()}))


if __name__ == "__main__":
    main()
