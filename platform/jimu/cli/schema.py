"""``jimu schema``: the JSON Schemas of the YAML files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from jimu.cli.output import print_json, say
from jimu.cli.session import Session, pass_session


@click.command("schema")
@click.argument("kind", required=False)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write all into this folder.")
@pass_session
def schema_command(session: Session, kind: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of KIND (object, role, app, page …); without KIND, list the kinds.

    Editors use them for completion: `# yaml-language-server: $schema=…` in the first line of a file.
    """
    import orjson

    from jimu.definitions import KINDS, json_schema

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in KINDS:
            path = folder / f"{name}.schema.json"
            path.write_bytes(orjson.dumps(json_schema(name), option=orjson.OPT_INDENT_2) + b"\n")
        say(f"{len(KINDS)} schemas written to {folder}")
    elif kind is None:
        click.echo("\n".join(KINDS))
    elif kind not in KINDS:
        raise click.UsageError(f"there is no kind {kind!r}; kinds are {', '.join(KINDS)}")
    else:
        print_json(json_schema(kind))
