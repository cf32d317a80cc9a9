"""``jimu revisions`` and ``jimu rollback``: what was applied, and going back."""

from __future__ import annotations

import click

from jimu.cli.output import format_option, print_json, print_table, say
from jimu.cli.session import Session, pass_session


@click.command("revisions")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@format_option
@pass_session
def revisions_command(session: Session, limit: int, output_format: str) -> None:
    """List the revisions that were applied, the one in force first."""
    from jimu import revisions

    rows = revisions.list_revisions(session.prepared.database, limit)
    if output_format == "json":
        print_json([
            {"revision": r.id, "hash": r.hash, "at": r.at, "author": r.author, "commit": r.commit, "note": r.note,
             "in_force": r is rows[0]} for r in rows
        ])
        return
    print_table(
        ("", "revision", "hash", "applied", "author", "commit", "note"),
        [("→" if r is rows[0] else "", r.id, r.hash[:12], f"{r.at:%Y-%m-%d %H:%M}", r.author, r.commit[:10], r.note)
         for r in rows],
    )


@click.command("rollback")
@click.argument("revision", required=False)
@click.option("--allow", multiple=True, metavar="CODE", help="Accept blocking findings of this code.")
@click.option("--force", is_flag=True, help="Accept every finding that can be accepted.")
@click.option("--note", default="", help="Kept with the revision.")
@format_option
@pass_session
def rollback_command(
    session: Session, revision: str | None, allow: tuple[str, ...], force: bool, note: str, output_format: str
) -> None:
    """Return to REVISION (a number from ``jimu revisions``, or the beginning of a hash; without it, to the one before).
    Loses no data.

    It is applied again as a new revision; fields that came after it are hidden and keep their values. The files of
    the workspace on disk stay as they are.
    """
    from jimu import revisions
    from jimu.cli.plan import print_findings

    runtime = session.prepared
    revision = revision or _one_before(session)
    wanted = int(revision) if revision.isdigit() and len(revision) < 10 else revision
    origin = revisions.Origin(author=revisions.git_origin(session.settings.workspace).author, note=note)
    applied = revisions.rollback(runtime.deployment(), wanted, origin, allow=(*allow, "all") if force else allow)
    runtime.refresh()
    if output_format == "json":
        print_json({"revision": applied.revision, "changed": applied.changed, "plan": applied.plan.dump()})
        return
    if not applied.changed:
        say("nothing to do: the database runs that configuration")
        return
    print_findings(applied.plan.findings)
    say(f"revision {applied.revision} is in force, with the configuration of revision {revision}")


def _one_before(session: Session) -> str:
    """The number of the revision before the one in force. Raises NotFound when nothing else was ever in force."""
    from jimu import revisions
    from jimu.errors import NotFound
    from jimu.messages import Message

    rows = revisions.list_revisions(session.prepared.database, 2)
    if len(rows) < 2:
        raise NotFound(Message("There is no earlier revision to return to."))
    return str(rows[1].id)
