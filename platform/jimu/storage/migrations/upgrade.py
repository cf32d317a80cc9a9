"""Running Alembic without a configuration file, on a connection that is already in a transaction."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config


def config() -> Config:
    """Alembic's configuration."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def upgrade(connection: sa.Connection) -> None:
    """Upgrade to the newest revision."""
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, "head")
