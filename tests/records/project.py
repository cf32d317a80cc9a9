"""A small company for the tests of records and access: its YAML, a store made for it, and people who act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from jimu.access import SYSTEM, Actor, load_actor
from jimu.definitions import Manifest, load_files
from jimu.plugins import build_plugin_manager
from jimu.records import Context, Create, ListRequest, read, write
from jimu.records.schema import build_schema
from jimu.storage import Database, Store, applying
from tests.databases import prepared_database

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class FrozenClock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def build_manifest(files: Mapping[str, str]) -> Manifest:
    """The manifest of ``files``, made once; fails with every diagnostic."""
    return _build_manifest(tuple(sorted(files.items())))


@cache
def _build_manifest(files: tuple[tuple[str, str], ...]) -> Manifest:
    manifest, diagnostics = load_files({"workspace.yaml": "label: Test\n", **dict(files)})
    assert manifest is not None, "\n".join(f"{d.place}: {d.message} [{d.code}]" for d in diagnostics)
    return manifest


@dataclass
class Project:
    """A workspace at work. ``system`` is the context of the engine itself."""

    manifest: Manifest
    database: Database
    store: Store
    clock: FrozenClock = field(default_factory=FrozenClock)
    plugins: Any = field(default_factory=build_plugin_manager)

    @property
    def system(self) -> Context:
        return self.context(SYSTEM)

    def context(self, actor: Actor, **more: Any) -> Context:
        return Context(
            actor,
            self.manifest,
            self.store,
            self.plugins.hook,
            self.clock,
            settings={"secret_key": b"for tests"},
            **more,
        )

    def user(self, name: str, *roles: str, **values: Any) -> int:
        """The id of a new user."""
        return self.create("user", name=name, email=f"{name}@example.com", roles=list(roles), **values)

    def acting(self, user_id: int, **changes: Any) -> Context:
        """The context in which that user acts."""
        with self.store.read() as transaction:
            actor = load_actor(transaction, self.manifest, user_id, at=self.clock())
        assert actor is not None
        return self.context(replace(actor, **changes))

    def create(self, object: str, context: Context | None = None, /, **values: Any) -> int:
        return write.write(Create(object, values), context or self.system).id

    def value(self, object: str, id: int, name: str) -> Any:
        return read.get(object, id, self.system, deleted="any").values[name]

    def ids(self, object: str, context: Context | None = None, /, **request: Any) -> set[int]:
        page = read.list_records(ListRequest(object, limit=1000, **request), context or self.system)
        return {record.id for record in page.records}


@contextmanager
def open_project(url: str, files: Mapping[str, str]) -> Iterator[Project]:
    """A project on the database at ``url``, its tables made."""
    make_tables(url, files)
    with empty_project(url, files) as project:
        yield project


def make_tables(url: str, files: Mapping[str, str]) -> None:
    """Make the tables of ``files`` in the database at ``url``."""
    database = Database(url)
    try:
        with applying(database) as application:
            application.apply(build_schema(build_manifest(files)))
    finally:
        database.dispose()


@contextmanager
def prepared_project(backend: str, folder: Path, files: Mapping[str, str]) -> Iterator[Project]:
    """As ``open_project``, on a copy of a database whose tables are made once for all that ask for ``files``."""
    key = f"project {hash(tuple(sorted(files.items())))}"
    with prepared_database(backend, folder, key, lambda url: make_tables(url, files)) as url:
        database, manifest = Database(url), build_manifest(files)
        try:
            yield Project(manifest, database, Store(database, build_schema(manifest)))
        finally:
            database.dispose()


@contextmanager
def empty_project(url: str, files: Mapping[str, str]) -> Iterator[Project]:
    """A project on a database whose tables are made, with all rows of earlier tests removed."""
    manifest = build_manifest(files)
    database = Database(url)
    try:
        remove_rows(database)
        yield Project(manifest, database, Store(database, build_schema(manifest)))
    finally:
        database.dispose()


# What says how the database is made, not what is in it.
_KEPT = {"alembic_version", "audit_head", "column_map", "pulse", "revision"}


def remove_rows(database: Database) -> None:
    """Empty all tables but those that say how the database is made."""
    with database.altering() as connection:
        names = [n for n in sa.inspect(connection).get_table_names() if n not in _KEPT and "_fts" not in n]
        # Rows go in any order: foreign keys are looked at when all are gone, or not at all.
        on_postgresql = connection.dialect.name == "postgresql"
        connection.exec_driver_sql(
            "SET LOCAL session_replication_role = replica" if on_postgresql else "PRAGMA defer_foreign_keys = on"
        )
        # The audit lets go what its chain begins behind.
        connection.exec_driver_sql("UPDATE audit_head SET anchor = count")
        for name in names:
            connection.exec_driver_sql(f'DELETE FROM "{name}"')
        start = "0" * 64
        connection.exec_driver_sql(
            f"UPDATE audit_head SET count = 0, anchor = 0, hash = '{start}', anchor_hash = '{start}', signature = ''"
        )
