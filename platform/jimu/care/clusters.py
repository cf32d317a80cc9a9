"""Groups of pairs: who is connected with whom, over however many steps."""

from __future__ import annotations

from collections.abc import Iterable


class Groups:
    """Union-find by size, with halving of paths."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}
        self._size: dict[int, int] = {}

    def find(self, one: int) -> int:
        above = self._above
        above.setdefault(one, one)
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    def join(self, one: int, other: int) -> None:
        a, b = self.find(one), self.find(other)
        if a == b:
            return
        if self._size.get(a, 1) < self._size.get(b, 1):
            a, b = b, a
        self._above[b] = a
        self._size[a] = self._size.get(a, 1) + self._size.pop(b, 1)

    def all(self) -> Iterable[list[int]]:
        """The groups, each in the order of ids."""
        found: dict[int, list[int]] = {}
        for one in sorted(self._above):
            found.setdefault(self.find(one), []).append(one)
        return found.values()
