"""Entries of the audit a second, alone and by several at once, and what an audited list costs more than another.

Run by hand: ``python -m tests.bench.audit``.
"""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from jimu.access.actor import SYSTEM
from jimu.access.audit import AuditEntry, record_audit, verify_audit
from jimu.records import ListRequest, read
from tests.databases import BACKENDS, fresh_database
from tests.records.project import START, open_project

FILES = {
    f"objects/{name}.yaml": f"label: Note\n{extra}fields:\n  name: {{label: Name, type: text}}\n  amount: {{label: Amount, type: integer}}\n"
    for name, extra in (("plain", ""), ("watched", "audit: [read]\n"))
} | {"objects/roles/reader.yaml": "label: Reader\nobjects: {'*': {read: all}}\n"}
ENTRY = AuditEntry("read.record", SYSTEM, START, object="lead", record=7, details={"count": 3, "where": "stage == 'won'"})


def entries(store, threads: int, each: int, batch: int = 1) -> float:
    def work() -> None:
        for _ in range(each):
            with store.write() as tx:
                for _ in range(batch):
                    record_audit(tx, ENTRY)

    began = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    return threads * each * batch / (time.perf_counter() - began)


def plain_writes(store, threads: int, each: int) -> float:
    """Transactions with one row and no entry, for comparison."""
    def work() -> None:
        for _ in range(each):
            with store.write() as tx:
                tx.add_login_attempt(["x"], START)

    began = time.perf_counter()
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    return threads * each / (time.perf_counter() - began)


def listing(project, object: str, reader: int, n: int = 300) -> float:
    request = ListRequest(object, order=("name",), limit=50)
    best = 9.0
    for _ in range(5):
        context = project.acting(reader)
        began = time.perf_counter()
        for _ in range(n // 5):
            context.read_before.clear()
            read.list_records(request, context)
        best = min(best, (time.perf_counter() - began) / (n // 5))
    return best * 1000


def main() -> None:
    for backend in BACKENDS:
        with tempfile.TemporaryDirectory() as folder, fresh_database(backend, Path(folder)) as url:
            with open_project(url, FILES) as project:
                project.database.audit_key = lambda: b"bench"
                reader = project.user("reader", "reader")
                for n in range(200):
                    for object in ("plain", "watched"):
                        project.create(object, name=f"N{n:04d}", amount=n)
                store = project.store
                print(f"{backend}: one thread {entries(store, 1, 1000):,.0f}/s, four threads {entries(store, 4, 500):,.0f}/s, "
                      f"100 a transaction {entries(store, 1, 50, 100):,.0f}/s; "
                      f"writes without an entry: one thread {plain_writes(store, 1, 1000):,.0f}/s, four {plain_writes(store, 4, 500):,.0f}/s")
                plain, watched = listing(project, "plain", reader), listing(project, "watched", reader)
                print(f"  list of 50: {plain:.2f} ms, audited {watched:.2f} ms (+{watched - plain:.2f})")
                began = time.perf_counter()
                with store.read() as tx:
                    verdict = verify_audit(tx, b"bench")
                took = time.perf_counter() - began
                print(f"  verify: {verdict.checked:,} entries in {took:.2f} s, whole: {verdict.is_whole}")


if __name__ == "__main__":
    main()
