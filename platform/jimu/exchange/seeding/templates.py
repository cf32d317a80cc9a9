"""Text templates of seeds: ``{name}`` is a value made before, ``{name:slug}`` the same as Latin letters for
addresses.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from jimu.exchange.seeding.made import MadeRecord

LONGEST_HOST = 30
_PLACE = re.compile(r"\{([a-z0-9_.]+)(?::([a-z]+))?\}")
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


def fill(template: str, look_up: Callable[[str], Any]) -> str:
    """The template with its places filled; blank values leave nothing behind but single spaces."""

    def place(found: re.Match[str]) -> str:
        text = shown(look_up(found[1]))
        return _FORMS[found[2]](text) if found[2] else text

    return " ".join(_PLACE.sub(place, template).split())


def shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, MadeRecord):
        return str(value.value("name") or "")
    return value.isoformat() if isinstance(value, date) else str(value)


@cache
def _pypinyin() -> Any:
    """Loaded with the first Chinese name, and like the store's without its phrases (35 MB): the two share a process."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin

    return pypinyin


def slug(text: str) -> str:
    """Latin small letters and digits, words joined by a point; Chinese by its pinyin."""
    latin = " ".join("".join(_pypinyin().lazy_pinyin(part)) if not part.isascii() else part for part in text.split())
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode().lower()
    return _NOT_PLAIN.sub(".", plain).strip(".")


def host(text: str) -> str:
    """The same without points and not too long: a name for a web address."""
    return slug(text).replace(".", "")[:LONGEST_HOST]


_FORMS: dict[str, Callable[[str], str]] = {"slug": slug, "host": host, "lower": str.lower, "upper": str.upper}
