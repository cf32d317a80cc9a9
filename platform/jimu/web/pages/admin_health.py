"""How the installation is doing: one check per part, each with what was found and what to do about it."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import jimu
from jimu.messages import Message
from jimu.runtime import Runtime
from jimu.storage import StoreError
from jimu.web.assets import Assets

OK, WARN, FAIL, OFF = "ok", "warn", "fail", "off"

# The clocks of server and database may differ by so much; then lists of "today" and leases of jobs would suffer.
_MOST_DRIFT = timedelta(seconds=5)
_LEAST_FREE = 1 << 30
# A due job that nobody takes for so long: no worker is there.
_PATIENCE = timedelta(minutes=2)
EVERY_KIND = "*"


@dataclass(frozen=True, slots=True)
class Health:
    """``state``: ok, warn, fail or off (not in use, which is well)."""

    name: Message
    icon: str
    state: str
    detail: Message
    advice: Message | None = None


def examine(runtime: Runtime) -> list[Health]:
    return [check(runtime) for check in CHECKS]


def worst(found: list[Health]) -> str:
    order = (FAIL, WARN, OK)
    return min((h.state for h in found if h.state != OFF), key=order.index, default=OK)


def _database(runtime: Runtime) -> Health:
    name = Message("Database")
    try:
        facts = runtime.database.facts()
    except (StoreError, OSError) as error:
        return Health(name, "database", FAIL, Message("{error}", {"error": str(error)}))
    size = human_bytes(facts.bytes)
    detail = Message("{product} {version}, {size}", {"product": facts.product, "version": facts.version, "size": size})
    return Health(name, "database", OK, detail)


def _clock(runtime: Runtime) -> Health:
    drift = abs(runtime.clock() - runtime.database.facts().now)
    detail = Message("Server and database differ by {seconds} s.", {"seconds": round(drift.total_seconds(), 1)})
    if drift <= _MOST_DRIFT:
        return Health(Message("Clock"), "clock", OK, detail)
    return Health(Message("Clock"), "clock", WARN, detail, Message("Keep both machines in time with NTP."))


def _redis(runtime: Runtime) -> Health:
    name = Message("Redis")
    if not runtime.settings.redis_url:
        return Health(name, "server", OFF, Message("Not configured; jobs run in the worker process itself."))
    # Only where Redis is in use is its library worth loading.
    from jimu.jobs.rq_backend import is_reachable

    if is_reachable(runtime.settings.redis_url):
        return Health(name, "server", OK, Message("It answers."))
    advice = Message("Jobs wait until it is back; nothing is lost.")
    return Health(name, "server", FAIL, Message("It does not answer."), advice)


def _search(runtime: Runtime) -> Health:
    name, found = Message("Search"), runtime.database.facts().has_trigrams
    if found is None:
        return Health(name, "search", OK, Message("Words are found by the index of the database."))
    if found:
        return Health(name, "search", OK, Message("Words and parts of words are found by an index."))
    advice = Message("Install it: CREATE EXTENSION pg_trgm")
    return Health(name, "search", WARN, Message("Parts of words are looked for without an index."), advice)


def _disk(runtime: Runtime) -> Health:
    home = runtime.settings.home.resolve()
    usage = shutil.disk_usage(home)
    detail = Message(
        "{free} of {total} are free where {folder} lies.",
        {"free": human_bytes(usage.free), "total": human_bytes(usage.total), "folder": str(home)},
    )
    if usage.free >= _LEAST_FREE:
        return Health(Message("Disk"), "device-floppy", OK, detail)
    advice = Message("Make room, or uploads and the database come to a stop.")
    return Health(Message("Disk"), "device-floppy", WARN, detail, advice)


def _worker(runtime: Runtime) -> Health:
    """There is no heartbeat; a queue in which due jobs stay says that nobody works."""
    name = Message("Worker")
    with runtime.database.read() as transaction:
        due, counts = transaction.next_job_at(), transaction.count_jobs()
        paused = sorted(transaction.paused_kinds())
    if due is not None and runtime.clock() - due > _PATIENCE:
        detail = Message("A job has been due for {n} min.", {"n": (runtime.clock() - due) // timedelta(minutes=1)})
        return Health(name, "clock", FAIL, detail, Message("Start one: jimu worker"))
    dead = counts.get("dead", 0)
    if dead:
        detail = Message("Jobs that failed for good: {n}.", {"n": dead})
        return Health(name, "clock", WARN, detail, Message("Look at them under Jobs."))
    if EVERY_KIND in paused:
        return Health(
            name, "clock", WARN, Message("Every kind of job is paused."), Message("Let them go on under Jobs.")
        )
    if paused:
        detail = Message("Paused: {kinds}. Jobs waiting: {n}.", {"kinds": ", ".join(paused), "n": _waiting(counts)})
        return Health(name, "clock", WARN, detail, Message("Let them go on under Jobs."))
    return Health(name, "clock", OK, Message("Nothing is overdue. Jobs waiting: {n}.", {"n": _waiting(counts)}))


def _waiting(counts: dict[str, int]) -> int:
    return counts.get("waiting", 0)


def _assets(runtime: Runtime) -> Health:
    name = Message("Scripts and styles")
    if Assets.read().entries:
        return Health(name, "code", OK, Message("They are built."))
    return Health(name, "code", FAIL, Message("They are not built."), Message("Build them: make install"))


def _version(runtime: Runtime) -> Health:
    params = {"version": jimu.__version__, "python": platform.python_version(), "system": platform.system()}
    return Health(Message("Version"), "info-circle", OK, Message("Jimu {version}, Python {python}, {system}", params))


CHECKS: tuple[Callable[[Runtime], Health], ...] = (
    _version,
    _database,
    _search,
    _redis,
    _worker,
    _disk,
    _clock,
    _assets,
)


def human_bytes(n: int) -> str:
    """1.5 GB: a size as people read it."""
    size = float(n)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
