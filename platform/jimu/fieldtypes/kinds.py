"""Kinds: how a value is stored, compared and sorted, whatever field type it belongs to.

The same table is kept in docs/architecture.md. ``None`` is blank for every kind; the empty text and the empty list are
never stored, they become None.

| kind       | in Python                       | column on SQLite                  | column on PostgreSQL   |
|------------|---------------------------------|-----------------------------------|------------------------|
| text       | str (NFC)                       | TEXT                              | text COLLATE "C"       |
| integer    | int, |n| < 10**18              | INTEGER                           | bigint                 |
| decimal    | Decimal, 18 digits, ``scale``   | INTEGER, value * 10**scale        | numeric(18, scale)     |
| boolean    | bool                            | INTEGER 0/1                       | boolean                |
| date       | datetime.date                   | TEXT YYYY-MM-DD                   | date                   |
| datetime   | datetime, aware, UTC, us        | INTEGER microseconds since 1970   | timestamptz            |
| time       | datetime.time, whole seconds    | TEXT HH:MM:SS                     | time(0)                |
| duration   | timedelta, whole seconds        | INTEGER seconds                   | bigint seconds         |
| reference  | int (record id)                 | INTEGER                           | bigint                 |
| texts      | list[str], no doubles, in order | TEXT, a JSON array                | text[]                 |
| references | list[int]                       | rows of the link table, no column | the same               |
| json       | anything JSON can say           | TEXT                              | jsonb                  |
| composite  | dict of its parts' values       | none: the parts have columns      | the same               |

A sparse field's value lies under a key of the table's JSON column instead; ``storage.places`` makes the same of it.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    REFERENCE = "reference"
    TEXTS = "texts"
    REFERENCES = "references"
    JSON = "json"
    COMPOSITE = "composite"

    @property
    def has_column(self) -> bool:
        return self not in (Kind.REFERENCES, Kind.COMPOSITE)

    @property
    def can_be_sparse(self) -> bool:
        """Whether values can lie in the JSON column of sparse fields, which has no foreign keys."""
        return self not in (Kind.REFERENCE, Kind.REFERENCES)

    @property
    def is_sortable(self) -> bool:
        return self not in (Kind.REFERENCES, Kind.COMPOSITE, Kind.JSON, Kind.TEXTS)

    @property
    def is_groupable(self) -> bool:
        """Whether records can be put together by equal values; by each of the values of a list of texts."""
        return self.is_sortable or self is Kind.TEXTS
