"""Translations: catalogues read from .po files into memory, and the choice of a locale.

Locales are ``en``, ``zh-CN``, ``zh-TW`` everywhere; the gettext folders are ``zh_Hans`` and ``zh_Hant``.
"""

from __future__ import annotations

from collections.abc import Iterable


class Catalogue:
    """A translator: ``catalogue("Save")``, ``catalogue.plural("{n} record", "{n} records", n)``. Falls back to English."""

    locale: str

    def __call__(self, template: str) -> str:
        raise NotImplementedError

    def plural(self, singular: str, plural: str, n: int) -> str:
        raise NotImplementedError


def translator(locale: str) -> Catalogue:
    """The engine's catalogue for ``locale``; cached."""
    raise NotImplementedError


def negotiate(accept_language: str | None, locales: Iterable[str] = ("en", "zh-CN", "zh-TW"), default: str = "en") -> str:
    """The best of ``locales`` for an Accept-Language header (or one tag)."""
    raise NotImplementedError
