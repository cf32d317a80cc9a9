"""``jimu org``: the organisation as a tree, today or as of a day, and what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from jimu.cli.output import console, fail, format_option, print_json, say
from jimu.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jimu.access import Organisation


@click.command("org")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day as of which the tree is shown; now.")
@click.option("--problems", "only_problems", is_flag=True, help="Only what should be looked at. Exit code 1 if any.")
@format_option
@pass_session
def org_command(session: Session, as_of: datetime | None, only_problems: bool, output_format: str) -> None:
    """Show departments with heads and numbers of people, and what is wrong: circles, people without a department …"""
    from jimu.records.organisation import view_organisation

    tree = view_organisation(session.context(), as_of.date() if as_of else None).organisation
    problems = [{"code": p.code, "object": p.object, "id": _shown(p.id), "text": str(p.message)} for p in tree.problems]
    if output_format == "json":
        found: dict[str, Any] = {"problems": problems}
        print_json(found if only_problems else {"departments": _dumped(tree, None), **found})
    else:
        if not only_problems:
            for line in _lines(tree, None, 0):
                console().print(line)
        for problem in problems:
            fail(problem["text"])
        if not problems:
            say("nothing to be looked at")
    if only_problems and problems:
        raise click.exceptions.Exit(1)


def _lines(tree: Organisation, above: int | None, depth: int) -> Iterator[str]:
    for id in tree.parts(above):
        found = tree.departments[id]
        head = tree.people.get(found.head) if found.head is not None else None
        notes = [
            found.code,
            "company" if found.is_company else "",
            f"head {head.name}" if head else "",
            f"{len(tree.members((id,)))} people",
            "" if found.active else "not active",
        ]
        yield f"{'  ' * depth}{found.name} ({', '.join(note for note in notes if note)})"
        yield from _lines(tree, id, depth + 1)


def _dumped(tree: Organisation, above: int | None) -> list[dict[str, Any]]:
    return [
        {
            "id": _shown(id),
            "name": found.name,
            "code": found.code,
            "company": found.is_company,
            "active": found.active,
            "head": head.email if head is not None else None,
            "people": sorted(tree.people[user].email for user in tree.members((id,))),
            "departments": _dumped(tree, id),
        }
        for id in tree.parts(above)
        for found in (tree.departments[id],)
        for head in (tree.people.get(found.head) if found.head is not None else None,)
    ]


def _shown(id: int) -> str:
    from jimu.fieldtypes.ids import encode_id

    return encode_id(id)
