"""Counting statements, for access logs and for tests that bound how many a request may send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Meter:
    queries: int = 0


_meter: ContextVar[Meter | None] = ContextVar("jimu_storage_meter", default=None)


@contextmanager
def counted() -> Iterator[Meter]:
    """Counts the statements that this thread sends inside the block."""
    meter = Meter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def count_statement() -> None:
    meter = _meter.get()
    if meter is not None:
        meter.queries += 1
