"""The unified social credit code of legal persons (GB 32100-2015)."""

from __future__ import annotations

import re

from jimu.fieldtypes.base import LoadContext
from jimu.fieldtypes.errors import wrong
from jimu.messages import Text

from .numbers import OfficialNumber

# 4.2: digits and capitals without I, O, S, V and Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
# Appendix B: the weight of place i is 3 ** (i - 1) modulo 31.
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
# Registering authority, kind of organisation, six digits of region, nine of the body's code, the check character.
_FORM = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


def check_character(first_17: str) -> str:
    """The character that the 18th place must hold."""
    total = sum(_VALUES[letter] * weight for letter, weight in zip(first_17, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


class UnifiedSocialCreditCode(OfficialNumber):
    name = "unified_social_credit_code"
    label = Text({"en": "Unified social credit code", "zh-CN": "统一社会信用代码", "zh-TW": "統一社會信用代碼"})
    help = (
        "The 18-place code of a Chinese company or other body; form and check character are verified (GB 32100-2015)."
    )
    pattern = f"^{_FORM.pattern}$"

    def check(self, number: str, context: LoadContext) -> None:
        if len(number) != self.length:
            raise wrong(
                "credit_code_length",
                "A unified social credit code has {wanted} characters, not {found}.",
                wanted=self.length,
                found=len(number),
            )
        if not _FORM.fullmatch(number):
            raise wrong(
                "credit_code_form", "This is no unified social credit code: it has characters that none has there."
            )
        if number[17] != check_character(number[:17]):
            raise wrong(
                "credit_code_check", "The check character is wrong: there is a slip in this unified social credit code."
            )
