"""Option lists, and the options of picklists."""

from __future__ import annotations

from typing import Any

from jimu.definitions.documents import Document, Findings, spoken, text_of
from jimu.definitions.model import Choice, OptionListDef
from jimu.definitions.reader import YamlList, YamlMap, place
from jimu.messages import Text


def build_option_list(document: Document, findings: Findings) -> OptionListDef:
    data = document.data
    choices = build_choices(data.get("options"), findings, document.address)
    return OptionListDef(
        document.name, text_of(data, "label", document.name), choices, bool(data.get("retired")), document.place
    )


def build_choices(raw: Any, findings: Findings, address: str) -> tuple[Choice, ...]:
    """The choices written as ``raw`` (values, or maps); one written twice is reported and left out."""
    if not isinstance(raw, YamlList):
        return ()
    made: dict[str, Choice] = {}
    for item, at in zip(raw, raw.items_at, strict=True):
        choice = _choice(item)
        if choice.value in made:
            findings.error(
                "duplicate_option", "The option {value} is written twice.", {"value": choice.value}, place(at), address
            )
        else:
            made[choice.value] = choice
    return tuple(made.values())


def _choice(item: Any) -> Choice:
    if not isinstance(item, YamlMap):
        return Choice(str(item), _label(str(item)))
    depends = item.get("depends")
    return Choice(
        item["value"],
        Text.of(item["label"]) if item.get("label") else _label(item["value"]),
        item.get("color"),
        bool(item.get("retired")),
        tuple(depends) if depends is not None else None,
    )


def _label(value: str) -> Text:
    """A value in snake_case is a name to be translated; any other is what people read, in every language."""
    words = spoken(value)
    return Text.of(value) if words == value else Text({"en": words})
