"""Creating and changing records: nothing typed is lost, every problem stands beside its field."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal
from typing import Any

import pytest

from jimu.access import accounts
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.records import read
from jimu.records.requests import ListRequest
from jimu.web.pages.text_merge import merge_texts
from tests.web.site import PASSWORD, Site, Visitor, form_on, url

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def everything(site: Site) -> dict[str, Any]:
    """What a person types into every field."""
    acme, globex = (encode_id(site.makers[n]) for n in ("Acme", "Globex"))
    return {
        "name": "Big lathe",
        "maker": acme,
        "about": globex,
        "partners": [acme, globex],
        "notes": "one\ntwo",
        "story": "<p>Good <b>tool</b><script>alert(1)</script></p>",
        "pieces": "1,000",
        "weight": "12.345",
        "cost": "99.50",
        "cost_currency": "USD",
        "margin": "12.5",
        "ready": "true",
        "made_on": "2026-02-03",
        "seen_at": "2026-02-03T18:30",
        "opens": "08:15",
        "takes": "1h 30m",
        "state": "sold",
        "grade": "4",
        "uses": ["home", "road"],
        "group": "tool",
        "kind": "hammer",
        "words": ["red", "heavy"],
        "mail": "a@example.com",
        "call": "+8613800138000",
        "site": "https://example.com/x",
        "guest_family": "欧阳",
        "guest_given": "娜娜",
        "place_country": "CN",
        "place_city": "上海",
        "place_street": "南京路1号",
        "spot_lat": "31.23",
        "spot_lng": "121.47",
        "data": '{"a": 1}',
        "key": "s3cret",
    }


def created(answer: Any) -> int:
    assert answer.status_code == 303, answer.text
    return decode_id(answer.location.split("?")[0].rsplit("/", 1)[1])


def test_every_kind_of_field_can_be_typed_and_is_stored_as_meant(site: Site, ada: Visitor) -> None:
    values = site.record("thing", created(ada.fill("/o/thing/new", everything(site)))).values
    assert values["name"] == "Big lathe"
    assert values["maker"] == site.makers["Acme"]
    assert values["about"] == site.makers["Globex"]
    assert sorted(values["partners"]) == sorted(site.makers.values())
    assert values["pieces"] == 1000
    assert (values["guest"], values["guest_family"]) == ("欧阳娜娜", "欧阳")
    assert values["weight"] == Decimal("12.345")
    assert (values["cost"], values["cost_currency"]) == (Decimal("99.50"), "USD")
    assert values["seen_at"] == dt.datetime(2026, 2, 3, 10, 30, tzinfo=dt.UTC)
    assert values["takes"] == dt.timedelta(minutes=90)
    assert values["words"] == ["red", "heavy"]
    assert values["place"]["city"] == "上海"
    assert values["spot"]["lat"] == Decimal("31.230000")
    assert "script" not in values["story"]
    assert values["ready"] is True


def test_the_record_page_shows_every_kind_of_field(site: Site, ada: Visitor) -> None:
    page = ada.get(url("thing", created(ada.fill("/o/thing/new", everything(site)))))
    assert page.status_code == 200
    for text in (
        "Big lathe",
        ">Acme</a>",
        "US$99.50",
        "12.345",
        "1h 30m",
        "Sold",
        "★★★★",
        "mailto:a@example.com",
        "南京路1号",
        "T-0",
        "2,000",
        "<b>tool</b>",
        "Feb 3, 2026",
    ):
        assert text in page.text or text.replace("US$", "$") in page.text, text
    assert "s3cret" not in page.text


def test_what_does_not_parse_comes_back_as_it_was_typed(ada: Visitor) -> None:
    typed = {
        "name": "",
        "pieces": "many",
        "made_on": "yesterdayish",
        "takes": "a while",
        "notes": "do not lose\nme",
        "mail": "no mail",
        "words": ["kept"],
    }
    answer = ada.fill("/o/thing/new", typed)
    assert answer.status_code == 422
    again = form_on(answer.text, "/o/thing/new")
    assert again["pieces"] == ["many"]
    assert again["made_on"] == ["yesterdayish"]
    assert again["takes"] == ["a while"]
    assert again["notes"] == ["do not lose\nme"]
    assert again["words"] == ["kept"]


def test_each_problem_stands_beside_its_field_and_in_the_summary(ada: Visitor) -> None:
    answer = ada.fill("/o/thing/new", {"name": "", "pieces": "many", "mail": "no mail"})
    for name in ("name", "pieces", "mail"):
        assert f'id="f-{name}-errors"' in answer.text
        assert f'<a href="#f-{name}">' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_broken_rule_is_told_in_the_readers_language(site: Site) -> None:
    visitor = site.visitor("ada@example.com")
    visitor.client.post("/preferences", data={"language": "zh-CN", "csrf_token": visitor.token})
    answer = visitor.fill("/o/thing/new", {"name": "x", "state": "sold"})
    assert answer.status_code == 422
    assert "请填写售出件数。" in answer.text
    visitor.client.post("/preferences", data={"language": "en", "csrf_token": visitor.token})


def test_a_text_of_the_wrong_form_is_told_in_the_words_of_its_field(site: Site) -> None:
    site.user("Lin", "keeper", language="zh-CN")
    ada, li = site.visitor("ada@example.com"), site.visitor("lin@example.com")
    form: dict[str, Any] = form_on(ada.get("/o/kit/new").text, "/o/kit/new")
    form.update({"name": "Trunk", "seal": "RED"})
    state = ada.client.post("/o/kit/state", data=form).get_json()["fields"]
    assert state["seal"]["problem"] == "A colour, then perhaps two digits: red 07."
    answer = li.fill("/o/kit/new", {"name": "Trunk", "seal": "red 7"})
    assert answer.status_code == 422
    assert "颜色，后面可以有两位数字：red 07。" in answer.text
    assert ada.fill("/o/kit/new", {"name": "Trunk", "seal": "red 07"}).status_code == 303


def test_a_form_says_which_fields_are_shown_needed_and_computed_while_one_types(ada: Visitor) -> None:
    data: dict[str, Any] = form_on(ada.get("/o/thing/new").text, "/o/thing/new")
    data.update({"state": "broken", "pieces": "21", "group": "toy"})
    state = ada.client.post("/o/thing/state", data=data).get_json()["fields"]
    assert {"visible": True, "required": True, "read_only": False}.items() <= state["reason"].items()
    assert state["double"]["text"] == "42"
    assert state["kind"]["choices"] == ["ball"]
    data["state"] = "draft"
    assert ada.client.post("/o/thing/state", data=data).get_json()["fields"]["reason"]["visible"] is False


def test_a_field_is_locked_by_the_stored_record_and_held_by_what_is_typed(site: Site, ada: Visitor) -> None:
    id = encode_id(site.create("kit", name="Chest", seal="red"))
    form: dict[str, Any] = form_on(ada.get(f"/o/kit/{id}/edit").text, f"/o/kit/{id}/edit")

    def seal(**typed: str) -> dict[str, Any]:
        found: dict[str, Any] = ada.client.post(f"/o/kit/{id}/state", data=form | typed).get_json()["fields"]["seal"]
        return found

    assert (seal()["read_only"], seal()["kept"]) == (False, False)
    assert (seal(sealed="true")["read_only"], seal(sealed="true")["kept"]) == (True, True)
    saved = ada.client.post(f"/o/kit/{id}/edit", data=form | {"sealed": "true", "seal": "blue"})
    assert saved.status_code == 303, "what was typed before it was locked is kept"
    form = form_on(ada.get(f"/o/kit/{id}/edit").text, f"/o/kit/{id}/edit")
    assert "seal" not in form, "a locked control is not sent"
    opened = {**form, "seal": "green"}
    opened.pop("sealed", None)
    answer = ada.client.post(f"/o/kit/{id}/state", data=opened).get_json()["fields"]["seal"]
    assert (answer["read_only"], answer["kept"]) == (True, False), "opening it in the form does not open the lock"
    refused = ada.client.post(f"/o/kit/{id}/edit", data=opened)
    assert refused.status_code == 422
    assert "disabled" in re.search(r'<input[^>]* name="seal"[^>]*>', refused.text)[0]  # type: ignore[index]


def test_only_what_was_changed_is_written(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Saw", pieces=3, notes="old")
    page = ada.get(url("thing", id, "/edit")).text
    form: dict[str, Any] = form_on(page, url("thing", id, "/edit"))
    form["notes"] = "new"
    assert ada.client.post(url("thing", id, "/edit"), data=form).status_code == 303
    history = ada.get(url("thing", id, "/history")).text
    entries = history.split('class="stream"')[1]
    assert "Notes" in entries
    assert "Pieces" not in entries


def test_an_unchanged_form_changes_nothing(site: Site, ada: Visitor) -> None:
    id = created(ada.fill("/o/thing/new", everything(site)))
    before = site.record("thing", id).version
    assert ada.fill(url("thing", id, "/edit"), {}).status_code == 303
    assert site.record("thing", id).version == before


def test_a_write_that_comes_too_late_shows_all_three_values_and_takes_a_choice(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Drill", notes="first", pieces=1)
    action = url("thing", id, "/edit")
    form: dict[str, Any] = form_on(ada.get(action).text, action)
    site.update("thing", id, notes="theirs", pieces=7)
    form |= {"notes": "mine", "name": "Big drill"}
    answer = ada.client.post(action, data=form)
    assert answer.status_code == 409
    for text in ("first", "theirs", "mine", "Big drill"):
        assert text in answer.text
    merge: dict[str, Any] = form_on(answer.text, action)
    merge["_choose_notes"] = "mine"
    assert ada.client.post(action, data=merge).status_code == 303
    values = site.record("thing", id).values
    assert (values["name"], values["notes"], values["pieces"]) == ("Big drill", "mine", 7)


def test_choosing_theirs_keeps_theirs(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Drill", notes="first")
    action = url("thing", id, "/edit")
    form: dict[str, Any] = form_on(ada.get(action).text, action)
    site.update("thing", id, notes="theirs")
    merge: dict[str, Any] = form_on(ada.client.post(action, data=form | {"notes": "mine", "city": "x"}).text, action)
    merge["_choose_notes"] = "theirs"
    assert ada.client.post(action, data=merge).status_code == 303
    assert site.record("thing", id).values["notes"] == "theirs"


def test_files_and_pictures_belong_to_the_record_and_come_back(site: Site, ada: Visitor) -> None:
    form: dict[str, Any] = form_on(ada.get("/o/thing/new").text, "/o/thing/new")
    form |= {
        "name": "With papers",
        "papers": [(io.BytesIO(b"hello"), "a.txt"), (io.BytesIO(b"<script>"), "b.html")],
        "picture": (io.BytesIO(PNG), "p.png"),
    }
    id = created(ada.client.post("/o/thing/new", data=form, content_type="multipart/form-data"))
    values = site.record("thing", id).values
    assert len(values["papers"]) == 2
    page = ada.get(url("thing", id)).text
    assert "a.txt" in page
    assert "<img" in page
    text = ada.get(f"/files/{encode_id(values['papers'][0])}")
    assert text.data == b"hello"
    assert text.headers["Content-Disposition"].startswith("attachment")
    page_file = ada.get(f"/files/{encode_id(values['papers'][1])}")
    assert page_file.mimetype == "application/octet-stream"
    assert ada.get(f"/files/{encode_id(values['picture'])}").mimetype == "image/png"


def test_a_file_is_taken_away_by_unticking_it(site: Site, ada: Visitor) -> None:
    form: dict[str, Any] = form_on(ada.get("/o/thing/new").text, "/o/thing/new")
    form |= {"name": "Two papers", "papers": [(io.BytesIO(b"1"), "1.txt"), (io.BytesIO(b"2"), "2.txt")]}
    id = created(ada.client.post("/o/thing/new", data=form, content_type="multipart/form-data"))
    first, second = site.record("thing", id).values["papers"]
    answer = ada.fill(url("thing", id, "/edit"), {"_keep_papers": [encode_id(second)]})
    assert answer.status_code == 303
    assert site.record("thing", id).values["papers"] == [second]
    assert first != second


def test_a_lookup_offers_only_what_fits_what_is_typed(site: Site, ada: Visitor) -> None:
    options = ada.get("/o/thing/choose/maker?q=acm").get_json()["options"]
    assert [o["text"] for o in options] == ["Acme"]
    assert {o["text"] for o in ada.get("/o/thing/choose/maker").get_json()["options"]} == {"Acme", "Globex"}
    assert ada.get("/o/thing/choose/name").status_code == 404


def test_a_copy_begins_with_the_values_of_the_record(site: Site, ada: Visitor) -> None:
    id = created(ada.fill("/o/thing/new", everything(site)))
    form = form_on(ada.get(f"/o/thing/new?copy={encode_id(id)}").text, "/o/thing/new")
    assert form["name"] == ["Big lathe"]
    assert form["cost_currency"] == ["USD"]
    assert form["place_city"] == ["上海"]
    assert form["key"] == [""]


def test_a_new_record_from_a_related_list_points_back(site: Site, ada: Visitor) -> None:
    acme = encode_id(site.makers["Acme"])
    form = form_on(ada.get(f"/o/thing/new?maker={acme}&back=/o/maker/{acme}").text, "/o/thing/new")
    assert form["maker"] == [acme]
    assert form["_back"] == [f"/o/maker/{acme}"]


def test_deleting_asks_first_and_can_be_undone(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Old thing")
    assert "Old thing" in ada.get(url("thing", id, "/delete")).text
    assert ada.fill(url("thing", id, "/delete"), {}).status_code == 303
    assert ada.get(url("thing", id)).status_code == 404
    assert "Old thing" in ada.get("/bin?object=thing").text
    restore = f"/bin/thing/{encode_id(id)}/restore"
    assert ada.client.post(restore, data={"csrf_token": ada.token}).status_code == 303
    assert ada.get(url("thing", id)).status_code == 200


def test_what_is_needed_elsewhere_is_not_deleted_and_the_page_says_so(site: Site, ada: Visitor) -> None:
    maker = site.create("maker", name="Needed")
    site.create("thing", name="Needs it", maker=maker)
    asked = ada.get(url("maker", maker, "/delete")).text
    assert "keep it from being deleted" in asked
    answer = ada.fill(url("maker", maker, "/delete"), {})
    assert answer.status_code in (409, 422)


def test_comments_can_be_added_and_a_blank_one_is_explained(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Talked about")
    path = url("thing", id, "/comments")
    headers = {"HX-Request": "true"}
    answer = ada.client.post(path, data={"text": "Nice & <b>big</b>", "csrf_token": ada.token}, headers=headers)
    assert "Nice &amp; &lt;b&gt;big&lt;/b&gt;" in answer.text
    refused = ada.client.post(path, data={"text": "  ", "csrf_token": ada.token}, headers=headers)
    assert refused.status_code == 422
    assert "field-errors" in refused.text


def test_attachments_are_listed_on_the_record(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="With files")
    path = url("thing", id, "/attachments")
    data = {"csrf_token": ada.token, "files": [(io.BytesIO(b"x" * 3000), "报价.xlsx")]}
    assert ada.client.post(path, data=data, content_type="multipart/form-data").status_code == 303
    page = ada.get(path).text
    assert "报价.xlsx" in page
    assert "Ada" in page


def test_a_form_sent_twice_is_taken_once_and_one_changed_since_then_comes_back(site: Site, ada: Visitor) -> None:
    form: dict[str, Any] = form_on(ada.get("/o/thing/new").text, "/o/thing/new") | {"name": ["Only once"]}
    first, second = (ada.client.post("/o/thing/new", data=form) for _ in range(2))
    assert created(first) == created(second)
    again = ada.client.post("/o/thing/new", data=form | {"pieces": "7"})
    assert again.status_code == 422
    assert "saved once already" in again.text
    another = form_on(again.text, "/o/thing/new")
    assert another["pieces"] == ["7"]
    assert created(ada.client.post("/o/thing/new", data=another)) != created(first)


def test_a_script_is_told_where_to_go_and_what_is_wrong(ada: Visitor) -> None:
    headers = {"X-Requested-With": "fetch"}
    form: dict[str, Any] = form_on(ada.get("/o/thing/new").text, "/o/thing/new")
    refused = ada.client.post("/o/thing/new", data=form | {"pieces": "many"}, headers=headers)
    assert refused.status_code == 422
    assert {p["id"] for p in refused.get_json()["problems"]} == {"f-name", "f-pieces"}
    assert "2 things" in refused.get_json()["heading"]
    saved = ada.client.post("/o/thing/new", data=form | {"name": "Told"}, headers=headers)
    assert saved.get_json()["go"].startswith("/o/thing/")


def test_what_only_the_engine_changed_meanwhile_is_no_conflict(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Drill", pieces=1)
    action = url("thing", id, "/edit")
    form: dict[str, Any] = form_on(ada.get(action).text, action)
    site.update("thing", id, pieces=2)
    site.update("thing", id, pieces=1)
    assert ada.client.post(action, data=form | {"notes": "mine"}).status_code == 303
    assert site.record("thing", id).values["notes"] == "mine"


def test_a_change_sent_twice_is_no_conflict_with_itself(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Drill")
    action = url("thing", id, "/edit")
    form: dict[str, Any] = form_on(ada.get(action).text, action) | {"notes": ["mine"]}
    assert [ada.client.post(action, data=form).status_code for _ in range(2)] == [303, 303]


def test_what_was_typed_goes_over_the_log_in_page_for_the_same_person_only(site: Site) -> None:
    for next_person, is_same in (("ada@example.com", True), ("bob@example.com", False)):
        visitor = site.visitor("ada@example.com")
        form: dict[str, Any] = form_on(visitor.get("/o/thing/new").text, "/o/thing/new")
        end_sessions(site, "ada@example.com")
        asked = visitor.client.post("/o/thing/new", data=form | {"name": "", "notes": "long <text>"})
        assert asked.status_code == 401
        login = form_on(asked.text, "/login") | {"email": [next_person], "password": [PASSWORD]}
        gone_on = form_on(visitor.client.post("/login", data=login).text, "/session/carried")
        back = visitor.client.post("/session/carried", data=gone_on, follow_redirects=True)
        assert back.status_code == 200
        assert ("long &lt;text&gt;" in back.text) is is_same


def test_a_form_that_is_not_ours_is_not_carried(site: Site) -> None:
    visitor = site.visitor("ada@example.com")
    form: dict[str, Any] = form_on(visitor.get("/o/thing/new").text, "/o/thing/new")
    end_sessions(site, "ada@example.com")
    answer = visitor.client.post("/o/thing/new", data=form | {"csrf_token": "0" * 64, "notes": "theirs"})
    assert answer.status_code == 303
    assert "_carried" not in visitor.get(answer.location).text


def end_sessions(site: Site, email: str) -> None:
    store = site.runtime.current.store
    user = next(r for r in read.list_records(ListRequest("user"), site.system).records if r.values["email"] == email)
    accounts.end_sessions(store, user.id, accounts.by_system(site.runtime.clock()))


def test_two_changes_of_one_text_that_do_not_touch_are_put_together(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Drill", notes="It drills well. It is blue.")
    action = url("thing", id, "/edit")
    form: dict[str, Any] = form_on(ada.get(action).text, action)
    site.update("thing", id, notes="It drills badly. It is blue.")
    page = ada.client.post(action, data=form | {"notes": "It drills well. It is green."})
    assert "It drills badly. It is green." in page.text
    merge: dict[str, Any] = form_on(page.text, action)
    assert merge["_choose_notes"] == ["both"]
    assert ada.client.post(action, data=merge).status_code == 303
    assert site.record("thing", id).values["notes"] == "It drills badly. It is green."


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("one two three", "one 2 three", "one two 3", "one 2 3"),
        ("a\nb\nc", "a\nb\nc\nd", "z\na\nb\nc", "z\na\nb\nc\nd"),
        ("明天开会", "后天开会", "明天开大会", "后天开大会"),
        ("one two", "one 2", "one deux", None),
        ("one two", "one two three", "one two four", None),
        ("", "mine", "theirs", None),
    ],
)
def test_texts_are_merged_only_where_it_is_plain_what_is_meant(
    base: str, mine: str, theirs: str, merged: str | None
) -> None:
    assert merge_texts(base, mine, theirs) == merged
    assert merge_texts(base, theirs, mine) == merged
