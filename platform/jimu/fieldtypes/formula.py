"""Formula fields: computed from the record, and from the records it points at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes import registry
from jimu.fieldtypes.base import JsonSchema, OptionProblem, Resolved
from jimu.fieldtypes.computed import ComputedType
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import types
from jimu.formulas.types import Type
from jimu.messages import Message, Text

RETURNS = (
    "text",
    "long_text",
    "integer",
    "decimal",
    "currency",
    "percent",
    "boolean",
    "date",
    "datetime",
    "time",
    "duration",
    "lookup",
    "picklist",
    "url",
    "email",
    "phone",
)
_KINDS = {
    types.TEXT.name: Kind.TEXT,
    types.NUMBER.name: Kind.DECIMAL,
    types.BOOLEAN.name: Kind.BOOLEAN,
    types.DATE.name: Kind.DATE,
    types.DATETIME.name: Kind.DATETIME,
    types.TIME.name: Kind.TIME,
    types.DURATION.name: Kind.DURATION,
    types.TEXTS.name: Kind.TEXTS,
    types.BLANK.name: Kind.TEXT,
    types.JSON.name: Kind.JSON,
    "reference": Kind.REFERENCE,
    "references": Kind.REFERENCES,
}
DEFAULT_SCALE = 6


def kind_of_formula(type_: Type, returns: str | None, scale: int | None = None) -> tuple[Kind, int]:
    """Kind and scale of a field whose formula has ``type_``, given what its ``returns`` and ``scale`` say."""
    declared = registry.find(returns or "")
    if declared is None:
        kind = _KINDS[type_.name]
        return kind, (DEFAULT_SCALE if scale is None else scale) if kind is Kind.DECIMAL else 0
    resolved = declared.resolve({} if scale is None else {"scale": scale})
    return resolved.kind, resolved.scale


class Formula(ComputedType):
    name = "formula"
    label = Text({"en": "Formula", "zh-CN": "公式", "zh-TW": "公式"})
    help = "A value computed by a formula; it can be filtered, sorted and grouped like any other."
    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "in", "blank", "not_blank")
    required_options = ("formula",)
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "formula": {"type": "string", "minLength": 1, "description": "The formula."},
        "returns": {
            "type": "string",
            "enum": list(RETURNS),
            "description": "The field type its result is shown as; else taken from the formula.",
        },
        "scale": {"type": "integer", "minimum": 0, "maximum": 12, "description": "Decimal places of a number."},
        "currency": {
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "The currency of a result shown as money.",
        },
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        returns = options.get("returns")
        if returns is None:
            return Resolved(Kind.TEXT, options=options, read_only=True, needs_link=True)
        problems: tuple[OptionProblem, ...] = ()
        declared = registry.find(returns)
        if declared is None:
            problems = (
                OptionProblem(
                    "unknown_type", Message("There is no field type called {name}.", {"name": returns}), "returns"
                ),
            )
            return Resolved(Kind.TEXT, options=options, read_only=True, needs_link=True, problems=problems)
        as_declared = declared.resolve({} if options.get("scale") is None else {"scale": options["scale"]})
        return Resolved(
            as_declared.kind, as_declared.scale, as_declared.length, options, read_only=True, needs_link=True
        )
