"""Working with many records of a list: selections, mass edit and delete with a look ahead, undo, files, rows anew."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from jimu.bulk import MOST_IDS, open_unit
from jimu.bulk.units import BROKE_OFF
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import ListRequest
from jimu.translation import translator
from tests.web.site import Site, Visitor, url


@pytest.fixture
def things(site: Site, request: pytest.FixtureRequest) -> list[int]:
    """Six things with a word of this test's own, two of them without pieces."""
    word = request.node.name.split("[")[0][-30:]
    return [
        site.create("thing", name=f"{word} {n}", pieces=None if n > 3 else n, words=[word], cost=n * 10)
        for n in range(6)
    ]


def send(visitor: Visitor, path: str, object: str = "thing", **fields: Any) -> Any:
    return visitor.client.post(
        f"/o/{object}/mass/{path}",
        data={"csrf_token": visitor.token, **fields},
        headers={"X-Requested-With": "fetch"},
    )


def chosen(ids: list[int]) -> dict[str, str]:
    return {"_ids": ",".join(map(encode_id, ids))}


def matching(site: Site, id: int) -> dict[str, str]:
    """All that the list shows of the things that share their word with this one."""
    (word,) = site.record("thing", id).values["words"]
    return {"_all": "1", "_query": f"?where=includes_any(words, '{word}')"}


def change(name: str, operation: str = "set", **values: Any) -> dict[str, Any]:
    return {"_change": name, f"_op.{name}": operation, **values}


def values(site: Site, ids: list[int], name: str) -> list[Any]:
    return [site.record("thing", id).values[name] for id in ids]


def run_of(answer: Any) -> str:
    """Where the undo of the note leads, or the page of a run."""
    assert answer.status_code == 200, answer.text
    if "mass_change" in answer.json["go"]:
        return str(answer.json["go"])
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("jimu_note="))
    text = bytes.fromhex(re.match(r"jimu_note=(\w+)", cookie)[1]).decode()  # type: ignore[index]
    return re.search(r"/o/mass_change/\w+", text)[0]  # type: ignore[index]


def post(visitor: Visitor, path: str) -> Any:
    return visitor.client.post(path, data={"csrf_token": visitor.token})


def test_the_form_offers_the_fields_that_can_be_changed(site: Site, bob: Visitor, things: list[int]) -> None:
    text = send(bob, "form/edit", **chosen(things)).text
    assert "6 records are selected" in text
    assert '<option value="state">State' in text
    for hidden in ("cost", "grade", "double", "number", "papers", "key"):
        assert f'value="{hidden}"' not in text, hidden
    assert bob.get("/o/thing/mass/field/cost").status_code == 404
    field = bob.get("/o/thing/mass/field/words").text
    assert 'value="add"' in field
    assert 'name="words"' in field


def test_a_look_ahead_tells_what_would_fail_and_changes_nothing(site: Site, ada: Visitor, things: list[int]) -> None:
    answer = send(ada, "try", **chosen(things), **change("state", state="sold"))
    assert answer.status_code == 200
    text = html.unescape(answer.text)
    assert "4 records would be changed" in text
    assert "2 records cannot be changed" in text
    assert "Say how many were sold." in text
    assert url("thing", things[4]) in text
    assert set(values(site, things, "state")) == {"draft"}


def test_values_that_cannot_be_read_are_told(site: Site, ada: Visitor, things: list[int]) -> None:
    answer = send(ada, "try", **chosen(things), **change("pieces", pieces="many"))
    assert answer.status_code == 422
    assert "Pieces:" in answer.text
    answer = send(ada, "run", **chosen(things), **change("pieces", pieces=""))
    assert answer.status_code == 422
    assert "choose to make it blank" in answer.text
    assert send(ada, "try", **chosen(things)).status_code == 422
    assert send(ada, "try", **change("pieces", pieces="1")).status_code == 400


def test_many_are_changed_and_put_back(site: Site, ada: Visitor, things: list[int]) -> None:
    answer = send(ada, "run", **matching(site, things[0]), **change("ready", ready="true"))
    assert set(values(site, things, "ready")) == {True}
    assert answer.json["go"] == "/o/thing"
    assert post(ada, f"{run_of(answer)}/undo").status_code == 303
    assert set(values(site, things, "ready")) <= {False, None}


