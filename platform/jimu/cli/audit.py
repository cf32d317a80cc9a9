"""``jimu audit``: take the audit out, check it, move old entries into an archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from jimu.cli.exits import Exit
from jimu.cli.output import fail, say
from jimu.cli.session import Session, pass_session


@click.group("audit")
def audit_group() -> None:
    """The audit: who came in, who saw and took out what, who changed permissions."""


@audit_group.command("verify")
@click.option("--noted", metavar="NUMBER:HASH", help="What an earlier check or the audit's page told, kept elsewhere.")
@click.option("--archive", "archives", multiple=True, type=click.Path(exists=True, path_type=Path),
              help="Check this archive too; may be given several times.")
@pass_session
def verify_command(session: Session, noted: str | None, archives: tuple[Path, ...]) -> None:
    """Check that every entry is there and as it was written; tells the first that is not."""
    from jimu.access.audit import verify_audit

    runtime = session.runtime
    with runtime.database.read() as transaction:
        verdict = verify_audit(transaction, runtime.secret_key, _noted(noted))
    is_whole = verdict.is_whole
    for path in archives:
        is_whole = _check_archive(path, verdict.head.anchor, verdict.head.anchor_hash) and is_whole
    if not verdict.is_whole:
        fail(f"broken at entry {verdict.place}: {verdict.reason}")
    if not is_whole:
        raise click.exceptions.Exit(Exit.PROBLEMS)
    say(f"whole: {verdict.checked} entries; note this elsewhere: {verdict.head.count}:{verdict.head.hash}")


def _check_archive(path: Path, anchor: int, anchor_hash: str) -> bool:
    from jimu.exchange.audit_files import verify_archive

    number, last, broken = verify_archive(path)
    if broken is None and number == anchor and last != anchor_hash:
        broken = number
    if broken is not None:
        fail(f"{path}: broken at entry {broken}")
        return False
    say(f"{path}: whole up to entry {number}")
    return True


@audit_group.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Before this day (UTC).")
@click.option("--group", "groups", multiple=True, help="login, account, access, read, export, data, …")
@pass_session
def export_command(
    session: Session, file: Path, since: datetime | None, until: datetime | None, groups: tuple[str, ...]
) -> None:
    """Write entries into FILE, as .csv or .jsonl, oldest first."""
    from jimu.access.audit import By
    from jimu.access.audit_kinds import GROUPS, kinds_in
    from jimu.exchange.audit_files import AuditExport, export_audit
    from jimu.storage.audit import AuditSearch

    unknown = [g for g in groups if g not in GROUPS]
    if unknown:
        raise click.UsageError(f"--group takes one of {', '.join(GROUPS)}, not {unknown[0]}")
    search = AuditSearch(kinds=kinds_in(groups) if groups else (), since=_utc(since), until=_utc(until))
    context = session.context()
    wanted = AuditExport(search, "csv" if file.suffix == ".csv" else "jsonl", session.runtime.translator("en"))
    with file.open("wb") as stream:
        count = export_audit(stream, wanted, context.store, By(context.actor, context.clock()))
    say(f"{count} entries in {file}")


@audit_group.command("archive")
@click.option("--days", type=click.IntRange(1), help="Entries older than this; default: JIMU_AUDIT_DAYS.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to; default: audit under home.")
@pass_session
def archive_command(session: Session, days: int | None, folder: Path | None) -> None:
    """Move old entries into a file; the chain goes on from where they end. Keep the file: it can be checked."""
    from jimu.access.audit import By
    from jimu.exchange.audit_files import archive_audit

    age = days or session.settings.audit_days
    if not age:
        raise click.UsageError("say --days, or set JIMU_AUDIT_DAYS")
    context = session.context()
    before = context.clock() - timedelta(days=age)
    target = folder or session.settings.home / "audit"
    made = archive_audit(session.runtime.database, target, before, By(context.actor, context.clock()))
    say(f"{made[1]} entries in {made[0]}" if made else "nothing is that old")


def _noted(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, hash = text.partition(":")
    if not number.isdigit() or len(hash) != 64:
        raise click.UsageError("--noted takes a number, a colon and a hash of 64 signs")
    return int(number), hash


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
