"""Messages for people: an English template with named parameters, translated late by the face that shows it.

Every floor below the faces returns ``Message`` objects and never a rendered sentence, since it does not know
who reads it. The English template is the gettext msgid; catalogues lie in ``locale/<zh_Hans|zh_Hant>/messages.po``.
A list used as a parameter is joined, a ``Message`` used as a parameter is rendered in the same language. What is stored
to be read later, by whoever, is kept as JSON (``keep_message``) and rendered then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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


KeptMessage = str | dict[str, Any]
_BESIDE = Message("{name}: {text}")


def beside(name: Text | str, text: Message) -> Message:
    """``text`` with the name of what it is about before it; as it is where there is no name."""
    named = name.by_locale if isinstance(name, Text) else name
    return replace(_BESIDE, params={"name": name, "text": text}) if named else text


def joined(messages: Sequence[Message], mark: str = " ") -> Message:
    """Several sentences as one, each of them once."""
    told = [message for place, message in enumerate(messages) if message not in messages[:place]]
    if len(told) == 1:
        return told[0]
    places = {f"m{place}": message for place, message in enumerate(told)}
    return replace(_BESIDE, template=mark.join(f"{{{name}}}" for name in places), params=places)


def keep_message(message: Message) -> KeptMessage:
    """``message`` as JSON; parameters that JSON has no word for are kept as their text."""
    return {"text": message.template, "with": {name: _keep(value) for name, value in message.params.items()}}


def kept_message(kept: KeptMessage) -> Message:
    """The message that was kept; a plain text is one that reads the same in every language."""
    if isinstance(kept, str):
        return Message("{text}", {"text": kept})
    return replace(_BESIDE, template=kept["text"], params={n: _kept(value) for n, value in kept["with"].items()})


def _keep(value: Any) -> Any:
    if isinstance(value, Message):
        return keep_message(value)
    if isinstance(value, Text):
        return {"label": dict(value.by_locale)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_keep(one) for one in value]
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        return Text(value["label"]) if "label" in value else kept_message(value)
    return [_kept(one) for one in value] if isinstance(value, list) else value
