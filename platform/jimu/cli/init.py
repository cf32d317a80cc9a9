"""``jimu init``: a customer's workspace, nearly empty, ready for git."""

from __future__ import annotations

import re
from pathlib import Path

import click

from jimu.cli.exits import Exit
from jimu.cli.output import fail, say
from jimu.cli.session import Session, pass_session

FOLDERS = ("objects", "flows", "layouts", "plugins", "seed")

WORKSPACE = """\
# What this workspace is and what it builds on. A definition here with the name of one in the base overlays it.
name: {name}
label: {label}
extends: [crm]          # the standard CRM that comes with Jimu; [] starts from nothing
plugins: []             # plugins in plugins/ or installed packages
locale: en              # for texts without an own language: en, zh-CN or zh-TW
time_zone: {time_zone}
currency: {currency}
"""

EXAMPLE = """\
# Adds a field to the object `account` of the base. Try it:
#   jimu validate      reads and checks everything
#   jimu plan          says what would change, and what it does to the data
#   jimu apply         does it; the running server shows the field by itself
fields:
  customer_number:
    type: text
    label: {en: Customer number, zh-CN: 客户编号, zh-TW: 客戶編號}
    max_length: 20
    search: true
"""

README = """\
# {name}

A workspace of the low-code CRM platform Jimu: YAML in; storage, forms, pages, APIs out.

    jimu run            # a server with demo records at http://127.0.0.1:8000/
    jimu validate       # read and check the YAML
    jimu plan           # what would change, and what it does to the data
    jimu apply          # bring it into force; every process sees it by itself
    jimu rollback N     # back to a revision (jimu revisions), losing nothing

| folder | holds |
|---|---|
| `workspace.yaml` | what this workspace builds on |
| `objects/<module>/<object>.yaml` | objects: fields, checks, unique keys |
| `objects/roles/`, `objects/options/` | roles, shared picklists |
| `flows/` | approvals, automations |
| `layouts/` | apps, pages, lists |
| `plugins/<plugin>/` | Python of your own |
| `seed/` | records to start with |

A file with the name of a definition in the base adds to it and changes it; the base itself is never copied, so that it
can be upgraded. Data lies in `var/` (not in git).
"""

GITIGNORE = "/var/\n__pycache__/\n*.pyc\n.venv/\n"


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--time-zone", default="UTC", show_default=True, help="For example Asia/Shanghai.")
@click.option("--currency", default="USD", show_default=True, help="ISO 4217 code, for example CNY.")
@pass_session
def init_command(session: Session, folder: Path, time_zone: str, currency: str) -> None:
    """Make a workspace in FOLDER: the folders, a workspace.yaml that builds on the standard CRM, and an example."""
    if (folder / "workspace.yaml").exists():
        fail(f"{folder} is a workspace already")
        raise click.exceptions.Exit(Exit.PROBLEMS)
    for name, text in _files(folder, time_zone, currency).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(text, "utf-8")
    say(f"{folder} is a workspace")
    click.echo(f"\n  cd {folder}\n  jimu validate\n  jimu run\n")


def _files(folder: Path, time_zone: str, currency: str) -> dict[str, str]:
    label = folder.resolve().name
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_") or "workspace"
    return {
        "workspace.yaml": WORKSPACE.format(name=name, label=_quoted(label), time_zone=time_zone, currency=currency),
        "objects/sales/account.yaml": EXAMPLE,
        "README.md": README.format(name=label),
        ".gitignore": GITIGNORE,
        **{f"{part}/.gitkeep": "" for part in FOLDERS if part != "objects"},
    }


def _quoted(text: str) -> str:
    """``text`` as a YAML string, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
