"""Which shapes of questions are asked, for advice on indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "observed_question",
        sa.Column("shape", sa.Text, primary_key=True),
        *(sa.Column(n, sa.BigInteger, nullable=False) for n in ("seen", "spent", "worst", "first_at", "last_at")),
    )
