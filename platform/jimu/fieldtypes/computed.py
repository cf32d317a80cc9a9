"""What formula and roll-up fields share: they are never written, and their values behave as their kind's plainest
type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, PlainField
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import fit


class ComputedType(FieldType):
    """The kind of such a field is known when its definition is linked; the class attribute is only a place-holder."""

    kind = Kind.TEXT
    widget = "none"

    def shown_as(self, field: FieldSpec) -> tuple[FieldType, FieldSpec]:
        """The type whose dump, format and schema the field's values have, and the field as that type sees it."""
        wanted = registry.find(field.options.get("returns") or "")
        type_ = wanted if wanted is not None and wanted.kind is field.kind else registry.for_kind(field.kind)
        return type_, PlainField(
            field.name,
            type_.name,
            field.kind,
            field.label,
            field.options,
            field.scale,
            field.length,
            field.choices,
            field.target,
        )

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> Any:
        raise wrong("computed", "This field is computed and cannot be written.")

    def dump_value(self, value: Any, field: FieldSpec) -> Any:
        type_, spec = self.shown_as(field)
        return type_.dump(value, spec)

    def dumper(self, field: FieldSpec) -> Callable[[Any], Any] | None:
        type_, spec = self.shown_as(field)
        return type_.dumper(spec)

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        type_, spec = self.shown_as(field)
        return type_.format(value, spec, context, values)

    def fit(self, value: Any, field: FieldSpec) -> Any:
        type_, spec = self.shown_as(field)
        # The rule of formula fields first, since SQL computes them by it too.
        return type_.fit(fit(value, spec.kind, spec.scale), spec)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        type_, spec = self.shown_as(field)
        return type_.value_schema(spec) | {"readOnly": True}
