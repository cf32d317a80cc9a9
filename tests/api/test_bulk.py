"""Many rows in one request, and requests that are sent twice."""

from __future__ import annotations

import orjson

from tests.api.conftest import Shop


def test_all_rows_are_created_and_each_has_its_result(shop: Shop) -> None:
    answer = shop.boss.post("/records/deal/bulk", [{"name": f"D{i}", "amount": i} for i in range(30)])
    assert answer.status_code == 200
    body = answer.json
    assert (body["committed"], body["rows"], body["totals"]) == (True, 30, {"created": 30})
    assert [r["row"] for r in body["results"]] == list(range(30))
    one = shop.boss.get(f"/records/deal/{body['results'][7]['id']}").json
    assert (one["name"], one["amount"]) == ("D7", "7.00")


def test_one_bad_row_stops_an_atomic_batch_and_every_bad_row_is_told(shop: Shop) -> None:
    rows = [
        {"name": "good"},
        {"name": "bad", "amount": "x"},
        {"amount": 5},
        {"name": "also bad", "stage": "nope"},
        "text",
    ]
    answer = shop.boss.post("/records/deal/bulk", rows)
    assert answer.status_code == 422
    failed = {r["row"]: r["error"] for r in answer.json["results"] if r["status"] == "failed"}
    assert set(failed) == {1, 2, 3, 4}
    assert failed[1]["errors"][0]["field"] == "amount"
    assert failed[2]["errors"][0]["code"] == "required"
    assert not answer.json["committed"]
    assert shop.boss.get("/records/deal").json["records"] == []


def test_best_effort_keeps_the_good_rows(shop: Shop) -> None:
    rows = [{"name": "good"}, {"name": "bad", "amount": "x"}, {"amount": 5}, {"name": "good too"}]
    answer = shop.boss.post("/records/deal/bulk", rows, mode="best_effort")
    assert (answer.status_code, answer.json["totals"]) == (200, {"created": 2, "failed": 2})
    assert [r["status"] for r in answer.json["results"]] == ["created", "failed", "failed", "created"]
    assert {r["name"] for r in shop.boss.get("/records/deal").json["records"]} == {"good", "good too"}


def test_rows_may_change_delete_and_upsert(shop: Shop) -> None:
    one, two = shop.boss.create("deal", name="One", code="A"), shop.boss.create("deal", name="Two", code="B")
    rows = [
        {"op": "update", "id": one["id"], "version": 1, "values": {"name": "Uno"}},
        {"op": "delete", "id": two["id"]},
        {"op": "create", "name": "Three", "code": "C"},
    ]
    answer = shop.boss.post("/records/deal/bulk", rows, answer="records")
    assert [r["status"] for r in answer.json["results"]] == ["updated", "deleted", "created"]
    assert answer.json["results"][0]["record"]["name"] == "Uno"
    upserts = [{"code": "C", "name": "Tres"}, {"code": "D", "name": "Four"}]
    again = shop.boss.post("/records/deal/bulk", upserts, op="upsert", key="code")
    assert again.json["totals"] == {"updated": 1, "created": 1}
    assert shop.boss.post("/records/deal/bulk", upserts, op="upsert").status_code == 422


def test_json_lines_are_rows_too(shop: Shop) -> None:
    lines = b"\n".join(orjson.dumps({"name": f"D{i}"}) for i in range(3)) + b"\n\n"
    headers = {"Content-Type": "application/x-ndjson"}
    answer = shop.boss.send("POST", "/records/deal/bulk", data=lines, headers=headers)
    assert answer.json["totals"] == {"created": 3}
    broken = shop.boss.send("POST", "/records/deal/bulk", data=b'{"name": "a"}\n{"name"\n', headers=headers)
    assert (broken.status_code, "line 2" in broken.text) == (400, True)


def test_the_same_write_sent_twice_under_one_key_is_done_once(shop: Shop) -> None:
    key = {"Idempotency-Key": "order-17"}
    first = shop.boss.post("/records/deal", {"name": "One"}, headers=key)
    second = shop.boss.post("/records/deal", {"name": "One"}, headers=key)
    assert first.status_code == second.status_code == 201
    assert first.data == second.data
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.headers["Location"] == second.headers["Location"]
    assert len(shop.boss.get("/records/deal").json["records"]) == 1
    other = shop.boss.post("/records/deal", {"name": "Two"}, headers=key)
    assert (other.status_code, other.json["code"]) == (409, "conflict")
    assert shop.seller.post("/records/deal", {"name": "Two"}, headers=key).status_code == 201


def test_a_failed_write_may_be_sent_again_under_its_key(shop: Shop) -> None:
    key = {"Idempotency-Key": "k"}
    assert shop.boss.post("/records/deal", {"name": ""}, headers=key).status_code == 422
    assert shop.boss.post("/records/deal", {"name": "One"}, headers=key).status_code == 201
    assert shop.boss.post("/records/deal", {"name": "x"}, headers={"Idempotency-Key": " "}).status_code == 400


def test_bulk_and_deletion_are_idempotent_as_well(shop: Shop) -> None:
    key = {"Idempotency-Key": "bulk-1"}
    for _ in range(2):
        answer = shop.boss.post("/records/deal/bulk", [{"name": "A"}, {"name": "B"}], headers=key)
        assert answer.json["totals"] == {"created": 2}
    ids = [r["id"] for r in shop.boss.get("/records/deal").json["records"]]
    assert len(ids) == 2
    for _ in range(2):
        assert shop.boss.delete(f"/records/deal/{ids[0]}", headers={"Idempotency-Key": "del"}).status_code == 204
