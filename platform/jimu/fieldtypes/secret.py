"""Secrets: encrypted as soon as they are loaded, masked whenever they are shown.

After ``load`` nothing in the system sees the plain text: hooks, history and the store get the encrypted form
(``Sealed``). ``reveal`` gives it back to the code that needs it, a connector's log-in for instance.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from jimu.fieldtypes.base import FieldSpec, FieldType, FormatContext, JsonSchema, LoadContext, Resolved
from jimu.fieldtypes.errors import wrong
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.text import check_length, clean_text
from jimu.messages import Text

MASK = "••••••••"
MAX_SECRET = 4000
_MARK = "sealed:"


class Sealed(str):
    """An encrypted secret; ``load`` lets it through as it is."""

    __slots__ = ()


def key_from(secret: str) -> bytes:
    """The Fernet key that belongs to the installation's secret key."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"jimu secret fields\0" + secret.encode()).digest())


def seal(text: str, key: bytes) -> Sealed:
    return Sealed(_MARK + Fernet(key).encrypt(text.encode()).decode())


def reveal(sealed: str, key: bytes) -> str:
    """The plain text; raises ValueError when ``sealed`` was not made with ``key``."""
    try:
        return Fernet(key).decrypt(sealed.removeprefix(_MARK).encode()).decode()
    except InvalidToken:
        raise ValueError("this secret was sealed with another key") from None


class Secret(FieldType):
    name = "secret"
    label = Text({"en": "Secret", "zh-CN": "密文", "zh-TW": "密文"})
    help = "A password or key: kept encrypted, shown only as a mask, never in history, search or exports."
    kind = Kind.TEXT
    widget = "secret"
    operators = ("blank", "not_blank")

    def resolve(self, raw: Mapping[str, Any]) -> Resolved:
        return Resolved(Kind.TEXT)

    def load_value(self, value: Any, field: FieldSpec, context: LoadContext) -> str:
        if isinstance(value, Sealed):
            return value
        text = clean_text(value, single_line=False)
        check_length(text, MAX_SECRET)
        if text == MASK:
            raise wrong("masked", "This is the mask, not a secret. Leave the field out to keep what is stored.")
        if context.secret_key is None:
            raise wrong("no_secret_key", "Secrets cannot be stored here: no key is configured.")
        return seal(text, context.secret_key)

    def dump_value(self, value: Any, field: FieldSpec) -> str:
        return MASK

    def format_value(self, value: Any, field: FieldSpec, context: FormatContext, values: Mapping[str, Any]) -> str:
        return MASK

    def value_schema(self, field: FieldSpec) -> JsonSchema:
        return {
            "type": "string",
            "maxLength": MAX_SECRET,
            "description": "Shown as a mask only; write a new secret to replace it.",
        }
