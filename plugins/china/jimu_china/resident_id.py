"""The citizen identification number on the resident identity card (GB 11643-1999)."""

from __future__ import annotations

import re
from datetime import date

from jimu.fieldtypes.base import LoadContext
from jimu.fieldtypes.errors import wrong
from jimu.messages import Text

from .numbers import OfficialNumber

_FORM = re.compile("[1-9][0-9]{16}[0-9X]")
# ISO 7064 MOD 11-2: the weight of place i (from the left) is 2 ** (18 - i) modulo 11.
_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_CHECK = "10X98765432"


def check_character(first_17: str) -> str:
    """The character that the 18th place must hold."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


class ResidentId(OfficialNumber):
    name = "resident_id"
    label = Text({"en": "Resident id number", "zh-CN": "居民身份证号码", "zh-TW": "居民身分證號碼"})
    help = "The 18-place number of a Chinese resident; birth date and check character are verified (GB 11643-1999)."
    pattern = f"^{_FORM.pattern}$"

    def check(self, number: str, context: LoadContext) -> None:
        if len(number) != self.length:
            raise wrong(
                "resident_id_length",
                "A resident id number has {wanted} characters, not {found}.",
                wanted=self.length,
                found=len(number),
            )
        if not _FORM.fullmatch(number):
            raise wrong("resident_id_form", "A resident id number has 17 digits, and a digit or X at the end.")
        _check_birth_date(number, context)
        if number[17] != check_character(number[:17]):
            raise wrong("resident_id_check", "The last place is wrong: there is a slip in this resident id number.")


def _check_birth_date(number: str, context: LoadContext) -> None:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = None
    today = context.now.astimezone(context.time_zone).date()
    if born is None or not date(1850, 1, 1) <= born <= today:
        raise wrong(
            "resident_id_birth_date", "{digits} in this resident id number is no birth date.", digits=number[6:14]
        )
