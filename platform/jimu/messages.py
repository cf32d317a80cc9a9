"""Messages for people: an English template with named parameters, translated late by the face that shows it.

Every floor below the faces returns ``Message`` objects and never a rendered sentence, since it does not know
who reads it. The English template is the gettext msgid; catalogues lie in ``locale/<zh_Hans|zh_Hant>/messages.po``.
A list used as a parameter is joined, a ``Message`` used as a parameter is rendered in the same language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

LOCALES = ("en", "zh-CN", "zh-TW")
DEFAULT_LOCALE = "en"

# The order in which a missing label or text is looked for.
FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "en": ("en", "zh-CN", "zh-TW"),
    "zh-CN": ("zh-CN", "zh-TW", "en"),
    "zh-TW": ("zh-TW", "zh-CN", "en"),
}


class Translator(Protocol):
    def __call__(self, template: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence for a person. ``template`` is English with ``{name}`` places; ``params`` fills them."""

    template: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def render(self, translate: Translator | None = None) -> str:
        """The sentence in the language of ``translate`` (English where none is given)."""
        template = translate(self.template) if translate else self.template
        return template.format(**{k: _param(v, translate) for k, v in self.params.items()})

    def __str__(self) -> str:
        return self.render()


def _param(value: Any, translate: Translator | None) -> Any:
    if isinstance(value, Message):
        return value.render(translate)
    if isinstance(value, Text):
        return value.get(getattr(translate, "locale", DEFAULT_LOCALE))
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(str(_param(v, translate)) for v in value)
    return value


@dataclass(frozen=True, slots=True)
class Text:
    """A label written in YAML: one string, or one string per locale."""

    by_locale: Mapping[str, str]

    @classmethod
    def of(cls, value: str | Mapping[str, str] | Text) -> Text:
        if isinstance(value, Text):
            return value
        return cls({"": value} if isinstance(value, str) else dict(value))

    def get(self, locale: str) -> str:
        """The text in ``locale``, else in the nearest language that it has, else ''."""
        for key in ("", *FALLBACKS.get(locale, FALLBACKS[DEFAULT_LOCALE])):
            if key in self.by_locale:
                return self.by_locale[key]
        return next(iter(self.by_locale.values()), "")

    def missing(self) -> list[str]:
        """The locales that have no text of their own."""
        return [] if "" in self.by_locale else [code for code in LOCALES if code not in self.by_locale]

    def __str__(self) -> str:
        return self.get(DEFAULT_LOCALE)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.by_locale.items())))
