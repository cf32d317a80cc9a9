"""While a name is typed, records that may not be read cost nothing that could be felt: the database is asked the same
questions and gives as many rows, however many of them fit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jimu.records import Context, ListRequest, read
from jimu.storage.connection import Connection
from tests.records.project import Project

Asked = list[tuple[str, int]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The statements that are sent, and how many rows each gave."""
    found: Asked = []

    def noting(run: Callable[..., Any]) -> Callable[..., Any]:
        def rows(connection: Connection, text: str, params: Any = ()) -> Any:
            given = run(connection, text, params)
            found.append((text, len(given)))
            return given

        return rows

    for name in ("rows", "rows_planned_anew"):
        monkeypatch.setattr(Connection, name, noting(getattr(Connection, name)))
    return found


def _typed(text: str, context: Context) -> None:
    """What the chooser of a lookup, the search box and the search in a list ask."""
    read.list_records(ListRequest("customer", search=text, fields=("title",), limit=20), context)
    read.list_records(ListRequest("customer", where=f"contains(name, '{text}')", limit=20), context)
    read.search(text, context, ["customer"], limit=20)
    read.search(text, context, limit=5)


@pytest.mark.parametrize("text", ["Harbour", "Har", "Nowhere"])
def test_hidden_records_that_fit_change_neither_the_questions_nor_the_rows(
    project: Project, asked: Asked, text: str
) -> None:
    seller = project.acting(project.user("ann", "seller"))
    for number in range(2):
        project.create("customer", seller, name=f"Harbour {number}")
    _typed(text, seller)  # what is kept of statements and of ways to read is the same from here on
    asked.clear()
    _typed(text, seller)
    before = list(asked)
    for number in range(30):
        project.create("customer", name=f"{text} hidden {number}")
    asked.clear()
    _typed(text, seller)
    assert asked == before
    assert {r.id for r in read.list_records(ListRequest("customer", search=text), project.system).records}
