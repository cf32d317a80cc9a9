"""The layered drawing: whom a box needs stands left of it, and nothing lies over anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from jimu.web.pages.admin_graph import Box, draw, draw_down

NAMES = [f"n{i}" for i in range(8)]
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=16)


def overlap(a: Box, b: Box) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


@given(EDGES)
def test_no_box_lies_over_another_and_all_are_inside(edges: list[tuple[str, str]]) -> None:
    drawing = draw({name: name for name in NAMES}, edges)
    assert {box.name for box in drawing.boxes} == set(NAMES)
    assert not any(overlap(a, b) for a, b in combinations(drawing.boxes, 2))
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height


@given(EDGES)
def test_without_circles_the_needed_stands_left_of_the_needing(edges: list[tuple[str, str]]) -> None:
    forward = [(min(a, b), max(a, b)) for a, b in edges]
    drawing = draw({name: name for name in NAMES}, forward)
    at = {box.name: box.x for box in drawing.boxes}
    assert all(at[a] < at[b] for a, b in forward if a != b)


def points(path: str) -> Iterator[tuple[float, float]]:
    """Places along an SVG path of M, H, V, Q and C, close to each other."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MHVQC])([^MHVQC]*)", path):
        n = [float(number) for number in numbers.split()]
        ends = {"H": [(n[0], y)], "V": [(x, n[0])]}.get(command, list(zip(n[::2], n[1::2], strict=False)))
        control = [(x, y), *ends]
        for step in range(41):
            rest = control
            while len(rest) > 1:
                t = step / 40
                rest = [(a + (c - a) * t, b + (d - b) * t) for (a, b), (c, d) in pairwise(rest)]
            if command != "M":
                yield rest[0]
        x, y = ends[-1]


@given(EDGES)
def test_no_edge_runs_behind_a_box_or_out_of_the_drawing(edges: list[tuple[str, str]]) -> None:
    drawing = draw({name: name * 3 for name in NAMES}, edges)
    assert {(c.source, c.target) for c in drawing.curves} == {(a, b) for a, b in edges if a != b}
    for curve in drawing.curves:
        for x, y in points(curve.path):
            assert 0 <= x <= drawing.width
            assert 0 <= y <= drawing.height
            assert not any(b.x < x < b.x + b.width and b.y < y < b.y + b.height for b in drawing.boxes)


def test_a_jump_back_keeps_the_order_of_the_way_there() -> None:
    drawing = draw(dict.fromkeys("abc", "box"), [("a", "b"), ("b", "c"), ("c", "a"), ("a", "c")])
    at = {box.name: box.x for box in drawing.boxes}
    assert at["a"] < at["b"] < at["c"]


def test_long_and_chinese_labels_are_cut_to_their_box() -> None:
    drawing = draw({"a": "x" * 200, "b": "汉" * 100, "c": "short"}, [("a", "b")])
    texts = {box.name: box.text for box in drawing.boxes}
    assert texts["a"].endswith("…")
    assert len(texts["b"]) < 25
    assert texts["c"] == "short"


@given(EDGES)
def test_from_top_to_bottom_nothing_lies_over_anything_either(edges: list[tuple[str, str]]) -> None:
    drawing = draw_down({name: f"{name} stands somewhere" for name in NAMES}, edges)
    assert not any(overlap(a, b) for a, b in combinations(drawing.boxes, 2))
    for curve in drawing.curves:
        for x, y in points(curve.path):
            assert 0 <= x <= drawing.width
            assert 0 <= y <= drawing.height
            assert not any(b.x < x < b.x + b.width and b.y < y < b.y + b.height for b in drawing.boxes)


def test_from_top_to_bottom_long_texts_take_lines_in_narrow_boxes() -> None:
    labels = {"a": "Region and management", "b": "区域总监和总经理一起审批这份合同", "c": "x" * 60, "d": "word " * 40}
    drawing = draw_down(labels, [("a", "b"), ("b", "c"), ("c", "d")])
    lines = {box.name: box.lines for box in drawing.boxes}
    assert lines["a"] == ("Region and", "management")
    assert "".join(lines["b"]) == labels["b"]
    assert lines["c"][-1].endswith("…")
    assert len(lines["d"]) == 3
    assert lines["d"][-1].endswith("…")
    assert all(box.width <= 110 for box in drawing.boxes)
    tops = [box.y for box in drawing.boxes]
    assert tops == sorted(tops)
