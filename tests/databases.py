"""Databases for tests: every test gets a fresh one, copied from a template that is migrated once per test process.

A template (a file on SQLite, ``CREATE DATABASE … TEMPLATE`` on PostgreSQL) costs milliseconds where running the
migrations costs a tenth of a second. Names carry the process id, so that parallel test processes never meet.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from jimu.storage import Database

BACKENDS = ("sqlite", "postgresql")
_numbers = itertools.count(1)
_templates: list[str] = []


def admin_url() -> str:
    """The PostgreSQL database from which the others are made, as an SQLAlchemy URL."""
    return os.environ.get("JIMU_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def _admin() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(admin_url().replace("+psycopg", "", 1), autocommit=True, connect_timeout=5)


@cache
def postgresql_missing() -> str:
    """Why PostgreSQL cannot be used, '' when it can."""
    try:
        with closing(_admin()):
            return ""
    except psycopg.OperationalError as error:
        return f"PostgreSQL is not to be had: {error}"


def require_postgresql() -> None:
    """Skip the test without PostgreSQL; in CI fail, so that the matrix cannot shrink unseen."""
    if reason := postgresql_missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def _url(name: str) -> str:
    base, _, _ = admin_url().rpartition("/")
    return f"{base}/{name}"


def _create(name: str, template: str = "template1") -> str:
    with closing(_admin()) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return _url(name)


def _drop(name: str) -> None:
    with closing(_admin()) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@cache
def _postgresql_template() -> str:
    name = f"jimu_test_template_{os.getpid()}"
    _drop(name)
    _migrate(_create(name))
    _templates.append(name)
    return name


def _migrate(url: str) -> None:
    database = Database(url)
    try:
        database.migrate()
    finally:
        database.dispose()


def drop_templates() -> None:
    """Called once when the test process ends."""
    while _templates:
        _drop(_templates.pop())


@contextmanager
def fresh_database(backend: str, folder: Path, *, migrated: bool = True) -> Iterator[str]:
    """The URL of a database of the test's own, with the engine's tables (``migrated``) or empty; gone afterwards."""
    number = next(_numbers)
    if backend == "sqlite":
        yield _sqlite(folder / f"jimu_{number}.db", migrated)
        return
    require_postgresql()
    name = f"jimu_test_{os.getpid()}_{number}"
    url = _create(name, _postgresql_template() if migrated else "template1")
    try:
        yield url
    finally:
        _drop(name)


def _sqlite(path: Path, migrated: bool) -> str:
    if migrated:
        template = path.parent.parent / f"jimu_template_{os.getpid()}.db"
        if not template.exists():
            _migrate(f"sqlite:///{template}")
        shutil.copyfile(template, path)
    return f"sqlite:///{path}"
