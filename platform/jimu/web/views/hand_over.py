"""Hand-over: all that somebody holds goes to others. Who, what, to whom, when; then a look ahead, then done."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from jimu.access.rights import has_right
from jimu.bulk.hand_over import (
    HandOver,
    Holding,
    Part,
    find_other_work,
    foresee,
    holdings_of,
    may_hand_over,
    require_hand_over,
    start_hand_over,
)
from jimu.bulk.hand_over.running import Forecast
from jimu.errors import BadRequest, Forbidden
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.mass import RUN
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, page, reader_of, record_id
from jimu.web.visit import visit

_TITLE = Message("Hand-over")
RULES: tuple[tuple[str, Message], ...] = (
    ("one", Message("Everything to the first person")),
    ("round_robin", Message("In turn, one record after the other")),
    ("together", Message("In turn, but what belongs together goes together")),
    ("cases", Message("By formula, else to the first person")),
)
MOST_CASES = 5
_MOST_PEOPLE = 2_000
_SHOWN = 100


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/hand-over", view_func=choose_leaver)
    blueprint.add_url_rule("/hand-over/<user>", view_func=show_hand_over)
    blueprint.add_url_rule("/hand-over/<user>", view_func=hand_over, methods=["POST"])


def choose_leaver() -> Response:
    """The people whose work the reader may hand over."""
    reader = reader_of(visit())
    people = [p for p in _people(reader) if may_hand_over(p["number"], reader.context)]
    if not people:
        raise Forbidden(Message("You may hand over the work of those who report to you."))
    chosen = request.args.get("user", "")
    if chosen:
        return go(f"/hand-over/{chosen}")
    title = reader.render(_TITLE)
    return page("hand_over_choose.html", title, crumbs=[Crumb(title)], people=people)


def _people(reader: Reader) -> list[dict[str, Any]]:
    """Everybody by name, the active ones first."""
    known = reader.actor.organisation
    people = sorted(known.people.values(), key=lambda p: (not p.active, p.name.casefold()))[:_MOST_PEOPLE]
    departments = known.departments
    return [
        {
            "number": p.id,
            "id": encode_id(p.id),
            "name": p.name,
            "active": p.active,
            "department": departments[p.department].name if p.department and p.department in departments else "",
        }
        for p in people
    ]


def show_hand_over(user: str) -> Response:
    reader = reader_of(visit())
    leaver = record_id(user)
    require_hand_over(leaver, reader.context)
    return _form(leaver, reader)


def _form(
    leaver: int, reader: Reader, problems: list[str] | None = None, forecast: Forecast | None = None
) -> Response:
    held = holdings_of(leaver, reader.context)
    name = read.resolve_titles([leaver], reader.context).get(leaver, encode_id(leaver))
    form = request.form
    chosen = form.getlist("part") if form else [h.part.key for h in held]
    title = reader.render(_TITLE)
    people = [p for p in _people(reader) if p["active"] and p["number"] != leaver]
    return page(
        "hand_over.html",
        name,
        status=422 if problems else 200,
        crumbs=[Crumb(title, "/hand-over"), Crumb(name)],
        leaver=encode_id(leaver),
        holdings=[(h.part.key, _label(h, reader), h.count, h.part.key in chosen) for h in held],
        total=sum(h.count for h in held),
        others=[(reader.render(work.label), work.count) for work in find_other_work(leaver, reader.context)],
        people=people,
        chosen=form.getlist("person"),
        rules=RULES,
        rule=form.get("rule", "one"),
        groups=[(h.object.name, reader.label(h.object.plural)) for h in held if not h.object.system and h.is_owner],
        together=form.get("together", ""),
        cases=[(form.get(f"when.{i}", ""), form.get(f"to.{i}", "")) for i in range(MOST_CASES)],
        given=form,
        problems=problems or [],
        may_deactivate=has_right(reader.actor, reader.manifest, "users"),
        forecast=_told(forecast, reader) if forecast else None,
    )


def _label(holding: Holding, reader: Reader) -> str:
    plural = reader.label(holding.object.plural)
    return plural if holding.is_owner else f"{plural} · {reader.label(holding.field.label)}"


def _told(forecast: Forecast, reader: Reader) -> dict[str, Any]:
    """Who gets how much, and some records each with a choice of its own."""
    ids = {*forecast.shares, *(id for _, id, _ in forecast.first)}
    titles = read.resolve_titles(ids, reader.context)
    objects = reader.manifest.objects
    return {
        "total": forecast.total,
        "stay": forecast.stay,
        "shares": [
            (
                titles.get(person, ""),
                sum(share.values()),
                [(reader.label(objects[key.partition(".")[0]].plural), n) for key, n in share.most_common()],
            )
            for person, share in forecast.shares.items()
        ],
        "rows": [
            {
                "id": encode_id(id),
                "title": titles.get(id) or encode_id(id),
                "href": record_url(part.object, id),
                "object": reader.label(objects[part.object].label),
                "to": encode_id(person) if person else "stay",
            }
            for part, id, person in forecast.first[:_SHOWN]
        ],
    }


def hand_over(user: str) -> Response:
    """A look ahead (``_step`` look), or the hand-over itself."""
    reader = reader_of(visit())
    leaver = record_id(user)
    require_hand_over(leaver, reader.context)
    try:
        asked = _asked(leaver)
        forecast = foresee(asked, reader.context)
        if request.form.get("_step") != "run":
            return _form(leaver, reader, forecast=forecast)
        run = start_hand_over(asked, reader.context)
    except BadRequest as error:
        told = [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]
        return _form(leaver, reader, told)
    said = Message("It goes on in the background; you are told when it is done.")
    planned = Message("It is planned for {day}.", {"day": asked.on.isoformat() if asked.on else ""})
    return go(f"/o/{RUN}/{encode_id(run.id)}", planned if run.state == "planned" else said)


def _asked(leaver: int) -> HandOver:
    form = request.form
    try:
        parts = tuple(Part(*key.split(".", 1)) for key in form.getlist("part") if "." in key)
        cases = [(form.get(f"when.{i}", "").strip(), form.get(f"to.{i}", "")) for i in range(MOST_CASES)]
        exceptions = {
            decode_id(name[3:]): None if said == "stay" else decode_id(said)
            for name, said in form.items()
            if name.startswith("ex.") and said
        }
        rule: Any = form.get("rule", "one")
        return HandOver(
            leaver,
            parts,
            tuple(decode_id(id) for id in form.getlist("person")),
            rule if rule in dict(RULES) else "one",
            tuple((when, decode_id(to)) for when, to in cases if when and to),
            form.get("together", ""),
            exceptions,
            form.get("note", "").strip()[:1000],
            date.fromisoformat(form["on"]) if form.get("on") else None,
            form.get("comment") == "1",
            form.get("deactivate") == "1",
        )
    except ValueError:
        raise BadRequest(Message("The hand-over cannot be understood.")) from None
