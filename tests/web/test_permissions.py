"""What a reader may not see is nowhere on any page; what he may not do has no button and no effect."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.site import Site, Visitor, form_on, url


@pytest.fixture
def thing(site: Site) -> int:
    return site.create("thing", name="Guarded", cost="4711.00", grade=3, pieces=5)


def test_a_field_that_may_not_be_read_is_on_no_page(thing: int, bob: Visitor) -> None:
    for path in (
        "/o/thing",
        "/o/thing/new",
        url("thing", thing),
        url("thing", thing, "/edit"),
        url("thing", thing, "/history"),
    ):
        html = bob.get(path).text
        assert "4711" not in html
        assert "4,711" not in html
        assert not re.search(r"\bCost\b", html)
        assert 'name="cost"' not in html


def test_a_field_that_may_not_be_read_cannot_be_filtered_or_sorted_by(thing: int, bob: Visitor) -> None:
    assert "4711" not in bob.get("/o/thing?where=cost+%3E+1").text
    assert "is-wrong" in bob.get("/o/thing?where=cost+%3E+1").text
    assert bob.get("/o/thing/check?where=cost+%3E+1").get_json()["problems"]


def test_a_field_that_may_only_be_read_is_shown_but_not_offered(thing: int, bob: Visitor, site: Site) -> None:
    action = url("thing", thing, "/edit")
    page = bob.get(action).text
    assert 'name="grade"' not in page
    form: dict[str, Any] = form_on(page, action)
    bob.client.post(action, data=form | {"grade": "5", "_has_grade": "1", "cost": "1", "name": "Renamed"})
    values = site.record("thing", thing).values
    assert (values["grade"], str(values["cost"]), values["name"]) == (3, "4711.00", "Renamed")


def test_actions_that_are_not_allowed_have_no_button_and_no_effect(thing: int, bob: Visitor, site: Site) -> None:
    page = bob.get(url("thing", thing)).text
    assert "/delete" not in page
    assert bob.get(url("thing", thing, "/delete")).status_code == 403
    token = bob.token
    assert bob.client.post(url("thing", thing, "/delete"), data={"csrf_token": token}).status_code == 403
    assert bob.get("/o/maker/new").status_code == 403
    assert "/o/maker/new" not in bob.get("/o/maker").text


def test_who_may_see_nothing_gets_a_helpful_page(site: Site, thing: int) -> None:
    nil = site.visitor("nil@example.com")
    assert nil.get("/o/thing").status_code == 404
    assert nil.get(url("thing", thing)).status_code == 404
    home = nil.get("/", follow_redirects=True)
    assert home.status_code == 200


def test_an_unknown_page_says_so_in_the_frame(ada: Visitor) -> None:
    for path in (
        "/nowhere",
        "/o/nothing",
        "/o/thing/0000000000000",
        "/o/thing/xyz",
        "/r/0000000000000",
        "/files/0000000000000",
    ):
        answer = ada.get(path)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text
        assert "shell-nav" in answer.text
