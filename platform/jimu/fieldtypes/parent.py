"""The parent of a master-detail pair: the child lives, is shared and is deleted with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import JsonSchema, Resolved
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.references import FILTER, TO, ReferenceType
from jimu.messages import Text


class Parent(ReferenceType):
    name = "parent"
    label = Text({"en": "Parent", "zh-CN": "主从", "zh-TW": "主從"})
    help = "The record this one is a part of: required, deleted with it, and access to it is access to this."
    required_options = ("to",)
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {"to": TO, "filter": FILTER}

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(
            Kind.REFERENCE,
            options=self.own_options(raw) | {"on_delete": "cascade"},
            target=(raw["to"],) if raw.get("to") else (),
            on_delete="cascade",
        )
