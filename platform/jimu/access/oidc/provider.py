"""A provider as the environment describes it: JIMU_OIDC_<NAME>_ISSUER and so on, for each of JIMU_OIDC_PROVIDERS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from jimu.settings import PREFIX, Settings

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_LOCAL = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Provider:
    """``roles``: value of the claim ``roles_claim`` → role, set anew at each log-in; ``default_roles``: of users that
    are created. ``domains``: of e-mail addresses that may come in, none: all. ``trust_factors``: a second factor
    that the provider asked for counts.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str = ""
    scope: str = "openid email profile"
    create_users: bool = False
    default_roles: tuple[str, ...] = ()
    roles_claim: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    domains: tuple[str, ...] = ()
    trust_factors: bool = False


def providers_of(settings: Settings, environ: Mapping[str, str]) -> dict[str, Provider]:
    """The providers by name, in their order. Raises ValueError naming the variable that is missing or wrong."""
    names = _listed(settings.oidc_providers)
    return {name: _provider(name, environ) for name in names}


def _provider(name: str, environ: Mapping[str, str]) -> Provider:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{PREFIX}OIDC_PROVIDERS: {name!r} is no name: small letters, digits and _")
    prefix = f"{PREFIX}OIDC_{name.upper()}_"

    def given(key: str, default: str | None = None) -> str:
        value = environ.get(prefix + key, default)
        if not value and default is None:
            raise ValueError(f"{prefix}{key} is missing")
        return value or ""

    def is_on(key: str) -> bool:
        return given(key, "").lower() in {"1", "true", "yes"}

    return Provider(
        name,
        _issuer(prefix, given("ISSUER")),
        given("CLIENT_ID"),
        given("CLIENT_SECRET", ""),
        given("LABEL", "") or name.replace("_", " ").title(),
        given("SCOPE", "") or "openid email profile",
        is_on("CREATE_USERS"),
        tuple(_listed(given("DEFAULT_ROLES", ""))),
        given("ROLES_CLAIM", "groups"),
        _pairs(prefix + "ROLES", given("ROLES", "")),
        tuple(d.lower() for d in _listed(given("DOMAINS", ""))),
        is_on("TRUST_SECOND_FACTOR"),
    )


def _issuer(prefix: str, text: str) -> str:
    """Over HTTPS; a provider on this very machine may do without."""
    parts = urlsplit(text)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise ValueError(f"{prefix}ISSUER must begin with https://, not {text!r}")
    return text


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _pairs(variable: str, text: str) -> dict[str, str]:
    found = {}
    for part in _listed(text):
        value, equals, role = part.rpartition("=")
        if not equals or not value:
            raise ValueError(f"{variable} takes pairs such as sales-team=sales_rep, not {part!r}")
        found[value.strip()] = role.strip()
    return found
