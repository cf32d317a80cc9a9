"""A small layered drawing of who needs whom: columns from left (needed) to right (needing), as plain numbers.

Layers by the longest way from a beginning, the order within a layer by the middle of the neighbours before. The
template writes the SVG; nothing here knows colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Edge = tuple[str, str]

BOX_HEIGHT = 34
ROW_GAP = 14
COLUMN_GAP = 64
MARGIN = 8
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
    columns = _ordered(_layers(list(labels), kept), kept)
    boxes = _place(columns, labels)
    width = max((box.x + box.width for box in boxes.values()), default=0) + MARGIN
    height = max((box.y + box.height for box in boxes.values()), default=0) + MARGIN
    curves = tuple(Curve(a, b, _curve(boxes[a], boxes[b])) for a, b in kept)
    return Drawing(round(width, 1), round(height, 1), tuple(boxes.values()), curves)


def _layers(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Node → column. A circle ends the walk after as many rounds as there are nodes."""
    layer = dict.fromkeys(names, 0)
    for _ in names:
        moved = False
        for a, b in edges:
            if layer[b] < layer[a] + 1 <= len(names):
                layer[b] = layer[a] + 1
                moved = True
        if not moved:
            break
    return layer


def _ordered(layer: Mapping[str, int], edges: Sequence[Edge]) -> list[list[str]]:
    """The columns, each in the order of the middles of what its nodes need."""
    columns: dict[int, list[str]] = {}
    for name, place in layer.items():
        columns.setdefault(place, []).append(name)
    ordered: list[list[str]] = []
    at: dict[str, int] = {}
    for place in sorted(columns):
        names = sorted(columns[place], key=lambda name: (_middle(name, edges, at), name))
        at |= {name: row for row, name in enumerate(names)}
        ordered.append(names)
    return ordered


def _middle(name: str, edges: Sequence[Edge], at: Mapping[str, int]) -> float:
    before = [at[a] for a, b in edges if b == name and a in at]
    return sum(before) / len(before) if before else 0.0


def _place(columns: Sequence[Sequence[str]], labels: Mapping[str, str]) -> dict[str, Box]:
    tallest = max((len(names) for names in columns), default=0)
    boxes: dict[str, Box] = {}
    x = float(MARGIN)
    for names in columns:
        width = max(_width(labels[name]) for name in names)
        top = MARGIN + (tallest - len(names)) * (BOX_HEIGHT + ROW_GAP) / 2
        for row, name in enumerate(names):
            y = top + row * (BOX_HEIGHT + ROW_GAP)
            boxes[name] = Box(name, _cut(labels[name], width), round(x, 1), round(y, 1), round(width, 1))
        x += width + COLUMN_GAP
    return boxes


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


def _curve(a: Box, b: Box) -> str:
    """From the right of one box to the left of the other; backwards, in a circle, around below."""
    x1, y1 = a.x + a.width, a.middle[1]
    x2, y2 = b.x, b.middle[1]
    bend = max((x2 - x1) / 2, COLUMN_GAP / 2)
    return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
