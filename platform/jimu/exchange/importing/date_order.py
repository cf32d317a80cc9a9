"""Whether a column of dates writes the day or the month first, told by its values."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PARTS = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}\b")


def find_day_first(texts: Iterable[str]) -> bool | None:
    """True: the day comes first; False: the month; None: the values do not show it, or contradict each other."""
    day = month = False
    for text in texts:
        found = _PARTS.match(text)
        if not found:
            continue
        first, second = int(found[1]), int(found[2])
        day = day or (first > 12 >= second)
        month = month or (second > 12 >= first)
    return day if day != month else None
