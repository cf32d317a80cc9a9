"""How much an object may hold: both databases end at some number of columns."""

from __future__ import annotations

from jimu.definitions.checks.checking import Checking

MOST_COLUMNS = 1000
"""PostgreSQL ends at 1,600 columns and counts those once dropped, SQLite at 2,000; the rest is room to grow."""


def check_size(checking: Checking) -> None:
    """Names the first field of an object that would go beyond ``MOST_COLUMNS``; sparse fields need no column."""
    for definition, _ in checking.objects():
        columns = [f for f in definition.fields.values() if f.kind.has_column and not f.sparse]
        if len(columns) <= MOST_COLUMNS:
            continue
        first = columns[MOST_COLUMNS]
        checking.findings.error(
            "too_many_fields",
            "{object} has {n} fields with a column of their own, and at most {most} are possible; mark seldom filled "
            "ones as sparse.",
            {"object": definition.name, "n": len(columns), "most": MOST_COLUMNS},
            first.source,
            first.address,
        )
