"""``python -m tests.bench.scale [pg|sqlite] [--rows 1000000] [--keep] [--only TEXT] [--explain]``: what ten times as many
records change.

Two databases with a tenth and with all of the records, filled through the ordinary write path and kept for ``--keep``.
The two take turns at every shape of list, in process, so that the quotient compares neighbours in time; what is printed
is the median of the quotients of seven rounds. Shapes marked * are linear by nature: they look at every record that
matches. Then a field is added, and a manifest of 200 objects with 4,000 fields is built.
"""

import argparse
import shutil
import statistics
import time
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from jimu.access.actor import SYSTEM, Actor
from jimu.definitions import load, load_files
from jimu.records import read, write
from jimu.records.commands import Create
from jimu.records.requests import AggregateRequest, ListRequest
from jimu.revisions import apply, plan
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.storage.connection import Connection
from tests.bench.driver import HERE, HOME, OWNERS, records
from tests.bench.products import POSTGRESQL

NEWEST = ("-created_on",)
LISTS = {
    "all, newest first": {"order": NEWEST},
    "in the order of ids": {},
    "status, newest first": {"where": "status == 'new'", "order": NEWEST},
    "status, newest first, count to 1,000": {"where": "status == 'new'", "order": NEWEST, "count": "estimated"},
    "status, newest first, exact count *": {"where": "status == 'new'", "order": NEWEST, "count": "exact"},
    "two filters": {"where": "status == 'new' and city == 'Oslo'", "order": NEWEST},
    "a filter without index": {"where": "industry == 'food' and rating == 5", "order": NEWEST},
    "70 % blank, ascending": {"order": ("next_follow_up",)},
    "70 % blank, descending": {"order": ("-next_follow_up",)},
    "a sort without index *": {"order": ("-revenue",)},
    "contains, many hits, newest first": {"where": "contains(company, 'Harbor')", "order": NEWEST},
    "contains, some hits, newest first *": {"where": "contains(company, 'Harbor 10')", "order": NEWEST},
    "contains, few hits, newest first *": {"where": "contains(company, 'Blue Harbor 101')", "order": NEWEST},
    "contains, few hits, in the order of ids *": {"where": "contains(company, 'Blue Harbor 101')"},
    "contains, no hit": {"where": "contains(company, 'Nowhere')", "order": NEWEST},
    "search box *": {"search": "blue harbor 101"},
}
OWN = {
    "own, newest first": {"order": NEWEST},
    "own, by blank dates, descending": {"order": ("-next_follow_up",)},
    "own and status, newest first": {"where": "status == 'new'", "order": NEWEST},
    "own, in the order of ids": {},
}
GROUPS = {"count by month *": ("month(created_on)", "count()"), "sum by status *": ("status", "sum(revenue)")}
DEPTH = 10_000


def workspace(name):
    """The bench workspace with one more index, for sorts by a date that is mostly blank."""
    root = HOME / f"workspace-{name}"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(HERE / "workspace", root)
    lead = root / "objects/bench/lead.yaml"
    lead.write_text(lead.read_text().replace("indexes: [", "indexes: [[next_follow_up], [owner, next_follow_up], "))
    return root


