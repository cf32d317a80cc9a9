"""The bundles under ``static/dist``: their addresses by entry name, and serving them compressed and immutable.

``manifest.json`` is read once per process; file names carry a hash of their content, so browsers keep them for ever.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Response, abort, request, send_file
from markupsafe import Markup, escape

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"
URL = "/static/dist/"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
          ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


@dataclass(frozen=True)
class Assets:
    """What ``manifest.json`` says. Without a build every list is empty: pages then come bare, but they come."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    icon_file: str = ""
    icons: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()

    @classmethod
    def read(cls, folder: Path = DIST) -> Assets:
        path = folder / "manifest.json"
        if not path.is_file():
            return cls()
        manifest = json.loads(path.read_text("utf-8"))
        files = frozenset(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file())
        return cls(manifest["entries"], URL + manifest["icons"]["file"], frozenset(manifest["icons"]["names"]),
                   tuple(manifest.get("texts", ())), files)

    def style(self, entry: str) -> Markup:
        """The ``<link>`` of a style sheet entry."""
        made = self.entries.get(entry)
        return Markup("") if made is None else Markup('<link rel="stylesheet" href="{}" integrity="{}">').format(
            URL + made["file"], made["integrity"])

    def script(self, entry: str) -> Markup:
        """The ``<script type=module>`` of an entry, its chunks preloaded."""
        made = self.entries.get(entry)
        if made is None:
            return Markup("")
        chunks = Markup("").join(Markup('<link rel="modulepreload" href="{}">').format(URL + c) for c in made["imports"])
        return chunks + Markup('<script type="module" src="{}" integrity="{}"></script>').format(
            URL + made["file"], made["integrity"])

    def icon(self, name: str | None, css: str = "") -> Markup:
        """An icon of the sprite; one it does not have is shown as a box."""
        shown = name if name in self.icons else "box"
        return Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
            f" {css}" if css else "", self.icon_file, escape(shown))

    def serve(self, name: str) -> Response:
        """The file ``name``, in the best encoding that the browser takes."""
        if name not in self.files or name == "manifest.json":
            abort(404)
        path, encoding = DIST / name, ""
        for offered, suffix in _ENCODINGS:
            if request.accept_encodings[offered] and name + suffix in self.files:
                path, encoding = DIST / (name + suffix), offered
                break
        mimetype = _TYPES.get(Path(name).suffix, "application/octet-stream")
        response = send_file(path, mimetype=mimetype, conditional=True, etag=False)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if encoding:
            response.headers["Content-Encoding"] = encoding
        return response
