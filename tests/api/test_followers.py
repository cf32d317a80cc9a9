"""Following records over the API."""

from __future__ import annotations

from tests.api.conftest import Shop


def test_a_record_is_followed_listed_and_left_over_the_api(shop: Shop) -> None:
    deal = shop.boss.post("/records/deal", {"name": "Press"}).json["id"]
    address = f"/records/deal/{deal}"
    assert shop.boss.get(f"{address}/following").json == {"following": True, "reason": "created", "count": 1}
    assert shop.boss.send("DELETE", f"{address}/following").json["following"] is False
    assert shop.boss.get(f"{address}/followers").json == {"followers": [], "next": None}
    assert shop.boss.send("PUT", f"{address}/following").json == {"following": True, "reason": "asked", "count": 1}
    (follower,) = shop.boss.get(f"{address}/followers").json["followers"]
    assert follower["reason"] == "asked"
    assert shop.boss.get("/records/deal", where="id in user.followed").json["records"][0]["id"] == deal
    company = shop.boss.post("/records/company", {"name": "Acme"}).json["id"]
    assert shop.boss.get(f"/records/deal/{company}/followers").status_code == 404
    assert shop.boss.send("PUT", "/records/deal/nonsense/following").status_code == 404
