"""Small pieces of markup that templates cannot make by themselves: attributes, initials, words marked in a text."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from jimu.web.pages.people import TINTS, initials_of, is_wide


def attributes(given: Mapping[str, Any], **defaults: Any) -> Markup:
    """`` name="value"`` for each keyword of a macro: underscores become hyphens, True is bare, False and None are left
    out.
    """
    parts = []
    for name, value in {**defaults, **given}.items():
        if value is None or value is False:
            continue
        written = name.rstrip("_").replace("_", "-")
        parts.append(f" {escape(written)}" if value is True else f' {escape(written)}="{escape(value)}"')
    return Markup("".join(parts))  # noqa: S704


def tint_of(name: str) -> int:
    """The colour of a name: always the same one."""
    return zlib.crc32(name.encode()) % TINTS


def padded(rows: Iterable[Sequence[Any]], size: int) -> list[tuple[Any, ...]]:
    """Rows of ``size`` parts, those that are missing blank."""
    return [(*row, *[""] * (size - len(row))) for row in rows]


def marked(text: str, words: str) -> Markup:
    """``text`` with the places that match one of ``words`` in ``<mark>``."""
    wanted = sorted({re.escape(w) for w in words.split()}, key=len, reverse=True)
    if not wanted:
        return escape(text)
    parts = re.split(f"({'|'.join(wanted)})", text, flags=re.IGNORECASE)
    made = (Markup("<mark>{}</mark>").format(p) if at % 2 else escape(p) for at, p in enumerate(parts))
    return Markup("").join(made)


def letters(initials: str) -> Markup:
    """Initials for a circle: of two wide characters the first can be left out where there is room for one."""
    if len(initials) < 2 or not is_wide(initials):
        return escape(initials)
    return Markup('<span class="avatar-first">{}</span>{}').format(initials[0], initials[1:])


FILTERS = {
    "initials": initials_of,
    "is_wide": is_wide,
    "letters": letters,
    "tint": tint_of,
    "pad": padded,
    "marked": marked,
}
