"""Logging in again while a form is open: only the same person, with the same guards as the log-in page."""

from __future__ import annotations

from jimu.fieldtypes.ids import encode_id
from tests.web.site import PASSWORD, Site, Visitor, form_on

AGAIN = "/session/again"


def again(visitor: Visitor, email: str, before: int, password: str = PASSWORD) -> tuple[int, dict[str, str]]:
    form = form_on(visitor.get(AGAIN).text, AGAIN)
    data = form | {"email": [email], "password": [password], "before": [encode_id(before)]}
    answer = visitor.client.post(AGAIN, data=data)
    return answer.status_code, answer.get_json(silent=True) or {}


def test_the_same_person_goes_on_with_a_new_token(site: Site) -> None:
    visitor = site.visitor()
    status, told = again(visitor, "ada@example.com", site.owner)
    assert status == 200
    assert told["csrf"] == visitor.token


def test_another_person_or_a_wrong_password_does_not(site: Site) -> None:
    visitor = site.visitor()
    assert again(visitor, "bob@example.com", site.owner)[0] == 401
    assert again(visitor, "ada@example.com", site.owner, "wrong")[0] == 401
    assert visitor.get("/profile").status_code in (302, 303)


def test_it_needs_its_own_form(site: Site) -> None:
    data = {"email": "ada@example.com", "password": PASSWORD, "before": encode_id(site.owner)}
    assert site.visitor().client.post(AGAIN, data=data).status_code == 400


def test_the_token_of_the_session_there_is_goes_to_pages_of_the_same_person_only(site: Site, ada: Visitor) -> None:
    same = ada.get(f"{AGAIN}/token?before={encode_id(site.owner)}").get_json()
    assert same == {"csrf": ada.token}
    assert ada.get(f"{AGAIN}/token?before=0000000000001").get_json() == {"csrf": ""}
    assert site.visitor().get(f"{AGAIN}/token?before={encode_id(site.owner)}").get_json() == {"csrf": ""}
