"""Lookups: a record of one object, or of one of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import JsonSchema, Resolved
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.references import FILTER, OBJECT_NAME, ReferenceType, on_delete_option
from jimu.messages import Text


def targets(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The objects that the key ``to`` names; () = any."""
    to = raw.get("to") or ()
    return (to,) if isinstance(to, str) else tuple(dict.fromkeys(to))


class Lookup(ReferenceType):
    name = "lookup"
    label = Text({"en": "Lookup", "zh-CN": "关联", "zh-TW": "關聯"})
    help = "Points at one record of another object (or, with several names under `to`, of one of several)."
    required_options: ClassVar[tuple[str, ...]] = ("to",)
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "to": {
            "anyOf": [
                {"type": "string", "pattern": OBJECT_NAME},
                {"type": "array", "items": {"type": "string", "pattern": OBJECT_NAME}, "minItems": 1},
            ],
            "description": "The object, or the objects, it points at.",
        },
        "on_delete": on_delete_option("set_null"),
        "filter": FILTER,
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        return Resolved(Kind.REFERENCE, options=options, target=targets(raw), on_delete=options["on_delete"])
