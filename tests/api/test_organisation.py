"""The organisation over the API: the tree by right, moving and dissolving."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Caller, Shop


def tree(caller: Caller, **query: Any) -> Any:
    answer = caller.get("/organisation", **query)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_the_tree_is_moved_and_dissolved(shop: Shop) -> None:
    boss = shop.boss
    top = boss.create("department", name="Top", company=True)["id"]
    left, right = (boss.create("department", name=n, above=top)["id"] for n in ("Left", "Right"))
    boss.patch(f"/records/user/{boss.get('/records/user').json['records'][0]['id']}", {"department": left})
    moved = boss.post(f"/organisation/departments/{right}/move", {"above": left})
    assert moved.status_code == 200, moved.text
    (found,) = [d for d in tree(boss)["departments"] if d["id"] == top]
    assert found["departments"][0]["departments"][0]["id"] == right
    circle = boss.post(f"/organisation/departments/{left}/move", {"above": right})
    assert (circle.status_code, circle.json["errors"][0]["code"]) == (422, "circle")
    assert boss.post(f"/organisation/departments/{left}/move", {}).status_code == 400
    done = boss.post(f"/organisation/departments/{left}/dissolve", {"into": top})
    assert done.json == {"people": 1, "departments": 1}
    assert boss.get("/organisation", as_of="yesterday").status_code == 400
    assert tree(boss, as_of="2001-01-01") == {"as_of": "2001-01-01", "departments": [], "people": []}


def test_who_may_not_write_departments_moves_none(shop: Shop) -> None:
    one = shop.boss.create("department", name="One")["id"]
    two = shop.boss.create("department", name="Two")["id"]
    assert {d["id"] for d in tree(shop.seller)["departments"]} >= {one, two}
    assert shop.seller.post(f"/organisation/departments/{one}/move", {"above": two}).status_code == 403
    assert shop.seller.post(f"/organisation/departments/{one}/dissolve", {"into": two}).status_code == 403
