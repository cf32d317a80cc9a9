"""A context for looking only: its reads share one transaction, nothing is locked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from jimu.records import Context
from jimu.records.reading import reading


@contextmanager
def looking(context: Context) -> Iterator[Context]:
    with reading(context) as transaction:
        yield replace(context, transaction=transaction)
