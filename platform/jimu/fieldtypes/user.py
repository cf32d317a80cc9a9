"""A user of the system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import JsonSchema, Resolved
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.references import FILTER, ReferenceType, on_delete_option
from jimu.messages import Text


class User(ReferenceType):
    name = "user"
    label = Text({"en": "User", "zh-CN": "用户", "zh-TW": "使用者"})
    help = "A user of the system."
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {"on_delete": on_delete_option("set_null"), "filter": FILTER}

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        options = self.own_options(raw)
        return Resolved(Kind.REFERENCE, options=options, target=("user",), on_delete=options["on_delete"])
