"""The bundles under ``static/dist``: their addresses by entry name, for templates. The application serves them.

``manifest.json`` is read once per process; file names carry a hash of their content, so browsers keep them for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"
URL = "/static/dist/"


@dataclass(frozen=True)
class Assets:
    """What ``manifest.json`` says. Without a build every list is empty: pages then come bare, but they come."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    icon_file: str = ""
    icons: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    made: dict[tuple[str | None, str], Markup] = field(default_factory=dict, repr=False)
    tags: dict[str, Markup] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, folder: Path = DIST) -> Assets:
        path = folder / "manifest.json"
        if not path.is_file():
            return cls()
        manifest = json.loads(path.read_text("utf-8"))
        return cls(
            manifest["entries"],
            URL + manifest["icons"]["file"],
            frozenset(manifest["icons"]["names"]),
            tuple(manifest.get("texts", ())),
        )

    def style(self, entry: str) -> Markup:
        """The ``<link>`` of a style sheet entry."""
        return self._tag(entry, self._style)

    def script(self, entry: str) -> Markup:
        """The ``<script type=module>`` of an entry, its chunks preloaded."""
        return self._tag(entry, self._script)

    def _tag(self, entry: str, make: Callable[[dict[str, Any]], Markup]) -> Markup:
        known = self.tags.get(entry)
        if known is None:
            made = self.entries.get(entry)
            known = self.tags[entry] = Markup("") if made is None else make(made)
        return known

    def _style(self, made: dict[str, Any]) -> Markup:
        return Markup('<link rel="stylesheet" href="{}" integrity="{}">').format(URL + made["file"], made["integrity"])

    def _early(self, made: dict[str, Any]) -> Markup:
        return Markup('<script src="{}" integrity="{}"></script>').format(URL + made["file"], made["integrity"])

    def _script(self, made: dict[str, Any]) -> Markup:
        chunks = Markup("").join(
            Markup('<link rel="modulepreload" href="{}">').format(URL + c) for c in made["imports"]
        )
        return chunks + Markup('<script type="module" src="{}" integrity="{}"></script>').format(
            URL + made["file"], made["integrity"]
        )

    def early(self, entry: str) -> Markup:
        """A small script that runs before anything is painted."""
        return self._tag(entry, self._early)

    def icon(self, name: str | None, css: str = "") -> Markup:
        """An icon of the sprite; one it does not have is shown as a box."""
        known = self.made.get((name, css))
        if known is None:
            known = self.made[name, css] = self._icon(name, css)
        return known

    def _icon(self, name: str | None, css: str) -> Markup:
        shown = name if name in self.icons else "box"
        return Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
            f" {css}" if css else "", self.icon_file, escape(shown)
        )
