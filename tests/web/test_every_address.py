"""Every address of the site: who has no session gets to the log-in page, and nothing changes without a form of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from jimu.fieldtypes.ids import encode_id
from jimu.web.blueprint import PUBLIC
from tests.web.site import Site, Visitor, url

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def addresses(site: Site) -> Iterator[tuple[Rule, str]]:
    """Every rule with an address that it matches."""
    record = encode_id(site.makers["Acme"])
    values = {"object": "maker", "id": record, "field": "maker", "source": "thing", "file": record, "locale": "en"}
    adapter = site.app.url_map.bind("localhost")
    for rule in site.app.url_map.iter_rules():
        given = {name: values.get(name, "x") for name in rule.arguments}
        yield (
            rule,
            adapter.build(rule.endpoint, given, method=next(iter(rule.methods or {"GET"})), append_unknown=False),
        )


def is_page(rule: Rule) -> bool:
    return rule.endpoint.startswith("web.")


def test_without_a_session_every_page_leads_to_the_log_in_page(site: Site) -> None:
    stranger = site.visitor()
    for rule, path in addresses(site):
        if is_page(rule) and rule.endpoint not in PUBLIC and "GET" in (rule.methods or ()):
            answer = stranger.get(path)
            assert answer.status_code in (302, 303), path
            assert answer.location.startswith("/login?next="), path
            fetched = stranger.get(path, headers={"X-Requested-With": "fetch"})
            assert fetched.status_code == 401, path


@pytest.mark.parametrize("who", ["", "ada@example.com"])
def test_nothing_is_changed_without_a_token_of_ours(site: Site, who: str) -> None:
    visitor = site.visitor(who)
    seen = 0
    for rule, path in addresses(site):
        for method in set(rule.methods or ()) & set(UNSAFE):
            for data in ({}, {"csrf_token": "0" * 64}):
                answer = visitor.client.open(path, method=method, data=data)
                refused = answer.status_code in (400, 401, 403, 404, 405)
                to_log_in = answer.status_code == 303 and answer.location.startswith("/login?")
                assert refused or (to_log_in and not who), (method, path, answer.status_code)
                seen += 1
    assert seen > 20
    assert visitor.get("/profile").status_code == (200 if who else 303)


def test_a_form_from_another_site_is_refused_even_with_the_token(site: Site, ada: Visitor) -> None:
    for place in ("cross-site", "same-site"):
        answer = ada.client.post("/logout", data={"csrf_token": ada.token}, headers={"Sec-Fetch-Site": place})
        assert answer.status_code == 400
    assert ada.get("/profile").status_code == 200


def test_the_token_of_one_session_is_of_no_use_in_another(site: Site, ada: Visitor, bob: Visitor) -> None:
    assert bob.client.post("/logout", data={"csrf_token": ada.token}).status_code == 400
    assert (
        bob.client.post("/api/v1/records/maker", json={"name": "X"}, headers={"X-CSRF-Token": ada.token}).status_code
        == 403
    )


def test_who_may_only_look_changes_nothing_by_any_page(site: Site) -> None:
    nil = site.visitor("nil@example.com")
    form = {"csrf_token": nil.token, "name": "Taken over", "text": "x"}
    before = site.record("maker", site.makers["Acme"])
    for rule, path in addresses(site):
        if is_page(rule) and "POST" in (rule.methods or ()) and rule.endpoint not in {*PUBLIC, "web.log_out"}:
            answer = nil.client.post(path, data=form)
            if "maker" in path:
                assert answer.status_code in (403, 404), (path, answer.status_code)
    after = site.record("maker", site.makers["Acme"])
    assert (after.version, after.title) == (before.version, before.title)


def test_every_answer_carries_the_headers_that_protect(site: Site, ada: Visitor) -> None:
    for rule, path in addresses(site):
        if "GET" not in (rule.methods or ()) or rule.endpoint == "web.choose_app":
            continue
        answer = ada.get(path)
        policy = answer.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers.get("Cache-Control", "public") != "public" or rule.endpoint == "web.no_favicon", path
        assert answer.status_code < 500, path


@pytest.mark.parametrize(
    "next",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/%09/evil.example",
        "%2F%2Fevil",
    ],
)
def test_logging_in_leads_to_this_site_only(site: Site, next: str) -> None:
    answer = site.visitor().log_in("ada@example.com", next=next)
    assert answer.status_code == 303
    assert answer.location == "/"


def test_logging_in_again_ends_the_session_before(site: Site, ada: Visitor) -> None:
    old = ada.client.get_cookie("jimu_session")
    assert old is not None
    page = ada.client.post(
        "/login", data={"csrf_token": ada.token, "email": "ada@example.com", "password": "correct horse battery"}
    )
    assert page.status_code == 303
    new = ada.client.get_cookie("jimu_session")
    assert new is not None
    assert new.value != old.value
    thief = site.visitor()
    thief.client.set_cookie("jimu_session", old.value)
    assert thief.get("/profile").status_code == 303


def test_an_address_by_id_does_not_tell_of_records_that_one_may_not_read(site: Site) -> None:
    nil = site.visitor("nil@example.com")
    known = nil.get(f"/r/{encode_id(site.makers['Acme'])}")
    unknown = nil.get("/r/0000000000001")
    assert (known.status_code, unknown.status_code) == (404, 404)
    assert url("maker", site.makers["Acme"]) not in known.text


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    visitor = site.visitor()
    answer = visitor.log_in("ada@example.com")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("jimu_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 22, "-1", "x", "²"])
def test_numbers_that_are_none_break_no_page(site: Site, ada: Visitor, number: str) -> None:
    maker = url("maker", site.create("maker", name="Numbered", city="Rome"))
    assert ada.get(f"{maker}/history?before={number[:1000]}").status_code == 200
    form = {"csrf_token": ada.token, "name": "Numbered", "_version": number}
    assert ada.client.post(f"{maker}/edit", data=form).status_code in (303, 409)
    assert ada.client.post(f"{maker}/edit", data={**form, "_base": "[" * 100_000}).status_code in (303, 409)
    assert ada.client.post(f"{maker}/state", data={**form, "_base": "[" * 100_000}).status_code == 200
