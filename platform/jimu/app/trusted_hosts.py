"""By which names this site may be asked for: another ``Host`` is answered 421, so that no link is ever built of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jimu.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN = ("/healthz", "/metrics")
"""What probes ask for by whatever address a machine has; nothing there is built of the name."""

_BODY = b"This site does not go by that name.\n"


def trusted_hosts(settings: Settings) -> frozenset[str] | None:
    """The names of ``trusted_hosts``, else that of ``public_url``, always with those of this machine; None: any."""
    named = [name.strip() for name in settings.trusted_hosts.split(",") if name.strip()]
    public = urlsplit(settings.public_url).hostname
    if not named and not public:
        return None
    return frozenset({*(name.casefold() for name in named), *([public] if public else ()), *LOOPBACK})


class TrustedHosts:
    """WSGI middleware. A name that begins with a dot stands for all below it too."""

    def __init__(self, app: WSGIApplication, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._is_trusted(host_of(environ)) or environ.get("PATH_INFO", "").startswith(OPEN):
            return self.app(environ, start_response)
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(_BODY))), ("Cache-Control", "no-store")]
        start_response("421 Misdirected Request", headers)
        return [_BODY]

    def _is_trusted(self, host: str) -> bool:
        below = (host[place:] for place, sign in enumerate(host) if sign == ".")
        return host in self.hosts or f".{host}" in self.hosts or any(end in self.hosts for end in below)


def host_of(environ: WSGIEnvironment) -> str:
    """The name without the port; that of an IPv6 address without brackets; '' for what is no name."""
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST') or environ.get('SERVER_NAME', '')}").hostname or ""
    except ValueError:
        return ""
