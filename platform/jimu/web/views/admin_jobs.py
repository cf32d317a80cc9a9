"""The queue: what waits, runs, is done, has failed; try a dead one again, take a waiting one out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.errors import Conflict, NotFound
from jimu.messages import Message
from jimu.storage.job_figures import JobFigures
from jimu.storage.jobs import MOST_COUNTED
from jimu.web.pages.job_progress import progress_of
from jimu.web.responses import go, whole_number
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

STATES = {
    "waiting": Message("Waiting"),
    "running": Message("Running"),
    "dead": Message("Failed"),
    "done": Message("Done"),
}
COLORS = {"waiting": "choice-blue", "running": "choice-orange", "dead": "choice-red", "done": "choice-green"}
PAGE_SIZE = 50
PRIORITIES = {0: Message("First"), 1: Message("Ordinary"), 2: Message("Has time")}
EVERY_KIND = "*"


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/jobs", list_jobs, "jobs")
    add(blueprint, "/admin/jobs/pause", pause, "jobs", post=True)
    add(blueprint, "/admin/jobs/resume", resume, "jobs", post=True)
    add(blueprint, "/admin/jobs/<number>", show_job, "jobs")
    add(blueprint, "/admin/jobs/<number>/retry", retry, "jobs", post=True)
    add(blueprint, "/admin/jobs/<number>/cancel", cancel, "jobs", post=True)


def list_jobs() -> Response:
    """Jobs in one state, newest first; that of the most interest first: what failed, else what waits."""
    now = visit()
    kind, before = request.args.get("kind", "").strip()[:200], whole_number(request.args.get("before"))
    with now.runtime.database.read() as transaction:
        counts = transaction.count_jobs()
        state = request.args.get("state", "")
        state = state if state in STATES else "dead" if counts.get("dead") else "waiting"
        found = transaction.list_jobs(state, PAGE_SIZE + 1, before, kind)
        paused = transaction.paused_kinds()
        figures = transaction.job_figures(now.runtime.clock())
    rows = found[:PAGE_SIZE]
    progress = progress_of(rows, now.snapshot.store, now.manifest)
    query = urlencode({"state": state, "kind": kind, "before": rows[-1]["id"]}) if len(found) > PAGE_SIZE else ""
    return admin_page(
        "jobs",
        now.say(Message("Jobs")),
        "jobs",
        rows=[(row, _took(row), _last_line(row), progress.get(row["id"])) for row in rows],
        kinds=[_kind_row(one) for one in figures],
        counts={code: f"{n:,}+" if n >= MOST_COUNTED else str(n) for code, n in counts.items()},
        states=STATES,
        colors=COLORS,
        state=state,
        kind=kind,
        paused=sorted(paused.items()),
        everything=EVERY_KIND,
        next=f"/admin/jobs?{query}" if query else "",
        now=now.runtime.clock(),
    )


def show_job(number: str) -> Response:
    now, job = visit(), _find(number)
    return admin_page(
        "job",
        now.say(Message("Job {number}", {"number": job["id"]})),
        "jobs",
        job=job,
        took=_took(job),
        progress=progress_of([job], now.snapshot.store, now.manifest).get(job["id"]),
        states=STATES,
        colors=COLORS,
        priority=now.say(PRIORITIES[job["priority"]]) if job["priority"] in PRIORITIES else str(job["priority"]),
        payload=json.dumps(job["payload"], ensure_ascii=False, indent=2, default=str),
    )


def pause() -> Response:
    """No worker takes jobs of a kind, or of any, until somebody lets them go on; what runs is finished."""
    now, kind = visit(), _kind()
    by = now.actor.name or now.actor.email
    with now.runtime.database.write() as transaction:
        transaction.pause_jobs(kind, now.runtime.clock(), by)
    return go("/admin/jobs?state=waiting", Message("Paused. What is due waits; nothing is lost."))


def resume() -> Response:
    now, kind = visit(), _kind()
    with now.runtime.database.write() as transaction:
        transaction.resume_jobs(kind)
    return go("/admin/jobs?state=waiting", Message("It goes on."))


def _kind() -> str:
    """The kind that the form names; without one, every kind."""
    return request.form.get("kind", "").strip()[:200] or EVERY_KIND


def retry(number: str) -> Response:
    """As if for the first time."""
    now, job = visit(), _find(number)
    with now.runtime.database.write() as transaction:
        revived = transaction.revive_job(job["id"], now.runtime.clock())
    if not revived:
        raise Conflict(Message("Only a job that failed can be tried again, and only if no like one waits."))
    return go("/admin/jobs?state=waiting", Message("Job {number} is due again.", {"number": job["id"]}))


def cancel(number: str) -> Response:
    """It goes to the failed ones, with who took it out, and can be brought back from there."""
    now, job = visit(), _find(number)
    reason = f"cancelled by {now.actor.name or now.actor.email}"
    with now.runtime.database.write() as transaction:
        cancelled = transaction.cancel_job(job["id"], now.runtime.clock(), reason)
    if not cancelled:
        raise Conflict(Message("This job does not wait any more."))
    return go("/admin/jobs?state=waiting", Message("Job {number} was cancelled.", {"number": job["id"]}))


def _find(number: str) -> dict[str, Any]:
    with visit().runtime.database.read() as transaction:
        found = transaction.get_job(whole_number(number) or 0)
    if found is None:
        raise NotFound(Message("There is no such job (any more)."))
    return found


def _took(job: dict[str, Any]) -> str:
    """How long the last try took, or takes until now; '' where it is not known."""
    begun = job["started_at"]
    if begun is None or job["status"] == "waiting":
        return ""
    ended = job["finished_at"] or visit().runtime.clock()
    return _length(max((ended - begun) / timedelta(seconds=1), 0))


def _length(seconds: float | None) -> str:
    """'' for None."""
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _kind_row(figures: JobFigures) -> dict[str, Any]:
    """A row of the table of kinds; ``oldest``: for how long the oldest due job has waited."""
    waited = visit().runtime.clock() - figures.oldest if figures.oldest is not None else None
    return {
        "kind": figures.kind,
        "waiting": figures.waiting,
        "running": figures.running,
        "dead": figures.dead,
        "done": figures.done,
        "median": _length(figures.quantile(0.5)),
        "most": _length(figures.quantile(0.95)),
        "oldest": _length(max(waited.total_seconds(), 0)) if waited is not None else "",
    }


def _last_line(job: dict[str, Any]) -> str:
    lines = (job["error"] or "").strip().splitlines()
    return lines[-1][:300] if lines else ""
