"""What protects pages: the synchroniser token, where a request came from, from which network, with whose eyes. The
headers are the application's.
"""

from __future__ import annotations

from flask import Response, request

from jimu.access.audit_refusals import note_refusal
from jimu.access.csrf import CSRF_FIELD, CSRF_HEADER, is_csrf_token
from jimu.access.networks import is_allowed, refused
from jimu.access.view_as import READ_ONLY, note_page
from jimu.errors import BadRequest, Forbidden
from jimu.messages import Message
from jimu.web.visit import Visit, address

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# Forms that carry their right themselves: a secret from a mail, which no other site knows.
_BY_LINK = frozenset({"web.decide_by_link"})
# What may be sent while one looks with another's eyes: what ends it, and what a page sends by itself and is not kept.
_WAYS_OUT = frozenset({"web.stop_viewing", "web.log_out", "web.viewed"})
# What is nobody's business but the owner's, even to look at.
_PRIVATE = ("/profile", "/me/", "/password")


def require_own_form(visit: Visit) -> None:
    """Raises BadRequest unless a request that changes something comes from a page of ours, in this very session."""
    if request.method in _SAFE:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise BadRequest(Message("This form was sent from another site."))
    if request.endpoint in _BY_LINK:
        return
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD)
    tied_to = visit.session or visit.nonce
    if not tied_to or not is_csrf_token(visit.runtime.secret_key, tied_to, given):
        raise BadRequest(Message("This form is no longer valid. Reload the page and send it again."))


def require_allowed_address(visit: Visit) -> None:
    """Raises Forbidden for a network address that the settings or a role of the user keep out."""
    settings = visit.runtime.settings
    roles = () if request.endpoint == "web.log_out" else visit.actor.roles
    if is_allowed(address(), settings.allowed_addresses, visit.manifest, roles):
        return
    note_refusal(visit.snapshot.store, visit.by)
    raise refused(address())


def require_own_eyes(visit: Visit) -> None:
    """Raises Forbidden for whatever changes something while one looks with another's eyes, and for their private
    pages.
    """
    if visit.actor.viewed_by is None or request.endpoint in _WAYS_OUT:
        return
    if request.method not in _SAFE:
        raise Forbidden(READ_ONLY)
    if request.path.startswith(_PRIVATE):
        raise Forbidden(Message("These pages are private: they are not shown with another's eyes."))


def note_page_seen(visit: Visit, response: Response) -> None:
    """Every page that is seen with another's eyes is in the audit, what scripts ask for beside it is not."""
    is_page = response.mimetype == "text/html" and "HX-Request" not in request.headers
    is_page = is_page and request.headers.get("X-Requested-With") != "fetch"
    if visit.actor.viewed_by is None or 300 <= response.status_code < 400:
        return
    if is_page or response.headers.get("Content-Disposition"):
        note_page(visit.snapshot.store, visit.by, request.full_path.rstrip("?"), response.status_code)
