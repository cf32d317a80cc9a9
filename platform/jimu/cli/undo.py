"""``jimu undo``: what was done to many records at once is taken back as a whole."""

from __future__ import annotations

import sys

import click

from jimu.cli.exits import Exit
from jimu.cli.output import console, fail, format_option, print_json, say
from jimu.cli.session import Session, pass_session


@click.command("undo")
@click.argument("unit")
@click.option("--overwrite", is_flag=True, help="Also records that were changed since.")
@click.option("--dry-run", is_flag=True, help="Say what it would meet and change nothing.")
@format_option
@pass_session
def undo_command(session: Session, unit: str, overwrite: bool, dry_run: bool, output_format: str) -> None:
    """Take UNIT back: an import, a mass change, a merge or another undo, by the id that was told when it was done.

    Records that somebody has changed since stay as they are and are listed, unless --overwrite is given.

    Exit codes: 0 all was taken back, 1 some records stayed, 2 called wrongly, 3 something outside is in the way.
    """
    from jimu.bulk import carry_on, failures_of, foresee_undo, load_run, start_undo
    from jimu.fieldtypes.ids import decode_id, encode_id

    try:
        number = decode_id(unit)
    except ValueError:
        raise click.BadParameter(f"{unit} is no id.", param_hint="UNIT") from None
    context = session.context()
    run = load_run(number, context)
    if dry_run:
        found = foresee_undo(run, context)
        told = {"unit": unit, "records": found.total, "conflicts": found.conflicts, "lost": found.lost}
        if output_format == "json":
            print_json(told)
        else:
            say(f"{found.total:,} records, of which {found.conflicts:,} were changed since, {found.lost:,} are lost")
        sys.exit(Exit.PROBLEMS if found.conflicts or found.lost else Exit.OK)
    with console(to_stderr=True).status("Taking it back …"):
        done = carry_on(start_undo(run, context, overwrite=overwrite).id, context)
    failures = failures_of(done, context, 20)
    if output_format == "json":
        print_json(
            {"unit": encode_id(done.id), "state": done.state, "changed": done.changed, "failures": done.failures,
             "problems": [{"id": encode_id(i.id), "reason": str(i.reason or "")} for i in failures]}
        )  # fmt: skip
    else:
        say(f"{done.changed:,} records were put back; this can be taken back too: jimu undo {encode_id(done.id)}")
        if done.failures:
            fail(f"{done.failures:,} records stayed as they are.")
            for item in failures:
                fail(f"{encode_id(item.id)}: {item.reason or ''}", mark=" ")
    sys.exit(Exit.PROBLEMS if done.failures or done.state != "done" else Exit.OK)
