"""People as they stand beside what they did: name, initials, a colour that is always the same for one person."""

from __future__ import annotations

import re
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


# Kana, Han and Hangul: scripts in which the family name comes first and a character says as much as a word.
_CHARACTERS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def is_wide(initials: str) -> bool:
    """Whether each of them takes the room of two letters."""
    return bool(_CHARACTERS.match(initials))


def initials_of(name: str) -> str:
    """Two letters of a name in letters, the last two characters of a Chinese one (the given name)."""
    words = name.split()
    if not words:
        return "?"
    if _CHARACTERS.match(words[0]):
        return words[-1][-2:] if len(words) > 1 or len(words[0]) > 2 else words[0][:1]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()
