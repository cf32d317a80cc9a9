"""What every request passes on its way: headers, compression, ids, the log, health."""

from __future__ import annotations

import gzip
import json
import logging
import os
import stat
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask
from werkzeug.test import Client

from jimu.app import create_app
from jimu.app.assets import is_immutable
from jimu.app.headers import CONTENT_SECURITY_POLICY
from jimu.app.logs import JsonFormatter
from jimu.app.trusted_hosts import LOOPBACK, TrustedHosts, trusted_hosts
from jimu.runtime import Runtime
from jimu.secret_key import find_or_make_key
from jimu.settings import Settings


def test_health_says_ok_with_version_and_revision(app: Flask, runtime: Runtime) -> None:
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "ok"
    assert runtime.current.manifest.revision.startswith(answer.json["revision"])


def test_health_says_unavailable_when_the_database_is_away(
    app: Flask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime.database, "is_reachable", lambda: False)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"] == "unavailable"


def test_every_answer_has_the_security_headers_and_no_inline_script_is_allowed(app: Flask) -> None:
    headers = app.test_client().get("/healthz/test/short").headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "private, no-cache"
    assert "Strict-Transport-Security" not in headers


def test_over_tls_the_browser_is_told_to_stay_there(app: Flask) -> None:
    headers = app.test_client().get("/healthz/test/short", base_url="https://crm.example.com").headers
    assert headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize(("accepted", "encoding"), [
    ("br, gzip", "br"), ("gzip", "gzip"), ("", None), ("br;q=0, gzip", "gzip"),
])
def test_a_long_page_is_compressed_as_the_reader_likes(app: Flask, accepted: str, encoding: str | None) -> None:
    answer = app.test_client().get("/healthz/test/long", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert unpack(answer.data) == b"<p>long</p>" * 1000


def test_a_short_answer_is_not_compressed(app: Flask) -> None:
    answer = app.test_client().get("/healthz/test/short", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in answer.headers


def test_a_request_has_an_id_its_own_or_the_proxys(app: Flask) -> None:
    def id_of(**headers: str) -> str:
        return app.test_client().get("/healthz/test/short", headers=headers).headers["X-Request-ID"]

    assert id_of() != id_of()
    assert id_of(**{"X-Request-ID": "trace-0815.7"}) == "trace-0815.7"
    assert "<" not in id_of(**{"X-Request-ID": "a b<script>"})


def test_the_access_log_counts_time_and_statements(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "jimu.access"):
        app.test_client().get("/healthz")
    record = next(r for r in caplog.records if r.name == "jimu.access")
    line = json.loads(JsonFormatter().format(record))
    assert (line["method"], line["path"], line["status"]) == ("GET", "/healthz", 200)
    assert line["queries"] >= 1
    assert line["ms"] > 0


def test_a_proxy_is_believed_only_if_the_setting_says_so(runtime: Runtime) -> None:
    from dataclasses import replace

    from flask import request

    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    for proxies, expected in ((0, "127.0.0.1 http"), (1, "203.0.113.9 https")):
        app = create_app(replace(runtime.settings, trusted_proxies=proxies), runtime)
        app.add_url_rule("/healthz/test/who", "who", lambda: f"{request.remote_addr} {request.scheme}")
        assert app.test_client().get("/healthz/test/who", headers=forwarded).text == expected


@pytest.mark.parametrize(("url", "immutable"), [
    ("/static/dist/core-3F9A01BC.css", True), ("/static/dist/js/form-a1b2c3d4e5.js", True),
    ("/static/dist/manifest.json", False), ("/static/dist/favicon.svg", False),
])
def test_only_addresses_with_a_content_hash_are_kept_for_ever(url: str, immutable: bool) -> None:
    assert is_immutable("", url) is immutable


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret_key"
    key = find_or_make_key(path)
    assert len(key) == 64
    assert find_or_make_key(path) == key
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret_key"]


def test_a_given_secret_key_is_used_and_not_written(runtime: Runtime) -> None:
    from dataclasses import replace

    settings = replace(runtime.settings, secret_key="from outside")
    assert Runtime(settings).secret_key == b"from outside"
    assert not (settings.home / "secret_key").exists() or (settings.home / "secret_key").read_bytes() != b"from outside"


@pytest.mark.parametrize(
    ("given", "host", "status"),
    [
        ({}, "evil.example", 200),
        ({"public_url": "https://crm.example.com/"}, "evil.example", 421),
        ({"public_url": "https://crm.example.com/"}, "crm.example.com:8443", 200),
        ({"public_url": "https://crm.example.com/"}, "localhost:8000", 200),
        ({"public_url": "https://crm.example.com/"}, "crm.example.com.evil.example", 421),
        ({"public_url": "https://crm.example.com/"}, "[::1]:8000", 200),
        ({"trusted_hosts": "a.example, .in.example"}, "A.example", 200),
        ({"trusted_hosts": "a.example, .in.example"}, "deep.crm.in.example", 200),
        ({"trusted_hosts": "a.example, .in.example"}, "in.example", 200),
        ({"trusted_hosts": "a.example, .in.example"}, "notin.example", 421),
        ({"trusted_hosts": "a.example"}, "[bad", 421),
    ],
)
def test_a_name_that_is_not_its_own_is_not_answered(given: dict[str, str], host: str, status: int) -> None:
    settings = Settings(**given)
    hosts = trusted_hosts(settings)
    app = _fine if hosts is None else TrustedHosts(_fine, hosts)
    answer = Client(app).get("/", headers={"Host": host})
    assert answer.status_code == status
    assert Client(TrustedHosts(_fine, LOOPBACK)).get("/healthz", headers={"Host": "10.0.0.5"}).status_code == 200


def _fine(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return []
