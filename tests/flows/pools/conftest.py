"""A small sales company with two pools of leads, its tables made once per database and emptied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.databases import fresh_database
from tests.flows.pools.company import FILES
from tests.records.project import Project, empty_project, make_tables


@pytest.fixture(scope="session")
def pools_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """backend -> the URL of a database with the company's tables."""
    known: dict[str, str] = {}
    with ExitStack() as stack:

        def url_of(backend: str) -> str:
            if backend not in known:
                folder = tmp_path_factory.mktemp(f"pools-{backend}")
                known[backend] = stack.enter_context(fresh_database(backend, folder))
                make_tables(known[backend], FILES)
            return known[backend]

        yield url_of


@pytest.fixture
def company(backend: str, pools_url: Callable[[str], str]) -> Iterator[Project]:
    with empty_project(pools_url(backend), FILES) as opened:
        yield opened
