"""Tables of holidays become calendars."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jimu.errors import BadRequest
from jimu.exchange.calendar_tables import calendar_yaml, read_days
from tests.definitions.workspaces import manifest_of

TABLE = """\
date,kind,festival,note
2026-02-14,makeup_workday,Spring Festival,
2026-02-16,holiday,Spring Festival,
2025-10-01,holiday,National Day,
"""


def test_a_table_becomes_a_calendar_that_loads(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text(TABLE, "utf-8")
    text = calendar_yaml(read_days(path, [2026]), 'China "mainland"', "Asia/Shanghai", ["9:00-18:00"])
    calendar = manifest_of({"flows/calendars/china.yaml": text}).all("calendar")["china"]
    assert calendar.days == {date(2026, 2, 14): ((540, 1080),), date(2026, 2, 16): ()}
    assert (calendar.zone, calendar.label.get("en")) == ("Asia/Shanghai", 'China "mainland"')


def test_rows_that_cannot_be_read_are_told_by_their_number(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("date,kind\n2026-02-30,holiday\n2026-10-01,party\n2026-10-02,holiday\n", "utf-8")
    with pytest.raises(BadRequest) as caught:
        read_days(path)
    assert [p.message.params["row"] for p in caught.value.problems] == [2, 3]
