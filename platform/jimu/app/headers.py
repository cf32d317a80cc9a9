"""Security headers of every answer. A view that needs another policy sets its own; these fill in what is missing."""

from __future__ import annotations

from flask import Response, request

# No inline script or style at all. Images may be data: (icons in CSS) and blob: (previews of a file not yet sent).
CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
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


def add_security_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
    if "Cache-Control" not in response.headers:
        # What a person may see is not for shared caches, nor for the next person at this browser.
        response.headers["Cache-Control"] = "no-store" if request.method != "GET" else "private, no-cache"
    response.headers.setdefault("X-Request-ID", request.environ.get("jimu.request_id", ""))
    return response
