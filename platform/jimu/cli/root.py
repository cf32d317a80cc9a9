"""The ``jimu`` group: which command is in which module, the options that all share, and the way failures end."""

from __future__ import annotations

import gc
import importlib
import sys
from pathlib import Path
from typing import Any

import click

import jimu
from jimu.cli.failures import report_failure
from jimu.cli.session import Session, build_settings

# Command -> module:attribute; in the order of the help page.
COMMANDS: dict[str, str] = {
    "init": "jimu.cli.init:init_command",
    "run": "jimu.cli.run:run_command",
    "serve": "jimu.cli.serve:serve_command",
    "worker": "jimu.cli.worker:worker_command",
    "validate": "jimu.cli.validate:validate_command",
    "plan": "jimu.cli.plan:plan_command",
    "apply": "jimu.cli.plan:apply_command",
    "rollback": "jimu.cli.revisions:rollback_command",
    "revisions": "jimu.cli.revisions:revisions_command",
    "schema": "jimu.cli.schema:schema_command",
    "formula": "jimu.cli.formula:formula_command",
    "import": "jimu.cli.exchange:import_command",
    "export": "jimu.cli.exchange:export_command",
    "seed": "jimu.cli.exchange:seed_command",
    "undo": "jimu.cli.undo:undo_command",
    "user": "jimu.cli.users:user_group",
    "org": "jimu.cli.org:org_command",
    "token": "jimu.cli.tokens:token_group",
    "audit": "jimu.cli.audit:audit_group",
    "jobs": "jimu.cli.jobs:jobs_group",
    "pools": "jimu.cli.pools:pools_group",
    "flow": "jimu.cli.flow:flow_group",
    "calendar": "jimu.cli.calendar:calendar_group",
    "advise": "jimu.cli.advise:advise_command",
    "doctor": "jimu.cli.doctor:doctor_command",
    "bench": "jimu.cli.bench:bench_command",
}


# A start makes some 100,000 objects that stay, a batch of thousands of records makes hundreds of thousands that stay
# until it ends: looking through them at Python's own pace takes as long as the work itself.
_COLLECT_AFTER = (50_000, 20, 20)


class LazyGroup(click.Group):
    """Imports a command's module when the command is named, so that ``jimu validate`` does not load a web server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(_plugin_commands(ctx))]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        target = COMMANDS.get(name)
        if target is None:
            return _plugin_commands(ctx).get(name)
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.ClickException, click.exceptions.Exit, click.exceptions.Abort):
            raise
        except Exception as error:
            session = ctx.find_object(Session)
            if session is not None and session.settings.debug:
                raise
            ctx.exit(report_failure(error))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(jimu.__version__, prog_name="jimu")
@click.option("-w", "--workspace", type=click.Path(path_type=Path), help="Workspace folder (JIMU_WORKSPACE; here).")
@click.option("--home", type=click.Path(path_type=Path), help="Folder for data (JIMU_HOME; ./var).")
@click.option("--database", metavar="URL", help="Database (JIMU_DATABASE_URL; the SQLite file under home).")
@click.option("--debug", is_flag=True, default=None, help="Show tracebacks (JIMU_DEBUG).")
@click.pass_context
def cli(
    ctx: click.Context, workspace: Path | None, home: Path | None, database: str | None, debug: bool | None
) -> None:
    """Jimu, a low-code CRM platform: YAML in; storage, forms, pages, APIs and approvals out."""
    given = {"workspace": workspace, "home": home, "database_url": database, "debug": debug}
    ctx.obj = Session(build_settings({name: value for name, value in given.items() if value is not None}))
    ctx.call_on_close(ctx.obj.close)


def main() -> None:
    """The entry point of the ``jimu`` command."""
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        cli(prog_name="jimu", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(130)


def _plugin_commands(ctx: click.Context) -> dict[str, click.Command]:
    session = ctx.find_object(Session)
    return session.plugin_commands() if session else {}
