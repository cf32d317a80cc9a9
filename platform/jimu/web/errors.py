"""Errors as pages: the one place where the web knows which error has which status."""

from __future__ import annotations

import logging
import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from jimu.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    JimuError,
    Locked,
    NotFound,
    StaleVersion,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
)
from jimu.messages import Message
from jimu.web.responses import fragment, go, is_fetch, json, lone_page, page
from jimu.web.views.session_again import carry
from jimu.web.views.signing_in import login_page
from jimu.web.visit import Visit

log = logging.getLogger(__name__)
OTHER_FACES = ("/api/", "/healthz", "/metrics")
STATUS: dict[type[JimuError], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    StaleVersion: 409,
    TooLarge: 413,
    Invalid: 422,
    Locked: 423,
    TooManyRequests: 429,
}
_TITLES = {
    400: Message("This request cannot be understood"),
    401: Message("Log in first"),
    403: Message("You may not do this"),
    404: Message("There is nothing here"),
    405: Message("This cannot be done here"),
    409: Message("This does not fit any more"),
    413: Message("That is too large"),
    422: Message("This breaks a rule"),
    423: Message("This is locked"),
    429: Message("Too many tries"),
    500: Message("Something went wrong"),
}
_ADVICE = {
    403: Message("Your roles do not allow it. Ask your administrator if you need it for your work."),
    404: Message("The page or record does not exist, was deleted, or is not for you to see."),
    429: Message("Wait a minute and try again."),
    400: Message("Go back, reload the page and try again."),
    405: Message("This address only takes what a form sends to it. Go back and use the form."),
    409: Message("Something changed meanwhile. Go back, reload the page and look at it again."),
    413: Message("Send less at once, or a smaller file."),
    500: Message("The error was written to the log. If it comes again, tell your administrator the number below."),
}


def register_errors(blueprint: Blueprint) -> None:
    """Answer the errors of every address that is no other face's."""
    blueprint.app_errorhandler(JimuError)(_known)
    blueprint.app_errorhandler(HTTPException)(_http)
    blueprint.app_errorhandler(Exception)(_unknown)


def _is_ours() -> bool:
    return not request.path.startswith(OTHER_FACES)


def _known(error: JimuError) -> Response:
    if not _is_ours():
        raise error
    status = next((STATUS[c] for c in type(error).__mro__ if c in STATUS), 500)
    if isinstance(error, Unauthenticated) and not is_fetch():
        kept = carry(g.visit) if request.method == "POST" else ""
        if kept:
            return login_page(g.visit, status=401, carried=kept)
        return go(
            "/login?" + urlencode({"next": request.full_path.rstrip("?") if request.method == "GET" else request.path})
        )
    href = str((error.details or {}).get("href") or "")
    return error_page(status, [error.message, *(p.message for p in error.problems)], href=href)


def _http(error: HTTPException) -> Response:
    if not _is_ours():
        return error.get_response()  # type: ignore[return-value]
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]
    return error_page(status, [])


def _unknown(error: Exception) -> Response:
    if not _is_ours():
        raise error
    number = _number() or secrets.token_hex(4)
    log.exception("error %s on %s %s", number, request.method, request.path, exc_info=error)
    return error_page(500, [], number)


def _number() -> str:
    """The id under which the log has this request."""
    return str(request.environ.get("jimu.request_id", ""))


def _own_roles(now: Visit) -> str:
    """The labels of the visitor's roles, to be told to whom they ask for more."""
    roles = (now.manifest.roles.get(name) for name in sorted(now.actor.roles))
    return now.say(Message(", ")).join(r.label.get(now.locale) or r.name for r in roles if r is not None)


def error_page(status: int, messages: list[Message], number: str = "", href: str = "") -> Response:
    """A page that says what happened and what can be done, in the frame for people who are signed in. ``href``: of
    what stands in the way.
    """
    now: Visit = g.visit
    texts = list(dict.fromkeys(now.say(m) for m in messages))
    title = now.say(_TITLES.get(status, _TITLES[500]))
    advice = now.say(_ADVICE[status]) if status in _ADVICE else ""
    if request.accept_mimetypes.best == "application/json":
        return json({"code": status, "message": texts[0] if texts else title}, status)
    if is_fetch():
        return fragment("errors/fragment.html", status=status, title=title, texts=texts, advice=advice)
    if status == 403 and (roles := _own_roles(now)):
        texts.append(now.say(Message("Your roles: {roles}", {"roles": roles})))
    values: dict[str, Any] = {
        "status_code": status,
        "texts": texts,
        "advice": advice,
        "number": number or _number(),
        "href": href,
        "again": request.full_path.rstrip("?") if request.method == "GET" and status in (429, 500, 503) else "",
    }
    if now.is_signed_in:
        return page("errors/page.html", title, status=status, **values)
    return lone_page("errors/lone.html", title, status=status, **values)
