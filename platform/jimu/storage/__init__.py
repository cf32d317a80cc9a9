"""The store: records of any object in generated tables, and the engine's own rows, on SQLite or PostgreSQL.

It knows names, kinds, columns and versions; never object definitions, users, rights or HTTP. ``Database`` is a place,
``Store`` a database seen through a schema, ``Transaction`` one unit of work with all that can be asked and written.
"""

from jimu.storage.applying import Application, applying
from jimu.storage.database import Database
from jimu.storage.entries import (
    BULK,
    NORMAL,
    URGENT,
    ClaimedJob,
    HistoryEntry,
    IdempotentAnswer,
    JobRow,
    RevisionRow,
    RollupSpec,
    Title,
)
from jimu.storage.errors import (
    BadCursor,
    BrokenReference,
    Busy,
    DatabaseUnavailable,
    StoreError,
    UniqueConflict,
    UnknownColumn,
    VersionConflict,
)
from jimu.storage.metering import counted
from jimu.storage.store import Store
from jimu.storage.transaction import Transaction

__all__ = [
    "BULK", "NORMAL", "URGENT",
    "Application", "BadCursor", "BrokenReference", "Busy", "ClaimedJob", "Database", "DatabaseUnavailable",
    "HistoryEntry", "IdempotentAnswer", "JobRow", "RevisionRow", "RollupSpec", "Store", "StoreError", "Title",
    "Transaction", "UniqueConflict", "UnknownColumn", "VersionConflict", "applying", "counted",
]
