"""A catalogue is a translator of one locale: a callable that knows every template's text, and its plurals."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "locale"

# Locale -> the name of its gettext folder. English is the source language and has none.
GETTEXT_NAMES: Mapping[str, str] = {"zh-CN": "zh_Hans", "zh-TW": "zh_Hant"}


class Catalogue:
    """``catalogue("Save")`` is a template's text, ``catalogue.plural("{n} row", "{n} rows", n)`` the one for ``n``.

    A template without a translation is returned as it is: English is always there to fall back to.
    """

    def __init__(
        self, locale: str, messages: Mapping[str, str] | None = None, plurals: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.locale = locale
        self.messages = messages or {}
        self.plurals = plurals or {}

    def __call__(self, template: str) -> str:
        return self.messages.get(template, template)

    def plural(self, singular: str, plural: str, n: int) -> str:
        """The form for ``n``, with its places still to be filled. Chinese has one form for every number."""
        forms = self.plurals.get(singular)
        if forms:
            return forms[0] if n == 1 or len(forms) == 1 else forms[1]
        return singular if n == 1 else plural

    def merged(self, others: Iterable[Catalogue]) -> Catalogue:
        """This catalogue with the texts of ``others`` (plugins) added; its own texts win."""
        messages: dict[str, str] = {}
        plurals: dict[str, Sequence[str]] = {}
        for catalogue in [*others, self]:
            messages.update(catalogue.messages)
            plurals.update(catalogue.plurals)
        return Catalogue(self.locale, messages, plurals)


def load_catalogue(folder: Path, locale: str) -> Catalogue:
    """The catalogue ``<folder>/<gettext name>/messages.po``; an empty one where there is no such file."""
    path = folder / GETTEXT_NAMES.get(locale, locale) / "messages.po"
    if not path.is_file():
        return Catalogue(locale)
    from babel.messages.pofile import read_po

    messages: dict[str, str] = {}
    plurals: dict[str, Sequence[str]] = {}
    with path.open("rb") as file:
        for message in read_po(file, ignore_obsolete=True):
            if not message.id or message.fuzzy:
                continue
            if isinstance(message.id, (list, tuple)):
                forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
                if forms and all(forms):
                    plurals[message.id[0]] = forms
            elif message.string:
                messages[message.id] = str(message.string)
    return Catalogue(locale, messages, plurals)


@functools.cache
def translator(locale: str) -> Catalogue:
    """The engine's own catalogue for ``locale``, read once."""
    return load_catalogue(LOCALE_FOLDER, locale)
