"""Who sees a record: the panel and the page for its team and for sharing it by hand; why somebody may see it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.access.managing import may_see_as
from jimu.access.teams import SHARE, TEAM
from jimu.errors import BadRequest, Conflict, Forbidden, Invalid, JimuError, NotFound, StaleVersion
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Delete, Update
from jimu.records.explaining import explain_access, may_ask_about
from jimu.web.pages.admin_roles import ACTION_LABELS, LEVEL_LABELS
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import record_url
from jimu.web.pages.record_access import build_record_access
from jimu.web.pages.record_assignment import assignment_rows
from jimu.web.pages.sent import chosen_titles
from jimu.web.responses import fragment, go, is_fetch, page, reader_of, record_id
from jimu.web.visit import visit

_PATH = "/o/<object>/<id>"
_REFUSALS = (Invalid, Conflict, BadRequest, StaleVersion, Forbidden)
# What a form may say, by kind.
_GIVEN = {
    TEAM: ("member", "access", "team_role", "until"),
    SHARE: ("with_user", "with_department", "below", "with_role", "access", "until", "reason"),
}
_CHOSEN = ("member", "with_user", "with_department")
_KINDS = {"team": TEAM, "shares": SHARE}


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(f"{_PATH}/team", view_func=show_panel)
    blueprint.add_url_rule(f"{_PATH}/sharing", view_func=show_sharing)
    blueprint.add_url_rule(f"{_PATH}/sharing/<kind>", view_func=open_record_to, methods=["POST"])
    one = f"{_PATH}/sharing/<kind>/<opened>"
    blueprint.add_url_rule(one, view_func=change_opened, methods=["POST"])
    blueprint.add_url_rule(f"{one}/delete", view_func=close_opened, methods=["POST"])
    blueprint.add_url_rule(f"{_PATH}/why", view_func=show_why)


def show_panel(object: str, id: str) -> Response:
    return fragment("record_access_panel.html", found=build_record_access(object, record_id(id), reader_of(visit())))


def show_sharing(object: str, id: str, problems: tuple[str, ...] = (), status: int = 200) -> Response:
    reader = reader_of(visit())
    found = build_record_access(object, record_id(id), reader)
    title = reader.render(Message("Who sees it"))
    typed = request.form if problems else {}
    values = {"found": found, "problems": problems, "typed": typed, "titles": chosen_titles(typed, _CHOSEN, reader)}
    if is_fetch():
        return fragment("record_access_body.html", status=status, **values)
    crumbs = _crumbs(object, found.title, found.href, title)
    return page("record_access.html", title, status=status, object=object, crumbs=crumbs, **values)


def _opened_to(object: str, id: str, note: Message) -> Response:
    """What was done is told on the page; in the dialog the lists themselves show it."""
    return show_sharing(object, id) if is_fetch() else go(f"{record_url(object, record_id(id))}/sharing", note)


def open_record_to(object: str, id: str, kind: str) -> Response:
    """Add somebody to the team, or share the record."""
    given = {name: text for name in _GIVEN[_kind(kind)] if (text := request.form.get(name, "").strip())}
    if _kind(kind) == SHARE and "with_department" in given:
        given["below"] = "true" if given.get("below") else "false"
    else:
        given.pop("below", None)
    try:
        write.write(Create(_kind(kind), {**given, "record": id}), visit().context)
    except _REFUSALS as error:
        return show_sharing(object, id, _texts(error), 422)
    return _opened_to(object, id, Message("They see the record from now on."))


def change_opened(object: str, id: str, kind: str, opened: str) -> Response:
    values = {"access": request.form.get("access", "read"), "until": request.form.get("until", "").strip() or None}
    try:
        write.write(Update(_kind(kind), _opened(id, kind, opened), values), visit().context)
    except _REFUSALS as error:
        return show_sharing(object, id, _texts(error), 422)
    return _opened_to(object, id, Message("The change was saved."))


def close_opened(object: str, id: str, kind: str, opened: str) -> Response:
    write.write(Delete(_kind(kind), _opened(id, kind, opened)), visit().context)
    return _opened_to(object, id, Message("They no longer see the record by this."))


def show_why(object: str, id: str) -> Response:
    """Which rule gives or denies each action and field to one person."""
    now = visit()
    reader = reader_of(now)
    user = request.args.get("user", "")
    number = record_id(user) if user else now.actor.id or 0
    found = explain_access(object, record_id(id), number, now.context)
    record = read.get(object, record_id(id), now.context, deleted="any")
    title = reader.render(Message("Why {name} may see it or not", {"name": found.person.name}))
    return page(
        "record_why.html",
        title,
        object=object,
        crumbs=_crumbs(object, record.title, record_url(object, record.id), title),
        record=record,
        found=found,
        href=f"{record_url(object, record.id)}/why",
        actions=ACTION_LABELS,
        levels=LEVEL_LABELS,
        fields=now.manifest.objects[object].fields,
        roles=now.manifest.roles,
        may_view_as=may_see_as(now.actor, now.manifest, found.person),
        may_ask=may_ask_about(now.context, 0),
        assignments=assignment_rows(object, record.id, now.context),
    )


def _crumbs(object: str, title: str, href: str, here: str) -> list[Crumb]:
    reader = reader_of(visit())
    label = reader.label(reader.manifest.objects[object].plural)
    return [Crumb(label, f"/o/{object}"), Crumb(title, href), Crumb(here)]


def _kind(name: str) -> str:
    if name not in _KINDS:
        raise NotFound(Message("There is no such record."))
    return _KINDS[name]


def _opened(id: str, kind: str, opened: str) -> int:
    """The team member or share, if it is of this record. Raises NotFound."""
    found = read.get(_kind(kind), record_id(opened), visit().context, titles=False)
    if found.values.get("record") != record_id(id):
        raise NotFound(Message("There is no such record."))
    return found.id


def _texts(error: JimuError) -> tuple[str, ...]:
    say = visit().say
    return tuple(dict.fromkeys(say(p.message) for p in error.problems)) or (say(error.message),)
