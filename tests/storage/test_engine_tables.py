"""The engine's own tables and their migrations."""

from __future__ import annotations

import threading

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from jimu.storage import Database
from jimu.storage.migrations import HEAD
from jimu.storage.migrations.upgrade import config
from jimu.storage.tables import metadata


def test_migrations_make_the_tables_that_statements_use(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [d for d in compare_metadata(context, metadata) if "alembic_version" not in str(d)]
    assert differences == []


def test_the_newest_migration_is_the_one_the_engine_expects() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == HEAD


def test_several_processes_may_migrate_an_empty_database_at_once(empty_database_url: str) -> None:
    failures: list[BaseException] = []

    def migrate() -> None:
        database = Database(empty_database_url)
        try:
            database.migrate()
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failures.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    database = Database(empty_database_url)
    assert database.pulse() == 1
    database.dispose()


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.migrate()
    assert database.pulse() == 1
    assert database.is_reachable()
