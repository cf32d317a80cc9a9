"""Roll-ups: a sum, count, smallest, largest, average or latest value over the records that point here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import JsonSchema, OptionProblem, Resolved
from jimu.fieldtypes.computed import ComputedType
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message, Text

FUNCTIONS = ("sum", "count", "min", "max", "avg", "latest")
AVERAGE_SCALE = 6


def kind_of_rollup(function: str, kind: Kind | None, scale: int = 0) -> tuple[Kind, int] | None:
    """Kind and scale of ``function`` over a field of ``kind`` and ``scale`` (None: no field); None when it cannot be
    computed.
    """
    if function == "count":
        return Kind.INTEGER, 0
    if kind is None:
        return None
    if function == "sum":
        return (kind, scale) if kind in (Kind.INTEGER, Kind.DECIMAL, Kind.DURATION) else None
    if function == "avg":
        if kind is Kind.DURATION:
            return Kind.DURATION, 0
        return (Kind.DECIMAL, max(scale, AVERAGE_SCALE)) if kind in (Kind.INTEGER, Kind.DECIMAL) else None
    return (kind, scale) if kind.is_sortable else None


class Rollup(ComputedType):
    name = "rollup"
    label = Text({"en": "Roll-up", "zh-CN": "汇总", "zh-TW": "彙總"})
    help = "A value computed over the records that point at this one, kept up to date in the same transaction."
    operators = ("eq", "ne", "lt", "le", "gt", "ge", "between", "blank", "not_blank")
    required_options = ("of", "function")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "of": {
            "type": "string",
            "pattern": r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$",
            "description": "The object and its lookup that points here: quote.opportunity.",
        },
        "function": {"type": "string", "enum": list(FUNCTIONS), "description": "What is computed."},
        "field": {"type": "string", "description": "The field it is computed over (not for count)."},
        "where": {"type": "string", "description": "A formula on those records; only the ones that match count."},
        "order_by": {
            "type": "string",
            "description": "For latest: the field that says which is the latest; else the creation time.",
        },
        "returns": {
            "type": "string",
            "enum": ["integer", "decimal", "currency", "percent", "date", "datetime", "duration", "text"],
            "description": "The field type its result is shown as; else that of the field.",
        },
        "currency": {
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "The currency of a result shown as money, else the workspace's own. Without `convert` the "
            "result is blank while an amount in another one has part in it.",
        },
        "convert": {
            "type": "string",
            "pattern": "^(default|[A-Z]{3}|[a-z][a-z0-9_]*)$",
            "description": "Other currencies are converted: into this one, `default` (the workspace's own), or the one "
            "whose code is in this field of the record.",
        },
        "convert_on": {
            "type": "string",
            "description": "The day or moment of the rolled-up records whose exchange rate is taken; else created_at.",
        },
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        problems: tuple[OptionProblem, ...] = ()
        function = options.get("function")
        if function != "count" and not options.get("field"):
            problems = (
                OptionProblem(
                    "missing_field",
                    Message("{function} needs a field to compute over.", {"function": function}),
                    "function",
                ),
            )
        kind = Kind.INTEGER if function == "count" else Kind.DECIMAL
        return Resolved(kind, options=options, read_only=True, needs_link=True, problems=problems)
