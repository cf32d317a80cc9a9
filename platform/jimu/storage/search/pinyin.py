"""Pinyin of Chinese text as search tokens: initials (``zs`` for 张三) and the whole (``zhangsan``)."""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache
from typing import Any

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_LONGEST = 12   # characters of a run that are looked at: names of people and firms begin with what is typed


@cache
def _pypinyin() -> Any:
    """pypinyin, loaded with the first Chinese text, without its phrases (half a second, 35 MB): characters do."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin

    return pypinyin


@lru_cache(maxsize=32768)
def _syllable(character: str) -> str:
    found = _pypinyin().lazy_pinyin(character, style=_pypinyin().Style.NORMAL, errors="ignore")
    return found[0].replace("ü", "v") if found else ""


def syllables(text: str) -> list[str]:
    """How ``text`` is read, character by character: pinyin of Chinese ones, others as they are, no spaces."""
    return [_syllable(c) or c if _HAN.match(c) else c for c in text if not c.isspace()]


@lru_cache(maxsize=65536)
def pinyin_tokens(text: str) -> tuple[str, ...]:
    """Tokens to find ``text`` by pinyin; a heteronym is read in its commonest way."""
    found: dict[str, None] = {}
    for match in _HAN.finditer(text):
        syllables = [_syllable(c) for c in match.group()[:_LONGEST]]
        for start in range(len(syllables)):
            rest = [s for s in syllables[start:] if s]
            if len(rest) > 1:
                found["".join(s[0] for s in rest)] = None
            if rest and (start == 0 or len(rest) > 1):
                found["".join(rest)[:24]] = None
    return tuple(found)
