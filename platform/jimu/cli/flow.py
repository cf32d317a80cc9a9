"""``jimu flow``: approval flows looked at from outside: who would be asked, and what a change would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jimu.cli.output import console, format_option, print_json, say
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.flows.approvals.foreseeing import Comparison, Forecast


@click.group("flow")
def flow_group() -> None:
    """Approval flows: try one out on a record, and a changed one on what has happened."""


@flow_group.command("simulate")
@click.argument("flow")
@click.option("--record", "record", metavar="ID", help="The record that would be handed in.")
@click.option("--as", "email", metavar="EMAIL", help="Who would hand it in; otherwise the record's owner.")
@click.option(
    "--replay", type=click.IntRange(1, 500), metavar="N",
    help="Compare the last N approvals that ended with the way they would take by the flow in the workspace folder.",
)  # fmt: skip
@format_option
@pass_session
def simulate_command(
    session: Session, output_format: str, flow: str, record: str | None, email: str | None, replay: int | None
) -> None:
    """Say who would be asked, in which order and until when, by FLOW. Stores nothing."""
    if (record is None) == (replay is None):
        raise click.UsageError("Give either --record or --replay.")
    if replay is not None:
        _replay(session, flow, replay, output_format)
    else:
        _simulate(session, flow, record or "", email, output_format)


@flow_group.command("migrate")
@click.argument("flow")
@click.option("--node", "nodes", multiple=True, metavar="OLD=NEW", help="What a node is called now; several times.")
@click.option("--do", is_flag=True, help="Do it; otherwise it is only said what would come of it.")
@pass_session
def migrate_command(session: Session, flow: str, nodes: tuple[str, ...], do: bool) -> None:
    """Bring the running approvals of FLOW to the text of it that is in force. A dry run unless --do is given."""
    from jimu.access import SYSTEM
    from jimu.fieldtypes.ids import encode_id
    from jimu.flows.approvals.looking_after import migrate

    mapping = dict(n.split("=", 1) for n in nodes if "=" in n)
    found = migrate(flow, session.runtime.context(SYSTEM), nodes=mapping, dry_run=not do, comment="jimu flow migrate")
    for row in found:
        if row.problem is not None:
            say(f"{encode_id(row.approval)} {row.subject}: {row.problem}", mark="!")
    good = sum(row.problem is None for row in found)
    say(f"{good} of {len(found)} {'were' if do else 'would be'} migrated", mark="·")


def _simulate(session: Session, name: str, record: str, email: str | None, output_format: str) -> None:
    from dataclasses import replace

    from jimu.access import SYSTEM
    from jimu.fieldtypes.ids import decode_id
    from jimu.flows.approvals.facts import Facts
    from jimu.flows.approvals.foreseeing import foresee
    from jimu.flows.approvals.versions import current_flow

    context = session.runtime.context(SYSTEM)
    flow = current_flow(context.manifest, name)
    with context.store.read() as transaction:
        inner = replace(context, transaction=transaction)
        facts = Facts(inner, flow, decode_id(record), 0)
        found = facts.ask_named([email.lower()]) if email else facts.ask_owner()
        if not found:
            raise click.ClickException("Nobody hands it in: the record has no owner, or nobody has this address.")
        forecast = foresee(flow, decode_id(record), inner, submitter=found[0])
        names = {p.id: p.name for p in facts.organisation.people.values()}
    if output_format == "json":
        print_json(_dump(forecast, names))
    else:
        _print(forecast, names)


def _dump(forecast: Forecast, names: dict[int, str]) -> dict[str, Any]:
    steps = [
        {
            "node": s.node, "type": s.type, "why": s.why,
            "people": [
                {"name": names.get(a.person or 0, a.pool), "how": a.how or "asked",
                 "due": a.due.isoformat() if a.due else None}
                for a in s.people
            ],
        }
        for s in forecast.steps
    ]  # fmt: skip
    problem = str(forecast.problem) if forecast.problem else None
    return {"flow": forecast.flow, "end": forecast.end or None, "problem": problem, "steps": steps}


def _print(forecast: Forecast, names: dict[int, str]) -> None:
    out = console()
    for step in forecast.steps:
        why = f"  ({step.why})" if step.why else ""
        out.print(f"{step.node}  [{step.type}]{why}", markup=False, style="bold")
        for asked in step.people:
            due = f", until {asked.due:%Y-%m-%d %H:%M} UTC" if asked.due else ""
            how = f": {asked.how}" if asked.how else ""
            out.print(f"    {names.get(asked.person or 0, asked.pool)}{how}{due}", markup=False)
    if forecast.problem is not None:
        say(f"it would not go through: {forecast.problem}", mark="!")
    else:
        say(f"it would end as {forecast.end}" if forecast.end else "it would come to a stop", mark="·")


def _replay(session: Session, name: str, last: int, output_format: str) -> None:
    from dataclasses import replace

    from jimu.access import SYSTEM
    from jimu.fieldtypes.ids import encode_id
    from jimu.flows.approvals.foreseeing import compare
    from jimu.flows.approvals.versions import current_flow

    context = session.runtime.context(SYSTEM)
    flow = current_flow(session.runtime.load_workspace(), name)
    with context.store.read() as transaction:
        found = compare(flow, replace(context, transaction=transaction), last)
    if output_format == "json":
        rows = [{"approval": encode_id(c.approval), "same": c.is_same, "before": c.before, "now": c.now} for c in found]
        print_json({"flow": name, "compared": len(found), "same": sum(c.is_same for c in found), "rows": rows})
        return
    for row in found:
        _print_comparison(row)
    say(f"{sum(c.is_same for c in found)} of {len(found)} would go the same way", mark="·")


def _print_comparison(row: Comparison) -> None:
    from jimu.fieldtypes.ids import encode_id

    if row.is_same:
        return
    out = console()
    out.print(f"{encode_id(row.approval)}", style="bold", markup=False)
    out.print(f"    was  {' → '.join(row.before)}", markup=False)
    out.print(f"    now  {row.problem or ' → '.join(row.now)}", markup=False)
