"""Documents: the merged YAML of one definition, and what the build steps share while they turn documents into
definitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jimu.definitions.reader import YamlList, YamlMap, key_place, value_place
from jimu.diagnostics import Diagnostic, Place, Severity, nearest
from jimu.messages import Message, Text

PREFIXES = {
    "object": "",
    "options": "options:",
    "role": "role:",
    "app": "app:",
    "page": "page:",
    "list": "list:",
    "seed": "seed:",
    "import_plan": "import_plan:",
    "workspace": "workspace:",
}


@dataclass(slots=True)
class Document:
    """The merged data of one definition. ``file`` is the lowest layer's; ``system``: it began in the engine's own
    layer.
    """

    kind: str
    name: str
    module: str
    data: YamlMap
    file: str
    system: bool = False

    @property
    def address(self) -> str:
        return PREFIXES.get(self.kind, f"{self.kind}:") + self.name

    @property
    def place(self) -> Place:
        return Place(*self.data.mark)

    def key_place(self, *path: str | int) -> Place:
        return key_place(self.data, *path)

    def value_place(self, *path: str | int) -> Place:
        return value_place(self.data, *path)


Documents = Mapping[str, Mapping[str, Document]]


@dataclass
class Findings:
    """Collects diagnostics."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def error(
        self,
        code: str,
        template: str,
        params: Mapping[str, Any],
        place: Place,
        address: str,
        suggestion: str | None = None,
    ) -> None:
        self.diagnostics.append(Diagnostic(code, Message(template, params), place, address, suggestion=suggestion))

    def warning(self, code: str, template: str, params: Mapping[str, Any], place: Place, address: str) -> None:
        self.diagnostics.append(Diagnostic(code, Message(template, params), place, address, Severity.WARNING))

    def unknown(
        self, code: str, template: str, name: str, place: Place, address: str, known: Iterable[str], **params: Any
    ) -> None:
        """Something named ``name`` does not exist; ``known`` are the names that do."""
        self.error(code, template, {"name": name, **params}, place, address, nearest(name, known))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics.extend(diagnostics)


def text_of(data: Mapping[str, Any], key: str, name: str) -> Text:
    """The label under ``key``, else one made from ``name``: close_on -> Close on."""
    found = data.get(key)
    return Text.of(found) if found else Text({"en": spoken(name)})


def optional_text(data: Mapping[str, Any], key: str) -> Text:
    found = data.get(key)
    return Text.of(found) if found else Text({})


def spoken(name: str) -> str:
    """A name as words. What is not snake_case is left alone."""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        return name
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def plain(value: Any) -> Any:
    """``value`` without the marks of where it stood."""
    if isinstance(value, YamlMap):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, YamlList):
        return [plain(item) for item in value]
    return value


def plain_json(value: Any) -> Any:
    """``plain``, with exact numbers as JSON can write them."""
    if isinstance(value, YamlMap):
        return {key: plain_json(item) for key, item in value.items()}
    if isinstance(value, YamlList):
        return [plain_json(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value
