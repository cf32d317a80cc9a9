"""Choosing records: suggestions, dialogs, people by department, records made on the spot; each within one's rights."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from jimu.fieldtypes.ids import decode_id, encode_id
from tests.web.site import Site, Visitor, form_on


def texts(visitor: Visitor, path: str) -> list[str]:
    return [option["text"] for option in visitor.get(path).get_json()["options"]]


def test_suggestions_tell_records_apart_by_a_second_line(ada: Visitor) -> None:
    (option,) = ada.get("/o/thing/choose/maker?q=acme").get_json()["options"]
    assert (option["text"], option["hint"]) == ("Acme", "Paris · Ada")


def test_what_one_changed_last_is_offered_first(site: Site, ada: Visitor) -> None:
    for n in range(25):
        site.create("maker", name=f"Later {n:02}")
    made = ada.fill("/o/maker/new", {"name": "Mine"})
    assert made.status_code == 303
    site.create("maker", name="Latest of all")
    offered = texts(ada, "/o/thing/choose/maker")
    assert offered[0] == "Mine"
    assert "Latest of all" in offered
    assert len(offered) == 20


def test_nobody_is_offered_what_they_may_not_read(site: Site) -> None:
    nil = site.visitor("nil@example.com")
    for path in ("", "/search", "/people"):
        answer = nil.get(f"/o/thing/choose/maker{path}")
        assert answer.status_code == 404 or "Acme" not in answer.text


def test_the_dialog_shows_columns_and_finds_and_offers_to_make_one_only_to_those_who_may(
    ada: Visitor, bob: Visitor
) -> None:
    page = ada.get("/o/thing/choose/maker/search").text
    assert 'data-quick="/o/maker/quick"' in page
    assert "City" in page
    assert "data-quick" not in bob.get("/o/thing/choose/maker/search").text
    rows = ada.get("/o/thing/choose/maker/search?rows=1&q=glob").text
    assert "Globex" in rows
    assert "Acme" not in rows
    assert "<table" not in rows


def test_a_record_is_made_on_the_spot_with_the_same_rules(site: Site, ada: Visitor) -> None:
    form: dict[str, Any] = form_on(ada.get("/o/maker/quick?title=Initech").text, "/o/maker/quick")
    assert form["name"] == ["Initech"]
    assert "city" in form
    refused = ada.client.post("/o/maker/quick", data=form | {"name": "", "city": "Oslo"})
    assert refused.status_code == 422
    assert "q-maker-name-errors" in refused.text
    assert 'value="Oslo"' in refused.text
    made = ada.client.post("/o/maker/quick", data=form).get_json()
    assert made["text"] == "Initech"
    assert site.record("maker", decode_id(made["value"])).title == "Initech"


def test_who_may_not_make_one_is_neither_offered_it_nor_obeyed(bob: Visitor) -> None:
    assert 'quick="/o/maker/quick"' not in bob.get("/o/thing/new").text
    assert bob.get("/o/maker/quick").status_code == 403
    answer = bob.client.post("/o/maker/quick", data={"csrf_token": bob.token, "name": "X"})
    assert answer.status_code == 403


def test_people_are_found_by_department_and_those_who_left_are_not_offered(site: Site, ada: Visitor) -> None:
    head = site.create("department", name="Sales")
    part = site.create("department", name="Sales North", above=head)
    for name, values in (
        ("Carla", {"department": part}),
        ("Dieter", {"department": head}),
        ("Gone", {"department": part, "active": False}),
    ):
        site.create("user", name=name, email=f"{name.lower()}@example.com", **values)
    page = ada.get("/o/thing/choose/owner/people").text
    assert "Sales North" in page
    assert "Gone" not in page
    inside = ada.get(f"/o/thing/choose/owner/people?rows=1&department={encode_id(head)}").text
    assert "Carla" in inside
    assert "Dieter" in inside
    assert "Ada" not in inside
    assert "Dieter" not in ada.get(f"/o/thing/choose/owner/people?rows=1&department={encode_id(part)}").text
    assert "Carla" in ada.get("/o/thing/choose/owner/people?rows=1&q=carla@example.com").text
    assert "Gone" not in texts(ada, "/o/thing/choose/owner?q=gone")
    assert ada.get("/o/thing/choose/owner/people?department=nonsense").status_code == 200


def test_people_are_found_by_the_pinyin_of_their_names(site: Site, ada: Visitor) -> None:
    site.create("user", name="王小明", email="somebody@example.com")
    for text in ("wangxiaoming", "wxm", "小明"):
        assert texts(ada, f"/o/thing/choose/owner?q={text}") == ["王小明"], text


def test_an_any_lookup_is_looked_through_by_kind_of_record(ada: Visitor) -> None:
    page = ada.get("/o/thing/choose/about/search").text
    assert "<select" in page
    assert "Acme" in ada.get("/o/thing/choose/about/search?of=maker&q=acme").text
    assert texts(ada, "/o/thing/choose/about?of=maker&q=acme") == ["Acme"]


def test_a_lookup_to_several_objects_offers_the_kinds_that_one_may_read(site: Site, ada: Visitor) -> None:
    kit = site.create("kit", name="Toolbox")
    page = ada.get("/o/thing/new").text
    found = re.search(r'<jm-choose src="/o/thing/choose/about"[^>]* kinds="([^"]*)"', page)
    assert found
    kinds = {name: quick for name, _, quick in json.loads(html.unescape(found[1]))}
    assert kinds["maker"] == "/o/maker/quick"
    assert "user" not in kinds, "objects of the engine are not meant"
    assert " kinds=" not in re.search(r'<jm-choose src="/o/thing/choose/maker"[^>]*', page)[0]  # type: ignore[index]
    options = ada.get("/o/thing/choose/about?of=kit&q=tool").get_json()["options"]
    assert [o["value"] for o in options] == [encode_id(kit)]
    assert ada.get("/o/thing/choose/about?of=maker&q=tool").get_json()["options"] == []
    assert ada.get("/o/thing/choose/about?of=user&q=ada").get_json()["options"] == [], "nor by asking for them"
    fields = ada.get("/o/thing/fields?for=filter").get_json()["fields"]
    about = next(f for f in fields if f["path"] == "about")
    assert {name for name, *_ in about["kinds"]} == kinds.keys()
