"""A stand-in OpenID provider: a small application of its own on loopback that signs real tokens and checks PKCE.

``changes`` spoils what the next token says; ``key`` may be another one than the provider publishes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "jimu", "between the two of us"


@dataclass
class StandIn:
    """``person``: claims of whoever signs in there next."""

    clock: Any
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False))
    person: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    signing_key: RSAKey | None = None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "one"})
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask("stand-in")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        app.add_url_rule("/keys", view_func=self.keys)
        app.add_url_rule("/authorize", view_func=self.authorize)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        return app

    def configuration(self) -> Response:
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/keys",
        )

    def keys(self) -> Response:
        return jsonify(keys=[self.key.as_dict(private=False)])

    def authorize(self) -> Any:
        assert request.args["response_type"] == "code"
        assert request.args["client_id"] == CLIENT
        assert request.args["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.asked[code] = dict(request.args)
        return redirect(
            request.args["redirect_uri"] + "?" + urlencode({"code": code, "state": request.args["state"]}), 302
        )

    def token(self) -> Any:
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.asked.pop(request.form["code"], None)  # a code is good once
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if request.headers["Authorization"] != expected or asked is None or challenge != asked["code_challenge"]:
            return jsonify(error="invalid_grant"), 400
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person,
            **self.changes,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        text = _unsigned(claims) if self.header["alg"] == "none" else self._signed(claims)
        return jsonify(access_token="opaque", token_type="Bearer", id_token=text)

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(self.header, claims, self.signing_key or self.key, algorithms=[self.header["alg"]])


def _unsigned(claims: dict[str, Any]) -> str:
    """As somebody would try who has no key."""
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in ({"alg": "none"}, claims)]
    return ".".join([*parts, ""])


@contextmanager
def stand_in(clock: Any) -> Iterator[StandIn]:
    made = StandIn(clock)
    server = make_server("127.0.0.1", 0, made.app(), threaded=True)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def at(clock: Any, seconds: int) -> int:
    moment: datetime = clock()
    return int(moment.timestamp()) + seconds
