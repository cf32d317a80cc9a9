"""What a provider says of somebody, once it is verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jimu.access.oidc.provider import Provider

# RFC 8176: values of amr that mean more than one factor, or one that cannot be phished.
_STRONG = frozenset({"mfa", "otp", "hwk", "swk", "sms", "fpt", "face", "pop"})


@dataclass(frozen=True, slots=True)
class Claims:
    """``email`` is '' unless the provider says that it is verified. ``roles``: what the provider's groups give."""

    subject: str
    email: str
    name: str
    is_strong: bool
    roles: frozenset[str]

    @classmethod
    def of(cls, claims: Mapping[str, Any], provider: Provider) -> Claims:
        verified = claims.get("email_verified")
        email = str(claims.get("email") or "").strip() if verified is True or verified == "true" else ""
        methods = claims.get("amr")
        strong = bool(_STRONG.intersection(str(m) for m in methods)) if isinstance(methods, list) else False
        listed = claims.get(provider.roles_claim)
        values = [str(v) for v in listed] if isinstance(listed, list) else [str(listed)] if listed else []
        return cls(
            str(claims["sub"]),
            email,
            str(claims.get("name") or email.partition("@")[0]),
            strong and provider.trust_factors,
            frozenset(provider.roles[v] for v in values if v in provider.roles),
        )
