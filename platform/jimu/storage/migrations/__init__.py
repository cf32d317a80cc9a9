"""Migrations of the engine's own tables (Alembic), run from Python; objects' tables are altered by ``storage.ddl``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from jimu.storage.errors import StoreError

if TYPE_CHECKING:
    from jimu.storage.connections import Connections

HEAD = "0011"  # the newest revision under versions/; a test holds it true


def current(connection: sa.Connection) -> str | None:
    """The revision of the database's tables; None: there are none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def migrate(database: Connections) -> None:
    """Upgrade to ``HEAD`` in one transaction under the lock, if it is not there. Raises StoreError for tables
    of a newer version.
    """
    with database.connect() as connection:
        found = current(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise StoreError(f"The database is of a newer version of Jimu (tables {found}, known up to {HEAD}).")
    # Alembic takes a tenth of a second to import, which a start with nothing to do should not pay.
    from jimu.storage.migrations.upgrade import upgrade

    with database.altering() as connection:
        if database.capabilities.text_search_in_row:
            _create_extension(connection, "pg_trgm")
        upgrade(connection)


def _create_extension(connection: sa.Connection, name: str) -> None:
    """Create it where it may be had; without it some searches are slower."""
    connection.exec_driver_sql("SAVEPOINT extension")
    try:
        connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {name}")
    except sa.exc.DBAPIError:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT extension")
    connection.exec_driver_sql("RELEASE SAVEPOINT extension")
