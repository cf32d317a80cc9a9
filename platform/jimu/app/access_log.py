"""One log line per request: who asked what, how it ended, how long it took and how many statements it sent."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jimu.storage.metering import counted

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("jimu.access")

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class AccessLog:
    """WSGI middleware. Gives each request an id (``jimu.request_id`` in the environ, X-Request-ID in the answer)."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_id = _request_id(environ)
        environ["jimu.request_id"] = request_id
        seen: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            seen["status"] = int(status[:3])
            seen["bytes"] = next((int(v) for k, v in headers if k.lower() == "content-length"), None)
            return start_response(status, headers, *rest)

        begun = time.perf_counter()
        with counted() as meter:
            answer = self.app(environ, start)
        took = (time.perf_counter() - begun) * 1000
        log.info(
            "%s %s %s %.1f ms, %s queries", environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"), seen.get("status"),
            took, meter.queries,
            extra={"request": {
                "request_id": request_id, "method": environ.get("REQUEST_METHOD"), "path": environ.get("PATH_INFO"),
                "status": seen.get("status"), "bytes": seen.get("bytes"), "ms": round(took, 2),
                "queries": meter.queries, "address": environ.get("REMOTE_ADDR"), "user": environ.get("jimu.user"),
            }},
        )
        return answer


def _request_id(environ: WSGIEnvironment) -> str:
    """The id that a proxy in front gave, if it looks like one, else a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
