"""What formulas know of fields: the ``formulas.Scope`` over a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jimu.definitions.model import FieldDef, ObjectDef
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import Symbol


def build_symbol(field: FieldDef) -> Symbol:
    """The symbol of a linked field: its type's, and for one that is computed when read also its formula."""
    symbol = registry.get(field.type).symbol(field)
    if field.formula is None:
        return symbol
    return replace(
        symbol,
        type=field.formula.type if field.kind is not Kind.JSON else symbol.type,
        formula=None if field.stored else field.formula,
        deterministic=field.formula.deterministic,
    )


@dataclass
class ObjectScope:
    """The names that a formula on ``object`` may use. Retired fields are not among them."""

    object: str
    objects: Mapping[str, ObjectDef]

    def find(self, object: str, name: str) -> Symbol | None:
        definition = self.objects.get(object)
        field = definition.fields.get(name) if definition else None
        return build_symbol(field) if field is not None and not field.retired else None

    def names(self, object: str) -> list[str]:
        definition = self.objects.get(object)
        return [f.name for f in definition.active_fields] if definition else []
