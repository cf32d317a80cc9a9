"""Who may see and do what through the API."""

from __future__ import annotations

import pytest

from jimu.access import accounts
from jimu.access.csrf import CSRF_HEADER, SESSION_COOKIE, csrf_token
from tests.api.conftest import Shop


def test_records_of_others_look_as_if_they_were_not_there(shop: Shop) -> None:
    theirs = shop.boss.create("deal", name="Boss only")
    mine = shop.seller.create("deal", name="Mine")
    assert shop.seller.get(f"/records/deal/{theirs['id']}").status_code == 404
    assert shop.seller.patch(f"/records/deal/{theirs['id']}", {"name": "x"}).status_code == 404
    assert shop.seller.delete(f"/records/deal/{theirs['id']}").status_code == 404
    assert [r["id"] for r in shop.seller.get("/records/deal").json["records"]] == [mine["id"]]
    assert shop.seller.get("/records/deal/aggregate", measures="count()").json["rows"] == [{"count": 1}]
    assert shop.seller.get("/search", q="Boss only", objects="deal").json["results"] == []


def test_forbidden_fields_are_neither_read_nor_filtered_nor_written(shop: Shop) -> None:
    deal = shop.seller.create("deal", name="Mine", amount=5)
    assert "cost" not in deal
    assert "margin" not in deal
    for parameters in ({"where": "cost > 1"}, {"order": "cost"}, {"fields": "cost"}, {"where": "margin > 1"}):
        assert shop.seller.get("/records/deal", **parameters).status_code == 400
    assert shop.seller.get("/records/deal/aggregate", measures="sum(cost)").status_code == 400
    written = shop.seller.patch(f"/records/deal/{deal['id']}", {"cost": 1})
    assert (written.status_code, written.json["errors"][0]["code"]) == (422, "unknown_field")
    read_only = shop.seller.patch(f"/records/deal/{deal['id']}", {"code": "X"})
    assert (read_only.status_code, read_only.json["errors"][0]["code"]) == (422, "forbidden_field")


def test_what_the_role_does_not_allow_is_forbidden(shop: Shop) -> None:
    company = shop.boss.create("company", name="Acme")
    answer = shop.seller.patch(f"/records/company/{company['id']}", {"name": "Other"})
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_a_token_does_no_more_than_its_scopes(shop: Shop) -> None:
    reader = shop.caller(shop.boss.user_id, ["read"])
    assert reader.get("/records/company").status_code == 200
    assert reader.post("/records/company", {"name": "Acme"}).status_code == 403
    narrow = shop.caller(shop.boss.user_id, ["write:company"])
    assert narrow.post("/records/company", {"name": "Acme"}).status_code == 201
    assert narrow.get("/records/deal").status_code == 404


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer jimu_nonsense", "Basic YTpi", "jimu_x"])
def test_without_a_valid_token_nothing_is_told(small_shop: Shop, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = small_shop.client.get("/api/v1/records/company", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_sessions_cookie_signs_in_and_changes_need_its_csrf_token(small_shop: Shop) -> None:
    runtime = small_shop.runtime
    session = accounts.create_session(runtime.current.store, small_shop.boss.user_id, runtime.clock())
    client = small_shop.app.test_client()
    client.set_cookie(SESSION_COOKIE, session.token)
    assert client.get("/api/v1/records/company").status_code == 200
    refused = client.post("/api/v1/records/company", json={"name": "Acme"})
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    token = csrf_token(runtime.secret_key, session.token)
    assert (
        client.post("/api/v1/records/company", json={"name": "Acme"}, headers={CSRF_HEADER: token}).status_code == 201
    )
    accounts.end_session(runtime.current.store, session.token)
    assert client.get("/api/v1/records/company").status_code == 401


def test_metadata_shows_only_what_the_asker_may_see(small_shop: Shop) -> None:
    boss, seller = small_shop.boss, small_shop.seller
    fields = {f["name"]: f for f in boss.get("/metadata/objects/deal").json["fields"]}
    assert fields["stage"]["options"][0]["value"] == "open"
    assert fields["company"]["target"] == ["company"]
    assert fields["margin"]["computed"]
    seen = {f["name"]: f for f in seller.get("/metadata/objects/deal").json["fields"]}
    assert "cost" not in seen
    assert seen["code"]["access"] == "read"
    objects = {o["name"]: o for o in seller.get("/metadata").json["objects"]}
    assert (
        objects["company"]["actions"] == ["create", "read", "export"] or "update" not in objects["company"]["actions"]
    )
    layouts = seller.get("/metadata/objects/deal/layouts").json
    assert "cost" not in str(layouts)
    assert boss.get("/metadata/objects/nope").status_code == 404


def test_labels_and_messages_come_in_the_language_asked_for(small_shop: Shop) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    assert small_shop.boss.get("/metadata/objects/company", headers=chinese).json["label"] == "公司"
    answer = small_shop.boss.get("/metadata", headers=chinese)
    assert answer.headers["Content-Language"] == "zh-CN"


def test_formulas_are_checked_against_what_the_asker_may_read(small_shop: Shop) -> None:
    body = {"formula": "amount > 5 and company.name == 'x'", "object": "deal", "expected": "boolean"}
    good = small_shop.boss.post("/formulas/check", body).json
    assert (good["valid"], good["type"], good["reads"]) == (True, "boolean", ["amount", "company.name"])
    hidden = small_shop.seller.post("/formulas/check", {"formula": "cost > 5", "object": "deal"}).json
    assert not hidden["valid"]
    assert hidden["diagnostics"][0]["code"]
    bad = small_shop.boss.post("/formulas/check", {"formula": "", "objekt": "deal", "expected": "number!"})
    assert bad.status_code == 422
    assert {e["field"] for e in bad.json["errors"]} == {"formula", "objekt", "object", "expected"}
