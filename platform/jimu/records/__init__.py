"""Records: the one write path (``records.write``) and the one read path (``records.read``).

Every face, import, flow and plugin calls these two and nothing else touches records. Access to rows and fields is
applied here. Knows no HTTP and no SQL. Use: ``from jimu.records import read, write`` then ``write.write(command,
context)``.
"""

from jimu.records.commands import BatchResult, Command, Create, Delete, Record, Restore, RowResult, Update, Upsert
from jimu.records.context import Context
from jimu.records.requests import AggregateRequest, HistoryItem, ListRequest, RecordPage, SearchResult

__all__ = [
    "AggregateRequest",
    "BatchResult",
    "Command",
    "Context",
    "Create",
    "Delete",
    "HistoryItem",
    "ListRequest",
    "Record",
    "RecordPage",
    "Restore",
    "RowResult",
    "SearchResult",
    "Update",
    "Upsert",
]
