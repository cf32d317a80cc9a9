"""When a notice goes out: of records that somebody follows not before a burst of changes is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from jimu.flows.notices.settings import FOLLOWED, kind_of

BURST = timedelta(minutes=5)
"""What happens to a followed record within this time of the first is one notice."""


def send_after(reason: str | None, now: datetime) -> datetime | None:
    """Not before then are deliveries of a new notice planned; None: at once."""
    return now + BURST if kind_of(reason) == FOLLOWED else None
