"""The OpenAPI document: valid, made for the one who asks, and true."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from tests.api.conftest import Shop

CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance]


def document(shop: Shop) -> Any:
    return shop.boss.get("/openapi.json").json


def test_the_document_is_openapi_3_1(small_shop: Shop) -> None:
    found = document(small_shop)
    assert found["openapi"] == "3.1.0"
    OPENAPI_31_VALIDATOR.validate(found)
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_endpoint_is_described_and_every_reference_leads_somewhere(small_shop: Shop) -> None:
    found = document(small_shop)
    ids = [o["operationId"] for methods in found["paths"].values() for o in methods.values()]
    assert len(ids) == len(set(ids))
    assert {
        "list_deal",
        "get_deal",
        "create_deal",
        "update_deal",
        "delete_deal",
        "restore_deal",
        "bulk_deal",
        "aggregate_deal",
        "history_deal",
        "related_deal",
        "search",
        "metadata",
        "check_formula",
        "upload",
        "download",
        "openapi",
    } <= set(ids)
    text = small_shop.boss.get("/openapi.json").text
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in found["components"]["schemas"]


def test_it_says_no_more_than_the_asker_may_see_and_do(small_shop: Shop) -> None:
    mine = small_shop.seller.get("/openapi.json").json
    assert "cost" not in mine["components"]["schemas"]["deal"]["properties"]
    assert "code" not in mine["components"]["schemas"]["deal_new"]["properties"]
    assert "patch" not in mine["paths"]["/records/company/{id}"]
    assert "patch" in document(small_shop)["paths"]["/records/company/{id}"]


def test_it_is_not_sent_again_to_who_has_it(small_shop: Shop) -> None:
    tag = small_shop.boss.get("/openapi.json").headers["ETag"]
    assert small_shop.boss.get("/openapi.json", headers={"If-None-Match": tag}).status_code == 304


def test_records_are_as_it_says(small_shop: Shop) -> None:
    found = document(small_shop)
    company = small_shop.boss.create("company", name="Acme", site={"city": "深圳"})
    deal = small_shop.boss.create(
        "deal", name="One", company=company["id"], amount=5, took=60, tags=["a"], extra={"a": 1}, pin="x"
    )
    small_shop.boss.create("deal", name="Two")
    for name, record in (("deal", deal), ("company", company)):
        schema = {**found["components"]["schemas"][name], "additionalProperties": False}
        Draft202012Validator(schema).validate(record)


def test_hostile_and_random_requests_are_answered_as_it_says(small_shop: Shop) -> None:
    company = small_shop.boss.create("company", name="Acme")
    small_shop.boss.create("deal", name="One", company=company["id"], amount=5)
    paths = {
        p
        for p in document(small_shop)["paths"]
        if p.startswith(("/records/deal", "/records/company", "/search", "/formulas", "/metadata"))
    }
    headers = {"Authorization": f"Bearer {small_shop.boss.token}", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", small_shop.app, headers=headers)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path not in paths:
            continue

        @settings(
            max_examples=12,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, headers=headers)

        run()
        tried += 1
    assert tried >= 20


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/deal", "/api/docs/company"])
def test_the_pages_show_it_without_scripts(small_shop: Shop, path: str) -> None:
    headers = {"Authorization": f"Bearer {small_shop.boss.token}"}
    answer = small_shop.client.get(path, headers=headers)
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "curl" in answer.text


def test_the_pages_send_strangers_to_sign_in_and_know_no_other_objects(small_shop: Shop) -> None:
    answer = small_shop.client.get("/api/docs")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/api/docs")
    headers = {"Authorization": f"Bearer {small_shop.boss.token}"}
    assert small_shop.client.get("/api/docs/nope", headers=headers).status_code == 404
    style = small_shop.client.get("/api/docs.css")
    assert (style.status_code, style.mimetype) == (200, "text/css")
