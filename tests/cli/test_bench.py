"""``jimu bench`` asks what people ask and changes nothing."""

from __future__ import annotations

from tests.cli.conftest import Jimu


def test_every_list_of_an_object_is_timed(jimu: Jimu) -> None:
    found = jimu.json("bench", "machine", "--rounds", "1")
    assert [t["question"] for t in found] == ["list machine", "exact count"]
    assert all(t["queries"] >= 1 and t["median_ms"] >= 0 for t in found)


def test_an_unknown_object_is_told_plainly(jimu: Jimu) -> None:
    result = jimu("bench", "machin")
    assert result.exit_code != 0
    assert "Traceback" not in result.output
