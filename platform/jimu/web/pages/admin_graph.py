"""A small layered drawing of who needs whom, or of a flow: columns from left to right, as plain numbers.

No edge runs behind a box: it passes through columns in slots of its own, and leads back around below. The template
writes the SVG; nothing here knows colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jimu.web.pages.graph_layers import Edge, Layers, Slot, layers_of

BOX_HEIGHT = 34
LINE_HEIGHT = 6
ROW_GAP = 14
COLUMN_GAP = 64
MARGIN = 8
_LANE, _CORNER, _SWEEPS = 12, 8, 4
_NARROW, _WIDE, _PADDING = 7.6, 14.2, 24
_LEAST_WIDTH, _MOST_WIDTH = 72, 300


@dataclass(frozen=True, slots=True)
class Box:
    """A node at its place. ``text`` is cut where it would not fit."""

    name: str
    text: str
    x: float
    y: float
    width: float
    height: float = BOX_HEIGHT

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Curve:
    """``path``: the SVG path from one box to the next."""

    source: str
    target: str
    path: str


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]


def draw(labels: Mapping[str, str], edges: Sequence[Edge]) -> Drawing:
    """Every node of ``labels`` once, every edge between two of them."""
    kept = [(a, b) for a, b in dict.fromkeys(edges) if a in labels and b in labels and a != b]
    layers = layers_of(list(labels), kept)
    return _Drawing(labels, layers).drawn(kept)


class _Drawing:
    """``sides``: left and right end of every column; ``middles``: the height of every slot's middle."""

    def __init__(self, labels: Mapping[str, str], layers: Layers) -> None:
        self.labels, self.layers = labels, layers
        self.column = {slot: place for place, slots in enumerate(layers.columns) for slot in slots}
        self.sides = self._sides()
        self.middles = _heights(layers)
        self.bottom = max((self.middles[n] for n in labels), default=0.0) + BOX_HEIGHT / 2
        self.bottom = max([self.bottom, *(m + LINE_HEIGHT / 2 for m in self.middles.values())])

    def drawn(self, edges: Sequence[Edge]) -> Drawing:
        boxes = tuple(self._box(name) for name in self.labels)
        back = {edge: lane for lane, edge in enumerate(self.layers.back)}
        curves = tuple(Curve(*e, self._around(e, back[e]) if e in back else self._onward(e)) for e in edges)
        right = self.sides[-1][1] if self.sides else 0.0
        width = right + MARGIN + (self._room if back else 0)
        return Drawing(round(width, 1), round(self.bottom + len(back) * _LANE + MARGIN, 1), boxes, curves)

    @property
    def _room(self) -> float:
        """Beside the first and the last column, for what leads around them."""
        return COLUMN_GAP / 2 + _CORNER

    def _sides(self) -> list[tuple[float, float]]:
        x = float(MARGIN) + (self._room if self.layers.back else 0)
        sides = []
        for slots in self.layers.columns:
            width = max((_width(self.labels[slot]) for slot in slots if isinstance(slot, str)), default=0)
            sides.append((round(x, 1), round(x + width, 1)))
            x += width + COLUMN_GAP
        return sides

    def _box(self, name: str) -> Box:
        left, right = self.sides[self.column[name]]
        width = round(right - left, 1)
        return Box(name, _cut(self.labels[name], width), left, round(self.middles[name] - BOX_HEIGHT / 2, 1), width)

    def _onward(self, edge: Edge) -> str:
        """From column to column: a bend in each gap, straight through the columns between."""
        slots = self.layers.ways[edge]
        x, y = self.sides[self.column[slots[0]]][1], self.middles[slots[0]]
        path = f"M{x:g} {y:g}"
        for slot in slots[1:]:
            (left, right), height = self.sides[self.column[slot]], self.middles[slot]
            bend = (left - x) / 2
            path += f"C{x + bend:g} {y:g} {left - bend:g} {height:g} {left:g} {height:g}"
            if slot != slots[-1]:
                path += f"H{right:g}"
            x, y = right, height
        return path

    def _around(self, edge: Edge, lane: int) -> str:
        """Out to the right, down below everything, back, and in from the left."""
        x1, x2 = self.sides[self.column[edge[0]]][1], self.sides[self.column[edge[1]]][0]
        y1, y2 = self.middles[edge[0]], self.middles[edge[1]]
        c, low = _CORNER, self.bottom + (lane + 1) * _LANE
        out = min(c + 6 + 3 * lane, COLUMN_GAP / 2)
        right, left = x1 + out, x2 - out - c
        down = f"M{x1:g} {y1:g}H{right - c:g}Q{right:g} {y1:g} {right:g} {y1 + c:g}V{low - c:g}"
        along = f"Q{right:g} {low:g} {right - c:g} {low:g}H{left + c:g}Q{left:g} {low:g} {left:g} {low - c:g}"
        return f"{down}{along}V{y2 + c:g}Q{left:g} {y2:g} {left + c:g} {y2:g}H{x2:g}"


def _heights(layers: Layers) -> dict[Slot, float]:
    """The middle of every slot: near its neighbours, with room between those of one column, the topmost at the edge."""
    neighbours: dict[Slot, list[Slot]] = {}
    for a, b in layers.links():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    at: dict[Slot, float] = {}
    for column in layers.columns:
        at |= _apart(column, dict.fromkeys(column, 0.0))
    for _ in range(_SWEEPS):
        for column in (*layers.columns, *layers.columns[::-1]):
            wished = {}
            for slot in column:
                beside = [at[one] for one in neighbours.get(slot, ())]
                wished[slot] = sum(beside) / len(beside) if beside else at[slot]
            at |= _apart(column, wished)
    top = min((middle - _half(slot) for slot, middle in at.items()), default=0.0)
    return {slot: round(middle - top + MARGIN, 1) for slot, middle in at.items()}


def _apart(column: Sequence[Slot], wished: Mapping[Slot, float]) -> dict[Slot, float]:
    """As wished, as far as the room between allows: the mean of pushing down and of pushing up keeps the distances."""
    down, up = dict(wished), dict(wished)
    pairs = list(pairwise(column))
    for above, below in pairs:
        down[below] = max(down[below], down[above] + _half(above) + ROW_GAP + _half(below))
    for above, below in reversed(pairs):
        up[above] = min(up[above], up[below] - _half(above) - ROW_GAP - _half(below))
    return {slot: (down[slot] + up[slot]) / 2 for slot in column}


def _half(slot: Slot) -> float:
    return (BOX_HEIGHT if isinstance(slot, str) else LINE_HEIGHT) / 2


def _long(text: str) -> float:
    """About how long a text is, in pixels: Chinese letters are twice as wide as others."""
    return sum(_WIDE if ord(letter) > 0x2E80 else _NARROW for letter in text)


def _width(text: str) -> float:
    return min(max(_long(text) + _PADDING, _LEAST_WIDTH), _MOST_WIDTH)


def _cut(text: str, width: float) -> str:
    if _long(text) + _PADDING <= width + 1:
        return text
    while text and _long(text) + _NARROW + _PADDING > width:
        text = text[:-1]
    return f"{text}…"
