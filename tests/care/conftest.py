"""Fixtures: the shop, its tables made once per database and emptied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from jimu.records.duplicates.keeping import bring_rules_up
from tests.care.shop import FILES
from tests.databases import fresh_database
from tests.records.project import Project, empty_project, make_tables


@pytest.fixture(scope="session")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """backend -> the URL of a database with the shop's tables."""
    known: dict[str, str] = {}
    with ExitStack() as stack:

        def url_of(backend: str) -> str:
            if backend not in known:
                known[backend] = stack.enter_context(fresh_database(backend, tmp_path_factory.mktemp(backend)))
                make_tables(known[backend], FILES)
            return known[backend]

        yield url_of


@pytest.fixture
def shop(backend: str, shop_url: Callable[[str], str]) -> Iterator[Project]:
    with empty_project(shop_url(backend), FILES) as opened:
        with opened.store.write() as transaction:
            bring_rules_up(transaction, opened.manifest)
        yield opened