def test_failures_are_listed_with_reasons_also_as_a_file(site: Site, ada: Visitor, things: list[int]) -> None:
    answer = send(ada, "run", **chosen(things), **change("state", state="sold"))
    href = answer.json["go"]
    page = html.unescape(ada.get(href).text)
    assert "Say how many were sold." in page
    assert "Undo all of it" in page
    assert values(site, things, "state") == ["sold"] * 4 + ["draft"] * 2
    file = ada.get(f"{href}/failures.csv")
    assert file.mimetype == "text/csv"
    assert file.text.count("Say how many were sold.") == 2
    site.update("thing", things[0], notes="mine")
    post(ada, f"{href}/undo")
    assert values(site, things, "state") == ["sold", *["draft"] * 5]
    assert "It was taken back" in ada.get(href).text


def test_only_if_all_can_be(site: Site, ada: Visitor, things: list[int]) -> None:
    answer = send(ada, "run", **chosen(things), **change("state", state="sold"), _mode="all")
    assert "Nothing was changed" in ada.get(answer.json["go"]).text
    assert set(values(site, things, "state")) == {"draft"}


@pytest.mark.parametrize(
    ("name", "sent", "after"),
    [
        ("cost", {"cost": "12.5", "cost_currency": "USD"}, "12.50"),
        ("uses", {"uses": ["home", "road"]}, ["home", "road"]),
        ("made_on", {"made_on": "2026-02-03"}, "2026-02-03"),
        ("takes", {"takes": "1h 30m"}, "1:30:00"),
        ("seen_at", {"seen_at": "2026-02-03T10:00"}, "2026-02-03 02:00:00+00:00"),
        ("margin", {"margin": "12"}, "12.00"),
        ("notes", {"notes": "=1"}, "=1"),
    ],
)
def test_fields_of_every_kind_are_set(
    site: Site, ada: Visitor, things: list[int], name: str, sent: Mapping[str, Any], after: Any
) -> None:
    before = values(site, things[:2], name)
    answer = send(ada, "run", **chosen(things[:2]), **change(name, **sent))
    found = values(site, things[:2], name)
    assert all(value == after or str(value) == after for value in found), found
    post(ada, f"{run_of(answer)}/undo")
    assert values(site, things[:2], name) == before


def test_tags_are_added_and_lookups_made_blank(site: Site, ada: Visitor, things: list[int]) -> None:
    site.update("thing", things[0], maker=site.makers["Acme"])
    send(ada, "run", **chosen(things), **change("words", "add", words="fresh"))
    assert all("fresh" in words and len(words) == 2 for words in values(site, things, "words"))
    send(ada, "run", **chosen(things), **change("maker", "blank"))
    assert set(values(site, things, "maker")) == {None}


def test_nobody_changes_or_selects_by_what_they_may_not(site: Site, bob: Visitor, things: list[int]) -> None:
    assert send(bob, "run", **chosen(things), **change("cost", cost="1")).status_code == 422
    assert send(bob, "run", _all="1", _query="?where=cost > 20", **change("state", state="broken")).status_code == 400
    assert send(bob, "form/delete", **chosen(things)).status_code == 403
    assert send(bob, "run", **chosen(things), _action="delete").status_code == 403
    assert bob.client.post("/o/thing/mass/run", data=chosen(things)).status_code == 400
    assert set(values(site, things, "state")) == {"draft"}


def test_a_run_is_seen_by_who_asked_for_it(site: Site, ada: Visitor, bob: Visitor, things: list[int]) -> None:
    href = run_of(send(bob, "run", **chosen(things), **change("notes", notes="x")))
    assert bob.get(href).status_code == 200
    nil = site.visitor("nil@example.com")
    assert nil.get(href).status_code == 404
    assert post(nil, f"{href}/undo").status_code == 404


def test_many_are_deleted_once_their_number_is_typed(site: Site, ada: Visitor) -> None:
    ids = [site.create("kit", name=f"Spare {n}") for n in range(25)]
    given = {"_all": "1", "_query": "?where=starts_with(name, 'Spare')", "_left_out": encode_id(ids[3])}
    form = send(ada, "form/delete", "kit", **given).text
    assert "24 records go into the recycle bin" in form
    assert "Type 24 to confirm" in form
    assert send(ada, "run", "kit", _action="delete", **given).status_code == 422
    answer = send(ada, "run", "kit", _action="delete", _confirmation="24", **given)
    left = read.list_records(ListRequest("kit", where="starts_with(name, 'Spare')"), site.system).records
    assert [r.id for r in left] == [ids[3]]
    post(ada, f"{run_of(answer)}/undo")
    assert len(read.list_records(ListRequest("kit", where="starts_with(name, 'Spare')"), site.system).records) == 25


