"""What is asked of records: shapes of questions, how often each came and how long it took. Never a value.

Compiled statements hold the ``Tally`` of their shape, so that a question costs two readings of the clock and a few
additions. Tallies are written to the table ``observed_question`` now and then by a thread of its own, and at the end
of the process. Two threads that count at the same instant may lose one of the two: these are figures to judge by.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import orjson

MOST_SHAPES = 2000  # shapes one process keeps; what is asked beyond them is not counted

_LISTS = ("equal", "ranges", "sort", "groups", "measured")


@dataclass(frozen=True, slots=True)
class QuestionShape:
    """``kind``: list, count or aggregate. ``equal``: own fields compared with one value; ``ranges``: with several, or
    by less and greater. ``sort`` as asked ("-close_on"), without the id that ends every order.

    ``joins``: it reads fields over lookups. ``other``: it has conditions that no index over columns can help.
    """

    object: str
    kind: str
    equal: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    joins: bool = False
    other: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """The own fields that it names."""
        named = (*self.equal, *self.ranges, *self.sort, *self.groups, *self.measured)
        return frozenset(name.lstrip("-").partition(".")[0] for name in named)

    def dump(self) -> str:
        """Text that is equal for equal shapes."""
        told = {key: value for key, value in asdict(self).items() if value}
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()


def load_shape(text: str) -> QuestionShape:
    """The shape of a ``dump``."""
    told: dict[str, Any] = {k: tuple(v) if k in _LISTS else v for k, v in orjson.loads(text).items()}
    return QuestionShape(**told)


class Tally:
    """How often a shape was asked and for how long, in nanoseconds; ``saved_…``: what of that is in the database."""

    __slots__ = ("saved_seen", "saved_spent", "seen", "spent", "worst")

    def __init__(self) -> None:
        self.seen = self.spent = self.worst = self.saved_seen = self.saved_spent = 0

    def add(self, spent: int, seen: int = 1) -> None:
        """One question took ``spent``. ``seen`` 0: more of the time of one that is counted already."""
        self.seen += seen
        self.spent += spent
        if spent > self.worst:
            self.worst = spent


@dataclass(frozen=True, slots=True)
class Increase:
    """What came to a tally since it was last saved."""

    shape: QuestionShape
    tally: Tally
    seen: int
    spent: int
    worst: int


class Observations:
    """The tallies of one process and one database."""

    def __init__(self) -> None:
        self.saving = threading.Lock()
        self._tallies: dict[QuestionShape, Tally] = {}

    def tally(self, shape: QuestionShape | None) -> Tally:
        """The tally of ``shape``; one that nobody reads for None, and when there are too many shapes."""
        if shape is None:
            return Tally()
        found = self._tallies.get(shape)
        if found is None:
            found = Tally()
            if len(self._tallies) < MOST_SHAPES:
                found = self._tallies.setdefault(shape, found)
        return found

    def increases(self) -> list[Increase]:
        """What is not saved yet, always in the same order of shapes, so that two processes never wait in a circle."""
        found = [
            Increase(shape, tally, tally.seen - tally.saved_seen, tally.spent - tally.saved_spent, tally.worst)
            for shape, tally in list(self._tallies.items())
            if tally.seen != tally.saved_seen
        ]
        return sorted(found, key=lambda i: i.shape.dump())

    def mark_saved(self, increases: Iterable[Increase]) -> None:
        for increase in increases:
            increase.tally.saved_seen += increase.seen
            increase.tally.saved_spent += increase.spent

    def forget(self) -> None:
        """Take all that was counted as saved: a forked process must not save what its parent counted."""
        self.saving = threading.Lock()
        self.mark_saved(self.increases())
