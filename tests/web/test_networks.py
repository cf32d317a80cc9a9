"""Only from networks that the settings name: pages, API and log-in, and behind proxies by the visitor's address."""

from __future__ import annotations

import dataclasses

import pytest
from flask.testing import FlaskClient

from jimu.access import accounts
from jimu.app import create_app
from tests.web.site import Site


@pytest.fixture
def client(site: Site, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Behind one proxy, for the networks 10.0.0.0/8 alone."""
    settings = dataclasses.replace(site.runtime.settings, allowed_addresses="10.0.0.0/8", trusted_proxies=1)
    monkeypatch.setattr(site.runtime, "settings", settings)
    return create_app(settings, site.runtime).test_client()


def test_who_comes_from_elsewhere_sees_not_even_the_log_in_page(site: Site, client: FlaskClient) -> None:
    assert client.get("/login", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 200
    for seen in ("8.8.8.8", "10.1.2.3, 8.8.8.8", ""):
        assert client.get("/login", headers={"X-Forwarded-For": seen}).status_code == 403, seen
    assert client.get("/healthz", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 200


def test_a_token_opens_nothing_from_elsewhere_and_says_where_it_was_used(site: Site, client: FlaskClient) -> None:
    store, ada = site.runtime.current.store, site.ids("user")["Ada"]
    made = accounts.create_token(
        store, ada, accounts.TokenWish("job"), accounts.by_system(site.runtime.clock())
    )
    bearer = {"Authorization": f"Bearer {made.secret}"}
    refused = client.get("/api/v1/records/thing", headers={**bearer, "X-Forwarded-For": "8.8.8.8"})
    assert refused.status_code == 403
    assert "8.8.8.8" in refused.json["message"]
    assert client.get("/api/v1/records/thing", headers={**bearer, "X-Forwarded-For": "10.9.9.9"}).status_code == 200
    assert next(t for t in accounts.list_tokens(store, ada) if t.id == made.id).address == "10.9.9.9"


def test_links_carry_the_public_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = dataclasses.replace(site.runtime.settings, public_url="https://crm.example.com/")
    monkeypatch.setattr(site.runtime, "settings", settings)
    ada = site.visitor("ada@example.com")
    made = ada.fill("/admin/users/new", {"name": "Lin", "email": "lin@example.com", "how": "link"})
    assert "https://crm.example.com/welcome?key=" in made.text


def test_networks_that_cannot_be_read_are_told_at_the_start(site: Site) -> None:
    settings = dataclasses.replace(site.runtime.settings, allowed_addresses="the office")
    with pytest.raises(ValueError, match="JIMU_ALLOWED_ADDRESSES"):
        create_app(settings, site.runtime)
