"""``python -m tests.bench.scale [pg|sqlite] [--rows 1000000]``: what changes when there are ten times as many records.

Fills the bench workspace's object through the ordinary write path, times every list shape at a tenth and at all of the
rows (median of 15, in process), then adds a field, and builds a manifest of 200 objects with 4,000 fields.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from jimu.access.actor import SYSTEM
from jimu.definitions import load, load_files
from jimu.records import read, write
from jimu.records.commands import Create
from jimu.records.requests import AggregateRequest, ListRequest
from jimu.revisions import apply, plan
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.bench.driver import HERE, records
from tests.bench.products import POSTGRESQL

LISTS = {
    "status, newest first": {"where": "status == 'new'", "order": ("-created_on",)},
    "all, newest first": {"order": ("-created_on",)},
    "by revenue, no index": {"order": ("-revenue",)},
    "contains, newest first": {"where": "contains(company, 'Harbor 10')", "order": ("-created_on",)},
    "contains, one hit": {"where": "contains(company, 'Harbor 101')"},
    "search box": {"search": "harbor 101"},
    "two filters": {"where": "status == 'new' and city == 'Oslo'", "order": ("-created_on",)},
}


def clock(work, times=15):
    work()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def fill(context, start, end):
    began = time.perf_counter()
    for k in range(start, end, 5000):
        rows = ({**r, "created_on": r["created_at"] + "Z"} for r in records(min(5000, end - k), k))
        commands = [Create("lead", {n: v for n, v in r.items() if n not in ("created_at", "owner")}) for r in rows]
        result = write.write_many(commands, context)
        if result.failed:
            raise SystemExit(result.failed[0].error)
    return (end - start) / (time.perf_counter() - began)


def analyse(url):
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("analyze" if url.startswith("sqlite") else "vacuum analyze")
    engine.dispose()


def times(context):
    found = {name: clock(lambda r=request: read.list_records(ListRequest("lead", limit=50, **r), context))
             for name, request in LISTS.items()}
    groups = AggregateRequest("lead", measures=("sum(revenue)",), groups=("status",))
    found["sum by status"] = clock(lambda: read.aggregate(groups, context), 5)
    found["exact count of a status"] = clock(
        lambda: read.list_records(ListRequest("lead", where="status == 'new'", limit=1, count="exact"), context), 5)
    return found


def two_hundred_objects():
    files = {"workspace.yaml": "name: big\nlabel: Big\n"}
    for n in range(200):
        fields = "\n".join(f"  field_{k}: {{type: text, max_length: 80, label: {{en: Field {k}, zh-CN: 字段, zh-TW: 欄位}}}}"
                           for k in range(17))
        extra = ("\n  amount: {type: currency, currency: USD}\n  double: {type: formula, returns: decimal, formula: amount * 2}"
                 f"\n  next: {{type: lookup, to: object_{(n + 1) % 200}}}")
        files[f"objects/big/object_{n}.yaml"] = f"label: Object {n}\ntitle: '{{field_0}}'\nfields:\n{fields}{extra}\n"
    began = time.perf_counter()
    manifest, diagnostics = load_files(files)
    assert manifest is not None, diagnostics[:3]
    return time.perf_counter() - began, sum(not f.system for o in manifest.objects.values() for f in o.fields.values())


def add_field(runtime):
    """Seconds that the store needs for a new field, and for the whole plan and apply."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "workspace"
        shutil.copytree(HERE / "workspace", root)
        lead = root / "objects/bench/lead.yaml"
        lead.write_text(lead.read_text().replace("fields:\n", "fields:\n  added: {type: text}\n", 1))
        manifest, _ = load(root)
        began = time.perf_counter()
        planned = plan(runtime.deployment(), manifest)
        between = time.perf_counter()
        apply(runtime.deployment(), manifest)
        return between - began, time.perf_counter() - between, len(planned.items if hasattr(planned, "items") else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", nargs="?", choices=["pg", "sqlite"], default="pg")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    seconds, fields = two_hundred_objects()
    print(f"manifest of 200 objects, {fields} fields: {seconds:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = f"sqlite:///{home}/scale.db"
        if given.database == "pg":
            url = POSTGRESQL + "jimu_bench_scale"
            engine = sa.create_engine(POSTGRESQL + "postgres", isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql("drop database if exists jimu_bench_scale with (force)")
                connection.exec_driver_sql("create database jimu_bench_scale")
        runtime = Runtime(replace(Settings(), home=home, workspace=HERE / "workspace", database_url=url)).start()
        context = runtime.context(SYSTEM)
        tenth = given.rows // 10
        print(f"{given.database}: {tenth} rows through the write path: {fill(context, 0, tenth):.0f} rows/s")
        analyse(url)
        small = times(context)
        print(f"{given.database}: {given.rows - tenth} more: {fill(context, tenth, given.rows):.0f} rows/s")
        analyse(url)
        large = times(context)
        print(f"{'':28} {tenth:>10} {given.rows:>10}   ratio")
        for name in small:
            print(f"{name:28} {small[name]:8.2f}ms {large[name]:8.2f}ms   {large[name] / small[name]:.2f}")
        planned, applied, _ = add_field(runtime)
        print(f"a field added at {given.rows} rows: plan {planned * 1000:.0f} ms, apply {applied * 1000:.0f} ms")


if __name__ == "__main__":
    main()
