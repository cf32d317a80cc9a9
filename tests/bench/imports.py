"""Rows per second of an import of 78,000 opportunities with 19 columns, lookups and duplicate check on, beside the
engine's plain bulk path and raw inserts into the same table; and the time to take it back.

    .venv/bin/python -m tests.bench.imports [sqlite|postgresql] [ROWS]
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jimu.access import SYSTEM, load_actor
from jimu.bulk import carry_on, foresee_undo, load_run, start_undo
from jimu.clock import system_clock
from jimu.definitions import Manifest, load
from jimu.exchange.wizard.checking import Check
from jimu.exchange.wizard.imports import load_import, receive, set_plan
from jimu.exchange.wizard.running import carry_import_on, start_run
from jimu.exchange.wizard.source import open_source
from jimu.plugins import build_plugin_manager
from jimu.records import Context, Create, write
from jimu.records.schema import build_schema
from jimu.storage import Database, Store, applying
from tests.databases import drop_templates, fresh_database

ROOT = Path(__file__).parents[2]
PIPELINE = ROOT.parent / "shared/data/crm_sales_opportunities/sales_pipeline.csv"
STAGES = {"Won": "proposal", "Lost": "engaging", "Engaging": "engaging", "Prospecting": "prospecting"}
PRODUCTS = ("GTX Basic", "GTX Pro", "MG Special")
HEADERS = (
    "external_id", "name", "account", "owner", "product", "stage", "amount", "engage_on", "close_on", "estimate",
    "forecast", "source", "region", "budget", "need", "next_step", "next_contact_on", "record_type", "shelved",
)


_USED: dict[str, float] = {}


def make_file(folder: Path, rows: int, manifest: Manifest) -> tuple[Path, list[str], list[str]]:
    """The public pipeline over and over with names of its own; 19 columns, of which the object has most."""
    with PIPELINE.open(encoding="utf-8") as source:
        deals = list(csv.DictReader(source))
    accounts = sorted({d["account"] for d in deals if d["account"]})
    agents = sorted({d["sales_agent"] for d in deals})
    path = folder / "opportunities.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        for n in range(rows):
            d = deals[n % len(deals)]
            account = d["account"] or accounts[n % len(accounts)]
            writer.writerow(
                [f"{d['opportunity_id']}-{n}", f"{account} {n}", account, d["sales_agent"], PRODUCTS[n % 3],
                 STAGES[d["deal_stage"]], d["close_value"] or "100", d["engage_date"] or "2026-01-02", "2026-12-31",
                 n % 90, "pipeline", "partner", "north", n % 5_000, f"They need {n}", "Call them", "2026-06-01",
                 "new_business", "false"]
            )
    return path, accounts, agents


def run(backend: str, rows: int) -> None:
    manifest, diagnostics = load(ROOT)
    assert manifest is not None, diagnostics
    folder = Path(tempfile.mkdtemp())
    with fresh_database(backend, folder) as url:
        database = Database(url)
        with applying(database) as application:
            application.apply(build_schema(manifest))
        store = Store(database, build_schema(manifest))
        system = Context(
            SYSTEM, manifest, store, build_plugin_manager().hook, system_clock,
            settings={"secret_key": b"bench", "home": folder, "max_request_mb": 256},
        )
        _measure(system, folder, rows, backend)
        database.dispose()


def _measure(system: Context, folder: Path, rows: int, backend: str) -> None:
    path, accounts, agents = make_file(folder, rows, system.manifest)
    write.write_many([Create("account", {"name": a}) for a in accounts], system)
    write.write_many([Create("product", {"name": p}) for p in PRODUCTS], system)
    people = [{"name": a, "email": f"{a.lower().replace(' ', '.')}@bench.example"} for a in agents]
    write.write_many([Create("user", p) for p in people], system)
    boss = write.write(Create("user", {"name": "B", "email": "b@b.example", "roles": ["administrator"]}), system).id
    with system.store.read() as transaction:
        actor = load_actor(transaction, system.manifest, boss)
    assert actor is not None
    context = Context(**{**vars(system), "actor": actor})
    print(f"{backend}: {rows} rows, {len(HEADERS)} columns, {path.stat().st_size >> 20} MiB")
    with path.open("rb") as stream:
        data = _timed("look through and map", rows, lambda: receive(path.name, stream, "opportunity", context))
    has_rules = bool(system.manifest.object("opportunity").duplicates)
    plan = {**data.plan, "key": ["external_id"], "duplicates": "skip" if has_rules else "judge"}
    print("  mapped:", ", ".join(f"{h}→{r['field']}" for h, r in plan["columns"].items() if r))
    data = set_plan(data, plan, context)
    check = Check(open_source(data, context), data.id)
    _timed("check of all rows", rows, lambda: list(check.run()))
    print("  ", dict(check.forecast.counts), check.forecast.reasons.most_common(3))
    started = start_run(data, context)
    imported = _timed("import", rows, lambda: carry_import_on(data.id, context))
    print("  ", imported.state, imported.made, imported.failures)
    done = load_run(load_import(data.id, context).unit or 0, context)
    foreseen = _timed("foresee undo", rows, lambda: foresee_undo(done, context))
    undone = _timed("undo", rows, lambda: carry_on(start_undo(done, context).id, context))
    print("  ", undone.changed, undone.failures, foreseen.conflicts, started.state)
    _timed("engine's plain bulk path", rows, lambda: _plain(data.id, context))
    _timed("raw inserts of the same rows", rows, lambda: _raw(context, backend))
    raw = _USED["raw inserts of the same rows"]
    for what in ("import", "undo", "engine's plain bulk path"):
        print(f"  {what}: {_USED[what] / raw:.1f} times the processor time of raw inserts")


def _plain(import_id: int, context: Context) -> None:
    """The same values, already looked up, through write_many alone."""
    source = open_source(load_import(import_id, context), context)
    from jimu.exchange.importing.batch import BatchWriter
    from jimu.exchange.importing.lookups import Lookups

    writer = BatchWriter(source.binding, Lookups(context), lambda commands, inner: write.write_many(commands, inner))
    batches: list[list[Create]] = []
    with context.store.read() as transaction:
        for chunk in source.batches(500):
            pending = [row for _, row in chunk if row is not None]
            writer.resolve(pending, transaction)
            batches.append([Create("opportunity", row.values) for row in pending])
    began = time.perf_counter()
    for batch in batches:
        write.write_many(batch, context, values=False)
    print(f"  (of this, writing alone: {sum(map(len, batches)) / (time.perf_counter() - began):,.0f} rows/s)")


def _raw(context: Context, backend: str) -> None:
    """What the database takes: the rows of the table once more, with the store's insert and nothing else."""
    from jimu.storage.query import Query

    with context.store.read() as transaction:
        page = transaction.select(Query("opportunity", limit=500))
    total = 0
    with context.store.read() as transaction:
        wanted = transaction.count("opportunity", Query("opportunity").filter).value
    while total < wanted:
        with context.store.write() as transaction:
            ids = transaction.new_ids(len(page.rows))
            transaction.insert("opportunity", [{**r, "id": i, "external_id": f"raw-{i}"} for r, i in zip(page.rows, ids, strict=True)])
        total += len(page.rows)


def _timed(what: str, rows: int, act: Any) -> Any:
    began, worked = time.perf_counter(), time.process_time()
    found = act()
    took, used = time.perf_counter() - began, time.process_time() - worked
    _USED[what] = used
    print(f"  {what:32} {took:7.1f} s {rows / took:8,.0f} rows/s; of the processor {rows / used:8,.0f} rows/s", flush=True)
    return found


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else "sqlite", int(sys.argv[2]) if len(sys.argv) > 2 else 78_000)
    drop_templates()
