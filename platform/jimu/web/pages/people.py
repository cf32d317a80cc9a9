"""People as they stand beside what they did: name, initials, a colour that is always the same for one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jimu.messages import Message
from jimu.web.pages.reader import Reader

TINTS = 8


@dataclass(frozen=True, slots=True)
class Person:
    """``id`` is None for the engine itself and for people whom the reader may not know of."""

    name: str
    initials: str
    tint: int = 0
    id: int | None = None


def person_of(id: int | None, titles: Mapping[int, str], reader: Reader) -> Person:
    name = titles.get(id or 0)
    if name is None:
        text = Message("The system") if not id else Message("Somebody")
        return Person(reader.render(text), "")
    return Person(name, initials_of(name), (id or 0) % TINTS, id)


def initials_of(name: str) -> str:
    """Two letters of a name in letters, the last two characters of a Chinese one (the given name)."""
    words = name.split()
    if not words:
        return "?"
    if not words[0][0].isascii():
        return name.strip()[-2:] if len(words) == 1 and len(name) > 2 else words[0][:1]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()
