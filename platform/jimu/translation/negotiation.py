"""Which locale a reader gets.

Chinese tags are mapped to a script first: a plain prefix match would hand zh-TW readers English.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jimu.messages import DEFAULT_LOCALE, LOCALES

TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


def negotiate(accept_language: str | None, locales: Iterable[str] = LOCALES, default: str = DEFAULT_LOCALE) -> str:
    """The first of the reader's languages that ``locales`` has, in the order of the q values (RFC 9110 §12.5.4).

    ``accept_language`` is a header or one tag such as ``zh_TW``. With only one Chinese script on offer, it serves every
    Chinese reader.
    """
    offered = list(locales)
    for tag in _by_preference(accept_language or ""):
        wanted = locale_of(tag)
        if wanted in offered:
            return wanted
        if wanted.startswith("zh"):
            other = next((x for x in offered if x.startswith("zh")), None)
            if other:
                return other
    return default


def locale_of(tag: str) -> str:
    """The locale that serves a tag: zh-HK, zh-Hant-… → zh-TW; zh, zh-SG … → zh-CN; others: their language alone."""
    language, *subtags = tag.lower().replace("_", "-").split("-")
    if language != "zh":
        return language
    if "hans" in subtags:
        return "zh-CN"
    return "zh-TW" if TRADITIONAL & set(subtags) else "zh-CN"


def _by_preference(header: str) -> Iterator[str]:
    weighted = []
    for place, part in enumerate(header.split(",")):
        tag, *parameters = (x.strip() for x in part.split(";"))
        weight = next((_weight(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if tag and tag != "*" and weight > 0:
            weighted.append((-weight, place, tag))
    return (tag for _, _, tag in sorted(weighted))


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
