"""Revisions: what was applied, and how two of them differ."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu import revisions
from jimu.errors import NotFound
from jimu.messages import Message
from jimu.storage import RevisionRow
from jimu.web.pages.admin_revisions import changes_between, tallies
from jimu.web.responses import whole_number
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

PAGE_SIZE = 30


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/revisions", list_revisions, "revisions")
    add(blueprint, "/admin/revisions/<number>", show_revision, "revisions")


def list_revisions() -> Response:
    now = visit()
    before = whole_number(request.args.get("before"))
    found = revisions.list_revisions(now.runtime.database, PAGE_SIZE + 1, before)
    rows = found[:PAGE_SIZE]
    return admin_page(
        "revisions",
        now.say(Message("Revisions")),
        "revisions",
        rows=[(row, tallies(row.summary)) for row in rows],
        in_force=now.snapshot.revision,
        next=f"/admin/revisions?before={rows[-1].id}" if len(found) > PAGE_SIZE else "",
    )


def show_revision(number: str) -> Response:
    """Compared with the one before it, or with the one that ``against`` names."""
    now = visit()
    row = find(number)
    other = _other(row)
    return admin_page(
        "revision",
        now.say(Message("Revision {number}", {"number": row.id})),
        "revisions",
        row=row,
        other=other,
        tallies=tallies(row.summary),
        in_force=now.snapshot.revision,
        changes=changes_between(now.runtime.deployment(), other, row),
        files=revisions.compare_files(other.files if other else {}, row.files),
    )


def find(number: str) -> RevisionRow:
    """The revision that an address names. Raises NotFound."""
    wanted = whole_number(number)
    if wanted is None:
        raise NotFound(Message("There is no revision {revision}.", {"revision": number}))
    return revisions.find_revision(visit().runtime.database, wanted)


def _other(row: RevisionRow) -> RevisionRow | None:
    against = request.args.get("against", "")
    if against:
        return find(against)
    return revisions.revision_before(visit().runtime.database, row.id)
