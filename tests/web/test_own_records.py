"""What people have at hand: favourites, recently viewed records, notifications, and the home page made of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jimu.access import SYSTEM
from jimu.fieldtypes.ids import encode_id
from jimu.records import read, write
from jimu.records.commands import Create, Delete, Update
from jimu.records.requests import ListRequest
from jimu.storage import counted
from jimu.web.pages import own_records
from tests.web.site import Site, Visitor, url


def _post(visitor: Visitor, path: str, **data: str) -> int:
    headers = {"X-Requested-With": "fetch"}
    return visitor.client.post(path, data={"csrf_token": visitor.token, **data}, headers=headers).status_code


def _at_hand(visitor: Visitor) -> dict[str, list[str]]:
    found = visitor.get("/at-hand").get_json()
    return {name: [item["title"] for item in items] for name, items in found.items()}


def test_a_star_keeps_a_record_and_takes_it_away_again(site: Site) -> None:
    site.user("Fay", "keeper")
    fay = site.visitor("fay@example.com")
    maker = encode_id(site.create("maker", name="Starred works", city="Rome"))
    assert fay.get(f"/favourites/{maker}").get_json() == {"is_favourite": False}
    assert _post(fay, f"/favourites/{maker}") == 200
    assert fay.get(f"/favourites/{maker}").get_json() == {"is_favourite": True}
    assert _at_hand(fay)["favourites"] == ["Starred works"]
    assert "Starred works" in fay.get("/").text
    assert _post(fay, f"/favourites/{maker}") == 200
    assert _at_hand(fay)["favourites"] == []
    assert _post(fay, f"/favourites/{maker}") == 200
    assert _at_hand(fay)["favourites"] == ["Starred works"]


def test_what_others_keep_and_see_is_theirs(site: Site) -> None:
    site.user("Gil", "keeper")
    gil, ada = site.visitor("gil@example.com"), site.visitor("ada@example.com")
    maker = site.create("maker", name="Private taste", city="Rome")
    _post(gil, f"/favourites/{encode_id(maker)}")
    _post(gil, "/recent", record=encode_id(maker))
    assert "Private taste" not in str(_at_hand(ada))
    assert _at_hand(gil) == {"favourites": ["Private taste"], "recent": ["Private taste"]}


def test_recent_records_come_latest_first_and_once(site: Site) -> None:
    site.user("Hal", "keeper")
    hal = site.visitor("hal@example.com")
    first, second = (site.create("maker", name=name, city="Oslo") for name in ("Earlier", "Later"))
    for id in (first, second, second):
        assert _post(hal, "/recent", record=encode_id(id)) == 204
    assert _at_hand(hal)["recent"] == ["Later", "Earlier"]
    request = ListRequest("recent_view", where="owner.name == 'Hal'")
    assert len(read.list_records(request, site.system).records) == 2


def test_a_full_list_of_recent_records_makes_room(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_records, "MOST_RECENT", 2)
    site.user("Ivy", "keeper")
    ivy = site.visitor("ivy@example.com")
    for name in ("One", "Two", "Three"):
        _post(ivy, "/recent", record=encode_id(site.create("maker", name=name, city="Oslo")))
    assert _at_hand(ivy)["recent"] == ["Three", "Two"]


def test_records_that_may_not_be_read_are_neither_noted_nor_starred(site: Site, ada: Visitor) -> None:
    nil = site.visitor("nil@example.com")
    maker = encode_id(site.create("maker", name="Unseen", city="Oslo"))
    assert _post(nil, "/recent", record=maker) == 204
    assert _post(nil, f"/favourites/{maker}") == 404
    assert _at_hand(nil) == {"favourites": [], "recent": []}


def test_what_was_deleted_is_no_longer_at_hand(site: Site, ada: Visitor) -> None:
    maker = site.create("maker", name="Soon gone", city="Oslo")
    _post(ada, f"/favourites/{encode_id(maker)}")
    _post(ada, "/recent", record=encode_id(maker))
    write.write(Delete("maker", maker), site.system)
    assert "Soon gone" not in str(_at_hand(ada))
    assert "Soon gone" not in ada.get("/").text


def test_what_may_no_longer_be_read_is_no_longer_at_hand_and_others_take_its_place(site: Site) -> None:
    helped = site.user("Lea", "helper")
    lea = site.visitor("lea@example.com")
    makers = [site.create("maker", name=f"Near {n}", city="Oslo") for n in range(own_records.SHOWN_RECENT + 1)]
    for id in makers:
        _post(lea, "/recent", record=encode_id(id))
    _post(lea, f"/favourites/{encode_id(makers[-1])}")
    assert _at_hand(lea)["favourites"] == ["Near 12"]
    assert len(_at_hand(lea)["recent"]) == own_records.SHOWN_RECENT
    write.write(Delete("maker", makers[-1]), site.system)
    assert _at_hand(lea) == {"favourites": [], "recent": [f"Near {n}" for n in range(11, -1, -1)]}
    write.write(Update("user", helped, {"roles": []}), site.system)
    assert _at_hand(lea) == {"favourites": [], "recent": []}


def test_what_is_at_hand_is_asked_in_few_queries_however_much_it_is(site: Site) -> None:
    site.user("Mio", "keeper")
    mio = site.visitor("mio@example.com")
    asked = []
    for count in (1, 8):
        for n in range(count):
            for object in ("maker", "thing", "kit"):
                _post(mio, "/recent", record=(id := encode_id(site.create(object, name=f"{object} {count} {n}"))))
                _post(mio, f"/favourites/{id}")
        mio.get("/at-hand")
        with counted() as meter:
            found = _at_hand(mio)
        asked.append(meter.queries)
    assert len(found["favourites"]) == 27
    assert asked[0] == asked[1] <= 7


def test_notifications_are_counted_shown_and_read(site: Site) -> None:
    jan = site.user("Jan", "keeper")
    visitor, other = site.visitor("jan@example.com"), site.visitor("ada@example.com")
    maker = site.create("maker", name="Noted works", city="Oslo")
    ids = [site.create("notification", subject=f"News {n}", record=maker, owner=jan) for n in (1, 2)]
    assert visitor.get("/notifications/count").get_json() == {"unread": 2}
    html = visitor.get("/notifications").text
    assert "News 1" in html
    assert url("maker", maker) in html
    assert "News" not in other.get("/notifications").text
    assert _post(other, "/notifications/read", id=encode_id(ids[0])) == 200
    assert visitor.get("/notifications/count").get_json() == {"unread": 2}
    assert _post(visitor, "/notifications/read", id=encode_id(ids[0])) == 200
    assert visitor.get("/notifications/count").get_json() == {"unread": 1}
    assert _post(visitor, "/notifications/read") == 200
    assert visitor.get("/notifications/count").get_json() == {"unread": 0}


def test_home_offers_what_the_roles_allow(site: Site, ada: Visitor) -> None:
    html = ada.get("/").text
    assert 'href="/o/thing/new"' in html
    assert "Ada" in html
    assert "Ask your administrator" in site.visitor("nil@example.com").get("/").text


def test_home_says_what_is_due_and_what_is_late(site: Site) -> None:
    kay = site.user("Kay", "keeper")
    today = site.runtime.clock().date()
    for subject, days, status in (("Call back", -1, "open"), ("Write offer", 3, "open"), ("Old matter", -2, "done")):
        write.write(
            Create(
                "activity", {"subject": subject, "due_on": today + timedelta(days=days), "status": status, "owner": kay}
            ),
            site.runtime.context(SYSTEM, via="cli"),
        )
    html = site.visitor("kay@example.com").get("/").text
    assert html.index("Call back") < html.index("Write offer")
    assert "Old matter" not in html
    assert html.count("is-late") == 1
