"""The engine's tables: identity, links, history, jobs, revisions, column map, accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _records()
    _jobs_and_revisions()
    _accounts()
    op.execute("INSERT INTO pulse (id, value) VALUES (1, 1)")


def _id() -> sa.Column[int]:
    return sa.Column("id", _BIG_KEY, primary_key=True, autoincrement=True)


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, _BIG_KEY, primary_key=True, autoincrement=False)


def _user() -> sa.Column[int]:
    return sa.Column("user_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), nullable=False)


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _instants(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=nullable) for name in names]


def _partial_index(name: str, table: str, column: str, where: str, unique: bool = False) -> None:
    op.create_index(name, table, [column], unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _records() -> None:
    op.create_table("record", _key("id"), *_texts("object"), *_texts("title", nullable=True),
                    *_instants("deleted_at", nullable=True))
    op.create_table(
        "link",
        sa.Column("from_id", sa.BigInteger, sa.ForeignKey("record.id"), primary_key=True),
        sa.Column("field", sa.Integer, primary_key=True),
        sa.Column("to_id", sa.BigInteger, sa.ForeignKey("record.id"), primary_key=True),
        *_numbers("position"), sqlite_with_rowid=False,
    )
    op.create_index("ix_link_to", "link", ["to_id", "field", "from_id"])
    op.create_table(
        "history", _id(), *_instants("record_id"), *_texts("object"), *_instants("at"), *_texts("action"),
        *_instants("actor", nullable=True), *_texts("via", "reason"), *_numbers("version", nullable=True),
        *_texts("changes"),
    )
    op.create_index("ix_history_record", "history", ["record_id", "id"])


def _jobs_and_revisions() -> None:
    op.create_table(
        "job", _id(), *_texts("kind", "payload", "status"), *_instants("run_at"),
        *_instants("locked_until", nullable=True), *_texts("owner", nullable=True),
        *_numbers("attempts", "max_attempts"),
        *_texts("key", "error", nullable=True), *_instants("finished_at", nullable=True),
    )
    _partial_index("ix_job_waiting", "job", "run_at", "status = 'waiting'")
    _partial_index("ix_job_running", "job", "locked_until", "status = 'running'")
    _partial_index("ux_job_key", "job", "key", "status = 'waiting' AND key IS NOT NULL", unique=True)
    op.create_table("revision", _id(), *_texts("hash"), *_instants("at"),
                    *_texts("author", "commit_id", "note", "files"))
    op.create_table("column_map", _id(), *_texts("object", "name", "physical", "kind"), *_numbers("scale"),
                    *_texts("state"), *_texts("formula", "detail", nullable=True))
    op.create_index("ix_column_map", "column_map", ["object", "name"])
    op.create_table("sequence", sa.Column("key", sa.Text, primary_key=True), *_instants("value"))
    op.create_table("pulse", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), *_instants("value"))


def _accounts() -> None:
    op.create_table(
        "credential",
        sa.Column("user_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), primary_key=True,
                  autoincrement=False),
        *_texts("password_hash"), *_instants("changed_at"), sa.Column("must_change", sa.Boolean, nullable=False),
    )
    op.create_table("session", _id(), sa.Column("key", sa.Text, nullable=False, unique=True), _user(),
                    *_instants("created_at", "seen_at", "expires_at"), *_texts("address", "agent"))
    op.create_index("ix_session_user", "session", ["user_id"])
    op.create_table(
        "api_token", _id(), sa.Column("key", sa.Text, nullable=False, unique=True), _user(), *_texts("name"),
        *_texts("scopes", nullable=True), *_instants("created_at"), *_instants("expires_at", "used_at", nullable=True),
    )
    op.create_index("ix_api_token_user", "api_token", ["user_id"])
    op.create_table(
        "idempotency", sa.Column("scope", sa.Text, primary_key=True), sa.Column("key", sa.Text, primary_key=True),
        *_texts("request_hash"), *_numbers("status"), *_texts("body"), *_instants("at"),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])
    op.create_table("login_attempt", _id(), *_texts("subject"), *_instants("at"))
    op.create_index("ix_login_attempt", "login_attempt", ["subject", "at"])
