"""``jimu plan`` and ``jimu apply``: what the workspace would change in the database, and doing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from jimu.cli.exits import Exit
from jimu.cli.output import STYLES, console, format_option, many, print_json, say
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.revisions import Finding, Plan

MARKS = {"safe": "+", "warning": "!", "blocking": "✗"}


@click.command("plan")
@format_option
@click.option("--allow", multiple=True, metavar="CODE", help="As for apply: let findings of this code pass.")
@click.option("--people", type=click.IntRange(0), default=20, show_default=True, metavar="N",
              help="Of how many people to tell what they would gain or lose; 0: of all.")
@pass_session
def plan_command(session: Session, output_format: str, allow: tuple[str, ...], people: int) -> None:
    """Say in words and counts what applying the workspace would do, to definitions and to data. Changes nothing.

    Exit code 1 if a finding would stop the apply.
    """
    from dataclasses import replace

    from jimu import revisions

    runtime = session.prepared
    planned = revisions.plan(replace(runtime.deployment(), looked_at=people), runtime.load_workspace())
    refused = planned.refused(frozenset(allow))
    if output_format == "json":
        print_json({**planned.dump(), "refused": [f.code for f in refused]})
    else:
        _print_plan(planned)
    if refused:
        raise click.exceptions.Exit(Exit.PROBLEMS)


@click.command("apply")
@format_option
@click.option("--allow", multiple=True, metavar="CODE", help="Accept blocking findings: CODE or CODE:ADDRESS.")
@click.option("--force", is_flag=True, help="Accept every finding that can be accepted.")
@click.option("--note", default="", help="Kept with the revision.")
@click.option("--author", default="", help="Who applies; default: the git author, else the system's user.")
@pass_session
def apply_command(
    session: Session, output_format: str, allow: tuple[str, ...], force: bool, note: str, author: str
) -> None:
    """Bring the workspace into force, in one transaction under a lock. Every process sees it within seconds."""
    from dataclasses import replace

    from jimu import revisions

    runtime = session.prepared
    manifest = runtime.load_workspace()
    origin = replace(revisions.git_origin(session.settings.workspace), note=note)
    if author:
        origin = replace(origin, author=author)
    allowed = (*allow, "all") if force else allow
    applied = revisions.apply(runtime.deployment(), manifest, origin, allow=allowed)
    runtime.refresh()
    if output_format == "json":
        print_json({"revision": applied.revision, "changed": applied.changed, "plan": applied.plan.dump()})
        return
    if applied.changed:
        _print_plan(applied.plan)
        say(f"revision {applied.revision} is in force ({manifest.revision[:12]})")
    else:
        say("nothing to do: the database runs this configuration")


def print_findings(findings: Iterable[Finding], *, to_stderr: bool = False) -> None:
    from rich.text import Text

    out = console(to_stderr=to_stderr)
    for finding in findings:
        style = STYLES[finding.severity.value]
        out.print(Text(f"  {MARKS[finding.severity.value]} ", style=style) + Text(str(finding.message))
                  + Text(f"  [{finding.code}]", style="dim"))
        for example in finding.examples:
            out.print(Text(f"      {example}", style="dim"))


def _print_plan(planned: Plan) -> None:
    if planned.is_empty:
        say("nothing to do: the database runs this configuration")
        return
    if planned.before is None:
        say(f"a new database: {many(len(planned.findings), 'definition')}")
        return
    print_findings(planned.findings)
    by_severity = {s: sum(f.severity.value == s for f in planned.findings) for s in MARKS}
    console().print(
        f"{many(len(planned.findings), 'change')}: {by_severity['safe']} safe, {by_severity['warning']} to look at, "
        f"{by_severity['blocking']} blocking", style="bold",
    )
