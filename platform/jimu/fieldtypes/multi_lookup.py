"""Many-to-many lookups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import JsonSchema, Resolved
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.lookup import Lookup, targets
from jimu.fieldtypes.references import FILTER, MultiReferenceType, on_delete_option
from jimu.messages import Text


class MultiLookup(MultiReferenceType):
    name = "multi_lookup"
    label = Text({"en": "Multiple lookup", "zh-CN": "多项关联", "zh-TW": "多項關聯"})
    help = "Points at any number of records of another object (many to many)."
    required_options = ("to",)
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "to": Lookup.option_schema["to"],
        "on_delete": on_delete_option("set_null"),
        "max_items": {"type": "integer", "minimum": 1, "description": "The most records that may be chosen."},
        "filter": FILTER,
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        return Resolved(Kind.REFERENCES, options=options, target=targets(raw), on_delete=options["on_delete"])
