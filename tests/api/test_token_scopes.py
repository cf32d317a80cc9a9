"""What a token may not do by its scopes, it may do by no endpoint, whatever its user may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jimu.fieldtypes.ids import encode_id
from tests.api.conftest import Shop

SAFE = {"GET", "HEAD", "OPTIONS"}
# They answer a question that is too long for an address.
ASKING = {
    "api.check_formula",
    "api.find_duplicates",
    "api.foresee",
    "api.foresee_hand_over",
    "api.foresee_merges",
    "api.foresee_unit",
}
# Signed by the other system; it knows no tokens.
SIGNED = {"api.hook"}


def changing(shop: Shop, object: str) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and address of all that is not only for reading, for a record of ``object``."""
    record = shop.boss.create(object, name="One")["id"]
    adapter = shop.app.url_map.bind("localhost")
    for rule in shop.app.url_map.iter_rules():
        if rule.endpoint.startswith("api.") and rule.endpoint not in {"api.nowhere", *SIGNED}:
            given = {name: {"object": object, "id": record}.get(name, "x") for name in rule.arguments}
            for method in sorted({*(rule.methods or ())} - SAFE):
                path = adapter.build(rule.endpoint, given, method=method)
                yield rule.endpoint, method, path.removeprefix("/api/v1")


@pytest.mark.parametrize("scopes", [["read"], ["read:deal"], ["read", "admin"], ["admin"]])
def test_a_token_for_reading_changes_nothing_by_any_endpoint(small_shop: Shop, scopes: list[str]) -> None:
    reader, seen = small_shop.caller(small_shop.boss.user_id, scopes), 0
    for endpoint, method, path in list(changing(small_shop, "deal")):
        answer = reader.send(method, path, json={})
        if endpoint not in ASKING:
            assert (answer.status_code, answer.json["code"]) == (403, "forbidden"), (method, path, answer.text)
            seen += 1
    assert seen > 40


def test_a_token_for_one_object_changes_no_other_and_nothing_that_approvals_keep(small_shop: Shop) -> None:
    narrow = small_shop.caller(small_shop.boss.user_id, ["read", "write:company"])
    for endpoint, method, path in list(changing(small_shop, "deal")):
        if endpoint not in ASKING and ("/deal" in path or "approval" in path):
            assert narrow.send(method, path, json={}).status_code == 403, (method, path)
    assert narrow.post("/records/company", {"name": "Acme"}).status_code == 201


def test_a_question_that_is_too_long_for_an_address_needs_no_scope_to_write(small_shop: Shop) -> None:
    reader = small_shop.caller(small_shop.boss.user_id, ["read"])
    body = {"formula": "amount > 5", "object": "deal", "expected": "boolean"}
    assert reader.post("/formulas/check", body).json["valid"]


def test_a_token_for_one_object_reads_nothing_of_others(small_shop: Shop) -> None:
    """By no endpoint that takes no parameters either."""
    deal = small_shop.boss.create("deal", name="Whispered")
    narrow = small_shop.caller(small_shop.boss.user_id, ["read:company"])
    adapter = small_shop.app.url_map.bind("localhost")
    for rule in small_shop.app.url_map.iter_rules():
        if rule.endpoint.startswith("api.") and "GET" in (rule.methods or ()) and rule.endpoint != "api.nowhere":
            given = {
                name: {"object": "deal", "id": deal["id"], "field": "deal.company"}.get(name, "x")
                for name in rule.arguments
            }
            answer = narrow.send("GET", adapter.build(rule.endpoint, given).removeprefix("/api/v1"))
            assert "Whispered" not in answer.text, rule.rule
            assert encode_id(small_shop.seller.user_id) not in answer.text, rule.rule
