"""Settings: each has a name, a default and one line of help; all come from the environment as JIMU_<NAME>."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from jimu.messages import Message

PREFIX = "JIMU_"


def _setting(default: Any, template: str, *, is_secret: bool = False) -> Any:
    """``is_secret``: the value holds a password or key, so no page and no log shows it."""
    about = {"help": template, "message": Message(template), "is_secret": is_secret}
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    workspace: Path = _setting(Path(), "folder with workspace.yaml and objects/, flows/, layouts/, plugins/, seed/")
    home: Path = _setting(Path("var"), "folder for what is kept: the SQLite file, uploads, the secret key")
    database_url: str = _setting("", "SQLAlchemy URL; empty: the SQLite file jimu.db under home", is_secret=True)
    redis_url: str = _setting(
        "", "Redis for RQ workers and shared rate limits; empty: jobs run in the worker", is_secret=True
    )
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8000, "port to listen on")
    workers: int = _setting(2, "web worker processes")
    threads: int = _setting(4, "threads in each web worker process")
    secret_key: str = _setting(
        "", "signs form tokens, seals secret fields; empty: made once and kept under home", is_secret=True
    )
    seed: str = _setting("demo", "what `jimu run` loads into an empty database: demo or none")
    session_hours: int = _setting(12, "a session ends this many hours after its last use")
    secure_cookies: bool = _setting(False, "send cookies over HTTPS only (set it behind TLS)")
    trusted_proxies: int = _setting(0, "number of reverse proxies whose X-Forwarded-* headers are believed")
    max_request_mb: int = _setting(32, "largest request body in MiB")
    api_rate: str = _setting("6000 per minute", "API requests per actor; empty: no limit")
    login_rate: str = _setting("10 per minute", "failed log-ins per address and per account")
    metrics_token: str = _setting(
        "", "bearer token with which Prometheus reads /metrics; empty: there is no such page", is_secret=True
    )
    public_url: str = _setting("", "address by which people reach this site, for links; empty: that of the request")
    trusted_hosts: str = _setting(
        "", "names by which this site may be asked for, by commas (.example.com: all below); empty: that of public_url"
    )
    password_login: bool = _setting(True, "people log in with a password (false: by a provider alone)")
    password_length: int = _setting(8, "least length of a password")
    password_classes: int = _setting(0, "of small letters, capitals, digits, others: so many kinds in a password")
    password_history: int = _setting(0, "so many of one's last passwords may not be taken again")
    password_days: int = _setting(0, "a password has to be changed after so many days; 0: never")
    given_password_hours: int = _setting(72, "a password that an administrator gave opens the door for so long")
    lockout_failures: int = _setting(0, "an account is shut after so many failed log-ins; 0: never")
    lockout_minutes: int = _setting(60, "for so long an account stays shut, if nobody opens it before")
    require_second_factor: bool = _setting(False, "everybody who logs in with a password needs a second factor")
    known_device_days: int = _setting(30, "a device may be spared the second factor for so long; 0: not at all")
    token_days: int = _setting(0, "longest life of a new API token in days; 0: as long as is asked for")
    allowed_addresses: str = _setting("", "networks (CIDR, by commas) that may use this site; empty: all")
    oidc_providers: str = _setting("", "names of OpenID providers, by commas; each has its own JIMU_OIDC_<NAME>_…")
    audit_days: int = _setting(0, "entries of the audit older than this go to a file under home; 0: none do")
    smtp_url: str = _setting(
        "", "mail server: smtp://user:password@host:587 (STARTTLS where offered) or smtps://…; empty: no mail",
        is_secret=True,
    )
    mail_from: str = _setting("", "sender of mail, such as Jimu <jimu@example.com>")
    approval_link_hours: int = _setting(72, "hours for which a link in a mail may decide, where its flow allows it")
    channel_file: Path = _setting(Path(), "file that notices are written to as well, for development; empty: none")
    page_size: int = _setting(50, "records on a page of a list when the layout does not say")
    max_page_size: int = _setting(500, "largest page a request may ask for")
    undo_days: int = _setting(90, "bulk actions and imports can be undone for so many days; 0: for ever")
    log_format: str = _setting("text", "text or json")
    debug: bool = _setting(False, "show tracebacks to the browser (never in production)")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Settings from JIMU_* variables; keyword arguments win. Raises ValueError naming the variable."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for f in fields(cls):
            raw = environ.get(variable(f.name))
            if raw is not None:
                values[f.name] = _convert(variable(f.name), raw, type(f.default))
        return cls(**{**values, **given})

    def origin(self, name: str, environ: Mapping[str, str] | None = None) -> str:
        """Where the value of a setting comes from: ``environment``, ``given`` (an option of the command) or
        ``default``.
        """
        environ = os.environ if environ is None else environ
        default = next(f.default for f in fields(self) if f.name == name)
        value, raw = getattr(self, name), environ.get(variable(name))
        if raw is not None and _convert(variable(name), raw, type(default)) == value:
            return "environment"
        return "default" if value == default else "given"

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'jimu.db').resolve()}"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def _convert(name: str, raw: str, kind: type) -> Any:
    if kind is bool:
        if raw.lower() not in {"0", "1", "true", "false", "yes", "no", ""}:
            raise ValueError(f"{name} must be true or false, not {raw!r}")
        return raw.lower() in {"1", "true", "yes"}
    if kind is int:
        try:
            return int(raw)
        except ValueError:
            raise ValueError(f"{name} must be a whole number, not {raw!r}") from None
    return Path(raw) if issubclass(kind, Path) else raw


def webhook_secrets(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name -> secret of every JIMU_SECRET_<NAME>, by which webhooks are signed."""
    environ = os.environ if environ is None else environ
    start = f"{PREFIX}SECRET_"
    named = {key.removeprefix(start).lower(): value for key, value in environ.items() if key.startswith(start)}
    return {name: value for name, value in named.items() if name != "key"}
