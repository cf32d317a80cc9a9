"""How long to wait before a failed job is tried again."""

from __future__ import annotations

import zlib
from datetime import timedelta

FIRST = timedelta(seconds=10)
LONGEST = timedelta(hours=1)


def compute_delay(job_id: int, attempts: int) -> timedelta:
    """10 s, 20 s, 40 s … up to one hour, spread by ±20 % so that jobs which failed together do not come back together.

    The spread comes from the job's id and not from chance, so that it can be foretold.
    """
    doubled: int = 2 ** min(attempts - 1, 20)
    delay = min(FIRST * doubled, LONGEST)
    spread = zlib.crc32(f"{job_id}:{attempts}".encode()) / 0xFFFFFFFF
    return delay * (0.8 + 0.4 * spread)
