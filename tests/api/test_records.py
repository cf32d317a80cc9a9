"""Reading and writing single records and lists, through HTTP."""

from __future__ import annotations

from tests.api.conftest import Shop


def test_a_record_comes_back_as_it_was_written_in_the_forms_of_json(shop: Shop) -> None:
    company = shop.boss.create("company", name="Acme", phone="138 0013 8000", site={"country": "CN", "city": "深圳"})
    assert company["phone"] == "+8613800138000"
    assert company["site"] == {
        "country": "CN",
        "region": None,
        "city": "深圳",
        "district": None,
        "street": None,
        "postcode": None,
    }
    assert "site_city" not in company
    deal = shop.boss.create(
        "deal",
        name="  Big deal ",
        company=company["id"],
        amount=1054,
        amount_currency="EUR",
        cost="0.1",
        close_on="2026-12-31",
        starts="2026-12-31T22:30:00+08:00",
        took="1h 30m",
        urgent=False,
        notes="<p>Hi<script>x</script></p>",
        tags=["a", "A", "b"],
        extra={"a": [1, 2.5]},
        pin="1234",
        friends=[company["id"]],
    )
    expected = {
        "object": "deal",
        "version": 1,
        "title": "Big deal",
        "name": "Big deal",
        "company": company["id"],
        "amount": "1054.00",
        "amount_currency": "EUR",
        "cost": "0.10",
        "close_on": "2026-12-31",
        "starts": "2026-12-31T14:30:00Z",
        "took": 5400,
        "urgent": False,
        "notes": "<p>Hi</p>",
        "tags": ["a", "b"],
        "extra": {"a": [1, 2.5]},
        "pin": "••••••••",
        "friends": [company["id"]],
        "margin": "1053.90",
        "stage": "open",
        "code": None,
    }
    assert {k: deal[k] for k in expected} == expected
    assert shop.boss.get(f"/records/deal/{deal['id']}").json == deal
    # Euros have no sum in the dollars of the roll-up, which does not say that they are to be converted.
    assert shop.boss.get(f"/records/company/{company['id']}").json["deals"] is None


def test_creating_answers_with_its_address_and_etag(shop: Shop) -> None:
    answer = shop.boss.post("/records/company", {"name": "Acme"})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/records/company/{answer.json['id']}"
    read = shop.boss.get(f"/records/company/{answer.json['id']}")
    assert read.headers["ETag"] == answer.headers["ETag"]


def test_all_problems_of_a_write_are_told_at_once(shop: Shop) -> None:
    answer = shop.boss.post("/records/deal", {"amount": "abc", "stage": "won", "colse_on": "2026-01-01", "margin": 5})
    assert answer.status_code == 422
    body = answer.json
    assert body["code"] == "invalid"
    found = {(e["field"], e["code"]) for e in body["errors"]}
    assert ("amount", "not_a_number") in found
    assert ("colse_on", "unknown_field") in found
    assert ("margin", "read_only") in found
    assert ("name", "required") in found
    assert "Did you mean close_on?" in answer.text


def test_a_change_touches_only_what_it_names(shop: Shop) -> None:
    deal = shop.boss.create("deal", name="One", amount="5.00")
    answer = shop.boss.patch(f"/records/deal/{deal['id']}", {"amount": "7"})
    assert answer.status_code == 200
    assert (answer.json["name"], answer.json["amount"], answer.json["version"]) == ("One", "7.00", 2)


def test_a_change_on_an_older_version_is_refused_and_shows_what_is_there_now(shop: Shop) -> None:
    deal = shop.boss.create("deal", name="One", amount="5.00")
    address = f"/records/deal/{deal['id']}"
    tag = shop.boss.get(address).headers["ETag"]
    assert shop.boss.patch(address, {"amount": "7"}, headers={"If-Match": tag}).status_code == 200
    late = shop.boss.patch(address, {"amount": "9"}, headers={"If-Match": tag})
    assert (late.status_code, late.json["code"]) == (412, "stale_version")
    assert late.json["details"]["version"] == 2
    assert late.json["details"]["current"]["amount"] == "7.00"
    by_body = shop.boss.patch(address, {"amount": "9", "version": 1})
    assert (by_body.status_code, by_body.json["code"]) == (409, "stale_version")
    assert shop.boss.patch(address, {"amount": "9", "version": 2}).status_code == 200
    assert shop.boss.patch(address, {"amount": "9"}, headers={"If-Match": "nonsense"}).status_code == 400


def test_what_the_asker_has_is_not_sent_again(shop: Shop) -> None:
    company = shop.boss.create("company", name="Acme")
    address = f"/records/company/{company['id']}"
    tag = shop.boss.get(address).headers["ETag"]
    again = shop.boss.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    shop.boss.create("deal", name="D", company=company["id"], amount=5)
    assert shop.boss.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_deleting_puts_into_the_recycle_bin_and_restoring_takes_out(shop: Shop) -> None:
    deal = shop.boss.create("deal", name="One")
    address = f"/records/deal/{deal['id']}"
    assert shop.boss.delete(address).status_code == 204
    assert shop.boss.get(address).status_code == 404
    assert shop.boss.get(address, deleted="any").status_code == 200
    assert [r["id"] for r in shop.boss.get("/records/deal", deleted="deleted").json["records"]] == [deal["id"]]
    restored = shop.boss.post(f"{address}/restore")
    assert restored.status_code == 200
    assert shop.boss.get(address).status_code == 200
    assert shop.boss.delete(address, purge="true").status_code == 204
    assert shop.boss.get(address, deleted="any").status_code == 404


