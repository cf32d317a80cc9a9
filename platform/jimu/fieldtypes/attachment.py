"""Files: references to records of the system object ``attachment``, which hold name, size, type and content hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.base import JsonSchema, Resolved
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.references import MultiReferenceType
from jimu.messages import Text

FILE_OPTIONS: Mapping[str, JsonSchema] = {
    "max_size_mb": {"type": "integer", "minimum": 1, "default": 25, "description": "The largest file allowed, in MiB."},
    "accept": {
        "type": "array",
        "items": {"type": "string"},
        "description": "What files are accepted: media types (image/*, application/pdf) or endings (.xlsx).",
    },
}


class Attachment(MultiReferenceType):
    name = "attachment"
    label = Text({"en": "Files", "zh-CN": "附件", "zh-TW": "附件"})
    help = "Any number of files."
    widget = "file"
    operators: ClassVar[tuple[str, ...]] = ("blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        **FILE_OPTIONS,
        "max_items": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20, "description": "The most files."},
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.REFERENCES, options=self.own_options(raw), target=("attachment",))
