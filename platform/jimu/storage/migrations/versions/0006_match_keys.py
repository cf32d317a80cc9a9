"""Keys by which like records find each other, and the rules whose keys are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "match_key",
        sa.Column("rule", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_match_key_record", "match_key", ["record_id", "rule"])
    op.create_table(
        "match_rule",
        sa.Column("rule", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("filled", sa.Boolean, nullable=False),
    )
