"""``python -m tests.bench [pg|sqlite] [--cells W1,W3] [--runs 3] [--secs 2]``: Jimu against the floor, as ratios.

Both get the same records and take turns in one run. Needs PostgreSQL on 127.0.0.1 (JIMU_BENCH_POSTGRESQL) for ``pg``;
its databases jimu_bench and jimu_bench_floor are dropped and made anew unless --keep is given.
"""

import argparse
import shutil
import statistics
import time

import sqlalchemy as sa

from tests.bench.driver import CELLS, HOME, emit, measure, memory, records
from tests.bench.products import POSTGRESQL, ROWS, Floor, Jimu, fill


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", nargs="?", choices=["pg", "sqlite"], default="pg")
    parser.add_argument("--cells", default=",".join(CELLS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--secs", type=float, default=2.0)
    parser.add_argument("--keep", action="store_true", help="use the databases of the last run")
    parser.add_argument("--trgm", action="store_true", help="the floor searches with a trigram index")
    given = parser.parse_args()
    cells = given.cells.split(",")
    out = HOME / "results.jsonl"
    jimu, floor = Jimu(given.database), Floor(given.database, given.trgm)
    if not given.keep:
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        if given.database == "pg":
            fresh_databases()
        floor.setup()
        jimu.setup()
    try:
        cold = starts(jimu)
        time.sleep(3)
        rss, pss = memory([p.pid for p in jimu.procs])
        emit({"product": jimu.name, "cell": "W10", "cold_s": cold, "rss_mib": rss, "pss_mib": pss}, out)
        floor.start()
        jimu.login()
        if not given.keep:
            emit({"product": floor.name, "cell": "fill", "rows": ROWS, "rows_s": round(fill(floor))}, out)
            emit({"product": jimu.name, "cell": "fill", "rows": ROWS, "rows_s": round(fill(jimu))}, out)
            if given.trgm:
                floor.index()
            analyse(floor.url)
            analyse(jimu.url)
        measure(jimu, floor, [c for c in cells if c not in ("W6", "W9", "W10")], given.runs, given.secs, out)
        if "W6" in cells:
            rates = [10000 / jimu.bulk(records(10000, 9_000_000 + k * 10000)) for k in range(given.runs)]
            emit({"product": jimu.name, "cell": "W6", "rows_s": round(statistics.median(rates))}, out)
    finally:
        jimu.stop()
        floor.stop()


if __name__ == "__main__":
    main()
