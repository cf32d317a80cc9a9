"""Telephone numbers written plainly with their country code, judged by the same tables as ``phonenumbers`` but without
its parser, which is made for anything that people write and takes a hundred times as long.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

# + and 7 to 15 digits, no two separators in a row.
_PLAIN = re.compile(r"\+[1-9](?:[ -]?[0-9]){6,14}")
_SEPARATORS = str.maketrans("", "", " -")
_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail",
)

_Pattern = tuple[frozenset[int], re.Pattern[str]]


def quick_canonical(text: str) -> str | None:
    """``text`` as E.164 if it is a valid number, "" if it is none; None: written or numbered in a way that needs the
    parser.
    """
    if _PLAIN.fullmatch(text) is None:
        return None
    plain = text.translate(_SEPARATORS)
    plan = next((p for p in (_plan(plain[1:end]) for end in (2, 3, 4)) if p is not None), None)
    if plan is None:
        return None
    digits, national = plan
    number = plain[1 + digits :]
    if not number or number[0] == "0" or national is None or (national.prefix and national.prefix.match(number)):
        return None
    return plain if national.is_valid(number) else ""


class _Numbering:
    """How the numbers of one country are made."""

    def __init__(self, metadata: Any) -> None:
        prefix = metadata.national_prefix_for_parsing
        self.prefix = re.compile(prefix) if prefix else None
        self.general = _pattern(metadata.general_desc)
        self.kinds = [p for p in (_pattern(getattr(metadata, kind)) for kind in _KINDS) if p is not None]

    def is_valid(self, number: str) -> bool:
        return _fits(self.general, number) and any(_fits(pattern, number) for pattern in self.kinds)


@lru_cache(maxsize=2048)
def _plan(code: str) -> tuple[int, _Numbering | None] | None:
    """Length of the country code and its numbering (None where several countries share it); None: no such code."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    if regions is None:
        return None
    metadata = PhoneMetadata.metadata_for_region(regions[0], None) if len(regions) == 1 else None
    return len(code), _Numbering(metadata) if metadata is not None else None


def _pattern(description: Any) -> _Pattern | None:
    if description is None or not description.national_number_pattern:
        return None
    return frozenset(description.possible_length), re.compile(description.national_number_pattern)


def _fits(pattern: _Pattern | None, number: str) -> bool:
    if pattern is None:
        return False
    lengths, expression = pattern
    return (not lengths or len(number) in lengths) and expression.fullmatch(number) is not None
