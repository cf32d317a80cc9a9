"""Databases for tests: every test gets a fresh one, copied from a template that is made once per test process.

A template (a file on SQLite, ``CREATE DATABASE … TEMPLATE`` on PostgreSQL) costs milliseconds where running the
migrations costs a tenth of a second, and making the tables of a workspace a whole one. Names carry the process id, so
that parallel test processes never meet. What a test leaves behind is dropped while the next one runs.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from jimu.storage import Database

BACKENDS = ("sqlite", "postgresql")
# The same as parameters of a fixture.
BACKENDS_MARKED = [pytest.param(b, marks=[pytest.mark.postgresql] if b == "postgresql" else []) for b in BACKENDS]
# Makes of a database with the engine's tables what a template is to hold; given its URL, leaves no connection open.
Prepare = Callable[[str], None]

_numbers = itertools.count(1)
_templates: dict[tuple[str, str], str] = {}
_clearing = ThreadPoolExecutor(1, "clearing")


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
        # Nothing here has to outlive a power cut.
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))
    return _url(name)


def _drop(name: str) -> None:
    with closing(_admin()) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _migrate(url: str) -> None:
    database = Database(url)
    try:
        database.migrate()
    finally:
        database.dispose()


def drop_templates() -> None:
    """Called once when the test process ends."""
    _clearing.shutdown(wait=True)
    for (backend, _), name in _templates.items():
        if backend == "postgresql":
            _drop(name)
    _templates.clear()
    shutil.rmtree(_folder(), ignore_errors=True)


@contextmanager
def fresh_database(backend: str, folder: Path, *, migrated: bool = True) -> Iterator[str]:
    """The URL of a database of the test's own, with the engine's tables (``migrated``) or empty; gone afterwards."""
    template = _template(backend, "migrated", _migrate, "") if migrated else ""
    with _copied(backend, folder, template) as url:
        yield url


@contextmanager
def prepared_database(backend: str, folder: Path, key: str, prepare: Prepare) -> Iterator[str]:
    """As ``fresh_database``, holding what ``prepare`` makes; it is run once for all that ask with the same ``key``."""
    migrated = _template(backend, "migrated", _migrate, "")
    with _copied(backend, folder, _template(backend, key, prepare, migrated)) as url:
        yield url


def _template(backend: str, key: str, prepare: Prepare, base: str) -> str:
    """The template called ``key`` (a file or a database), made of the template ``base`` if it is not there yet."""
    known = _templates.get((backend, key))
    if known is None:
        known = _templates[backend, key] = _copy(backend, _folder(), base)
        prepare(_url_of(backend, known))
    return known


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="jimu-templates-"))


@contextmanager
def _copied(backend: str, folder: Path, template: str) -> Iterator[str]:
    name = _copy(backend, folder, template)
    try:
        yield _url_of(backend, name)
    finally:
        if backend == "postgresql":
            _clearing.submit(_drop, name)


def _copy(backend: str, folder: Path, template: str) -> str:
    """A new database, or the file of one, like ``template`` or empty."""
    number = next(_numbers)
    if backend == "sqlite":
        path = folder / f"jimu_{number}.db"
        if template:
            shutil.copyfile(template, path)
        return str(path)
    require_postgresql()
    name = f"jimu_test_{os.getpid()}_{number}"
    _create(name, template or "template1")
    return name


def _url_of(backend: str, name: str) -> str:
    return f"sqlite:///{name}" if backend == "sqlite" else _url(name)
