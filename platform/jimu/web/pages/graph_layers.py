"""Who stands in which column of a drawing, and in which order: layers by the longest way from a beginning.

An edge over several columns takes a slot in each of those between, so that it never runs behind a box; an edge that
leads back in a circle takes none, and is drawn around. Knows no sizes; called by ``admin_graph``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Edge = tuple[str, str]
Slot = str | tuple[str, str, int]
"""A box by its name, or the place at which an edge passes through a column."""

_SWEEPS = 4


@dataclass(frozen=True)
class Layers:
    """``columns``: slots from top to bottom. ``ways``: for every edge that leads on, its slots from end to end."""

    columns: list[list[Slot]]
    ways: Mapping[Edge, tuple[Slot, ...]]
    back: tuple[Edge, ...]

    def links(self) -> list[tuple[Slot, Slot]]:
        """Slots of neighbouring columns that an edge joins, from left to right."""
        return [pair for way in self.ways.values() for pair in pairwise(way)]


def layers_of(names: Sequence[str], edges: Sequence[Edge]) -> Layers:
    back = _leading_back(names, edges)
    onward = [edge for edge in edges if edge not in back]
    column = _columns_of(names, onward)
    ways: dict[Edge, tuple[Slot, ...]] = {}
    for a, b in onward:
        between: list[Slot] = [(a, b, place) for place in range(column[a] + 1, column[b])]
        ways[a, b] = (a, *between, b)
    columns: list[list[Slot]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for name in names:
        columns[column[name]].append(name)
    for way in ways.values():
        for slot in way[1:-1]:
            columns[slot[2]].append(slot)  # type: ignore[index]  # only edges that pass stand between the ends
    made = Layers(columns, ways, tuple(edge for edge in edges if edge in back))
    _untangle(made)
    return made


def _leading_back(names: Sequence[str], edges: Sequence[Edge]) -> set[Edge]:
    """The edges without which there is no circle: those that lead to where one came from, begun with the first name."""
    after: dict[str, list[str]] = {name: [] for name in names}
    for a, b in edges:
        after[a].append(b)
    back: set[Edge] = set()
    seen: set[str] = set()
    for name in names:
        way, on_way = [(name, iter(after[name]))], {name}
        if name in seen:
            continue
        seen.add(name)
        while way:
            here, rest = way[-1]
            following = next(rest, None)
            if following is None:
                way.pop()
                on_way.discard(here)
            elif following in on_way:
                back.add((here, following))
            elif following not in seen:
                seen.add(following)
                on_way.add(following)
                way.append((following, iter(after[following])))
    return back


def _columns_of(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    column = dict.fromkeys(names, 0)
    for _ in names:
        moved = False
        for a, b in edges:
            if column[b] <= column[a]:
                column[b] = column[a] + 1
                moved = True
        if not moved:
            break
    return column


def _untangle(layers: Layers) -> None:
    """Every column in the order of the middles of its neighbours, to and fro."""
    left: dict[Slot, list[Slot]] = {}
    right: dict[Slot, list[Slot]] = {}
    for a, b in layers.links():
        left.setdefault(b, []).append(a)
        right.setdefault(a, []).append(b)
    for _ in range(_SWEEPS):
        for column, beside in zip(layers.columns[1:], layers.columns, strict=False):
            _sort(column, beside, left)
        for column, beside in zip(layers.columns[-2::-1], layers.columns[::-1], strict=False):
            _sort(column, beside, right)


def _sort(column: list[Slot], beside: Sequence[Slot], neighbours: Mapping[Slot, Sequence[Slot]]) -> None:
    at = {slot: (place + 0.5) / len(beside) for place, slot in enumerate(beside)}
    own = {slot: (place + 0.5) / len(column) for place, slot in enumerate(column)}

    def middle(slot: Slot) -> float:
        found = [at[one] for one in neighbours.get(slot, ())]
        return sum(found) / len(found) if found else own[slot]

    column.sort(key=middle)
