"""A transaction of which nothing stays: how a dry run does all that a real run does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from jimu.records import Context


class _TakenBack(Exception):
    pass


@contextmanager
def taken_back(context: Context) -> Iterator[Context]:
    """``context`` within a transaction that is rolled back when the block ends. On SQLite other writers wait
    meanwhile.
    """
    try:
        with context.store.write() as transaction:
            yield replace(context, transaction=transaction)
            raise _TakenBack
    except _TakenBack:
        pass
