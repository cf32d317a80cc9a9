"""Incoming webhooks: what is signed is taken once, all else is refused alike."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from jimu.flows.notices import signature
from tests.api.conftest import Shop
from tests.api.test_errors import check_envelope

SECRET = "a secret of the test"


@pytest.fixture
def hooked(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("JIMU_SECRET_HOOK_HURRY", SECRET)
    shop = Shop(tmp_path, database_url, api_rate="20 per hour")
    yield shop
    shop.runtime.close()


def send(shop: Shop, body: bytes, *, name: str = "hurry", age: int = 0, **headers: Any) -> TestResponse:
    at = int((shop.runtime.clock() - timedelta(seconds=age)).timestamp())
    signed = {"Jimu-Signature": signature(SECRET, at, body), "Content-Type": "application/json"}
    given = {**signed, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return shop.client.post(f"/api/v1/hooks/{name}", data=body, headers=given)


def queued(shop: Shop) -> int:
    with shop.runtime.current.store.read() as transaction:
        return sum(job["kind"] == "automation.run" for job in transaction.list_jobs("waiting"))


def test_a_signed_request_sets_the_automation_off_once(hooked: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    deal = hooked.boss.create("deal", name="Big")
    body = f'{{"record": "{deal["id"]}"}}'.encode()
    first = send(hooked, body, age=10, Jimu_Delivery="d-1")
    assert (first.status_code, first.json) == (202, {"queued": True})
    again = [send(hooked, body, age=10, Jimu_Delivery="another number"), send(hooked, body, Jimu_Delivery="d-1")]
    for answer in again:
        assert (answer.status_code, answer.json) == (202, {"queued": True})
        assert answer.headers["Idempotency-Replayed"] == "true"
    assert queued(hooked) == 1
    assert "an incoming webhook set off 'hurry': delivery d-1" in caplog.text
    check_envelope(send(hooked, body + b" ", Jimu_Delivery="d-1"), 409, "conflict")
    check_envelope(send(hooked, body, age=1, Jimu_Delivery=" "), 400, "bad_request")
    hooked.runtime.build_worker().drain()
    assert hooked.boss.get(f"/records/deal/{deal['id']}").json["urgent"] is True


def test_what_is_not_signed_rightly_is_refused_alike(hooked: Shop, caplog: pytest.LogCaptureFixture) -> None:
    body = b'{"record": "0000000000001"}'
    refused = [
        send(hooked, body, age=301),
        send(hooked, body, age=-301),
        send(hooked, body, name="no_such_automation"),
        send(hooked, body, Jimu_Signature=""),
        send(hooked, body, Jimu_Signature=f"t=1,v1={'0' * 64}"),
        send(hooked, body, Jimu_Signature=signature("", int(hooked.runtime.clock().timestamp()), body)),
        send(hooked, body, Jimu_Signature=signature("guessed", int(hooked.runtime.clock().timestamp()), body)),
    ]
    for answer in refused:
        check_envelope(answer, 401, "unauthenticated")
    assert len({answer.json["message"] for answer in refused}) == 1
    assert caplog.text.count("its signature does not hold") == len(refused)
    check_envelope(send(hooked, body, age=2), 404, "not_found")
    check_envelope(send(hooked, body, name="hurry?limt=5"), 400, "bad_request")
    check_envelope(send(hooked, body, age=3, Content_Type="text/plain"), 415, "unsupported_media_type")
    check_envelope(send(hooked, b"{"), 400, "bad_request")
    check_envelope(send(hooked, b'{"record": 7}'), 400, "bad_request")
    check_envelope(send(hooked, b'"' + b"x" * 70_000 + b'"'), 413, "too_large")
    assert queued(hooked) == 0


def test_failures_are_counted_by_address_and_what_is_signed_by_automation(hooked: Shop) -> None:
    statuses = [send(hooked, b"{}", age=1000).status_code for _ in range(21)]
    assert statuses == [401] * 20 + [429]
    statuses = [send(hooked, b"{}").status_code for _ in range(21)]
    assert statuses == [400] * 20 + [429]
