"""Beside a key the text that likeness is judged by, so that most of what lies under it need not be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("match_key", sa.Column("text", sa.Text, nullable=False, server_default=""))
    # Keys from before have none: they are made anew.
    op.execute("DELETE FROM match_key")
    op.execute("DELETE FROM match_rule")
