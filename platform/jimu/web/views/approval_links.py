"""Where the links of mails lead that ask for a decision: a small page without log-in that asks once more.

GET only shows (mail scanners open every link); the form's POST decides. The link is what gives the right, so the form
needs no token of a session; who tries links that are none is slowed down like who tries passwords.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from jimu.access.login import require_not_throttled
from jimu.access.networks import is_allowed, refused
from jimu.errors import Conflict, Forbidden, Invalid, JimuError, Locked, NotFound, StaleVersion
from jimu.flows.approvals import mail_links
from jimu.flows.approvals.mail_links import Opened
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.list_peek import build_peek
from jimu.web.pages.people import person_of
from jimu.web.pages.reader import Reader
from jimu.web.responses import lone_page, whole_number
from jimu.web.visit import Visit, address, visit

DONE = Message("Your decision is noted. You can close this page.")
_STATUS: tuple[tuple[type[JimuError], int], ...] = (
    (NotFound, 404), (Forbidden, 403), (Locked, 423), (Invalid, 422), (Conflict, 409), (StaleVersion, 409),
)  # fmt: skip
_REFUSALS = tuple(kind for kind, _ in _STATUS)


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(mail_links.PATH, view_func=show_decision_link)
    blueprint.add_url_rule(mail_links.PATH, view_func=decide_by_link, methods=["POST"])


def show_decision_link() -> Response:
    now = visit()
    try:
        opened = _open(now)
    except _REFUSALS as error:
        return _refused(now, error)
    return _form(now, opened)


def decide_by_link() -> Response:
    now, form = visit(), request.form
    try:
        opened = _open(now)
        answer = form.get("answer", "")
        if answer not in opened.answers:
            return _form(now, opened, now.say(Message("Say what is to be done.")), 422)
        comment = form.get("comment", "").strip()[:20_000]
        mail_links.decide_by_link(_key(), answer, comment, whole_number(form.get("_version")), now.context)
    except (Invalid, StaleVersion) as error:
        texts = [now.say(p.message) for p in error.problems] or [now.say(error.message)]
        return _form(now, opened, " ".join(texts), _status(error))
    except _REFUSALS as error:
        return _refused(now, error)
    return _page(now, done=now.say(DONE))


def _key() -> str:
    return request.values.get("key", "")[:500]


def _open(now: Visit) -> Opened:
    """Raises what ``mail_links.open_link`` does, and TooManyRequests for an address that tried too many."""
    subject, store = f"approval-link:{address()}", now.snapshot.store
    require_not_throttled(store, [subject], now.runtime.clock(), now.policy)
    try:
        opened = mail_links.open_link(_key(), now.context)
    except NotFound:
        with store.write() as transaction:
            transaction.add_login_attempt([subject], now.runtime.clock())
        raise
    if not is_allowed(address(), now.runtime.settings.allowed_addresses, now.manifest, opened.actor.roles):
        raise refused(address())
    return opened


def _form(now: Visit, opened: Opened, problem: str = "", status: int = 200) -> Response:
    """Whose decision it is, what it is about as that person may see it, and the buttons."""
    context = now.context.as_actor(opened.actor)
    reader = Reader(context, now.locale, now.time_zone, now.renderer.catalogue)
    flow, record = opened.kept.flow, opened.kept.record
    titles = read.resolve_titles({opened.kept.run.submitter}, context)
    hidden = {name for name, level in opened.node.fields.items() if level == "hidden"}
    peek = build_peek(flow.object, record, reader, without=hidden) if record else None
    return _page(
        now,
        status,
        problem=problem,
        key=_key(),
        person=opened.actor.name,
        flow=reader.label(flow.label),
        step=reader.label(opened.node.label) or opened.node.name,
        subject=str(opened.kept.row.get("subject") or ""),
        submitter=person_of(opened.kept.run.submitter, titles, reader).name,
        peek=peek,
        version=read.get(flow.object, record, context).version if record else None,
        answers=opened.answers,
        wanted=request.values.get("answer", ""),
        comment=request.form.get("comment", ""),
        comment_rule=opened.node.comment,
        href=opened.address,
    )


def _refused(now: Visit, error: JimuError) -> Response:
    """Why, and where to go on after logging in."""
    approval = (error.details or {}).get("approval")
    href = f"/approvals/{approval}" if approval else "/"
    return _page(now, _status(error), refusal=now.say(error.message), href=href)


def _status(error: JimuError) -> int:
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def _page(now: Visit, status: int = 200, **values: Any) -> Response:
    shown = {"done": "", "refusal": "", **values}
    response = lone_page("approvals/by_link.html", now.say(Message("Decide")), status=status, **shown)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
