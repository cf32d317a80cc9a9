"""Compression of pages and JSON on the way out: Brotli where understood, else gzip, and only where it pays.

The session cookie is SameSite=Lax, so another site cannot make a browser ask for pages with secrets in them and guess
these by their compressed length (BREACH).
"""

from __future__ import annotations

import gzip

import brotli
from flask import Response, request

LEAST = 1400  # bytes: what is smaller fits into one packet anyhow
TYPES = frozenset({
    "text/html", "text/plain", "text/csv", "application/json", "application/problem+json", "application/x-ndjson",
    "image/svg+xml",
})
BROTLI_QUALITY = 4  # about gzip's time at a quarter less size
GZIP_LEVEL = 5


def compress(response: Response) -> Response:
    """A compressed ``response`` if its reader takes one; streams, files and answers with a strong ETag stay as is.

    A strong ETag promises the same bytes, and If-Match must bring back the tag that the record gave out.
    """
    if response.mimetype not in TYPES or response.direct_passthrough or response.is_streamed:
        return response
    headers = response.headers
    vary = headers.get("Vary")
    if vary is None or "accept-encoding" not in vary.lower():
        headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    if "Content-Encoding" in headers or response.status_code in (204, 206, 304) or _has_strong_tag(response):
        return response
    body = response.get_data()
    encoding = _encoding() if len(body) >= LEAST else None
    if encoding is None:
        return response
    is_brotli = encoding == "br"
    response.set_data(brotli.compress(body, quality=BROTLI_QUALITY) if is_brotli else gzip.compress(body, GZIP_LEVEL))
    response.headers["Content-Encoding"] = encoding
    return response


def _encoding() -> str | None:
    accepted = request.accept_encodings
    return next((x for x in ("br", "gzip") if accepted.quality(x) > 0), None) if accepted else None


def _has_strong_tag(response: Response) -> bool:
    tag, weak = response.get_etag()
    return tag is not None and not weak
