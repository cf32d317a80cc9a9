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
    from jimu.definitions import find_workspace, load, strict_diagnostics
    from jimu.diagnostics import Severity
    from jimu.errors import DefinitionErrors
    from jimu.runtime import no_workspace

    start = path or session.settings.workspace
    root = find_workspace(start)
    if root is None:
        raise DefinitionErrors([no_workspace(start)])
    manifest, diagnostics = load(root)
    if strict and manifest is not None:
        diagnostics = [*diagnostics, *strict_diagnostics(manifest)]
    shown = [d for d in diagnostics if strict or d.severity is Severity.ERROR] if manifest is None else diagnostics
    bad = any(strict or d.severity is Severity.ERROR for d in shown)
    if output_format == "json":
        print_json({
            "valid": manifest is not None and not bad, "revision": manifest.revision if manifest else None,
            "diagnostics": [d.dump() for d in shown],
        })
    else:
        print_diagnostics(shown, _sources(root, shown))
        if manifest is not None and not bad:
            say(f"{root}: {len(manifest.objects)} objects, {len(manifest.pages)} pages, {len(manifest.lists)} lists, "
                f"{len(manifest.roles)} roles; revision {manifest.revision[:12]}")
    if bad or manifest is None:
        raise click.exceptions.Exit(Exit.PROBLEMS)


def _sources(root: Path, diagnostics: object) -> dict[str, str]:
    """Texts of the files named in ``diagnostics``, relative to the workspace or to the base that it extends."""
    from jimu.definitions import standard_path

    found: dict[str, str] = {}
    for name in {d.place.file for d in diagnostics if d.place.file}:  # type: ignore[attr-defined]
        for folder in (root, standard_path()):
            path = folder / name
            if path.is_file():
                found[name] = path.read_text("utf-8", errors="replace")
                break
    return found
