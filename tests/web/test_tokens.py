"""API tokens: one's own, and everybody's."""

from __future__ import annotations

import re

from jimu.access import accounts
from tests.web.site import Site, Visitor
from tests.web.test_admin_users import post, secret_in


def test_a_token_is_made_shown_once_used_and_revoked(site: Site, ada: Visitor) -> None:
    made = ada.fill("/me/tokens", {"name": "reports", "days": "30", "reach": "all"})
    assert made.status_code == 201
    secret = secret_in(made.text)
    assert secret not in ada.get("/me/tokens").text
    bearer = {"Authorization": f"Bearer {secret}"}
    assert site.visitor().get("/api/v1/records/maker", headers=bearer).status_code == 200
    number = re.findall(r"/me/tokens/(\d+)/revoke", ada.get("/me/tokens").text)[0]
    assert post(ada, f"/me/tokens/{number}/revoke").status_code == 303
    assert site.visitor().get("/api/v1/records/maker", headers=bearer).status_code == 401


def test_scopes_of_a_token_hold(site: Site, ada: Visitor) -> None:
    made = ada.fill("/me/tokens", {"name": "look", "reach": "some", "scope": ["read:maker"]})
    bearer = {"Authorization": f"Bearer {secret_in(made.text)}"}
    client = site.visitor()
    assert client.get("/api/v1/records/maker", headers=bearer).status_code == 200
    assert client.get("/api/v1/records/thing", headers=bearer).status_code in (403, 404)
    refused = client.client.post("/api/v1/records/maker", json={"name": "No"}, headers=bearer)
    assert refused.status_code == 403


def test_a_token_without_a_name_or_with_no_scope_is_refused(ada: Visitor) -> None:
    assert ada.fill("/me/tokens", {"name": " "}).status_code == 422
    assert ada.fill("/me/tokens", {"name": "x", "reach": "some"}).status_code == 422
    assert ada.fill("/me/tokens", {"name": "x", "reach": "some", "scope": ["nonsense"]}).status_code == 422


def test_nobody_revokes_the_token_of_another_by_the_own_page(site: Site, ada: Visitor, bob: Visitor) -> None:
    ada.fill("/me/tokens", {"name": "safe"})
    number = re.findall(r"/me/tokens/(\d+)/revoke", ada.get("/me/tokens").text)[0]
    assert post(bob, f"/me/tokens/{number}/revoke").status_code == 404
    assert f"/me/tokens/{number}/revoke" in ada.get("/me/tokens").text


def test_the_list_of_all_tokens_revokes_any_but_those_of_the_mightier(site: Site, ada: Visitor) -> None:
    store, by = site.runtime.current.store, accounts.by_system(site.runtime.clock())
    small = accounts.create_token(store, site.user("Tom", "helper"), accounts.TokenWish("of tom"), by)
    mighty = accounts.create_token(store, site.user("Max", "keeper"), accounts.TokenWish("of max"), by)
    site.user("Hilda", "hirer")
    hilda = site.visitor("hilda@example.com")
    assert "of tom" in hilda.get("/admin/tokens").text
    assert post(hilda, f"/admin/tokens/{mighty.id}/revoke").status_code == 403
    assert post(hilda, f"/admin/tokens/{small.id}/revoke").status_code == 303
    assert post(hilda, f"/admin/tokens/{small.id}/revoke").status_code == 404
    assert post(ada, f"/admin/tokens/{mighty.id}/revoke").status_code == 303