def test_lists_filter_sort_page_and_count(shop: Shop) -> None:
    for i in range(7):
        shop.boss.create("deal", name=f"Deal {i}", amount=i, stage="open" if i % 2 else "lost")
    first = shop.boss.get("/records/deal", where="amount >= 1", order="-amount", limit=4, count="exact").json
    assert [r["name"] for r in first["records"]] == ["Deal 6", "Deal 5", "Deal 4", "Deal 3"]
    assert first["count"] == {"value": 6, "exact": True}
    second = shop.boss.get("/records/deal", where="amount >= 1", order="-amount", limit=4, after=first["next"]).json
    assert [r["name"] for r in second["records"]] == ["Deal 2", "Deal 1"]
    assert second["next"] is None
    assert second["count"] is None


def test_fields_and_expand_say_what_comes_along(shop: Shop) -> None:
    company = shop.boss.create("company", name="Acme")
    deal = shop.boss.create("deal", name="One", company=company["id"], amount=5)
    listed = shop.boss.get("/records/deal", fields="name,company", expand="company").json["records"][0]
    assert set(listed) == {"id", "object", "version", "title", "name", "company", "expanded"}
    assert listed["expanded"]["company"]["name"] == "Acme"
    one = shop.boss.get(f"/records/deal/{deal['id']}", fields="amount").json
    assert one["amount"] == "5.00"
    assert "name" not in one


def test_a_bad_list_question_is_refused_with_every_reason(shop: Shop) -> None:
    answer = shop.boss.get("/records/deal", where="amout > 5", order="nmae", fields="nope", limit="10")
    assert answer.status_code == 400
    assert {e["field"] for e in answer.json["errors"]} >= {"where", "order", "fields"}
    assert shop.boss.get("/records/deal", after="nonsense").status_code == 400


def test_sums_are_grouped_and_exact(shop: Shop) -> None:
    company = shop.boss.create("company", name="Acme")
    for stage, amount in (("open", "0.10"), ("open", "0.20"), ("lost", "5")):
        shop.boss.create("deal", name="D", stage=stage, amount=amount, company=company["id"])
    answer = shop.boss.get(
        "/records/deal/aggregate", group="stage", measures="sum(amount), count()", order="stage"
    ).json
    assert answer["rows"] == [
        {"stage": "lost", "sum_amount": "5.00", "count": 1, "sum_amount_per_currency": {"USD": "5.00"}},
        {"stage": "open", "sum_amount": "0.30", "count": 2, "sum_amount_per_currency": {"USD": "0.30"}},
    ]
    by_company = shop.boss.get("/records/deal/aggregate", group="company as firm", measures="sum(amount) as total").json
    assert by_company["rows"] == [{"firm": company["id"], "total": "5.30", "total_per_currency": {"USD": "5.30"}}]
    assert by_company["titles"] == {company["id"]: "Acme"}
    only = shop.boss.get("/records/deal/aggregate", measures="sum(amount)", where="stage=='open'").json
    assert only["rows"] == [{"sum_amount": "0.30", "sum_amount_per_currency": {"USD": "0.30"}}]


def test_history_tells_who_changed_what(shop: Shop) -> None:
    deal = shop.boss.create("deal", name="One", amount=5, pin="secret")
    shop.boss.patch(
        f"/records/deal/{deal['id']}", {"amount": 7, "company": shop.boss.create("company", name="A")["id"]}
    )
    items = shop.boss.get(f"/records/deal/{deal['id']}/history").json["items"]
    assert [i["action"] for i in items] == ["update", "create"]
    assert items[0]["via"] == "api"
    amount = next(c for c in items[0]["changes"] if c["field"] == "amount")
    assert (amount["before"], amount["after"]) == ("5.00", "7.00")
    company = next(c for c in items[0]["changes"] if c["field"] == "company")
    assert len(company["after"]) == 13
    assert "secret" not in shop.boss.get(f"/records/deal/{deal['id']}/history").text.replace('"secret"', "")


def test_related_records_are_listed_by_the_field_that_points_here(shop: Shop) -> None:
    company = shop.boss.create("company", name="Acme")
    deal = shop.boss.create("deal", name="One", company=company["id"])
    shop.boss.create("deal", name="Two")
    address = f"/records/company/{company['id']}/related"
    assert [r["id"] for r in shop.boss.get(f"{address}/deal.company").json["records"]] == [deal["id"]]
    assert [r["id"] for r in shop.boss.get(f"{address}/company").json["records"]] == [deal["id"]]
    assert shop.boss.get(f"{address}/nothing").status_code == 404


def test_search_finds_in_all_objects(shop: Shop) -> None:
    company = shop.boss.create("company", name="深圳积木科技")
    shop.boss.create("deal", name="积木 licence")
    found = shop.boss.get("/search", q="积木").json["results"]
    assert {r["object"] for r in found} == {"company", "deal"}
    only = shop.boss.get("/search", q="积木", objects="company").json["results"]
    assert [r["id"] for r in only] == [company["id"]]
    assert only[0]["matched"] == {}, "the title says it"
    shop.boss.create("company", name="Acme", phone="+8613800138000")
    [by_phone] = shop.boss.get("/search", q="138001380").json["results"]
    assert by_phone["matched"] == {"phone": "+8613800138000"}
    assert shop.boss.get("/search", q="x", objects="nope").status_code == 400
    assert shop.boss.get("/search").status_code == 400
