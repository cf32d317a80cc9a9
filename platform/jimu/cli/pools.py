"""``jimu pools``: what lies in pools, what the next run would return, running, and who would get a record."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from jimu.cli.exits import Exit
from jimu.cli.output import fail, format_option, print_json, print_table, say
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.definitions.kinds.pool import PoolDef


@click.group("pools")
def pools_group() -> None:
    """Look at pools and run them."""


@pools_group.command("list")
@format_option
@pass_session
def list_command(session: Session, output_format: str) -> None:
    """The pools, with the number of records that lie in each and their last runs."""
    from jimu.flows.pools import latest_runs, pools_for_member
    from jimu.records import ListRequest, read

    context = session.context()
    rows = []
    for pool in pools_for_member(context):
        where = pool.layout.where if pool.layout else None
        page = read.list_records(ListRequest(pool.object, where=where, fields=("id",), limit=1, count="exact"), context)
        last = next(iter(latest_runs(pool.name, context, 1)), None)
        count = page.count.value if page.count else 0
        rows.append(
            (pool.name, pool.object, count, last.day.isoformat() if last else "", last.returned if last else "")
        )
    if output_format == "json":
        names = ("pool", "object", "records", "last_run", "returned")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_table(("pool", "object", "records", "last run", "went back"), rows)


@pools_group.command("preview")
@click.argument("pool", required=False)
@click.option("--on", "day", metavar="DAY", help="The day of the run, like 2026-10-01; tomorrow if not given.")
@format_option
@pass_session
def preview_command(session: Session, pool: str | None, day: str | None, output_format: str) -> None:
    """What the run of a day would return if nothing happened before, per owner, with the rule."""
    from jimu.fieldtypes.ids import encode_id
    from jimu.flows.pools import foresee
    from jimu.records import read

    context = session.context()
    found = []
    for one in _pools(session, pool):
        forecast = foresee(one, _day(day), context)
        titles = read.resolve_titles([o.owner for o in forecast.owners], context)
        for owner in forecast.owners:
            for rule, count in owner.by_rule.items():
                records = [encode_id(d.id) for d in owner.records if d.rule.name == rule]
                found.append((one.name, forecast.day.isoformat(), titles.get(owner.owner, ""), rule, count, records))
    if output_format == "json":
        names = ("pool", "day", "owner", "rule", "count", "records")
        print_json([dict(zip(names, row, strict=True)) for row in found])
        return
    print_table(
        ("pool", "day", "owner", "rule", "records", "among them"),
        [(p, d, o, r, n, ", ".join(ids[:3])) for p, d, o, r, n, ids in found],
    )


@pools_group.command("run")
@click.argument("pool", required=False)
@click.option("--again", is_flag=True, help="Also where the run of the present day is done already.")
@format_option
@pass_session
def run_command(session: Session, pool: str | None, again: bool, output_format: str) -> None:
    """Run pools for the present day: what is due goes back, owners are warned."""
    from jimu.flows.pools import run_pool

    context = session.context()
    runs = [run_pool(one, context, again=again) for one in _pools(session, pool) if one.returns]
    if output_format == "json":
        print_json(
            [
                {
                    "pool": r.pool,
                    "day": r.day.isoformat(),
                    "returned": r.returned,
                    "warned": r.warned,
                    "failures": r.failures,
                }
                for r in runs
            ]
        )
        return
    for run in runs:
        say(f"{run.pool}: {run.returned} went back, {run.warned} warned of, {run.failures} could not be returned")


@pools_group.command("explain")
@click.argument("object")
@click.argument("record")
@pass_session
def explain_command(session: Session, object: str, record: str) -> None:
    """Who would get the record by each assignment rule, and why."""
    from jimu.fieldtypes.ids import decode_id
    from jimu.flows.assignments import explain

    for found in explain(object, decode_id(record), session.context()):
        if not found.holds:
            say(f"{found.rule.name}: does not take it")
            continue
        names = {v.candidate.id: v.candidate.name for v in found.verdicts}
        who = names.get(found.person or 0, "nobody")
        say(f"{found.rule.name}: {who}" + (f" ({found.why.render()})" if found.why else ""))
        print_table(
            ("candidate", "load", "today", "score", "hindrance"),
            [
                (v.candidate.name, v.candidate.load, v.candidate.today, v.candidate.score or "", v.hindrance)
                for v in found.verdicts
            ],
        )


def _pools(session: Session, name: str | None) -> list[PoolDef]:
    pools = session.context().manifest.all("pool")
    if name is None:
        return sorted(pools.values(), key=lambda p: p.name)
    if name not in pools:
        fail(f"there is no pool called {name}")
        raise click.exceptions.Exit(Exit.PROBLEMS)
    return [pools[name]]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("a day is written like 2026-10-01", param_hint="--on") from None
