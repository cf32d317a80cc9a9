"""A small layered drawing of who needs whom, or of a flow: columns from left to right, as plain numbers.

No edge runs behind a box: it passes through columns in slots of its own, and leads back around below. For a phone the
same is laid from top to bottom, in narrow boxes of several lines: worked out lying on its side, then turned. The
template writes the SVG; nothing here knows colours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
# Of a drawing from top to bottom.
_DOWN_WIDTH, _DOWN_PADDING, _DOWN_GAP, _MOST_LINES, TEXT_LINE = 108, 12, 32, 3, 16


@dataclass(frozen=True, slots=True)
class Box:
    """A node at its place. ``lines``: its text, cut where it would not fit."""

    name: str
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float = BOX_HEIGHT

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    @property
    def written(self) -> list[tuple[float, str]]:
        """The middle of every line, from the top of the drawing, with its text."""
        first = self.middle[1] - (len(self.lines) - 1) * TEXT_LINE / 2
        return [(first + at * TEXT_LINE, line) for at, line in enumerate(self.lines)]

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
    kept, layers = _kept(labels, edges)
    boxes = {name: _Size((_cut(text, _width(text)),), _width(text), BOX_HEIGHT) for name, text in labels.items()}
    return _Drawing(boxes, layers, COLUMN_GAP).drawn(kept)


def draw_down(labels: Mapping[str, str], edges: Sequence[Edge]) -> Drawing:
    """The same from top to bottom, as narrow as can be."""
    kept, layers = _kept(labels, edges)
    lying = {}
    for name, text in labels.items():
        lines = _broken(text)
        high = BOX_HEIGHT + (len(lines) - 1) * TEXT_LINE
        wide = max(_LEAST_WIDTH, *(_long(line) + _DOWN_PADDING for line in lines))
        lying[name] = _Size(lines, high, wide)
    drawn = _Drawing(lying, layers, _DOWN_GAP).drawn(kept)
    boxes = tuple(replace(b, x=b.y, y=b.x, width=b.height, height=b.width) for b in drawn.boxes)
    curves = tuple(replace(curve, path=_turned(curve.path)) for curve in drawn.curves)
    return Drawing(drawn.height, drawn.width, boxes, curves)


@dataclass(frozen=True, slots=True)
class _Size:
    """``along`` the way of the drawing, and ``across`` it."""

    lines: tuple[str, ...]
    along: float
    across: float


def _kept(labels: Mapping[str, str], edges: Sequence[Edge]) -> tuple[list[Edge], Layers]:
    kept = [(a, b) for a, b in dict.fromkeys(edges) if a in labels and b in labels and a != b]
    return kept, layers_of(list(labels), kept)


class _Drawing:
    """``sides``: left and right end of every column; ``middles``: the height of every slot's middle."""

    def __init__(self, sizes: Mapping[str, _Size], layers: Layers, gap: float) -> None:
        self.sizes, self.layers, self.gap = sizes, layers, gap
        self.column = {slot: place for place, slots in enumerate(layers.columns) for slot in slots}
        self.sides = self._sides()
        halves = {slot: self._half(slot) for slot in self.column}
        self.middles = _heights(layers, halves)
        self.bottom = max((m + halves[slot] for slot, m in self.middles.items()), default=BOX_HEIGHT / 2)

    def drawn(self, edges: Sequence[Edge]) -> Drawing:
        boxes = tuple(self._box(name) for name in self.sizes)
        back = {edge: lane for lane, edge in enumerate(self.layers.back)}
        curves = tuple(Curve(*e, self._around(e, back[e]) if e in back else self._onward(e)) for e in edges)
        right = self.sides[-1][1] if self.sides else 0.0
        width = right + MARGIN + (self._room if back else 0)
        return Drawing(round(width, 1), round(self.bottom + len(back) * _LANE + MARGIN, 1), boxes, curves)

    def _half(self, slot: Slot) -> float:
        return (self.sizes[slot].across if isinstance(slot, str) else LINE_HEIGHT) / 2

    @property
    def _room(self) -> float:
        """Beside the first and the last column, for what leads around them."""
        return self.gap / 2 + _CORNER

    def _sides(self) -> list[tuple[float, float]]:
        x = float(MARGIN) + (self._room if self.layers.back else 0)
        sides = []
        for slots in self.layers.columns:
            width = max((self.sizes[slot].along for slot in slots if isinstance(slot, str)), default=0)
            sides.append((round(x, 1), round(x + width, 1)))
            x += width + self.gap
        return sides

    def _box(self, name: str) -> Box:
        left, right = self.sides[self.column[name]]
        size, top = self.sizes[name], self.middles[name] - self._half(name)
        return Box(name, size.lines, left, round(top, 1), round(right - left, 1), round(size.across, 1))

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
        out = min(c + 6 + 3 * lane, self.gap / 2)
        right, left = x1 + out, x2 - out - c
        down = f"M{x1:g} {y1:g}H{right - c:g}Q{right:g} {y1:g} {right:g} {y1 + c:g}V{low - c:g}"
        along = f"Q{right:g} {low:g} {right - c:g} {low:g}H{left + c:g}Q{left:g} {low:g} {left:g} {low - c:g}"
        return f"{down}{along}V{y2 + c:g}Q{left:g} {y2:g} {left + c:g} {y2:g}H{x2:g}"


