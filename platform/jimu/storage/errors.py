"""What can go wrong in the store, in the store's own words; ``records`` turns these into errors for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class StoreError(Exception):
    """Base of the store's errors."""


class UniqueConflict(StoreError):
    """Rows would break a unique key of ``object`` over ``columns`` (logical names).

    ``values``: the values of one offending key, where the database says; ``id``: the row that was being written, where
    known. The transaction (or savepoint) has to be rolled back.
    """

    def __init__(
        self, object: str, columns: Sequence[str], values: Mapping[str, Any] | None = None, id: int | None = None
    ) -> None:
        super().__init__(f"{object}: {', '.join(columns)} must be unique")
        self.object = object
        self.columns = tuple(columns)
        self.values = dict(values or {})
        self.id = id


class VersionConflict(StoreError):
    """Rows have moved on since they were read, or are gone: ``ids``. Nothing of the call was written."""

    def __init__(self, object: str, ids: Sequence[int]) -> None:
        super().__init__(f"{object}: {len(ids)} rows have another version")
        self.object = object
        self.ids = tuple(ids)


class BrokenReference(StoreError):
    """A written reference points at no record, or a purged record is still pointed at. Roll back."""


class BadCursor(StoreError):
    """A page cursor that this query did not give out."""


class BadValue(StoreError):
    """A parameter is not of the type that the statement compares it with."""


class Busy(StoreError):
    """A lock was not to be had in time, or the database ended a deadlock; the unit of work may be tried again."""


class DatabaseUnavailable(StoreError):
    """There is no connection to be had: no server, no such database, a file that cannot be opened."""


class UnknownColumn(StoreError):
    """A query names an object or column that the schema does not have."""

    def __init__(self, object: str, name: str) -> None:
        super().__init__(f"{object} has no column {name}")
        self.object = object
        self.name = name
