"""Bulk actions, imports and hand-overs over the API."""

from __future__ import annotations

import io

from tests.api.conftest import Shop


def names(shop: Shop) -> list[str]:
    return sorted(r["name"] for r in shop.boss.get("/records/deal", limit=100).json["records"])


def test_many_records_are_changed_by_a_condition_followed_and_put_back(shop: Shop) -> None:
    shop.boss.post("/records/deal/bulk", [{"name": f"D{i}", "amount": i} for i in range(5)])
    asked = {"object": "deal", "where": "amount >= 2", "values": {"stage": "lost"}}
    foreseen = shop.boss.post("/units/foresee", asked)
    assert foreseen.json["changed"] == 3, foreseen.text
    run = shop.boss.post("/units", asked).json
    assert (run["state"], run["changed"], run["can_undo"]) == ("done", 3, True)
    assert shop.boss.get(f"/units/{run['id']}/conflicts").json["conflicts"] == 0
    back = shop.boss.post(f"/units/{run['id']}/undo", {}).json
    assert (back["state"], back["changed"], back["undoes"]) == ("done", 3, run["id"])
    assert shop.boss.post("/units", {"object": "deal", "values": {"stage": "won"}}).status_code == 400
    assert shop.seller.get(f"/units/{run['id']}").status_code == 404


def test_a_file_is_imported_step_by_step(shop: Shop) -> None:
    text = b"title,amount\nA,1\nB,x\n"
    part = {"file": (io.BytesIO(text), "deals.csv")}
    sent = shop.boss.send("POST", "/imports", query={"object": "deal"}, data=part, content_type="multipart/form-data")
    assert sent.status_code == 201, sent.text
    address = f"/imports/{sent.json['id']}"
    mapped = shop.boss.send("PUT", f"{address}/mapping", json={"columns": {"title": "name", "amount": "amount"}})
    assert mapped.status_code == 200, mapped.text
    checked = shop.boss.post(f"{address}/check", {}).json
    assert (checked["state"], checked["forecast"]["counts"]) == ("checked", {"created": 1, "failed": 1})
    (row,) = shop.boss.get(f"{address}/rows", action="failed").json["rows"]
    assert (row["row"], row["problems"][0]["column"]) == (3, "amount")
    assert shop.boss.post(f"{address}/run", {}).status_code == 202
    shop.runtime.build_worker().drain()
    done = shop.boss.get(address).json["unit"]
    assert (done["state"], done["created"], done["failures"]) == ("done", 1, 1)
    assert names(shop) == ["A"]
    assert "failed" in shop.boss.get(f"{address}/result").text
