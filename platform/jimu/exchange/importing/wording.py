"""What a header or a label says, word by word: ``Date of Purchase`` and ``Purchased on`` are one thing.

Pure text: knows neither files nor records. Used where neither the name nor the likeness of letters decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_ROLES = {
    "date": "date time datetime day at on when since until timestamp 日期 时间 時間 日",
    "id": "id no nr num number code key 编号 編號 代码 代碼 编码 編碼 号码 號碼 号 號",
    "name": "name title subject 名称 名稱 简称 簡稱 名字 姓名",
    "person": "by 人",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_CHINESE_ENDS = sorted((w for w in _ROLE_OF if not w.isascii()), key=len, reverse=True)
_WEAK = frozenset({"of", "the", "to", "in", "for", "a", "an", "is", "are", "and", "or", "sys", "my", "our", "their"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_STEM = 4
"""Words that begin with so many equal letters, the greater part of the shorter one, are forms of one word."""


@dataclass(frozen=True, slots=True)
class Wording:
    """``words``: those that tell one field from another; ``role``: which kind of value the text speaks of, if any."""

    words: frozenset[str]
    role: str = ""


def wording_of(text: str, own: Iterable[str] = ()) -> Wording:
    """``own``: names of the object itself, which say nothing of a field of it."""
    words: list[str] = []
    role = ""
    for word in _split(text):
        if word in _ROLE_OF:
            role = _ROLE_OF[word]
        elif word not in _WEAK:
            words.append(word)
    left_out = [w for name in own for w in _split(name)]
    kept = [w for w in words if not any(is_form_of(w, other) for other in left_out)]
    return Wording(frozenset(kept), role)


def agreement(one: Wording, other: Wording) -> float:
    """From 0 (different things) to 1; texts of which no word is left agree where they speak of one kind of value."""
    if one.role and other.role and one.role != other.role:
        return 0.0
    shorter, longer = sorted((one.words, other.words), key=len)
    if not shorter:
        return 0.9 if not longer and one.role and one.role == other.role else 0.0
    shared = sum(any(is_form_of(word, w) for w in longer) for word in shorter)
    if shared < len(shorter):
        return 0.0
    return shared / len(longer) - 0.05 * (one.role != other.role)


def is_form_of(one: str, other: str) -> bool:
    """purchase, purchased; resolution, resolved; 行业, 所属行业."""
    if one == other:
        return True
    if not one.isascii() or not other.isascii():
        return min(len(one), len(other)) > 1 and (one in other or other in one)
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    return common >= _STEM and common > 0.6 * min(len(one), len(other))


def _split(text: str) -> list[str]:
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text)):
        found += [word.casefold()] if word.isascii() else _without_end(word)
    return found


def _without_end(word: str) -> list[str]:
    """A Chinese word and what its end says of the kind of value: 股票名称 is of a 股票 its 名称."""
    end = next((e for e in _CHINESE_ENDS if word.endswith(e)), "")
    return [part for part in (word.removesuffix(end), end) if part]
