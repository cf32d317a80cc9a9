"""``jimu advise``: which indexes the questions asked so far would need, and which nobody needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jimu.cli.output import console, format_option, many, print_json, say
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.revisions.advice import Advice, IndexReport

MARKS = {"served": "✓", "few": "·", "advised": "!", "no_index": "·"}
STYLES = {"served": "green", "advised": "yellow"}


@click.command("advise")
@format_option
@click.option(
    "--least",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    metavar="N",
    help="Leave out what was asked less often.",
)
@pass_session
def advise_command(session: Session, output_format: str, least: int) -> None:
    """Say for every hot shape of question whether an index serves it, and which line of YAML would make one.

    Works from what the servers have counted: fields, never values. Changes nothing.
    """
    from jimu.revisions.advice import advise

    now = session.runtime.current
    report = advise(now.store, now.manifest, least)
    if output_format == "json":
        print_json(
            {
                "questions": [a.dump() for a in report.advice],
                "unused": [u.dump() for u in report.unused],
                "lines": [{"file": file, "line": line} for file, line in report.lines],
            }
        )
        return
    _print_report(report, least)


def _print_report(report: IndexReport, least: int) -> None:
    if not report.advice:
        say(f"nothing was asked at least {many(least, 'time')} yet", mark="·")
    for advice in report.advice:
        _print_advice(advice)
    out = console()
    for unused in report.unused:
        told = "no question seen uses it" if unused.scans is None else "the database has never used it"
        out.print(f"- {unused.object}: index over {', '.join(unused.columns)} in {unused.file}: {told}", markup=False)
    if report.lines:
        out.print("\nLines that would make the indexes advised (then: jimu plan, jimu apply):", style="bold")
    for file, line in report.lines:
        out.print(f"  {file}\n    {line}", markup=False)


def _print_advice(advice: Advice) -> None:
    from rich.text import Text

    out, question = console(), advice.question
    style = STYLES.get(advice.verdict, "dim")
    out.print(Text(f"{MARKS[advice.verdict]} ", style=style) + Text(_spelt(advice), style="bold"))
    mean, worst = question.spent / question.seen / 1000, question.worst / 1000
    out.print(
        Text(
            f"    seen {question.seen:,} times, {mean:.1f} ms on average, {worst:.1f} ms at worst; "
            f"{many(advice.records, 'record')}",
            style="dim",
        )
    )
    out.print(Text(f"    {advice.message}"))
    for word, explained in (("now", advice.now), ("then", advice.then)):
        if explained is not None:
            out.print(Text(f"    {word}: {'; '.join(explained.steps)}", style="dim"))
    if advice.effect is not None:
        out.print(Text(f"    {advice.effect}", style="dim"))


def _spelt(advice: Advice) -> str:
    """``opportunity list: stage =, close_on < >, by -amount``."""
    shape = advice.question.shape
    parts = [*(f"{n} =" for n in shape.equal), *(f"{n} < >" for n in shape.ranges)]
    parts += ["over lookups"] if shape.joins else []
    parts += ["other conditions"] if shape.other else []
    parts += [f"by {', '.join(shape.sort)}"] if shape.sort else []
    parts += [f"grouped by {', '.join(shape.groups)}"] if shape.groups else []
    return f"{shape.object} {shape.kind}{': ' if parts else ''}{', '.join(parts)}"
