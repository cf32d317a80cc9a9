"""The engine's own tables, for statements. They are made by ``storage.migrations``; a test holds the two equal.

Instants are microseconds since 1970 (bigint) on both databases, JSON is text: nothing but the engine reads these
tables, except ``record`` and ``history``, whose readable forms are the views.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

metadata = sa.MetaData()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_instant(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    return (moment - _EPOCH) // _MICROSECOND


def from_instant(value: int) -> datetime:
    """The aware UTC datetime of a stored instant."""
    return _EPOCH + timedelta(microseconds=value)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True)


def _instant(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _number(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _user() -> sa.Column[int]:
    return sa.Column("user_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), nullable=False)


record = sa.Table(
    "record", metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    _text("object"), _text("title", True), _instant("deleted_at", True),
)

# ``field`` is the column map's id of the references column, so that renames do not touch the rows.
link = sa.Table(
    "link", metadata,
    sa.Column("from_id", sa.BigInteger, sa.ForeignKey("record.id"), primary_key=True),
    sa.Column("field", sa.Integer, primary_key=True),
    sa.Column("to_id", sa.BigInteger, sa.ForeignKey("record.id"), primary_key=True),
    _number("position"),
    sa.Index("ix_link_to", "to_id", "field", "from_id"),
    sqlite_with_rowid=False,
)

history = sa.Table(
    "history", metadata, _id(),
    sa.Column("record_id", sa.BigInteger, nullable=False), _text("object"), _instant("at"), _text("action"),
    sa.Column("actor", sa.BigInteger), _text("via"), _text("reason"), _number("version", True), _text("changes"),
    sa.Index("ix_history_record", "record_id", "id"),
)

job = sa.Table(
    "job", metadata, _id(), _text("kind"), _text("payload"), _text("status"), _instant("run_at"),
    _instant("locked_until", True), _text("owner", True), _number("attempts"), _number("max_attempts"),
    _text("key", True), _text("error", True), _instant("finished_at", True), _instant("started_at", True),
    sa.Column("priority", sa.Integer, nullable=False, server_default="1"), _instant("made_at", True),
    sa.Index("ix_job_dead", "id", sqlite_where=sa.text("status = 'dead'"),
             postgresql_where=sa.text("status = 'dead'")),
    sa.Index("ix_job_waiting", "priority", "run_at", sqlite_where=sa.text("status = 'waiting'"),
             postgresql_where=sa.text("status = 'waiting'")),
    sa.Index("ix_job_running", "locked_until", sqlite_where=sa.text("status = 'running'"),
             postgresql_where=sa.text("status = 'running'")),
    sa.Index("ux_job_key", "key", unique=True, sqlite_where=sa.text("status = 'waiting' AND key IS NOT NULL"),
             postgresql_where=sa.text("status = 'waiting' AND key IS NOT NULL")),
)

# Kinds of job that no worker takes; ``*`` is every kind.
job_pause = sa.Table(
    "job_pause", metadata, sa.Column("kind", sa.Text, primary_key=True), _instant("at"), _text("by"),
)

# Slots of timers, in seconds since 1970, that were given out or have fired. See ``jobs.timers``.
timer_slot = sa.Table(
    "timer_slot", metadata, sa.Column("timer", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

revision = sa.Table(
    "revision", metadata, _id(), _text("hash"), _instant("at"), _text("author"), _text("commit_id"), _text("note"),
    _text("files"), _text("summary", True),
)

# Where each logical column lives; a row with the name '' stands for the object's table. See ``storage.columns``.
column_map = sa.Table(
    "column_map", metadata, _id(), _text("object"), _text("name"), _text("physical"), _text("kind"),
    _number("scale"), _text("state"), _text("formula", True), _text("detail", True),
    sa.Index("ix_column_map", "object", "name"),
)

sequence = sa.Table("sequence", metadata, sa.Column("key", sa.Text, primary_key=True),
                    sa.Column("value", sa.BigInteger, nullable=False))

pulse = sa.Table("pulse", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
                 sa.Column("value", sa.BigInteger, nullable=False))

credential = sa.Table(
    "credential", metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), primary_key=True,
              autoincrement=False),
    _text("password_hash"), _instant("changed_at"), sa.Column("must_change", sa.Boolean, nullable=False),
    _instant("last_login_at", True), _instant("expires_at", True),
)

account_link = sa.Table(
    "account_link", metadata, _id(), sa.Column("key", sa.Text, nullable=False, unique=True), _user(), _text("purpose"),
    _instant("created_at"), _instant("expires_at"), sa.Column("created_by", sa.BigInteger, nullable=True),
    sa.Index("ix_account_link_user", "user_id"),
)

session = sa.Table(
    "session", metadata, _id(), sa.Column("key", sa.Text, nullable=False, unique=True), _user(), _instant("created_at"),
    _instant("seen_at"), _instant("expires_at"), _text("address"), _text("agent"), _text("stage"), _text("method"),
    sa.Column("viewing", sa.BigInteger, nullable=True),
    sa.Index("ix_session_user", "user_id"),
)

api_token = sa.Table(
    "api_token", metadata, _id(), sa.Column("key", sa.Text, nullable=False, unique=True), _user(), _text("name"),
    _text("scopes", True), _instant("created_at"), _instant("expires_at", True), _instant("used_at", True),
    _text("address"),
    sa.Index("ix_api_token_user", "user_id"),
)

idempotency = sa.Table(
    "idempotency", metadata, sa.Column("scope", sa.Text, primary_key=True), sa.Column("key", sa.Text, primary_key=True),
    _text("request_hash"), _number("status"), _text("body"), _instant("at"), sa.Index("ix_idempotency_at", "at"),
)

# ``shape``: see ``storage.observed``; ``spent`` and ``worst`` in microseconds.
observed_question = sa.Table(
    "observed_question", metadata, sa.Column("shape", sa.Text, primary_key=True),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("seen", "spent", "worst", "first_at", "last_at")),
)

login_attempt = sa.Table(
    "login_attempt", metadata, _id(), _text("subject"), _instant("at"),
    sa.Index("ix_login_attempt", "subject", "at"),
)

# A chain, see ``storage.audit``: ids are dense and given under the lock on the one row of ``audit_head``.
audit = sa.Table(
    "audit", metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    _instant("at"), _text("kind"), sa.Column("actor", sa.BigInteger), sa.Column("behind", sa.BigInteger), _text("via"),
    _text("address"), _text("object"), sa.Column("record_id", sa.BigInteger), sa.Column("subject", sa.BigInteger),
    _text("text"), _text("details"), _text("hash"),
    sa.Index("ix_audit_at", "at"), sa.Index("ix_audit_kind", "kind", "id"), sa.Index("ix_audit_actor", "actor", "id"),
    sa.Index("ix_audit_subject", "subject", "id"), sa.Index("ix_audit_record", "record_id", "id"),
)

audit_head = sa.Table(
    "audit_head", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), _instant("count"),
    _text("hash"), _instant("anchor"), _text("anchor_hash"), _text("signature"),
)

second_factor = sa.Table(
    "second_factor", metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("record.id", ondelete="CASCADE"), primary_key=True,
              autoincrement=False),
    _text("secret"), _instant("created_at"), _instant("confirmed_at", True), _instant("last_counter"),
)

recovery_code = sa.Table(
    "recovery_code", metadata, _id(), _user(), _text("hash"), _instant("used_at", True),
    sa.Index("ix_recovery_code_user", "user_id"),
)

known_device = sa.Table(
    "known_device", metadata, _id(), sa.Column("key", sa.Text, nullable=False, unique=True), _user(),
    _instant("created_at"), _instant("expires_at"), _text("agent"), sa.Index("ix_known_device_user", "user_id"),
)

sign_in_identity = sa.Table(
    "sign_in_identity", metadata, _id(), _text("provider"), _text("subject"), _user(), _text("email"),
    _instant("created_at"), _instant("used_at", True),
    sa.Index("ux_sign_in_identity", "provider", "subject", unique=True),
    sa.Index("ix_sign_in_identity_user", "user_id"),
)

password_before = sa.Table(
    "password_before", metadata, _id(), _user(), _text("password_hash"), _instant("at"),
    sa.Index("ix_password_before_user", "user_id"),
)

# See ``storage.match_keys``: keys are 64-bit digests, rules 31-bit ones.
match_key = sa.Table(
    "match_key", metadata,
    sa.Column("rule", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False), _text("text"),
    sa.Index("ix_match_key_record", "record_id", "rule"),
    sqlite_with_rowid=False,
)

match_rule = sa.Table(
    "match_rule", metadata, sa.Column("rule", sa.Integer, primary_key=True, autoincrement=False), _text("object"),
    _text("name"), sa.Column("filled", sa.Boolean, nullable=False),
)

# See ``storage.rollups_due``: ``ids`` is a JSON array.
rollup_due = sa.Table("rollup_due", metadata, _id(), _text("object"), _text("field"), _text("ids"))
