"""What administration shows: links by which people set a password, last log-ins, when a job began, what a revision
changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account_link", sa.Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False), sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False), sa.Column("created_by", sa.BigInteger, nullable=True),
    )
    op.create_index("ix_account_link_user", "account_link", ["user_id"])
    op.add_column("credential", sa.Column("last_login_at", sa.BigInteger, nullable=True))
    op.add_column("job", sa.Column("started_at", sa.BigInteger, nullable=True))
    op.add_column("revision", sa.Column("summary", sa.Text, nullable=True))
    dead = sa.text("status = 'dead'")
    op.create_index("ix_job_dead", "job", ["id"], sqlite_where=dead, postgresql_where=dead)
