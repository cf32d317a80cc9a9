"""``jimu jobs``: what waits in the queue, and what has died there."""

from __future__ import annotations

import click

from jimu.cli.exits import Exit
from jimu.cli.output import fail, format_option, print_json, print_table, say
from jimu.cli.session import Session, pass_session

STATES = ("waiting", "running", "done", "dead")


@click.group("jobs")
def jobs_group() -> None:
    """Look at the queue of jobs."""


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
    if output_format == "json":
        print_json({"counts": counts, "jobs": rows})
        return
    say(", ".join(f"{counts.get(s, 0)} {s}" for s in STATES), mark="·")
    print_table(("id", "kind", "attempts", "due", "error"), [
        (r["id"], r["kind"], r["attempts"], r["run_at"], (r.get("error") or "").strip().splitlines()[-1:] and
         (r.get("error") or "").strip().splitlines()[-1]) for r in rows
    ])


@jobs_group.command("revive")
@click.argument("job_id", type=int)
@pass_session
def revive_command(session: Session, job_id: int) -> None:
    """Try a dead job again, as if for the first time."""
    runtime = session.runtime
    with runtime.database.write() as transaction:
        revived = transaction.revive_job(job_id, runtime.clock())
    if not revived:
        fail(f"there is no dead job {job_id}")
        raise click.exceptions.Exit(Exit.PROBLEMS)
    say(f"job {job_id} is due again")
