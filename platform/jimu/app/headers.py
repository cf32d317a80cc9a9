"""Security headers of every answer. A view that needs another policy sets its own; these fill in what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# No inline script or style at all. Images may be data: (icons in CSS) and blob: (previews of a file not yet sent).
CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
    "connect-src 'self'", "manifest-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
))

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
ONE_YEAR = 31_536_000
_FIXED = tuple((name.lower(), (name, value)) for name, value in HEADERS.items())


class SecurityHeaders:
    """WSGI middleware: works on the plain list of headers, which is many times quicker than on Flask's response."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            given = {name.lower() for name, _ in headers}
            headers.extend(h for name, h in _FIXED if name not in given)
            if environ.get("wsgi.url_scheme") == "https" and "strict-transport-security" not in given:
                headers.append(("Strict-Transport-Security", f"max-age={ONE_YEAR}"))
            if "cache-control" not in given:
                # What a person may see is not for shared caches, nor for the next person at this browser.
                kept = "private, no-cache" if environ.get("REQUEST_METHOD") == "GET" else "no-store"
                headers.append(("Cache-Control", kept))
            if "x-request-id" not in given:
                headers.append(("X-Request-ID", environ.get("jimu.request_id", "")))
            return start_response(status, headers, *rest)

        return self.app(environ, start)
