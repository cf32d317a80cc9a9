"""What the reference types share: record ids as 13 characters outside and integers inside.

Whether the record exists and may be chosen is asked by ``records``, in one query for all references of a batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.ids import MAX_ID, PATTERN, decode_id, encode_id
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.numbers import shown

REFERENCE_OPERATORS = ("eq", "ne", "in", "blank", "not_blank")
OBJECT_NAME = "^[a-z][a-z0-9_]*$"
TO: JsonSchema = {"type": "string", "pattern": OBJECT_NAME, "description": "The object it points at."}
FILTER: JsonSchema = {
    "type": "string",
    "description": "A formula on the record pointed at; only records that match may be chosen.",
}


def on_delete_option(default: str) -> JsonSchema:
    return {
        "type": "string",
        "enum": ["restrict", "set_null", "cascade"],
        "default": default,
        "description": "When the record pointed at is deleted: refuse, leave this blank, or delete this too.",
    }


def load_reference(value: Any) -> int:
    """The id that ``value`` (13 characters, or an id inside Python) says; raises FieldError."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID:
        return value
    if isinstance(value, str):
        try:
            return decode_id(value.strip())
        except ValueError:
            pass
    raise wrong("not_a_reference", "{value} is not the id of a record.", value=shown(value))


@lru_cache(maxsize=1 << 14)
def _encoded(id: int | None) -> str | None:
    """Lists name the same owners and accounts over and over."""
    return None if id is None else encode_id(id)


class ReferenceType(FieldType):
    """Points at one record."""

    kind = Kind.REFERENCE
    widget = "lookup"
    operators: ClassVar[tuple[str, ...]] = REFERENCE_OPERATORS

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> int:
        return load_reference(value)

    def dump_value(self, value: Any, field: FieldSpec) -> str:
        return encode_id(value)

    def dumper(self, field: FieldSpec) -> Any:
        return _encoded

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return context.titles.get(value) or encode_id(value)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        schema: JsonSchema = {"type": "string", "pattern": PATTERN}
        if field.target:
            schema["description"] = f"The id of a record of: {', '.join(field.target)}."
        return schema


class MultiReferenceType(FieldType):
    """Points at several records, in no particular order and each once."""

    kind = Kind.REFERENCES
    widget = "multi_lookup"
    operators: ClassVar[tuple[str, ...]] = ("has_any", "has_all", "has_none", "blank", "not_blank")

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> list[int]:
        if not isinstance(value, (list, tuple)):
            raise wrong("not_a_list", "This must be a list of record ids.")
        ids = list(dict.fromkeys(load_reference(v) for v in value))
        most = field.options.get("max_items")
        if most is not None and len(ids) > most:
            raise wrong("too_many", "At most {max} may be chosen.", max=most)
        return ids

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> list[int]:
        return self.load_value(text.replace(";", " ").replace(",", " ").split(), field, context)

    def dump_value(self, value: Any, field: FieldSpec) -> list[str]:
        return [encode_id(v) for v in value]

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return context.list_mark.join(context.titles.get(v) or encode_id(v) for v in value)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        schema: JsonSchema = {"type": "array", "items": {"type": "string", "pattern": PATTERN}, "uniqueItems": True}
        most = field.options.get("max_items")
        return schema | {"maxItems": most} if most is not None else schema
