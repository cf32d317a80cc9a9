"""Polymorphic lookups: a record of any object, or of a few named ones."""

from __future__ import annotations

from typing import ClassVar

from jimu.fieldtypes.lookup import Lookup
from jimu.messages import Text


class AnyLookup(Lookup):
    name = "any_lookup"
    label = Text({"en": "Lookup to any object", "zh-CN": "任意关联", "zh-TW": "任意關聯"})
    help = "Points at one record of any object; `to` may narrow it to a few."
    widget = "any_lookup"
    required_options: ClassVar[tuple[str, ...]] = ()
