"""``jimu run``: everything in one process tree, for a first look, for development and for small installations."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import click

from jimu.access.actor import SYSTEM
from jimu.cli.failures import reported
from jimu.cli.output import console
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.runtime import Runtime


@click.command("run")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (JIMU_PORT; 8000).")
@click.option("--host", help="Address to listen on (JIMU_HOST; 127.0.0.1).")
@click.option("--seed", type=click.Choice(["demo", "none"]), help="What fills a new database (JIMU_SEED; demo).")
@pass_session
def run_command(session: Session, port: int | None, host: str | None, seed: str | None) -> None:
    """Run web and jobs together, with demo records in a new database. Stop with Ctrl-C.

    Changes of the workspace come into force with `jimu apply`, without a restart.
    """
    from dataclasses import replace

    from jimu.app.logs import set_up_logs
    from jimu.cli.server import Server, require_free_port

    given: dict[str, Any] = {"port": port, "host": host, "seed": seed}
    session.settings = replace(session.settings, **{k: v for k, v in given.items() if v is not None})
    require_free_port(session.settings)
    set_up_logs(session.settings.log_format, requests=session.settings.debug)
    runtime = session.runtime
    filled = _in_child(lambda: _fill(runtime))
    if filled:
        raise click.exceptions.Exit(filled)
    Server(runtime, when_ready=lambda: _greet_from_child(runtime), in_worker=lambda: _run_jobs(runtime)).run()


def _greet_from_child(runtime: Runtime) -> None:
    _in_child(lambda: _greet(runtime))


def _run_jobs(runtime: Runtime) -> None:
    """A thread for jobs in each web worker: they share the queue, and one that dies is replaced with its web worker."""
    from jimu.jobs import LocalBackend, Worker

    Worker(LocalBackend(runtime.build_runner()), runtime.tend).start_thread()


def _in_child(work: Callable[[], None]) -> int:
    """Do ``work`` in a forked process, so that the server does not keep the memory it takes; its exit code."""
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code < 0:
            click.echo(f"Preparing the database was ended by signal {-code}.", err=True)
        return code if code >= 0 else 1
    code = 1
    try:
        with reported():
            work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the process ends here, before Python would tell of it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _fill(runtime: Runtime) -> None:
    """The records that a workspace brings along, once, into a database that has no users yet."""
    from jimu.exchange import load_seeds
    from jimu.records import ListRequest, read

    context = runtime.context(SYSTEM, via="seed")
    if read.list_records(ListRequest("user", limit=1, fields=("name",)), context).records:
        return
    sets = ("base", "demo") if runtime.settings.seed == "demo" else ("base",)
    with _announced("Filling a new database with a demo company …" if "demo" in sets else "Filling a new database …"):
        load_seeds(context.manifest, context, sets=sets)


def _announced(text: str) -> AbstractContextManager[object]:
    """Say what goes on: with a moving sign on a terminal, elsewhere as a line, before it begins."""
    out = console()
    if out.is_terminal:
        return out.status(text)
    out.print(text)
    sys.stdout.flush()
    return nullcontext()


def _greet(runtime: Runtime) -> None:
    """Address and accounts, in a panel that nobody overlooks."""
    from rich.panel import Panel
    from rich.table import Table

    from jimu.exchange import demo_accounts

    settings = runtime.settings
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("e-mail", "password", "name", "roles"):
        table.add_column(column)
    accounts = demo_accounts(runtime.current.manifest, ("demo",) if settings.seed == "demo" else ())
    for account in accounts:
        table.add_row(account.email, account.password, account.name, ", ".join(account.roles))
    address = f"http://{settings.host}:{settings.port}/"
    roles = runtime.current.manifest.roles
    first = next((name for name, role in roles.items() if "modify_all" in role.system), next(iter(roles), "ROLE"))
    out = console()
    out.print(Panel(table if accounts else f"Make an account with: jimu user create YOU@EXAMPLE.COM --role {first}",
                    title=f"[bold]Jimu[/bold]  {address}", subtitle="stop with Ctrl-C", expand=False, padding=(1, 2)))