def opened(database, name, keep):
    """(runtime, url) of a database that is made anew unless ``keep``."""
    url = f"sqlite:///{HOME}/{name}.db"
    if database == "pg":
        url = POSTGRESQL + name
        engine = sa.create_engine(POSTGRESQL + "postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            if not keep:
                connection.exec_driver_sql(f"drop database if exists {name} with (force)")
                connection.exec_driver_sql(f"create database {name}")
        engine.dispose()
    elif not keep:
        for file in HOME.glob(f"{name}.db*"):
            file.unlink()
    settings = replace(Settings(), home=HOME / f"home-{name}", workspace=workspace(name), database_url=url)
    return Runtime(settings).start(), url


def fill(runtime, rows):
    """Records a second through the write path, owned by twenty users."""
    context = runtime.context(SYSTEM)
    people = [Create("user", {"name": o, "email": o, "roles": ["bench_rep"]}) for o in OWNERS]
    owners = dict(zip(OWNERS, (r.record.id for r in write.write_many(people, context).rows), strict=True))
    began = time.perf_counter()
    for k in range(0, rows, 5000):
        commands = []
        for r in records(min(5000, rows - k), k):
            r |= {"created_on": r.pop("created_at") + "Z", "owner": owners[r["owner"]]}
            if r["rating"] > 1 and r["employees"] % 8:
                del r["next_follow_up"]
            commands.append(Create("lead", r))
        result = write.write_many(commands, context)
        if result.failed:
            raise SystemExit(result.failed[0].error)
    return rows / (time.perf_counter() - began)


def analyse(url):
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("analyze" if url.startswith("sqlite") else "vacuum analyze")
    engine.dispose()


def shapes(runtime):
    """Name → a function that asks for the page once."""
    context = runtime.context(SYSTEM)
    owner = read.find("user", {"email": OWNERS[0]}, context)
    own = runtime.context(Actor(owner.id, "rep", OWNERS[0], frozenset({"bench_rep"})))
    found = {}
    for asked, by in ((LISTS, context), (OWN, own)):
        for name, request in asked.items():
            found[name] = partial(read.list_records, ListRequest("lead", limit=50, **request), by)
    for name, by in (("all, newest first", context), ("own, newest first", own), ("70 % blank, descending", context)):
        request = {**LISTS, **OWN}[name]
        after = [read.list_records(ListRequest("lead", limit=n, **request), by).next for n in (50, DEPTH)]
        if DEPTH and after[1] is None:
            after.pop()
        for cursor, text in zip(after, ("second page", "page behind 10,000"), strict=False):
            found[f"{name}: {text}"] = partial(
                read.list_records, ListRequest("lead", limit=50, after=cursor, **request), by)
    for name, (group, measure) in GROUPS.items():
        found[name] = partial(read.aggregate, AggregateRequest("lead", measures=(measure,), groups=(group,)), context)
    return found


def clock(work, least=0.15):
    """Median milliseconds of as many runs as fit into ``least`` seconds, three at least."""
    spent = []
    while len(spent) < 3 or sum(spent) < least * 1000:
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def compare(small, large, only, rounds):
    few, many = shapes(small), shapes(large)
    for name in few:
        if only and only not in name:
            continue
        few[name](), many[name]()
        pairs = [(clock(few[name]), clock(many[name])) for _ in range(rounds)]
        before, after = (statistics.median(p[i] for p in pairs) for i in (0, 1))
        yield name, before, after, statistics.median(b / a for a, b in pairs), many[name]


def explain(database, work):
    """Print the statements of ``work`` and the plans that the database has for them."""
    said, run = [], Connection.rows
    Connection.rows = lambda self, text, params=(): said.append((self, text, params)) or run(self, text, params)
    Connection.rows_planned_anew = Connection.rows
    try:
        asked = "EXPLAIN (ANALYZE, BUFFERS) " if database == "pg" else "EXPLAIN QUERY PLAN "
        with_store = [work()]
        for connection, text, params in list(said):
            print(text[text.find("FROM") :].replace("\n", " "), params)
            for row in run(connection, asked + text, params):
                print("   ", row[-1])
        del with_store
    finally:
        Connection.rows = run


def two_hundred_objects():
    files = {"workspace.yaml": "name: big\nlabel: Big\n"}
    for n in range(200):
        label = "label: {en: Field, zh-CN: 字段, zh-TW: 欄位}"
        fields = "\n".join(f"  field_{k}: {{type: text, max_length: 80, {label}}}" for k in range(17))
        extra = ("\n  amount: {type: currency, currency: USD}\n  double: {type: formula, returns: decimal, formula: amount * 2}"
                 f"\n  next: {{type: lookup, to: object_{(n + 1) % 200}}}")
        files[f"objects/big/object_{n}.yaml"] = f"label: Object {n}\ntitle: '{{field_0}}'\nfields:\n{fields}{extra}\n"
    began = time.perf_counter()
    manifest, diagnostics = load_files(files)
    assert manifest is not None, diagnostics[:3]
    return time.perf_counter() - began, sum(not f.system for o in manifest.objects.values() for f in o.fields.values())


def add_field(runtime):
    """Seconds of planning and of applying one new field."""
    root = runtime.settings.workspace
    lead = root / "objects/bench/lead.yaml"
    lead.write_text(lead.read_text().replace("fields:\n", f"fields:\n  added_{time.time_ns()}: {{type: text}}\n", 1))
    manifest, _ = load(root)
    began = time.perf_counter()
    plan(runtime.deployment(), manifest)
    between = time.perf_counter()
    apply(runtime.deployment(), manifest)
    return between - began, time.perf_counter() - between


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", nargs="?", choices=["pg", "sqlite"], default="pg")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--keep", action="store_true", help="use the databases of the last run")
    parser.add_argument("--only", help="shapes whose name has this text")
    parser.add_argument("--explain", action="store_true", help="print the plans of shapes that take 1.3 times as long")
    given = parser.parse_args()
    HOME.mkdir(parents=True, exist_ok=True)
    runtimes = []
    for part in (10, 1):
        rows = given.rows // part
        runtime, url = opened(given.database, f"jimu_bench_scale_{rows}", given.keep)
        if not given.keep:
            print(f"{rows:,} records through the write path: {fill(runtime, rows):,.0f} a second", flush=True)
            analyse(url)
        runtimes.append(runtime)
    print(f"\n| {given.database} | {given.rows // 10:,} | {given.rows:,} | ratio |\n|---|---|---|---|")
    for name, before, after, ratio, work in compare(*runtimes, given.only, given.rounds):
        print(f"| {name} | {before:.2f} ms | {after:.2f} ms | {ratio:.2f} |", flush=True)
        if given.explain and ratio > 1.3:
            explain(given.database, work)
    planned, applied = add_field(runtimes[1])
    print(f"\na field added at {given.rows:,} records: plan {planned * 1000:.0f} ms, apply {applied * 1000:.0f} ms")
    seconds, fields = two_hundred_objects()
    print(f"manifest of 200 objects, {fields} fields: {seconds:.2f} s")


if __name__ == "__main__":
    main()
