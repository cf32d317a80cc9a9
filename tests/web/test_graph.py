"""The layered drawing: whom a box needs stands left of it, and nothing lies over anything else."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from jimu.web.pages.admin_graph import Box, draw

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


def test_long_and_chinese_labels_are_cut_to_their_box() -> None:
    drawing = draw({"a": "x" * 200, "b": "汉" * 100, "c": "short"}, [("a", "b")])
    texts = {box.name: box.text for box in drawing.boxes}
    assert texts["a"].endswith("…")
    assert len(texts["b"]) < 25
    assert texts["c"] == "short"
