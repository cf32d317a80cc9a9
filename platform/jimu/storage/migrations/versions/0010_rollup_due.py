"""Roll-ups that a long run leaves to be worked out once, at its end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "rollup_due",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("ids", sa.Text, nullable=False),
    )
