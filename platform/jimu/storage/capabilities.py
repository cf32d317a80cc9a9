"""What the databases differ in, as named capabilities. Code asks for a capability and never for a database's name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """``name`` selects the physical types and the formula compiler's functions; everything else asks a flag below."""

    name: str
    exact_numeric: bool          # a decimal column type; otherwise decimals are scaled integers
    copy: bool                   # COPY for bulk insertion
    arrays: bool                 # text[] and = ANY(array); otherwise JSON arrays and json_each
    binary_json: bool            # jsonb; otherwise JSON is text and its functions read it anew
    skip_locked: bool            # row locks and SKIP LOCKED; otherwise one writer at a time
    partial_covering: bool       # a partial index can answer a query alone; otherwise deleted_at leads the index
    comments: bool               # COMMENT ON
    text_search_in_row: bool     # search tokens in a tsvector column; otherwise in an FTS5 table beside the object's
    one_statement_insert: bool   # INSERT inside WITH
    plans_by_statistics: bool    # a table that was never analysed gets bad plans
    mark: str                    # a positional parameter in SQL text
    moment: str                  # microseconds since 1970 by the database's own clock
    begin_write: str
    begin_read: str              # "": no transaction is opened for reading


SQLITE = Capabilities(
    name="sqlite", exact_numeric=False, copy=False, arrays=False, binary_json=False, skip_locked=False,
    partial_covering=False, comments=False, text_search_in_row=False, one_statement_insert=False,
    plans_by_statistics=False, mark="?",
    moment="CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)",
    begin_write="BEGIN IMMEDIATE", begin_read="BEGIN",
)
POSTGRESQL = Capabilities(
    name="postgresql", exact_numeric=True, copy=True, arrays=True, binary_json=True, skip_locked=True,
    partial_covering=True, comments=True, text_search_in_row=True, one_statement_insert=True,
    plans_by_statistics=True, mark="%s",
    moment="(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    begin_write="BEGIN", begin_read="",
)
BY_NAME = {c.name: c for c in (SQLITE, POSTGRESQL)}
