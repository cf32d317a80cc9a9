"""One picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jimu.fieldtypes.attachment import FILE_OPTIONS
from jimu.fieldtypes.base import JsonSchema, Resolved
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.references import ReferenceType
from jimu.messages import Text

IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")


class Image(ReferenceType):
    name = "image"
    label = Text({"en": "Image", "zh-CN": "图片", "zh-TW": "圖片"})
    help = "One picture (PNG, JPEG, WebP or GIF)."
    widget = "image"
    operators: ClassVar[tuple[str, ...]] = ("blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {"max_size_mb": FILE_OPTIONS["max_size_mb"]}

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(
            Kind.REFERENCE, options=self.own_options(raw) | {"accept": list(IMAGE_TYPES)}, target=("attachment",)
        )
