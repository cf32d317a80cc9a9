"""Exchange rates as formulas use them in Python: read once, when the first is asked for.

Kept no longer than the environment that asks, so a rate that was changed holds from the next request on. Rates are read
by the engine, whoever asks: who may see an amount may see what it is worth.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jimu.records.context import Context
from jimu.records.reading import reading
from jimu.storage.query import Compare, Query, Sort

RATES = "exchange_rate"
MOST_RATES = 2_000
"""Of one currency are kept at once: daily ones of five years. Of a day before them the database is asked."""


@dataclass(eq=False)
class Rates:
    """Gives what one unit of a currency is worth on a day; None: no rate was valid then."""

    context: Context
    _kept: dict[str, tuple[list[date], list[Decimal]]] = field(default_factory=dict)

    def __call__(self, code: str, day: date) -> Decimal | None:
        known = self._kept.get(code)
        if known is None:
            known = self._kept[code] = self._load(code)
        since, rates = known
        place = bisect_right(since, day)
        return rates[place - 1] if place else self._before(code, day, since)

    def _load(self, code: str) -> tuple[list[date], list[Decimal]]:
        asked = Query(RATES, Compare("currency", "eq", code), fields=("valid_from", "rate"),
                      sort=(Sort(("valid_from",), True),), limit=MOST_RATES)  # fmt: skip
        rows = self._rows(asked)
        return [r["valid_from"] for r in rows][::-1], [r["rate"] for r in rows][::-1]

    def _before(self, code: str, day: date, since: list[date]) -> Decimal | None:
        """Of a day before all that are kept."""
        if len(since) < MOST_RATES:
            return None
        filter = Compare("currency", "eq", code) & Compare("valid_from", "le", day)
        newest = (Sort(("valid_from",), True),)
        rows = self._rows(Query(RATES, filter, newest, ("rate",), limit=1))
        return rows[0]["rate"] if rows else None

    def _rows(self, asked: Query) -> Sequence[Mapping[str, Any]]:
        with reading(self.context) as transaction:
            return transaction.select(asked).rows
