"""What composite types share: a value is a map of parts; each part is a field of its own, ``<name>_<suffix>``.

The parts have columns and can be filtered and sorted; the composite itself has none. Permissions follow the composite.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldSpec, FieldType, JsonSchema, LoadContext, PartSpec, PlainField, Resolved
from jimu.fieldtypes.errors import FieldError, wrong
from jimu.fieldtypes.kinds import Kind


class CompositeType(FieldType):
    kind = Kind.COMPOSITE
    operators = ("blank", "not_blank")
    parts: ClassVar[tuple[PartSpec, ...]] = ()

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.COMPOSITE, options=self.own_options(raw), parts=self.parts)

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> dict[str, Any]:
        """Every part is in the answer, blank ones as None: a composite is always written whole."""
        if not isinstance(value, Mapping):
            raise wrong("not_a_map", "This must be a map of: {parts}.", parts=[p.suffix for p in self.parts])
        known = {p.suffix for p in self.parts}
        for suffix in value:
            if suffix not in known:
                raise wrong(
                    "unknown_part", "{name} is not one of: {parts}.", name=str(suffix)[:40], parts=sorted(known)
                )
        loaded: dict[str, Any] = {}
        for part in self.parts:
            try:
                loaded[part.suffix] = registry.get(part.type).load(
                    value.get(part.suffix), part_field(field, part), context
                )
            except FieldError as error:
                raise FieldError(error.code, error.message, part.suffix) from None
        return loaded if any(v is not None for v in loaded.values()) else {}

    def dump_value(self, value: Any, field: FieldSpec) -> dict[str, Any]:
        return {
            part.suffix: registry.get(part.type).dump(value.get(part.suffix), part_field(field, part))
            for part in self.parts
        }

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {p.suffix: registry.get(p.type).json_schema(part_field(field, p)) for p in self.parts},
        }


def part_field(field: FieldSpec, part: PartSpec) -> PlainField:
    """The specification of one part of ``field``."""
    resolved = registry.get(part.type).resolve(part.options)
    return PlainField(
        f"{field.name}_{part.suffix}",
        part.type,
        resolved.kind,
        part.label,
        resolved.options,
        resolved.scale,
        resolved.length,
        target=resolved.target,
    )
