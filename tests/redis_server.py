"""Redis for tests: skip without one, but fail in CI, so that the matrix cannot shrink unseen."""

from __future__ import annotations

import os

import pytest
from redis import Redis
from redis.exceptions import RedisError


def require_redis() -> str:
    """The URL of a Redis that answers (JIMU_TEST_REDIS; database 9 of the local one)."""
    url = os.environ.get("JIMU_TEST_REDIS", "redis://127.0.0.1:6379/9")
    redis = Redis.from_url(url, socket_connect_timeout=2)
    try:
        redis.ping()
    except RedisError as error:
        reason = f"Redis is not to be had: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    finally:
        redis.close()
    return url
