"""The nightly run of a pool over many records: `python -m tests.bench.pools [ROWS] [sqlite|postgresql]`.

Of ROWS owned records a tenth is due; measured are what the preview, the run, a second run that finds nothing, and taking it back take.
"""

import sys
import tempfile
import time
from pathlib import Path

from jimu.bulk.running import carry_on
from jimu.flows.pools import foresee, run_pool, undo_run
from jimu.records import Create, write
from tests.databases import fresh_database
from tests.flows.pools.company import FILES
from tests.records.project import open_project


def timed(what, work):
    start = time.perf_counter()
    found = work()
    took = time.perf_counter() - start
    print(f"{what:<46}{took:9.2f} s", flush=True)
    return found, took


def main(rows=100_000, backend="sqlite"):
    files = {k: v for k, v in FILES.items() if "assignments" not in k}
    with tempfile.TemporaryDirectory() as folder, fresh_database(backend, Path(folder)) as url, open_project(url, files) as project:
        people = [project.user(f"p{n}", "rep", position="Sales") for n in range(100)]
        print(f"{backend}, {rows:,} owned records")

        def fill():
            for start in range(0, rows, 2000):
                write.write_many(
                    [Create("lead", {"name": f"L{n}", "region": "north", "status": "pending", "owner": people[n % 100],
                                     "level": "c" if n % 10 == 0 else "a"}) for n in range(start, min(rows, start + 2000))],
                    project.system, values=False)
            with project.store.write() as transaction:
                transaction.refresh_statistics("lead")

        timed("written", fill)
        project.clock.forward(days=10)
        pool = project.manifest.all("pool")["north"]
        forecast, _ = timed("preview of tomorrow, per owner", lambda: foresee(pool, None, project.system))
        run, took = timed("run", lambda: run_pool(pool, project.system))
        print(f"  {run.returned:,} of {rows:,} went back ({run.returned / took:,.0f} per second), {run.failures} failures; foreseen {forecast.count:,}")
        timed("run again", lambda: run_pool(pool, project.system, again=True))
        boss = project.acting(project.user("bea", "boss"))
        undone, took = timed("taken back", lambda: _undo(run, boss))
        print(f"  {undone.changed:,} records ({undone.changed / took:,.0f} per second)")


def _undo(run, boss):
    made = undo_run(run.id, boss)
    return carry_on(made.id, boss) if made.is_job else made


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.argv[2] if len(sys.argv) > 2 else "sqlite")
