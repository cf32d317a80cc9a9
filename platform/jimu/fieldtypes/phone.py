"""Telephone numbers: E.164 where the number is valid, else readable as typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.masking import Masked, mask_phone
from jimu.fieldtypes.numbers import shown
from jimu.fieldtypes.phone_plain import quick_canonical
from jimu.messages import Text

MAX_PHONE = 40
_READABLE = re.compile(r"\+?[\d\s().\-/#*~,;x转轉分机機ext]{3,40}", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|-{2})\s*(\d{1,7})$")


class Phone(FieldType):
    name = "phone"
    label = Text({"en": "Phone", "zh-CN": "电话", "zh-TW": "電話"})
    help = "A telephone number. A valid one is kept as +8613800138000; another as typed, unless `strict`."
    kind = Kind.TEXT
    widget = "phone"
    operators = ("contains", "starts_with", "eq", "ne", "in", "blank", "not_blank")
    option_schema: ClassVar[Mapping[str, JsonSchema]] = {
        "country": {
            "type": "string",
            "pattern": "^[A-Z]{2}$",
            "description": "The country (ISO 3166) of numbers written without a country code; else the workspace's.",
        },
        "strict": {"type": "boolean", "default": False, "description": "Refuse numbers that cannot exist."},
    }

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.TEXT, length=MAX_PHONE, options=self.own_options(raw))

    def mask_value(self, value: Any, field: FieldSpec) -> Masked:
        return mask_phone(str(value))

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        if not isinstance(value, str):
            raise wrong("not_text", "This must be text.")
        known = quick_canonical(value)
        if known:
            return known
        text = " ".join(unicodedata.normalize("NFKC", value).split()).removeprefix("tel:")
        if known is None:
            number = _valid(_EXTENSION.sub(r" ext. \1", text), field.options.get("country") or context.country)
            if number is not None:
                return _canonical(number)
        if field.options.get("strict") or not _READABLE.fullmatch(text) or sum(c.isdigit() for c in text) < 3:
            raise wrong("not_a_phone", "{value} is not a telephone number.", value=shown(value))
        return text

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        number = _valid(value, None)
        if number is None:
            return str(value)
        home = context.country and number.country_code == phonenumbers.country_code_for_region(context.country)
        return str(
            phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)
        )

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {
            "type": "string",
            "maxLength": MAX_PHONE,
            "description": "E.164 (+8613800138000) where the number is valid.",
        }


def _valid(text: str, country: str | None) -> Any:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _canonical(number: Any) -> str:
    e164 = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return f"{e164} ext. {number.extension}" if number.extension else e164
