"""``jimu doctor``: look at everything that must be in place, and say what is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click

from jimu.cli.exits import Exit
from jimu.cli.output import fail, format_option, print_json, say
from jimu.cli.session import Session, pass_session

NOTHING_YET = "nothing to be read in this database yet"


@dataclass(frozen=True)
class Finding:
    name: str
    ok: bool
    detail: str


@click.command("doctor")
@format_option
@pass_session
def doctor_command(session: Session, output_format: str) -> None:
    """Check workspace, data folder, database, Redis, assets, organisation. Changes nothing. Exit code 3: one fails."""
    found = [check(session) for check in CHECKS]
    if output_format == "json":
        print_json([{"check": f.name, "ok": f.ok, "detail": f.detail} for f in found])
    else:
        for f in found:
            (say if f.ok else fail)(f"{f.name}: {f.detail}")
    if not all(f.ok for f in found):
        raise click.exceptions.Exit(Exit.ENVIRONMENT)


def _workspace(session: Session) -> Finding:
    from jimu.definitions import find_workspace

    root = find_workspace(session.settings.workspace)
    return Finding("workspace", root is not None, str(root or f"none at {session.settings.workspace.resolve()}"))


def _home(session: Session) -> Finding:
    import os

    home = session.settings.home
    nearest = next(p for p in (home.resolve(), *home.resolve().parents) if p.exists())
    writable = os.access(nearest, os.W_OK)
    return Finding("data folder", writable, f"{home.resolve()}{'' if writable else ' cannot be written'}")


def _database(session: Session) -> Finding:
    from jimu.storage import StoreError

    try:
        reachable = session.opened.database.is_reachable()
    except (StoreError, OSError, ValueError) as error:
        return Finding("database", False, str(error))
    return Finding("database", reachable, f"{session.opened.database.url!r}{'' if reachable else ' does not answer'}")


def _redis(session: Session) -> Finding:
    if not session.settings.redis_url:
        return Finding("redis", True, "not configured; jobs run in the worker process itself")
    from jimu.jobs.rq_backend import is_reachable

    reachable = is_reachable(session.settings.redis_url)
    return Finding("redis", reachable, f"{session.settings.redis_url}{'' if reachable else ' does not answer'}")


def _assets(_session: Session) -> Finding:
    from jimu.app.assets import FOLDER

    built = FOLDER.is_dir() and any(FOLDER.iterdir())
    return Finding("assets", built, str(FOLDER) if built else f"{FOLDER} is empty; build them with: make install")


def _organisation(session: Session) -> Finding:
    """What should be looked at is told; work goes on all the same."""
    from jimu.access.actor import SYSTEM
    from jimu.errors import JimuError
    from jimu.records.organisation import view_organisation
    from jimu.storage import StoreError

    opened = session.opened
    try:
        if not opened.database.has_engine_tables():
            return Finding("organisation", True, NOTHING_YET)
        problems = view_organisation(opened.context(SYSTEM, via="cli")).organisation.problems
    except (JimuError, StoreError, OSError, ValueError) as error:
        return Finding("organisation", True, f"{NOTHING_YET}: {error}")
    told = "; ".join(str(p.message) for p in problems[:3])
    more = f"; {len(problems) - 3} more: jimu org --problems" if len(problems) > 3 else ""
    return Finding("organisation", True, told + more if problems else "nothing to be looked at")


CHECKS: tuple[Callable[[Session], Finding], ...] = (_workspace, _home, _database, _redis, _assets, _organisation)
