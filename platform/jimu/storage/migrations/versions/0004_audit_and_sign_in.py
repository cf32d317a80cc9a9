"""The audit and its chain; second factors, known devices, accounts elsewhere, passwords had before; how a session came
about and whose eyes it looks with.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _BIG_KEY, primary_key=True, autoincrement=True)


def _user() -> sa.Column[int]:
    return sa.Column("user_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def upgrade() -> None:
    _make_audit()
    _make_sign_in()
    op.add_column("session", sa.Column("stage", sa.Text, nullable=False, server_default=""))
    op.add_column("session", sa.Column("method", sa.Text, nullable=False, server_default=""))
    op.add_column("session", sa.Column("viewing", sa.BigInteger, nullable=True))
    op.add_column("api_token", sa.Column("address", sa.Text, nullable=False, server_default=""))
    op.add_column("credential", sa.Column("expires_at", sa.BigInteger, nullable=True))


def _make_audit() -> None:
    op.create_table(
        "audit", sa.Column("id", _BIG_KEY, primary_key=True, autoincrement=False), *_numbers("at"), *_texts("kind"),
        *_numbers("actor", "behind", nullable=True), *_texts("via", "address", "object"),
        *_numbers("record_id", "subject", nullable=True), *_texts("text", "details", "hash"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_kind", "audit", ["kind", "id"])
    op.create_index("ix_audit_actor", "audit", ["actor", "id"])
    op.create_index("ix_audit_subject", "audit", ["subject", "id"])
    op.create_index("ix_audit_record", "audit", ["record_id", "id"])
    op.create_table(
        "audit_head", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), *_numbers("count"),
        *_texts("hash"), *_numbers("anchor"), *_texts("anchor_hash", "signature"),
    )
    start = "0" * 64
    op.execute(f"INSERT INTO audit_head (id, count, hash, anchor, anchor_hash, signature)"  # noqa: S608 - zeros
               f" VALUES (1, 0, '{start}', 0, '{start}', '')")
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


# Nobody changes an entry, and none goes that the chain does not begin behind. This holds up mistakes and the curious;
# who may drop a trigger is shown by the chain.
_GUARDS = {
    "sqlite": [
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit"
        " BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN OLD.id > (SELECT anchor FROM audit_head)"
        " BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION jimu_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'DELETE' AND OLD.id <= (SELECT anchor FROM audit_head) THEN RETURN OLD; END IF;"
        " RAISE EXCEPTION 'the audit is only added to'; END $$",
        "CREATE TRIGGER audit_guard BEFORE UPDATE OR DELETE ON audit FOR EACH ROW"
        " EXECUTE FUNCTION jimu_audit_guard()",
    ],
}


def _make_sign_in() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), primary_key=True,
                  autoincrement=False),
        *_texts("secret"), *_numbers("created_at"), *_numbers("confirmed_at", nullable=True), *_numbers("last_counter"),
    )
    op.create_table("recovery_code", _id(), _user(), *_texts("hash"), *_numbers("used_at", nullable=True))
    op.create_index("ix_recovery_code_user", "recovery_code", ["user_id"])
    op.create_table(
        "known_device", _id(), sa.Column("key", sa.Text, nullable=False, unique=True), _user(),
        *_numbers("created_at", "expires_at"), *_texts("agent"),
    )
    op.create_index("ix_known_device_user", "known_device", ["user_id"])
    op.create_table(
        "sign_in_identity", _id(), *_texts("provider", "subject"), _user(), *_texts("email"), *_numbers("created_at"),
        *_numbers("used_at", nullable=True),
    )
    op.create_index("ux_sign_in_identity", "sign_in_identity", ["provider", "subject"], unique=True)
    op.create_index("ix_sign_in_identity_user", "sign_in_identity", ["user_id"])
    op.create_table("password_before", _id(), _user(), *_texts("password_hash"), *_numbers("at"))
    op.create_index("ix_password_before_user", "password_before", ["user_id"])
