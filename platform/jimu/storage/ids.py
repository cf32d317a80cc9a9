"""Record ids: positive 63-bit integers that grow with time and need no database to make.

42 bits of milliseconds since 2024-01-01 (UTC) and 21 bits that start at a random number in each millisecond and
count up from there: two processes collide in one millisecond only if their runs overlap.
"""

from __future__ import annotations

import secrets
import threading
import time

_START_MS = 1_704_067_200_000
_LOW_BITS = 21
_lock = threading.Lock()
_last = 0


def new_ids(n: int) -> list[int]:
    """``n`` ids in ascending order, greater than any that this process made before."""
    global _last
    with _lock:
        now = (time.time_ns() // 1_000_000 - _START_MS) << _LOW_BITS
        # The random start leaves the upper half of the range free to count into.
        first = now | secrets.randbits(_LOW_BITS - 1) if now > _last else _last + 1
        _last = first + n - 1
        return list(range(first, first + n))


def new_id() -> int:
    return new_ids(1)[0]
