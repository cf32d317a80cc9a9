"""gunicorn, started from inside: one parent that loads everything, web workers forked from it."""

from __future__ import annotations

import errno
import gc
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from jimu.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

    from jimu.runtime import Runtime


class Server(BaseApplication):  # type: ignore[misc]
    """Serves ``create_app`` on ``runtime``.

    ``when_ready`` is called once when the address can be asked, ``in_worker`` in each web worker when it begins.
    """

    def __init__(
        self, runtime: Runtime, when_ready: Callable[[], None], in_worker: Callable[[], None] = lambda: None
    ) -> None:
        self.runtime = runtime
        self.when_ready = when_ready
        self.in_worker = in_worker
        super().__init__()

    def load_config(self) -> None:
        settings = self.runtime.settings
        options: dict[str, Any] = {
            "bind": f"{settings.host}:{settings.port}", "workers": settings.workers, "threads": settings.threads,
            "worker_class": "gthread", "preload_app": True, "loglevel": "warning", "accesslog": None,
            "graceful_timeout": 10, "timeout": 120, "keepalive": 20, "max_requests": 20_000,
            "max_requests_jitter": 2_000, "control_socket_disable": True, "proc_name": "jimu",
            "worker_tmp_dir": _shared_memory(), "when_ready": lambda _server: self.when_ready(),
            "post_worker_init": lambda _worker: self.in_worker(),
            "worker_exit": lambda _server, _worker: self.runtime.close(),
            "forwarded_allow_ips": "*" if settings.trusted_proxies else "127.0.0.1",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        from jimu.app import create_app

        app = create_app(runtime=self.runtime)
        self.runtime.close()  # connections must not be shared with the workers that are forked from here
        gc.collect()
        gc.freeze()           # what is here stays, so the collector need not touch (and thus copy) it in each worker
        return app


def require_free_port(settings: Settings) -> None:
    """Raises OSError with a sentence that helps if the address is taken or not ours."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise OSError(error.errno, _reason(error, settings)) from None


def _reason(error: OSError, settings: Settings) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {settings.port} is in use; choose another one with JIMU_PORT={settings.port + 1}"
    if error.errno == errno.EACCES:
        return f"port {settings.port} needs more rights; choose one from 1024 on with JIMU_PORT"
    return f"cannot listen on {settings.host}:{settings.port}: {error.strerror}"


def _shared_memory() -> str | None:
    """Where gunicorn keeps its heartbeat files: on a disk they could block a worker."""
    from pathlib import Path

    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
