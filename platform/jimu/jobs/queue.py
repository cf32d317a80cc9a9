"""The queue as jobs see it: what a claimed row holds and what the store must be able to do with it.

States of a row: waiting → running (under a lease) → done, or waiting again (to be retried), or dead. An ``owner`` is
the name of whoever holds the lease; every later step names it, so that a worker which lost its lease changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol


class Job(Protocol):
    """A claimed row. ``attempts`` counts this try too."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def attempts(self) -> int: ...
    @property
    def max_attempts(self) -> int: ...
    @property
    def run_at(self) -> datetime: ...


class JobTransaction(Protocol):
    """The part of the store's transaction that works on the job table. A bool returned: False = the lease is lost."""

    def claim_jobs(
        self, now: datetime, lease_until: datetime, limit: int, owner: str, tried: bool = True
    ) -> list[Any]:
        """Up to ``limit`` due rows, now running under ``owner``: the most important first, among them the oldest; rows
        whose lease ran out are due again, paused kinds are left alone. Two workers never get the same row. Counts an
        attempt, unless they are only to be passed on (``tried`` False).
        """
        ...

    def paused_kinds(self) -> Mapping[str, Any]:
        """Kinds that no worker takes; ``*`` is every kind."""
        ...

    def renew_job(self, id: int, owner: str, lease_until: datetime, new_owner: str | None = None) -> bool:
        """A longer lease; with ``new_owner`` the lease changes hands, and an attempt begins."""
        ...

    def release_job(self, id: int, owner: str, run_at: datetime) -> bool:
        """Back to waiting; it was claimed and not tried."""
        ...

    def find_job(self, id: int) -> Any | None:
        """The row, whoever holds it."""
        ...

    def finish_job(self, id: int, owner: str, now: datetime) -> bool: ...

    def retry_job(self, id: int, owner: str, run_at: datetime, error: str) -> bool: ...

    def bury_job(self, id: int, owner: str, now: datetime, error: str) -> bool:
        """To the dead list, where an admin finds it with its error."""
        ...


OpenTransaction = Callable[[], AbstractContextManager[Any]]
"""Opens a ``JobTransaction`` that commits at the end of the with block."""
