"""The id of the record itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jimu.fieldtypes.base import FieldSpec, FormatContext
from jimu.fieldtypes.ids import encode_id
from jimu.fieldtypes.references import ReferenceType
from jimu.messages import Text


class RecordId(ReferenceType):
    name = "id"
    label = Text({"en": "Id", "zh-CN": "编号", "zh-TW": "編號"})
    help = "The record's id."
    is_internal = True

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return encode_id(value)
