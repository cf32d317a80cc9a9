"""Following records: the button of a record's page, who follows it, and the page of all that one follows."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.flows.followers import follow, following_state, unfollow
from jimu.messages import Message
from jimu.web.pages.following import followed, followers
from jimu.web.pages.model import Crumb
from jimu.web.responses import fragment, go, is_fetch, json, local, page, reader_of, record_id
from jimu.web.visit import visit

HREF = "/following"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(HREF, view_func=show_followed)
    blueprint.add_url_rule(f"{HREF}/<id>", view_func=is_followed)
    blueprint.add_url_rule(f"{HREF}/<id>", view_func=switch_following, methods=["POST"])
    blueprint.add_url_rule(f"{HREF}/<id>/people", view_func=show_followers)


def show_followed() -> Response:
    reader = reader_of(visit())
    found, after = followed(reader, request.args.get("after"))
    title = reader.render(Message("What I follow"))
    return page("following.html", title, items=found, after=after, crumbs=[Crumb(title)])


def is_followed(id: str) -> Response:
    return _state(record_id(id))


def _state(record: int) -> Response:
    found = following_state(record, visit().context)
    return json({"is_followed": found.is_on, "reason": found.reason, "count": found.count})


def switch_following(id: str) -> Response:
    """``on`` 1 or 0: hear of the record from now on, or no longer."""
    record, context, is_on = record_id(id), visit().context, request.form.get("on") == "1"
    (follow if is_on else unfollow)(record, context)
    if is_fetch():
        return _state(record)
    text = Message("You follow it now.") if is_on else Message("You do not follow it any more.")
    return go(local(request.form.get("next"), HREF), text)


def show_followers(id: str) -> Response:
    people, is_more = followers(record_id(id), reader_of(visit()))
    return fragment("followers.html", people=people, is_more=is_more)
