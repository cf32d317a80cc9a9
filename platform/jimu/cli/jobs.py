"""``jimu jobs``: what waits in the queue, what has died there, and which kinds are paused."""

from __future__ import annotations

import click

from jimu.cli.exits import Exit
from jimu.cli.output import fail, format_option, print_json, print_table, say
from jimu.cli.session import Session, pass_session

EVERY_KIND = "*"
STATES = ("waiting", "running", "done", "dead")


@click.group("jobs")
def jobs_group() -> None:
    """Look at the queue of jobs, and hold it up."""


@jobs_group.command("list")
@click.option("--state", type=click.Choice(STATES), default="dead", show_default=True)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@format_option
@pass_session
def list_command(session: Session, state: str, limit: int, output_format: str) -> None:
    """List jobs in a state, the newest first."""
    with session.runtime.database.read() as transaction:
        counts = transaction.count_jobs()
        rows = transaction.list_jobs(state, limit)
        paused = transaction.paused_kinds()
    if output_format == "json":
        pauses = [{"kind": kind, "since": since, "by": by} for kind, (since, by) in sorted(paused.items())]
        print_json({"counts": counts, "jobs": rows, "paused": pauses})
        return
    for kind, (since, by) in sorted(paused.items()):
        say(f"{_called(kind)} paused since {since:%Y-%m-%d %H:%M} UTC by {by}", mark="·")
    say(", ".join(f"{counts.get(s, 0)} {s}" for s in STATES), mark="·")
    columns = ("id", "kind", "attempts", "due", "error")
    print_table(columns, [(r["id"], r["kind"], r["attempts"], r["run_at"], _last_line(r["error"])) for r in rows])


def _last_line(error: str | None) -> str:
    return ((error or "").strip().splitlines() or [""])[-1]


@jobs_group.command("kinds")
@format_option
@pass_session
def kinds_command(session: Session, output_format: str) -> None:
    """List how each kind of job fares: what waits, runs and failed, and how long those of the last day took."""
    runtime = session.runtime
    with runtime.database.read() as transaction:
        found = transaction.job_figures(runtime.clock())
    rows = [
        {
            "kind": f.kind, "waiting": f.waiting, "running": f.running, "dead": f.dead, "done_in_last_day": f.done,
            "median_seconds": f.quantile(0.5), "p95_seconds": f.quantile(0.95), "oldest_due": f.oldest,
        }
        for f in found
    ]  # fmt: skip
    if output_format == "json":
        print_json({"kinds": rows})
        return
    print_table(tuple(rows[0]) if rows else ("kind",), [tuple(row.values()) for row in rows])


@jobs_group.command("revive")
@click.argument("job_id", type=int)
@pass_session
def revive_command(session: Session, job_id: int) -> None:
    """Try a dead job again, as if for the first time."""
    runtime = session.runtime
    with runtime.database.write() as transaction:
        done = transaction.revive_job(job_id, runtime.clock())
    _say(done, f"job {job_id} is due again", f"there is no dead job {job_id}")


@jobs_group.command("pause")
@click.argument("kind", default=EVERY_KIND)
@pass_session
def pause_command(session: Session, kind: str) -> None:
    """Let no worker take jobs of KIND, or of any kind. What runs is finished."""
    runtime = session.runtime
    with runtime.database.write() as transaction:
        done = transaction.pause_jobs(kind, runtime.clock(), "jimu jobs")
    say(f"{_called(kind)} {'are' if done else 'were already'} paused")


@jobs_group.command("resume")
@click.argument("kind", default=EVERY_KIND)
@pass_session
def resume_command(session: Session, kind: str) -> None:
    """Let jobs of KIND go on, or the pause of all end; kinds paused by name stay paused."""
    with session.runtime.database.write() as transaction:
        done = transaction.resume_jobs(kind)
    _say(done, f"{_called(kind)} go on", f"{_called(kind)} are not paused")


def _say(done: bool, text: str, refusal: str) -> None:
    """What was done, or why not, with an exit that says so."""
    if not done:
        fail(refusal)
        raise click.exceptions.Exit(Exit.PROBLEMS)
    say(text)


def _called(kind: str) -> str:
    return "all jobs" if kind == EVERY_KIND else f"jobs of the kind {kind}"
