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

    def join(self, one: int, other: int) -> bool:
        """False: they are of one group already."""
        a, b = self.find(one), self.find(other)
        if a == b:
            return False
        if self._size.get(a, 1) < self._size.get(b, 1):
            a, b = b, a
        self._above[b] = a
        self._size[a] = self._size.get(a, 1) + self._size.pop(b, 1)
        return True

    def all(self) -> Iterable[list[int]]:
        """The groups, each in the order of ids."""
        found: dict[int, list[int]] = {}
        for one in sorted(self._above):
            found.setdefault(self.find(one), []).append(one)
        return found.values()


def weakest_links(pairs: Iterable[tuple[float, int, int]]) -> dict[int, float]:
    """Of each group, under the lowest of its ids: how much alike the two are that hold it together least. Of pairs that
    hold the same records together the strongest count.
    """
    groups = Groups()
    weakest: dict[int, float] = {}
    for score, one, other in sorted(pairs, reverse=True):
        first = groups.find(one), groups.find(other)
        if groups.join(one, other):
            for root in first:
                weakest.pop(root, None)
            weakest[groups.find(one)] = score
    return {listed[0]: weakest[groups.find(listed[0])] for listed in groups.all()}
