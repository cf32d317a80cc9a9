"""The queue in order of importance, kinds of job that are paused, and each slot of a timer that was given out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    op.add_column("job", sa.Column("priority", sa.Integer, nullable=False, server_default="1"))
    op.drop_index("ix_job_waiting", "job")
    op.create_index(
        "ix_job_waiting", "job", ["priority", "run_at"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.create_table(
        "job_pause",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_table(
        "timer_slot",
        sa.Column("timer", sa.Text, primary_key=True),
        sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
