"""How somebody wants to hear of what: a choice for each kind of notice and channel, and quiet hours."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from jimu.errors import Invalid, Unauthenticated
from jimu.flows.followers.following import NOT_BY_ITSELF
from jimu.flows.notices import AT_ONCE, DIGEST, NEVER, NOTICE_KINDS, channels_of, choice_for
from jimu.flows.notices.settings import EVERY, SETTING, choices_of
from jimu.messages import Message
from jimu.records import read, write
from jimu.records.commands import Update, Upsert
from jimu.records.reading import reading
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader
from jimu.web.responses import go, page, reader_of
from jimu.web.visit import visit

HREF = "/profile/notices"
TITLE = Message("How you are told")
SAVED = Message("Your choice was saved.")
DELIVERIES: Mapping[str, Message] = {
    AT_ONCE: Message("At once"),
    DIGEST: Message("Once a day"),
    NEVER: Message("Not at all"),
}
KINDS: Mapping[str, Message] = {**NOTICE_KINDS, EVERY: Message("Anything else")}
QUIET = ("quiet_from", "quiet_until")


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(HREF, view_func=show_notice_settings)
    blueprint.add_url_rule(HREF, view_func=save_notice_settings, methods=["POST"])


def show_notice_settings() -> Response:
    return _page(reader_of(visit()), None, [])


def save_notice_settings() -> Response:
    """All choices of the page, in one transaction; the fields keep what was typed where it is refused."""
    reader = reader_of(visit())
    person = _person(reader)
    try:
        with write.unit_of_work(reader.context) as inside:
            quiet = {name: request.form.get(name, "").strip() or None for name in QUIET}
            write.write(Update("user", person, {**quiet, **_following(reader)}), inside)
            for kind in KINDS:
                for channel in channels_of(reader.context):
                    chosen = request.form.get(f"{kind}.{channel}", "")
                    if chosen in DELIVERIES:
                        values = {"owner": person, "kind": kind, "channel": channel, "delivery": chosen}
                        write.write(Upsert(SETTING, ("owner", "kind", "channel"), values), inside)
    except Invalid as error:
        return _page(reader, request.form, [reader.render(p.message) for p in error.problems], 422)
    return go(HREF, SAVED)


def _following(reader: Reader) -> dict[str, list[str]]:
    """By what one does not come to follow records: what is not ticked. Nothing where the page had no such boxes."""
    if "follows" not in request.form:
        return {}
    ticked = set(request.form.getlist("follows"))
    return {NOT_BY_ITSELF: [value for value, _ in _ways(reader) if value not in ticked]}


def _ways(reader: Reader) -> list[tuple[str, str]]:
    """How one comes to follow a record without asking: (value, label)."""
    field = reader.manifest.objects["user"].fields.get(NOT_BY_ITSELF)
    return [(c.value, reader.label(c.label)) for c in field.choices or ()] if field is not None else []


def _page(reader: Reader, typed: Mapping[str, str] | None, problems: list[str], status: int = 200) -> Response:
    person = _person(reader)
    with reading(reader.context) as transaction:
        choices = choices_of(transaction, [person])[person]
    channels = channels_of(reader.context)
    user = read.get("user", person, reader.context)
    given = typed or {}
    rows = [
        (
            kind,
            reader.render(label),
            [(c, given.get(f"{kind}.{c}") or choice_for(kind, c, choices)) for c in channels],
        )
        for kind, label in KINDS.items()
    ]
    return page(
        "notice_settings.html",
        reader.render(TITLE),
        status=status,
        crumbs=[Crumb(reader.render(Message("Profile")), "/profile"), Crumb(reader.render(TITLE))],
        rows=rows,
        channels=[(name, reader.label(channel.label)) for name, channel in channels.items()],
        deliveries=[(value, reader.render(label)) for value, label in DELIVERIES.items()],
        quiet={n: (typed.get(n, "") if typed is not None else user.values.get(n) or "") for n in QUIET},
        ways=[(value, label, value not in (user.values.get(NOT_BY_ITSELF) or ())) for value, label in _ways(reader)],
        problems=problems,
    )


def _person(reader: Reader) -> int:
    if reader.actor.id is None:
        raise Unauthenticated(Message("Log in first"))
    return reader.actor.id
