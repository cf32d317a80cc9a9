"""E-mail addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email

from jimu.fieldtypes.base import FieldSpec, FieldType, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.masking import Masked, mask_email
from jimu.fieldtypes.numbers import shown
from jimu.fieldtypes.text import TEXT_OPERATORS
from jimu.messages import Text

MAX_EMAIL = 254

# Addresses as nearly all are (capitals before the @ may have to go): their domain is judged once and remembered,
# which is forty times faster.
_PLAIN = re.compile(r"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@([A-Za-z0-9.-]{1,180})")
_MAX_PLAIN_LOCAL = 64


class Email(FieldType):
    name = "email"
    label = Text({"en": "E-mail", "zh-CN": "邮箱", "zh-TW": "電子郵件"})
    help = "An e-mail address; checked for its form, its domain lower-cased."
    kind = Kind.TEXT
    widget = "email"
    operators = TEXT_OPERATORS

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.TEXT, length=MAX_EMAIL)

    def mask_value(self, value: Any, field: FieldSpec) -> Masked:
        return mask_email(str(value))

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        if not isinstance(value, str):
            raise wrong("not_text", "This must be text.")
        text = value.strip()
        found = _plain_address(text) or _address(text)
        if found is None:
            raise wrong("not_an_email", "{value} is not an e-mail address.", value=shown(value))
        return found

    def parse_value(self, text: str, field: FieldSpec, context: LoadContext) -> str:
        """Also takes ``mailto:``, full-width letters and ``Ann Lee <ann@example.com>``."""
        plain = unicodedata.normalize("NFKC", text).strip()
        if plain.endswith(">") and "<" in plain:
            plain = plain[plain.rindex("<") + 1 : -1]
        return self.load_value(plain.removeprefix("mailto:"), field, context)

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {"type": "string", "format": "idn-email", "maxLength": MAX_EMAIL}


def _address(text: str) -> str | None:
    """The address as it is kept; None: it is none."""
    try:
        return validate_email(text, check_deliverability=False, globally_deliverable=False).normalized
    except EmailNotValidError:
        return None


def _plain_address(text: str) -> str | None:
    """What ``_address`` gives, found quickly; None: only that can tell."""
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    local, domain = found.groups()
    if len(local) > _MAX_PLAIN_LOCAL:
        return None
    kept = _plain_domain(domain)
    return f"{local}@{kept}" if kept else None


@lru_cache(maxsize=4096)
def _plain_domain(domain: str) -> str | None:
    if "xn--" in domain.lower():
        return None  # it is longer or shorter written out, and lengths are judged with the whole address
    address = _address(f"x@{domain}")
    return address.removeprefix("x@") if address else None