def _heights(layers: Layers, halves: Mapping[Slot, float]) -> dict[Slot, float]:
    """The middle of every slot: near its neighbours, with room between those of one column, the topmost at the edge."""
    neighbours: dict[Slot, list[Slot]] = {}
    for a, b in layers.links():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    at: dict[Slot, float] = {}
    for column in layers.columns:
        at |= _apart(column, dict.fromkeys(column, 0.0), halves)
    for _ in range(_SWEEPS):
        for column in (*layers.columns, *layers.columns[::-1]):
            wished = {}
            for slot in column:
                beside = [at[one] for one in neighbours.get(slot, ())]
                wished[slot] = sum(beside) / len(beside) if beside else at[slot]
            at |= _apart(column, wished, halves)
    top = min((middle - halves[slot] for slot, middle in at.items()), default=0.0)
    return {slot: round(middle - top + MARGIN, 1) for slot, middle in at.items()}


def _apart(
    column: Sequence[Slot], wished: Mapping[Slot, float], halves: Mapping[Slot, float]
) -> dict[Slot, float]:
    """As wished, as far as the room between allows: the mean of pushing down and of pushing up keeps the distances."""
    down, up = dict(wished), dict(wished)
    pairs = list(pairwise(column))
    for above, below in pairs:
        down[below] = max(down[below], down[above] + halves[above] + ROW_GAP + halves[below])
    for above, below in reversed(pairs):
        up[above] = min(up[above], up[below] - halves[above] - ROW_GAP - halves[below])
    return {slot: (down[slot] + up[slot]) / 2 for slot in column}


def _turned(path: str) -> str:
    """A path of M, H, V, Q and C with right and down exchanged."""
    turned = ""
    for command, numbers in re.findall(r"([MHVQC])([^MHVQC]*)", path):
        n = numbers.split()
        pairs = [f"{y} {x}" for x, y in zip(n[::2], n[1::2], strict=False)]
        turned += {"H": "V", "V": "H"}.get(command, command) + (" ".join(pairs) or n[0])
    return turned


def _broken(text: str) -> tuple[str, ...]:
    """A text over lines of narrow boxes: at spaces, or anywhere between Chinese letters; the last one is cut."""
    pieces = re.findall(r"[^\s\u2e80-\uffff]+|[\u2e80-\uffff]|\s+", text.strip())
    lines, room = [""], _DOWN_WIDTH - _DOWN_PADDING
    for at, piece in enumerate(pieces):
        if _long((lines[-1] + piece).rstrip()) > room and lines[-1].strip():
            if len(lines) == _MOST_LINES:
                lines[-1] += "".join(pieces[at:])
                break
            lines.append("")
        lines[-1] += piece if lines[-1] or not piece.isspace() else ""
    return tuple(_cut(line.strip(), _DOWN_WIDTH, _DOWN_PADDING) for line in lines)


def _long(text: str) -> float:
    """About how long a text is, in pixels: Chinese letters are twice as wide as others."""
    return sum(_WIDE if ord(letter) > 0x2E80 else _NARROW for letter in text)


def _width(text: str) -> float:
    return min(max(_long(text) + _PADDING, _LEAST_WIDTH), _MOST_WIDTH)


def _cut(text: str, width: float, padding: float = _PADDING) -> str:
    if _long(text) + padding <= width + 1:
        return text
    while text and _long(text) + _NARROW + padding > width:
        text = text[:-1]
    return f"{text}…"
