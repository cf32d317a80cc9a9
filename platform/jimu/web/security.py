"""What protects forms: the synchroniser token, and where a request came from. The headers are the application's."""

from __future__ import annotations

from flask import request

from jimu.access.csrf import CSRF_FIELD, CSRF_HEADER, is_csrf_token
from jimu.errors import BadRequest
from jimu.messages import Message
from jimu.web.visit import Visit

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def require_own_form(visit: Visit) -> None:
    """Raises BadRequest unless a request that changes something comes from a page of ours, in this very session."""
    if request.method in _SAFE:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise BadRequest(Message("This form was sent from another site."))
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD)
    tied_to = visit.session or visit.nonce
    if not tied_to or not is_csrf_token(visit.runtime.secret_key, tied_to, given):
        raise BadRequest(Message("This form is no longer valid. Reload the page and send it again."))
