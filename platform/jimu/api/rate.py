"""The rate limit: so many requests per actor, or per address for who is not signed in; shared by Redis if configured.

Counted with ``limits``, the library under Flask-Limiter: the extension counts before views run and so before it is
known who asks, and who asks is what is limited here.
"""

from __future__ import annotations

import logging
import math
import time

from flask import request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from jimu.api.call import current_call
from jimu.errors import TooManyRequests
from jimu.messages import Message
from jimu.settings import Settings

log = logging.getLogger(__name__)


class RateLimit:
    """``check`` counts the request at hand. Without ``api_rate`` nothing is counted."""

    def __init__(self, settings: Settings) -> None:
        self.item: RateLimitItem | None = parse(settings.api_rate) if settings.api_rate else None
        storage = storage_from_string(settings.redis_url or "memory://", wrap_exceptions=True)
        self.counter = FixedWindowRateLimiter(storage)

    def check(self) -> None:
        """Raises TooManyRequests, telling the seconds to wait. A counter that cannot be reached lets requests
        through.
        """
        if self.item is None:
            return
        key = _key()
        try:
            if self.counter.hit(self.item, key):
                return
            wait = self.counter.get_window_stats(self.item, key).reset_time - time.time()
        except StorageError:
            log.warning("the rate limit's store cannot be reached")
            return
        details = {"retry_after": max(1, math.ceil(wait)), "limit": str(self.item)}
        raise TooManyRequests(Message("Too many requests. Try again later."), details=details)


def _key() -> str:
    call = current_call()
    if call is not None and call.hook:
        return f"hook:{call.hook}"
    return f"actor:{call.actor.id}" if call else f"address:{request.remote_addr}"
