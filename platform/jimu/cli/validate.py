"""``jimu validate``: read and check a workspace; needs no database."""

from __future__ import annotations

from pathlib import Path

import click

from jimu.cli.exits import Exit
from jimu.cli.output import format_option, print_diagnostics, print_json, say
from jimu.cli.session import Session, pass_session


@click.command("validate")
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--strict", is_flag=True, help="Also count what is merely untidy, such as missing translations.")
@format_option
@pass_session
def validate_command(session: Session, path: Path | None, strict: bool, output_format: str) -> None:
    """Read and check the workspace at PATH (default: here), with no database.

    Every problem is listed at once, with file, line, column and a stable code. Exit code 1 if there are errors
    (with --strict: or warnings).
    """
    from jimu.definitions import find_workspace, load, no_workspace, strict_diagnostics
    from jimu.definitions.workspace import discover
    from jimu.diagnostics import Severity

    start = path or session.settings.workspace
    root = find_workspace(start)
    manifest, shown = load(root) if root else (None, [no_workspace(start)])
    if manifest is not None:
        from jimu.exchange import check_import_plans, check_seeds

        shown = [*shown, *check_seeds(manifest), *check_import_plans(manifest)]
    if strict and manifest is not None:
        shown = [*shown, *strict_diagnostics(manifest)]
    bad = any(strict or d.severity is Severity.ERROR for d in shown)
    if output_format == "json":
        print_json({
            "valid": manifest is not None and not bad, "revision": manifest.revision if manifest else None,
            "diagnostics": [d.dump() for d in shown],
        })
    else:
        print_diagnostics(shown, discover(root).texts() if root else {})
        if manifest is not None and not bad:
            say(f"{root}: {len(manifest.objects)} objects, {len(manifest.pages)} pages, {len(manifest.lists)} lists, "
                f"{len(manifest.roles)} roles; revision {manifest.revision[:12]}")
    if bad or manifest is None:
        raise click.exceptions.Exit(Exit.PROBLEMS)
