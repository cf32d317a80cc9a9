"""Values shown in part: enough to recognise what one knows already, too little to learn it.

A ``Masked`` value stands where the value would stand, in records, pages, exports and the API. It is text whatever the
field's type, and nothing can be worked out from it: not even how long the value is.
"""

from __future__ import annotations


class Masked(str):
    """What is shown of a value to who may not see it whole."""

    __slots__ = ()


HIDDEN = Masked("•••")
_STARS = "***"
_FEW_DIGITS = 7
_PHONE_HEAD, _PHONE_TAIL = 3, 4


def mask_text(text: str) -> Masked:
    """The first letter: ``A***``."""
    return Masked(text[:1] + _STARS)


def mask_email(address: str) -> Masked:
    """The first letter and where it is: ``a***@example.com``."""
    name, at, domain = address.partition("@")
    return Masked(name[:1] + _STARS + at + domain)


def mask_phone(number: str) -> Masked:
    """How it begins and ends: ``138****1234``; of a short one only the end."""
    digits = "".join(c for c in _without_country(number) if c.isdigit())
    if len(digits) <= _FEW_DIGITS:
        return Masked("****" + digits[-2:])
    return Masked(digits[:_PHONE_HEAD] + "****" + digits[-_PHONE_TAIL:])


def _without_country(number: str) -> str:
    """A Chinese number as people write it at home; any other as it is."""
    return number.removeprefix("+86") if number.startswith("+86") else number