def test_what_holds_a_record_back_is_told_before_it_is_deleted(site: Site, ada: Visitor) -> None:
    held = site.create("maker", name="Held")
    site.create("thing", name="Holder", maker=held)
    form = send(ada, "form/delete", "maker", **chosen([held])).text
    assert "1 record cannot be deleted and stays" in form


def test_more_than_fit_into_a_request_are_left_to_a_job(site: Site, ada: Visitor) -> None:
    for n in range(501):
        site.create("maker", name=f"Many {n}")
    answer = send(
        ada, "run", "maker", _all="1", _query="?where=starts_with(name, 'Many')", **change("city", city="Oslo")
    )
    href = answer.json["go"]
    assert "0 of 501" in ada.get(href).text
    assert "Stop" in ada.get(href, headers={"X-Requested-With": "fetch"}).text
    site.runtime.build_worker().drain()
    assert "501 of 501" in ada.get(href).text
    assert any("501 changed" in (r.values["text"] or "") for r in site.notifications("Ada"))
    found = read.list_records(ListRequest("maker", where="city == 'Oslo'", count="exact", limit=1), site.system)
    assert found.count
    assert found.count.value == 501


def test_a_selection_is_counted_and_exported(site: Site, ada: Visitor, things: list[int]) -> None:
    all_of_them = matching(site, things[0])
    counted = ada.get(f"/o/thing/mass/count{all_of_them['_query']}").json
    assert counted == {"count": 6, "text": "6 records"}
    file = send(ada, "export", _format="csv", **chosen(things[:2]))
    assert file.mimetype == "text/csv"
    assert len(file.text.strip().splitlines()) == 3
    file = send(ada, "export", _format="csv", **all_of_them, _left_out=encode_id(things[0]))
    assert len(file.text.strip().splitlines()) == 6
    many = [*things, *range(10, 10 + MOST_IDS - len(things))]
    assert send(ada, "export", _format="csv", **chosen(many)).status_code == 200
    assert send(ada, "export", _format="csv", **chosen([*many, 7])).status_code == 400


def test_rows_are_shown_anew_as_the_list_shows_them(site: Site, ada: Visitor, things: list[int]) -> None:
    site.update("thing", things[1], pieces=21)
    text = ada.get(f"/o/thing/rows?where=pieces==1&ids={encode_id(things[1])}").text
    assert text.count("<tr ") == 1
    assert f'data-id="{encode_id(things[1])}"' in text
    assert "42" in text
    nil = site.visitor("nil@example.com")
    assert nil.get(f"/o/thing/rows?ids={encode_id(things[1])}").status_code == 404


def test_a_list_tells_its_scripts_what_may_be_done(site: Site, ada: Visitor, bob: Visitor, things: list[int]) -> None:
    def told(visitor: Visitor) -> Any:
        page = visitor.get("/o/thing").text
        return json.loads(re.search(r'id="list-data">(.*?)</script>', page, re.S)[1])  # type: ignore[index]

    mine, his = told(ada), told(bob)
    assert mine["work"]["remove"]
    assert not his["work"]["remove"]
    assert mine["work"]["tags"] == "words"
    columns = [name for name, _ in his["columns"]]
    assert [name for name, can in zip(columns, his["editable"], strict=True) if not can] == [
        "maker.city",
        "double",
        "grade",
    ]


def test_subject_and_problem_are_told_in_the_language_of_the_reader(site: Site) -> None:
    subject = Message("Merge: {object}", {"object": "X"})
    run = open_unit(site.system, subject, "merge", "thing").close("failed", BROKE_OFF)
    assert run.subject == "Merge: X"
    say = translator("zh-CN")
    assert run.subject_in(say) == subject.render(say) != run.subject
    assert run.problem_in(say) == BROKE_OFF.render(say) != run.problem
    unsaid = replace(run, told={})
    assert (unsaid.subject_in(say), unsaid.problem_in(say)) == (run.subject, run.problem)
