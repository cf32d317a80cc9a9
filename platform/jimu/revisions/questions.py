"""Questions to the data of today, asked through the schema of tomorrow: how many records a change touches, and which.

The store it is given sees the new schema over the present tables; a column that is not there yet is blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jimu.formulas import check
from jimu.formulas.types import BOOLEAN, Environment
from jimu.storage import Transaction
from jimu.storage.query import EVERYTHING, Aggregate, AllOf, Compare, Filter, Group, Measure, Not, Sort, Where
from jimu.storage.schema import Schema

EXAMPLES = 5
GROUPS = 10_000  # groups of duplicates that are looked at


@dataclass(frozen=True)
class Duplicates:
    """``groups`` of records share a key, ``records`` in all; ``examples``: keys and how often each occurs.
    ``is_all``: there are no more groups than these.
    """

    groups: int
    records: int
    examples: tuple[str, ...]
    is_all: bool = True


@dataclass(frozen=True)
class Questions:
    transaction: Transaction
    schema: Schema
    now: datetime
    _totals: dict[str, int] = field(default_factory=dict)

    def total(self, object: str) -> int:
        if object not in self._totals:
            self._totals[object] = self._count(object, EVERYTHING)
        return self._totals[object]

    def filled(self, object: str, column: str) -> int:
        """Living records with a value in ``column``."""
        return self._count(object, Compare(column, "not_blank"))

    def blank(self, object: str, column: str) -> int:
        return self._count(object, Compare(column, "blank"))

    def equal(self, object: str, column: str, value: Any) -> int:
        return self._count(object, Compare(column, "eq", value))

    def matching(self, object: str, source: str) -> int:
        """Living records for which the formula ``source`` is true; 0 if it does not apply to the object."""
        formula, _ = check(source, self.schema, object, BOOLEAN)
        return self._count(object, Where(formula)) if formula else 0

    def failing(self, object: str, formulas: Sequence[Any]) -> list[tuple[int, tuple[str, ...]]]:
        """For each check in ``formulas`` how many living records break it, and the titles of a few; a pass for all."""
        broken = [Not(Where(formula)) for formula in formulas]
        counts = self.transaction.count_each(object, broken, self._environment)
        some = [filter for filter, count in zip(broken, counts, strict=True) if count]
        found = iter(self.transaction.first_of_each(object, some, EXAMPLES, self._environment))
        return [(n, tuple(title or f"#{id}" for id, title in next(found)) if n else ()) for n in counts]

    def duplicates(self, object: str, columns: Sequence[str]) -> Duplicates:
        """Living records that share all of ``columns``; a record with a blank among them is let off."""
        aggregate = Aggregate(
            object, [Measure("count", name="n")], [Group((c,), name=c) for c in columns],
            AllOf(tuple(Compare(c, "not_blank") for c in columns)), having_limit=GROUPS,
            order=[Sort(("n",), descending=True)], environment=self._environment,
        )
        rows = [row for row in self.transaction.aggregate(aggregate) if row["n"] > 1]
        examples = (f"{', '.join(str(row[c]) for c in columns)} ({row['n']}×)" for row in rows[:EXAMPLES])
        return Duplicates(len(rows), sum(row["n"] for row in rows), tuple(examples), is_all=len(rows) < GROUPS)

    @property
    def _environment(self) -> Environment:
        return Environment(now=self.now)

    def _count(self, object: str, filter: Filter) -> int:
        return self.transaction.count(object, filter, self._environment).value
