"""Out of office: when one is away, who stands in, and whether that one may use one's access meanwhile."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, request

from jimu.access.delegation import ABSENCE
from jimu.errors import BadRequest, Conflict, Forbidden, Invalid, JimuError
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Create, Delete
from jimu.records.requests import ListRequest
from jimu.web.pages.display import presenter_for
from jimu.web.pages.model import Crumb
from jimu.web.pages.sent import chosen_titles
from jimu.web.responses import go, page, reader_of, record_id
from jimu.web.visit import visit

_PATH = "/profile/absence"
_MOST = 100
_REFUSALS = (Invalid, Conflict, BadRequest, Forbidden)


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(_PATH, view_func=show_absences)
    blueprint.add_url_rule(_PATH, view_func=add_absence, methods=["POST"])
    blueprint.add_url_rule(f"{_PATH}/<id>/delete", view_func=end_absence, methods=["POST"])


def show_absences(problems: tuple[str, ...] = (), status: int = 200) -> Response:
    now = visit()
    reader = reader_of(now)
    asked = ListRequest(ABSENCE, where="owner == user", order=("-starts_at",), limit=_MOST)
    fields = now.manifest.objects[ABSENCE].fields
    shown = {name: presenter_for(fields[name], reader) for name in ("starts_at", "ends_at")}
    title = now.say(Message("Out of office"))
    return page(
        "absences.html",
        title,
        status=status,
        crumbs=[Crumb(now.say(Message("Profile")), "/profile"), Crumb(title)],
        absences=read.list_records(asked, now.context).records,
        shown=shown,
        moment=now.context.clock(),
        standing_in=now.actor.stands_in,
        problems=problems,
        typed=request.form,
        titles=chosen_titles(request.form, ("agent",), reader),
    )


def add_absence() -> Response:
    now = visit()
    form = request.form
    values = {
        "owner": now.actor.id,
        "starts_at": _moment(form.get("starts_at", "")),
        "ends_at": _moment(form.get("ends_at", "")),
        "agent": form.get("agent", "").strip() or None,
        "delegates_access": form.get("delegates_access") == "1",
        "reason": form.get("reason", "").strip() or None,
    }
    try:
        write.write(Create(ABSENCE, values), now.context)
    except _REFUSALS as error:
        return show_absences(_texts(error), 422)
    return go(_PATH, Message("It is noted. It begins and ends by itself."))


def end_absence(id: str) -> Response:
    write.write(Delete(ABSENCE, record_id(id)), visit().context)
    return go(_PATH, Message("The absence was removed."))


def _moment(text: str) -> str | None:
    """What a form's date and time say, in the reader's zone."""
    try:
        typed = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return text.strip() or None
    return (typed if typed.tzinfo else typed.replace(tzinfo=visit().time_zone)).isoformat()


def _texts(error: JimuError) -> tuple[str, ...]:
    say = visit().say
    return tuple(dict.fromkeys(say(p.message) for p in error.problems)) or (say(error.message),)
