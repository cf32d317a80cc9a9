"""Names of people: the name in one piece, and its parts in the companion fields ``<name>_family``, ``<name>_given`` …

The whole and the parts follow from each other, whichever was written (``records.write_steps.ties``): in Chinese
characters the family name comes first and without a space, in letters it comes last, for every reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from jimu.fieldtypes.base import FieldSpec, FormatContext, JsonSchema, PartSpec, Resolved
from jimu.fieldtypes.name_parts import (
    FAMILY,
    GIVEN,
    MIDDLE,
    PREFIX,
    addressed,
    find_prefix,
    join_name,
    split_name,
)
from jimu.fieldtypes.text import Text as TextType
from jimu.fieldtypes.text import check_length
from jimu.messages import Text

_PARTS = {
    PREFIX: PartSpec(
        PREFIX, "text", {"max_length": 40}, Text({"en": "Form of address", "zh-CN": "称谓", "zh-TW": "稱謂"})
    ),
    GIVEN: PartSpec(GIVEN, "text", {"max_length": 120}, Text({"en": "Given name", "zh-CN": "名", "zh-TW": "名"})),
    MIDDLE: PartSpec(
        MIDDLE, "text", {"max_length": 120}, Text({"en": "Middle name", "zh-CN": "中间名", "zh-TW": "中間名"})
    ),
    FAMILY: PartSpec(FAMILY, "text", {"max_length": 120}, Text({"en": "Family name", "zh-CN": "姓", "zh-TW": "姓"})),
}


class PersonName(TextType):
    name = "person_name"
    label = Text({"en": "Person's name", "zh-CN": "人名", "zh-TW": "人名"})
    help = "The name of a person, whole and in parts: <name>_family and <name>_given, each of which can be filtered."
    widget = "person_name"
    is_tied = True
    sorted_by = (FAMILY, GIVEN)
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        **{k: v for k, v in TextType.option_schema.items() if k not in ("pattern", "pattern_message")},
        "middle": {"type": "boolean", "default": False, "description": "There is a part for middle names."},
        "prefix": {
            "type": "boolean",
            "default": False,
            "description": "There is a part for the form of address: Mr Wang, or 王先生 for readers of Chinese.",
        },
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        text = super().resolve(raw)
        wanted = [p for name, p in _PARTS.items() if name in (GIVEN, FAMILY) or text.options.get(name)]
        return replace(text, parts=tuple(wanted), search=True)

    def split(self, value: Any, field: FieldSpec) -> dict[str, Any]:
        """Middle names go with the given one where there is no part for them."""
        parts = split_name(value, has_prefix=bool(field.options.get(PREFIX)))
        if not field.options.get(MIDDLE) and parts[MIDDLE]:
            parts[GIVEN], parts[MIDDLE] = f"{parts[GIVEN]} {parts[MIDDLE]}", None
        return {name: parts[name] for name in self._names(field)}

    def joined(self, parts: Mapping[str, Any], field: FieldSpec) -> Any:
        name = join_name(parts)
        if name:
            check_length(name, field.length)
        return name

    def tidy_parts(self, parts: Mapping[str, Any], field: FieldSpec) -> dict[str, Any]:
        return {**parts, PREFIX: find_prefix(parts[PREFIX])} if parts.get(PREFIX) else dict(parts)

    def part_order(self, field: FieldSpec, locale: str) -> tuple[str, ...]:
        """Readers of Chinese fill in the family name first."""
        order = (FAMILY, MIDDLE, GIVEN, PREFIX) if locale.startswith("zh") else (PREFIX, GIVEN, MIDDLE, FAMILY)
        return tuple(name for name in order if name in self._names(field))

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        prefix = values.get(f"{field.name}_{PREFIX}")
        return addressed(str(value), prefix if isinstance(prefix, str) else None, context.locale)

    def _names(self, field: FieldSpec) -> tuple[str, ...]:
        return tuple(name for name in _PARTS if name in (GIVEN, FAMILY) or field.options.get(name))
