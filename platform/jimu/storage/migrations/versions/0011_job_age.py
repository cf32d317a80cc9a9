"""When a job was written, by the database's own clock: how long one that is due at once has waited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("job", sa.Column("made_at", sa.BigInteger, nullable=True))
