"""One envelope for every error of every endpoint, and the limits that lead to some of them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from jimu.api.blueprint import build_endpoints
from jimu.api.endpoints import Endpoint
from jimu.app import create_app
from jimu.settings import Settings
from tests.api.conftest import Shop
from tests.redis_server import require_redis

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Bare:
    """As much of a runtime as the endpoints' parameters ask for."""

    settings = Settings()


ENDPOINTS = build_endpoints(Bare())  # type: ignore[arg-type]
NAMES = [e.name for e in ENDPOINTS]


def address(endpoint: Endpoint, object: str = "deal", id: str = "0000000000001") -> str:
    return endpoint.path.replace("{object}", object).replace("{id}", id).replace("{field}", "deal.company")


def check_envelope(answer: Any, status: int, code: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    body = answer.json
    assert set(body) - {"details"} == {"code", "message", "errors", "request_id"}
    assert re.fullmatch(r"[a-z_]+", body["code"])
    assert body["message"]
    assert body["request_id"] == answer.headers["X-Request-ID"]
    for error in body["errors"]:
        assert set(error) - {"row"} == {"code", "field", "message"}
        assert error["message"]
    if code:
        assert body["code"] == code


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One shop for all cases: they change nothing."""
    from tests.databases import fresh_database

    folder = tmp_path_factory.mktemp("shop")
    with fresh_database("sqlite", folder) as url:
        shop = Shop(folder, url)
        yield shop
        shop.runtime.close()


def test_every_rule_of_the_blueprint_is_an_endpoint_or_the_catch_all(served: Shop) -> None:
    rules = {r.endpoint for r in served.app.url_map.iter_rules() if str(r).startswith("/api")}
    assert rules == {f"api.{n}" for n in NAMES} | {"api.nowhere", "api.docs", "api.docs_style"}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_every_endpoint_refuses_strangers_in_the_same_form(served: Shop, endpoint: Endpoint) -> None:
    answer = served.client.open(f"/api/v1{address(endpoint)}", method=endpoint.method)
    check_envelope(answer, 401, "unauthenticated")


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if not e.signed], ids=lambda e: e.name)
def test_every_endpoint_refuses_unknown_parameters_in_the_same_form(served: Shop, endpoint: Endpoint) -> None:
    answer = served.boss.send(
        endpoint.method, address(endpoint), query={"limt": "5"}, json={} if endpoint.body else None
    )
    check_envelope(answer, 400, "bad_request")
    assert answer.json["errors"][0]["code"] == "unknown_parameter"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_every_endpoint_refuses_other_methods_in_the_same_form(served: Shop, endpoint: Endpoint) -> None:
    path = address(endpoint)
    known = {e.method for e in ENDPOINTS if address(e) == path}
    if re.fullmatch(r"/records/[a-z]+/(bulk|aggregate)", path):
        known |= {"GET", "PATCH", "DELETE"}  # such an address is that of a record as well
    if path == "/units/foresee":
        known |= {"GET"}  # and that of a unit
    for method in METHODS:
        if method not in known:
            answer = served.boss.send(method, path)
            check_envelope(answer, 405, "method_not_allowed")
            assert known <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if "{object}" in e.path], ids=lambda e: e.name)
def test_every_endpoint_on_an_object_answers_not_found_in_the_same_form(served: Shop, endpoint: Endpoint) -> None:
    body = [] if endpoint.body == "rows" else {} if endpoint.body else None
    check_envelope(served.boss.send(endpoint.method, address(endpoint, object="nope"), json=body), 404, "not_found")
    if "{id}" in endpoint.path:
        check_envelope(served.boss.send(endpoint.method, address(endpoint), json=body), 404, "not_found")
        check_envelope(served.boss.send(endpoint.method, address(endpoint, id="garbage"), json=body), 404, "not_found")


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.body and not e.signed], ids=lambda e: e.name)
def test_every_endpoint_with_a_body_refuses_other_kinds_and_broken_ones(served: Shop, endpoint: Endpoint) -> None:
    path = address(endpoint)
    given = {"record": "0000000000001", "object": "deal"}
    query = {n: v for n, v in given.items() if n in endpoint.parameters.by_name} if endpoint.body == "file" else None
    text = {"Content-Type": "text/plain"}
    check_envelope(
        served.boss.send(endpoint.method, path, data="x", headers=text, query=query), 415, "unsupported_media_type"
    )
    if endpoint.body != "file":
        broken = served.boss.send(endpoint.method, path, data='{"a":', headers={"Content-Type": "application/json"})
        check_envelope(broken, 400, "bad_request")
        wrong = served.boss.send(endpoint.method, path, json="text")
        check_envelope(wrong, 400, "bad_request")


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/nope", "/v2/records/deal", "/v1/records", "/v1/records/deal/a/b/c/d"]
)
def test_unknown_addresses_have_the_envelope_too(served: Shop, path: str) -> None:
    check_envelope(served.client.get(f"/api{path}"), 404, "not_found")


def test_every_bad_parameter_is_told_and_the_right_one_is_named(served: Shop) -> None:
    answer = served.boss.send("GET", "/records/deal?limit=0&limt=5&count=all&order=a&order=b&search=%00")
    check_envelope(answer, 400)
    found = {e["field"]: e["code"] for e in answer.json["errors"]}
    assert found == {"limit": "bad_parameter", "limt": "unknown_parameter", "count": "bad_parameter",
                     "order": "repeated_parameter", "search": "bad_parameter"}  # fmt: skip
    assert "Did you mean limit?" in answer.text
    check_envelope(served.boss.get("/records/deal", limit=501), 400)


def test_a_body_that_is_too_large_is_refused(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(max_request_mb=1)
    answer = shop.boss.post("/records/deal", {"name": "x" * 1_100_000})
    check_envelope(answer, 413, "too_large")
    upload = shop.boss.send(
        "POST", "/files?record=0000000000001", data={"file": (io.BytesIO(b"x" * 1_100_000), "a.bin")}
    )
    check_envelope(upload, 413, "too_large")


def test_who_asks_too_often_has_to_wait(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(api_rate="3 per hour")
    assert [shop.boss.get("/metadata").status_code for _ in range(3)] == [200, 200, 200]
    answer = shop.boss.get("/metadata")
    check_envelope(answer, 429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert shop.seller.get("/metadata").status_code == 200


@pytest.mark.redis
def test_with_redis_all_processes_count_together(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(api_rate="3 per hour", redis_url=require_redis())
    other_process = create_app(runtime=shop.runtime).test_client(use_cookies=False)
    headers = {"Authorization": f"Bearer {shop.boss.token}"}
    clients = [shop.client, other_process, shop.client, other_process]
    assert [c.get("/api/v1/metadata", headers=headers).status_code for c in clients] == [200, 200, 200, 429]


def test_a_counter_that_cannot_be_reached_lets_requests_through(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(api_rate="1 per hour", redis_url="redis://127.0.0.1:1/0")
    assert [shop.boss.get("/metadata").status_code for _ in range(2)] == [200, 200]


def test_strangers_who_ask_too_often_have_to_wait_as_well(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(api_rate="2 per hour")
    answers = [shop.client.get("/api/v1/metadata").status_code for _ in range(3)]
    assert answers == [401, 401, 429]


def test_what_goes_wrong_inside_is_noted_and_not_told(
    small_shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from jimu.records import read

    def fail(*args: object, **rest: object) -> None:
        raise RuntimeError("the inside story")

    monkeypatch.setattr(read, "get", fail)
    answer = small_shop.boss.get("/records/deal/0000000000001")
    check_envelope(answer, 500, "internal_error")
    assert "inside story" not in answer.text
    assert "inside story" in caplog.text
    assert answer.json["request_id"] in caplog.text


def test_messages_are_translated(served: Shop) -> None:
    english = served.boss.get("/records/deal", limit=0).json["message"]
    assert english == "Some parameters cannot be understood."
    answer = served.client.get("/api/v1/metadata", headers={"Accept-Language": "zh-CN"})
    check_envelope(answer, 401)


def test_numbers_keep_every_digit(served: Shop) -> None:
    exact = served.boss.send("POST", "/records/deal", data='{"name": "x", "cost": 1234567890123456.78}',
                             headers={"Content-Type": "application/json"})  # fmt: skip
    assert exact.json["cost"] == "1234567890123456.78"
    too_fine = served.boss.send("POST", "/records/deal", data='{"name": "x", "cost": 0.30000000000000004}',
                                headers={"Content-Type": "application/json"})  # fmt: skip
    assert too_fine.json["errors"][0]["code"] == "too_precise"
