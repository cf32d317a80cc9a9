"""Editing in place: just the controls asked for, saved with the same rules as the whole form."""

from __future__ import annotations

from typing import Any

from tests.web.site import Site, Visitor, form_on, url


def fragment_form(visitor: Visitor, path: str, names: str) -> dict[str, Any]:
    return dict(form_on(visitor.get(f"{path}?names={names}").text, path))


def test_only_the_fields_asked_for_are_edited_and_the_answer_says_how_the_page_reads_now(
    site: Site, ada: Visitor
) -> None:
    id = site.create("thing", name="Saw", pieces=2)
    path = url("thing", id, "/fields")
    form = fragment_form(ada, path, "pieces,state")
    assert "name" not in form
    answer = ada.client.post(path, data=form | {"pieces": "21"}).get_json()
    assert "42" in answer["fields"]["double"]
    assert "reason" in answer["hidden"]
    assert answer["version"] == site.record("thing", id).version
    assert site.record("thing", id).values["pieces"] == 21


def test_a_refused_value_comes_back_in_its_control_with_its_problem(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Saw", pieces=2)
    path = url("thing", id, "/fields")
    answer = ada.client.post(path, data=fragment_form(ada, path, "pieces") | {"pieces": "many"})
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert "e-pieces-errors" in answer.text
    assert site.record("thing", id).values["pieces"] == 2


def test_a_change_of_another_field_by_somebody_else_is_no_conflict(site: Site, ada: Visitor) -> None:
    id = site.create("thing", name="Saw", notes="old", pieces=1)
    path = url("thing", id, "/fields")
    form = fragment_form(ada, path, "notes")
    site.update("thing", id, pieces=5)
    assert ada.client.post(path, data=form | {"notes": "mine"}).status_code == 200
    values = site.record("thing", id).values
    assert (values["notes"], values["pieces"]) == ("mine", 5)


def test_a_change_of_the_same_field_shows_all_three_values_and_takes_a_choice(site: Site, ada: Visitor) -> None:
    for choice in ("mine", "theirs"):
        id = site.create("thing", name="Saw", notes="old")
        path = url("thing", id, "/fields")
        form = fragment_form(ada, path, "notes") | {"notes": "mine"}
        site.update("thing", id, notes="theirs")
        answer = ada.client.post(path, data=form)
        assert answer.status_code == 409
        assert all(text in answer.text for text in ("old", "theirs", "mine"))
        merge = form_on(answer.text, path) | {"_choose": [choice]}
        assert ada.client.post(path, data=merge).status_code == 200
        assert site.record("thing", id).values["notes"] == choice


def test_what_may_not_be_changed_or_seen_is_refused(site: Site, bob: Visitor) -> None:
    id = site.create("thing", name="Saw", cost=12345)
    path = url("thing", id, "/fields")
    assert bob.get(f"{path}?names=grade").status_code == 403
    hidden = bob.get(f"{path}?names=cost")
    assert hidden.status_code == 404
    assert bob.get(f"{path}?names=double").status_code == 403
    answer = bob.client.post(path, data=fragment_form(bob, path, "pieces") | {"pieces": "3", "grade": "5"})
    assert answer.status_code == 200
    assert "12345" not in answer.text
    assert "cost" not in answer.get_json()["fields"]
    assert site.record("thing", id).values["grade"] is None
