"""Speaking with one provider: what it says of itself, where people are sent, what comes back."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jimu.access.oidc.claims import Claims
from jimu.access.oidc.provider import Provider
from jimu.errors import JimuError
from jimu.messages import Message

_PATIENCE_SECONDS = 10
_KEPT = timedelta(hours=1)
_LEEWAY_SECONDS = 60
# Only signatures with a key that the provider alone has; never "none", never one made with a shared secret.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class OidcError(JimuError):
    """Signing in elsewhere did not work out. ``reason`` is for the log, not for whoever comes in."""

    code = "sign_in_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(Message("Signing in there did not work. Try again, or log in with your password."))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Begun:
    """``address``: where the browser goes. The rest is kept until it comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


class OidcClient:
    """Safe to use from several threads; what the provider says of itself is kept for an hour."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._lock = threading.Lock()
        self._known: tuple[datetime, dict[str, Any]] | None = None
        self._keys: dict[str, Any] | None = None

    def begin(self, back: str, now: datetime) -> Begun:
        """``back``: the address to which the provider sends people back. Raises OidcError."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        session = self._session(back)
        address, _ = session.create_authorization_url(
            self._metadata(now)["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
        return Begun(address, state, nonce, verifier)

    def finish(self, back: str, code: str, begun: Begun, now: datetime) -> Claims:
        """Who came back with ``code``. Raises OidcError for whatever is not as it must be."""
        from authlib.common.errors import AuthlibBaseError
        from requests import RequestException

        try:
            token = self._session(back).fetch_token(
                self._metadata(now)["token_endpoint"], code=code, code_verifier=begun.verifier,
                timeout=_PATIENCE_SECONDS, allow_redirects=False,
            )  # fmt: skip
        except (AuthlibBaseError, RequestException, ValueError) as error:
            raise OidcError(f"the token endpoint refused: {error}") from error
        text = token.get("id_token")
        if not text:
            raise OidcError("there is no ID token in the answer")
        claims = self._verified(str(text), begun.nonce, str(token.get("access_token") or ""), now)
        return Claims.of(claims, self.provider)

    def _verified(self, text: str, nonce: str, access_token: str, now: datetime) -> dict[str, Any]:
        from authlib.common.errors import AuthlibBaseError
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        decoded = self._decoded(text, now)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": self.provider.issuer},
                "aud": {"essential": True, "value": self.provider.client_id},
                "sub": {"essential": True},
            },
            params={"nonce": nonce, "client_id": self.provider.client_id, "access_token": access_token},
        )
        try:
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_SECONDS)
        except (AuthlibBaseError, JoseError, TypeError, ValueError) as error:
            raise OidcError(f"the ID token does not hold: {error}") from error
        if not isinstance(decoded.claims.get("sub"), str) or not decoded.claims["sub"]:
            raise OidcError("the ID token names nobody")
        return dict(decoded.claims)

    def _decoded(self, text: str, now: datetime) -> Any:
        """With the keys that are known, else with those that the provider has now: it changes them when it likes."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        for is_last in (False, True):
            try:
                keys = KeySet.import_key_set(self._key_set(now, anew=is_last))
                return jwt.decode(text, keys, algorithms=list(_ALGORITHMS))
            except (JoseError, ValueError, KeyError, TypeError) as error:
                if is_last:
                    raise OidcError(f"the ID token's signature does not hold: {error}") from error
        raise AssertionError("unreachable")

    def _key_set(self, now: datetime, *, anew: bool) -> Any:
        with self._lock:
            found = self._keys
        if found is None or anew:
            found = self._get(self._metadata(now)["jwks_uri"])
            with self._lock:
                self._keys = found
        return found

    def _metadata(self, now: datetime) -> dict[str, Any]:
        with self._lock:
            if self._known is not None and now - self._known[0] < _KEPT:
                return self._known[1]
        issuer = self.provider.issuer
        found = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise OidcError(f"the provider calls itself {found.get('issuer')!r}, not {issuer!r}")
        missing = [n for n in ("authorization_endpoint", "token_endpoint", "jwks_uri") if not found.get(n)]
        if missing:
            raise OidcError(f"the provider does not say its {', '.join(missing)}")
        with self._lock:
            self._known = (now, found)
        return found

    def _get(self, address: str) -> dict[str, Any]:
        import requests

        try:
            answer = requests.get(address, timeout=_PATIENCE_SECONDS)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise OidcError(f"{address} did not answer: {error}") from error
        if not isinstance(found, dict):
            raise OidcError(f"{address} answered with something else")
        return found

    def _session(self, back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        provider = self.provider
        method = "client_secret_basic" if provider.client_secret else "none"
        return OAuth2Session(
            provider.client_id, provider.client_secret or None, scope=provider.scope, redirect_uri=back,
            token_endpoint_auth_method=method, code_challenge_method="S256",
        )  # fmt: skip
