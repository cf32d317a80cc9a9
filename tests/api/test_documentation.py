"""docs/api.md says what is there, and all of it."""

from __future__ import annotations

import re
from pathlib import Path

from jimu.api.errors import HTTP_ERRORS, STATUS
from tests.api.test_errors import ENDPOINTS

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def test_every_endpoint_is_documented_with_its_parameters() -> None:
    rows = dict(re.findall(r"^\| `([A-Z]+ /\S+)` \| (.+) \|$", TEXT, re.MULTILINE))
    assert set(rows) == {f"{e.method} {e.path}" for e in ENDPOINTS}
    for endpoint in ENDPOINTS:
        said = set(re.findall(r"`([a-z_]+)", rows[f"{endpoint.method} {endpoint.path}"]))
        if "with the parameters of a list" not in rows[f"{endpoint.method} {endpoint.path}"]:
            assert set(endpoint.parameters.by_name) <= said | {"purge"}, endpoint.name


def test_every_error_code_is_documented_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (.+) \|$", TEXT, re.MULTILINE)
    said = {(int(status), code) for status, codes in rows for code in re.findall(r"`([a-z_]+)`", codes)}
    assert {(status, code) for code, status in STATUS.items()} <= said
    assert {(status, HTTP_ERRORS[status][0]) for status, _ in rows for status in [int(status)]} <= said
