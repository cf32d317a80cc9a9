"""Planning, applying and rolling back from the browser: the same functions as the commands, with a ticket in between.

The ticket says which plan was looked at; if the files or the revision in force have moved on meanwhile, nothing is
done and the plan is shown as it is now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from jimu import revisions
from jimu.access.networks import shuts_out
from jimu.definitions import Manifest
from jimu.errors import DefinitionErrors, JimuError
from jimu.messages import Message
from jimu.revisions import Deployment, Origin, Refused, Ticket
from jimu.storage import RevisionRow
from jimu.web.pages.admin_revisions import Trouble, tallies, view_plan
from jimu.web.responses import go, whole_number
from jimu.web.views.admin_base import add, admin_page
from jimu.web.views.admin_revisions import find
from jimu.web.visit import address, visit

LONGEST_NOTE = 500
SHUT_OUT = Message("Your own network address ({address}) would be shut out by a role of yours.")


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/plan", show_plan, "plan")
    add(blueprint, "/admin/plan", apply_workspace, "plan", post=True)
    add(blueprint, "/admin/revisions/<number>/rollback", show_rollback, "revisions")
    add(blueprint, "/admin/revisions/<number>/rollback", roll_back, "revisions", post=True)


def show_plan(refused: JimuError | None = None, status: int = 200) -> Response:
    """What the files of the workspace would do, as they are now."""
    now = visit()
    title = now.say(Message("Plan and apply"))
    return _plan_page(title, "plan", "/admin/plan", now.runtime.propose_workspace, refused, status)


def show_rollback(number: str, refused: JimuError | None = None, status: int = 200) -> Response:
    """What going back to a revision would do."""
    now, row = visit(), find(number)
    title = now.say(Message("Roll back to revision {number}", {"number": row.id}))
    deployment = now.runtime.deployment()
    return _plan_page(
        title,
        "revisions",
        f"/admin/revisions/{row.id}/rollback",
        lambda: revisions.load_revision(deployment, row),
        refused,
        status,
        row=row,
    )


def _plan_page(
    title: str,
    name: str,
    action: str,
    load: Callable[[], Manifest],
    refused: JimuError | None,
    status: int,
    row: RevisionRow | None = None,
) -> Response:
    now = visit()
    values: dict[str, Any] = {"trouble": None, "view": None, "ticket": None, "tallies": [], "warnings": ()}
    try:
        manifest = load()
    except DefinitionErrors as error:
        values["trouble"] = Trouble.of(error)
    else:
        deployment = now.runtime.deployment()
        plan = revisions.plan(deployment, manifest)
        values |= {
            "view": view_plan(plan, revisions.allowances(plan), revisions.needs_confirmation(plan)),
            "ticket": Ticket.of(deployment, manifest),
            "tallies": tallies(revisions.summarise(deployment.running, manifest)),
            "warnings": manifest.warnings,
        }
    return admin_page(
        "plan",
        title,
        name,
        status=status,
        action=action,
        row=row,
        refused=refused,
        word=now.manifest.workspace.name,
        typed=request.form,
        folder=str(now.runtime.settings.workspace.resolve()),
        in_force=now.snapshot.revision,
        **values,
    )


def apply_workspace() -> Response:
    now = visit()

    def load(_: Deployment) -> Manifest:
        return now.runtime.propose_workspace()

    commit = revisions.git_origin(now.runtime.settings.workspace).commit
    try:
        return _carry_out(load, Origin(_author(), commit, _note(), now.by.actor))
    except (Refused, DefinitionErrors) as error:
        return show_plan(error if isinstance(error, JimuError) else None, 409)


def roll_back(number: str) -> Response:
    row = find(number)
    note = _note() or f"rollback to revision {row.id}"
    try:
        origin = Origin(_author(), row.commit, note, visit().by.actor, is_rollback=True)
        return _carry_out(lambda deployment: revisions.load_revision(deployment, row), origin)
    except (Refused, DefinitionErrors) as error:
        return show_rollback(number, error if isinstance(error, JimuError) else None, 409)


def _carry_out(load: Callable[[Deployment], Manifest], origin: Origin) -> Response:
    """Apply what was looked at. Raises Refused, DefinitionErrors."""
    now, form = visit(), request.form
    deployment = now.runtime.deployment()
    manifest = load(deployment)
    ticket = Ticket(whole_number(form.get("base")) or 0, form.get("target", ""))
    revisions.require_current(ticket, deployment, manifest)
    _require_confirmation(deployment, manifest)
    _require_way_in(manifest)
    applied = revisions.apply(deployment, manifest, origin, allow=form.getlist("allow"))
    now.runtime.refresh()
    if not applied.changed:
        return go("/admin/plan", Message("Nothing to do: the database runs this configuration."))
    return go(
        f"/admin/revisions/{applied.revision}",
        Message("Revision {revision} is in force.", {"revision": applied.revision}),
    )


def _require_confirmation(deployment: Deployment, manifest: Manifest) -> None:
    """Raises Refused if values would be lost or hidden, and the name of the workspace was not typed."""
    word = visit().manifest.workspace.name
    if request.form.get("confirmation", "").strip() == word:
        return
    if revisions.needs_confirmation(revisions.plan(deployment, manifest)):
        raise Refused(Message("This plan takes values away. Type {word} to confirm.", {"word": word}))


def _require_way_in(manifest: Manifest) -> None:
    """Raises Refused if whoever applies this could not come in any more from where they are."""
    if shuts_out(address(), manifest, visit().actor.roles):
        raise Refused(Message(SHUT_OUT.template, {"address": address()}))


def _author() -> str:
    actor = visit().actor
    return str(actor.name or actor.email)


def _note() -> str:
    return request.form.get("note", "").strip()[:LONGEST_NOTE]
