"""Lines of a record: edited with it, saved with it in one transaction, judged cell by cell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.records import read
from jimu.records.requests import ListRequest
from tests.web.site import Site, Visitor, form_on, url

FETCH = {"X-Requested-With": "fetch"}


def row(key: str, **values: Any) -> dict[str, Any]:
    return {"key": key, "values": {n: v if isinstance(v, list) else [v] for n, v in values.items()}, "base": {}}


def lines(*rows: dict[str, Any]) -> str:
    return json.dumps({"key": "part.kit", "rows": list(rows)})


def parts_of(site: Site, kit: int) -> list[dict[str, Any]]:
    page = read.related("kit", kit, "part", "kit", ListRequest("part", order=("place",)), site.system)
    return [dict(r.values) for r in page.records]


def new_kit(site: Site, ada: Visitor, *rows: dict[str, Any]) -> int:
    form = form_on(ada.get("/o/kit/new").text, "/o/kit/new") | {"name": ["Kit"], "_lines": [lines(*rows)]}
    answer = ada.client.post("/o/kit/new", data=form, headers=FETCH)
    assert answer.status_code == 200, answer.text
    return decode_id(answer.get_json()["go"].split("?")[0].rsplit("/", 1)[1])


def spec_of(html: str) -> dict[str, Any]:
    block = html.split('<script type="application/json">', 1)[1].split("</script>", 1)[0]
    found: dict[str, Any] = json.loads(block)
    return found


def changed(given: dict[str, Any], **values: str) -> dict[str, Any]:
    return given | {"values": given["values"] | {n: [v] for n, v in values.items()}}


def test_a_record_is_made_together_with_its_lines_in_their_order(site: Site, ada: Visitor) -> None:
    kit = new_kit(
        site,
        ada,
        row("a", name="Bolt", price="2.50", amount="4"),
        row("blank", name="", price=""),
        row("b", name="Nut", price="1"),
    )
    found = parts_of(site, kit)
    assert [(p["name"], p["amount"], p["place"]) for p in found] == [("Bolt", 4, 1), ("Nut", 1, 2)]
    assert site.record("kit", kit).values["worth"] == 11


def test_lines_are_changed_added_moved_and_deleted_with_the_record(site: Site, ada: Visitor) -> None:
    kit = new_kit(site, ada, *(row(n, name=n, price="1") for n in ("one", "two", "three")))
    action = url("kit", kit, "/edit")
    page = ada.get(action).text
    one, two, three = spec_of(page)["rows"]
    form = form_on(page, action) | {
        "notes": ["changed too"],
        "_lines": [lines(three, changed(one, amount="5"), two | {"deleted": True}, row("n", name="four", price="3"))],
    }
    assert ada.client.post(action, data=form, headers=FETCH).status_code == 200
    assert [(p["name"], p["amount"], p["place"]) for p in parts_of(site, kit)] == [
        ("three", 1, 1),
        ("one", 5, 2),
        ("four", 1, 3),
    ]
    assert site.record("kit", kit).values["notes"] == "changed too"


def test_one_wrong_cell_and_nothing_is_saved_and_every_problem_is_told(site: Site, ada: Visitor) -> None:
    kit = new_kit(site, ada, row("a", name="Bolt", price="1"))
    action = url("kit", kit, "/edit")
    page = ada.get(action).text
    (one,) = spec_of(page)["rows"]
    wrong = [changed(one, amount="0"), row("n", name="", price="5"), row("m", name="x", price="much")]
    form = form_on(page, action) | {"name": [""], "notes": ["typed"], "_lines": [lines(*wrong)]}
    answer = ada.client.post(action, data=form, headers=FETCH)
    assert answer.status_code == 422
    told = answer.get_json()
    assert {(p["row"], p["name"]) for p in told["rows"]} == {(one["key"], "amount"), ("n", "name"), ("m", "price")}
    assert "f-name" in {p["id"] for p in told["problems"]}
    assert parts_of(site, kit)[0]["amount"] == 1
    assert site.record("kit", kit).values["notes"] is None
    again = ada.client.post(action, data=form)
    assert again.status_code == 422
    assert spec_of(again.text)["typed"][2]["values"]["price"] == ["much"]
    assert len(spec_of(again.text)["problems"]) == 3


def test_a_line_that_somebody_changed_meanwhile_is_told_as_it_is_now(site: Site, ada: Visitor) -> None:
    kit = new_kit(site, ada, row("a", name="Bolt", price="1"))
    action = url("kit", kit, "/edit")
    page = ada.get(action).text
    (one,) = spec_of(page)["rows"]
    site.update("part", decode_id(one["id"]), amount=9)
    form = form_on(page, action) | {"_lines": [lines(changed(one, amount="5"))]}
    (problem,) = ada.client.post(action, data=form, headers=FETCH).get_json()["rows"]
    assert problem["now"]["values"]["amount"] == ["9"]
    assert parts_of(site, kit)[0]["amount"] == 9
    mine = changed(one, amount="5") | {"version": problem["now"]["version"], "base": problem["now"]["values"]}
    form["_lines"] = [lines(mine)]
    assert ada.client.post(action, data=form, headers=FETCH).status_code == 200
    assert parts_of(site, kit)[0]["amount"] == 5


def test_totals_formulas_and_roll_ups_are_told_while_one_types(site: Site, ada: Visitor) -> None:
    kit = new_kit(site, ada, row("a", name="Bolt", price="2", amount="3"))
    action = url("kit", kit, "/edit")
    page = ada.get(action).text
    (one,) = spec_of(page)["rows"]
    form = form_on(page, action) | {"_lines": [lines(changed(one, amount="10"), row("n", name="Nut", price="1,000"))]}
    state = ada.client.post(url("kit", kit, "/state"), data=form).get_json()
    grid = state["lines"]["part.kit"]
    assert "20.00" in grid["rows"][one["key"]]["texts"]["total"]
    assert "1,020.00" in grid["totals"]["total"]
    assert "1,020.00" in state["fields"]["worth"]["text"]
    assert state["fields"]["parts"]["text"] == "2"
    assert state["fields"]["dear"]["text"] == "Yes"
    assert state["fields"]["reason"]["visible"]
    assert parts_of(site, kit)[0]["amount"] == 3


def test_lines_of_a_new_record_are_added_up_too(ada: Visitor) -> None:
    form = form_on(ada.get("/o/kit/new").text, "/o/kit/new") | {
        "_lines": [lines(row("n", name="Nut", price="600"), row("m", name="Bolt", price="500"), row("x", name="Odd"))]
    }
    state = ada.client.post("/o/kit/state", data=form).get_json()
    assert "1,100.00" in state["fields"]["worth"]["text"]
    assert set(state["lines"]["part.kit"]["rows"]["x"]["problems"]) == {"price"}


def test_references_out_of_a_spreadsheet_are_found_by_their_titles(site: Site, ada: Visitor) -> None:
    site.create("maker", name="Twin")
    site.create("maker", name="Twin")
    rows = [
        row("a", name="Bolt", price="1") | {"find": {"maker": "Globex"}},
        row("b", name="Nut", price="1") | {"find": {"maker": "Nobody Ltd"}},
        row("c", name="Pin", price="1") | {"find": {"maker": "Twin"}},
    ]
    form = form_on(ada.get("/o/kit/new").text, "/o/kit/new") | {"name": ["Pasted"], "_lines": [lines(*rows)]}
    state = ada.client.post("/o/kit/state", data=form).get_json()["lines"]["part.kit"]["rows"]
    assert state["a"]["found"] == {"maker": [encode_id(site.makers["Globex"])]}
    assert "Nobody Ltd" in state["b"]["problems"]["maker"]
    assert "Several" in state["c"]["problems"]["maker"]
    refused = ada.client.post("/o/kit/new", data=form, headers=FETCH)
    assert {p["row"] for p in refused.get_json()["rows"]} == {"b", "c"}


def test_a_grid_on_the_records_page_is_saved_by_itself(site: Site, ada: Visitor) -> None:
    kit = new_kit(site, ada, row("a", name="Bolt", price="1"))
    path = url("kit", kit, "/lines/part.kit")
    (one,) = spec_of(ada.get(path).text)["rows"]
    data = {"csrf_token": ada.token, "_lines": lines(changed(one, amount="2"), row("n", name="Nut", price="1"))}
    assert ada.client.post(path, data=data, headers=FETCH).get_json() == {"saved": 2}
    assert len(parts_of(site, kit)) == 2
    state = ada.client.post(f"{path}/state", data=data)
    assert state.status_code == 200


def test_columns_one_may_not_see_or_change_are_not_there_and_rights_are_kept(
    site: Site, ada: Visitor, bob: Visitor
) -> None:
    kit = new_kit(site, ada, row("a", name="Bolt", price="777"))
    action = url("kit", kit, "/edit")
    page = bob.get(action).text
    assert "777" not in page
    spec = spec_of(page)
    assert "price" not in {c["name"] for c in spec["columns"]}
    assert spec["can"] == {"create": True, "update": True, "delete": False}
    (one,) = spec["rows"]
    form = form_on(page, action) | {"_lines": [lines(changed(one, price="1", name="Renamed") | {"deleted": False})]}
    assert bob.client.post(action, data=form, headers=FETCH).status_code == 200
    (part,) = parts_of(site, kit)
    assert (part["name"], part["price"]) == ("Renamed", 777)
    form["_lines"] = [lines(one | {"deleted": True})]
    bob.client.post(action, data=form, headers=FETCH)
    assert len(parts_of(site, kit)) == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"key": "part.kit", "rows": [{"id": "!!"}]}', '{"key": "nope"}'])
def test_lines_that_are_none_break_nothing(ada: Visitor, text: str) -> None:
    form = form_on(ada.get("/o/kit/new").text, "/o/kit/new") | {"name": ["Odd"], "_lines": [text]}
    assert ada.client.post("/o/kit/new", data=form, headers=FETCH).status_code in (200, 400)


def test_lines_go_along_through_the_choice_of_a_record_changed_meanwhile(site: Site, ada: Visitor) -> None:
    kit = new_kit(site, ada, row("a", name="Bolt", price="1"))
    action = url("kit", kit, "/edit")
    page = ada.get(action).text
    (one,) = spec_of(page)["rows"]
    site.update("kit", kit, notes="theirs")
    form = form_on(page, action) | {"notes": ["mine"], "_lines": [lines(changed(one, amount="7"))]}
    assert ada.client.post(action, data=form, headers=FETCH).status_code == 409
    choice = ada.client.post(action, data=form)
    assert choice.status_code == 409
    assert "<ins>7</ins>" in choice.text
    merge = form_on(choice.text, action) | {"_choose_notes": ["mine"]}
    assert ada.client.post(action, data=merge).status_code == 303
    assert parts_of(site, kit)[0]["amount"] == 7
    assert site.record("kit", kit).values["notes"] == "mine"
