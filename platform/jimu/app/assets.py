"""Built assets under /static/dist: content-hashed, so cached for ever; .br and .gz files are sent where understood."""

from __future__ import annotations

import re
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

import jimu

FOLDER = Path(jimu.__path__[0]) / "static" / "dist"
PREFIX = "static/dist/"
HASHED = re.compile(r"[-.][0-9A-Za-z_]{8,}\.[a-z0-9.]+$")


def serve_assets(app: Flask) -> None:
    """Answer /static/dist/… before Flask; does nothing where no assets were built."""
    if not FOLDER.is_dir():
        return
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(FOLDER), prefix=PREFIX, max_age=3600, allow_all_origins=False,
        immutable_file_test=is_immutable, add_headers_function=_add_headers,
    )


def is_immutable(_path: str, url: str) -> bool:
    """Whether the address holds a content hash (``core-3F9A01BC.css``)."""
    return bool(HASHED.search(url))


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
