"""Signing in with an OpenID provider, a real one on loopback: who comes in, and what of its tokens is refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from joserfc.jwk import RSAKey

from jimu.access.oidc import OidcClient, providers_of
from jimu.access.oidc.provider import Provider
from jimu.fieldtypes.ids import encode_id
from jimu.settings import Settings
from tests.web.oidc_provider import CLIENT, SECRET, StandIn, at, stand_in
from tests.web.site import Site, Visitor

OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)


@pytest.fixture
def provider(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with stand_in(site.runtime.clock) as made:
        environ = {
            "JIMU_OIDC_WORK_ISSUER": made.issuer,
            "JIMU_OIDC_WORK_CLIENT_ID": CLIENT,
            "JIMU_OIDC_WORK_CLIENT_SECRET": SECRET,
            "JIMU_OIDC_WORK_LABEL": "Work account",
            "JIMU_OIDC_WORK_ROLES": "makers=helper,bosses=keeper",
            "JIMU_OIDC_WORK_DOMAINS": "example.com",
            "JIMU_OIDC_WORK_CREATE_USERS": "yes",
            "JIMU_OIDC_WORK_DEFAULT_ROLES": "inside_out",
        }
        found = providers_of(Settings(oidc_providers="work"), environ)
        monkeypatch.setattr(
            site.runtime, "oidc_clients", {n: OidcClient(p) for n, p in found.items()}, raising=False
        )
        yield made


def person(name: str, **more: Any) -> dict[str, Any]:
    return {
        "sub": f"at-work-{name.lower()}", "email": f"{name.lower()}@example.com", "email_verified": True,
        "name": name, **more,
    }  # fmt: skip


def go_there(visitor: Visitor, path: str = "/login/with/work?next=/profile") -> str:
    """To the provider and back: the address at which the provider sends the browser back."""
    away = visitor.get(path)
    assert away.status_code == 303
    answer = requests.get(away.location, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    return str(answer.headers["Location"]).removeprefix("http://localhost")


def sign_in(site: Site, provider: StandIn, **claims: Any) -> tuple[Visitor, Any]:
    provider.person = claims
    visitor = site.visitor()
    return visitor, visitor.get(go_there(visitor))


def kinds(site: Site) -> list[tuple[str, str]]:
    with site.runtime.current.store.read() as transaction:
        return [(r.kind, r.text) for r in transaction.each_audit()]


def test_somebody_known_by_a_verified_address_comes_in_and_is_known_by_subject_then(
    site: Site, provider: StandIn
) -> None:
    site.user("Vera", "helper")
    assert "Work account" in site.visitor().get("/login").text
    visitor, answer = sign_in(site, provider, **person("Vera", groups=["makers"]))
    assert (answer.status_code, answer.location) == (303, "/profile")
    assert "vera@example.com" in visitor.get("/profile").text
    # The address has moved elsewhere meanwhile: the subject counts.
    again, answer = sign_in(site, provider, **person("Vera", email="other@example.com", groups=["makers"]))
    assert answer.status_code == 303
    assert "vera@example.com" in again.get("/profile").text


def test_groups_give_and_take_the_roles_that_the_provider_speaks_of_and_no_others(
    site: Site, provider: StandIn
) -> None:
    id = site.user("Rita", "keeper", "hirer")
    sign_in(site, provider, **person("Rita", groups=["makers", "unheard of"]))
    assert sorted(site.record("user", id).values["roles"]) == ["helper", "hirer"]
    sign_in(site, provider, **person("Rita", groups=[]))
    assert site.record("user", id).values["roles"] == ["hirer"]


def test_who_has_no_account_gets_one_where_the_provider_may_make_them(site: Site, provider: StandIn) -> None:
    _visitor, answer = sign_in(site, provider, **person("Newt", groups=["makers"]))
    assert answer.status_code == 303
    made = site.record("user", site.ids("user")["Newt"])
    assert (made.values["email"], made.values["roles"]) == ("newt@example.com", ["helper"])
    assert ("account.linked", "work") in kinds(site)


@pytest.mark.parametrize("changes", [
    {"email_verified": False}, {"email_verified": None}, {"email": None}, {"email": "eve@elsewhere.org"},
    {"aud": "somebody else"}, {"iss": "http://127.0.0.1:1"}, {"nonce": "another"}, {"nonce": None}, {"sub": None},
    {"aud": [CLIENT, "other"]}, {"exp": -120}, {"exp": None}, {"iat": 3600}, {"sub": ""},
])  # fmt: skip
def test_a_token_that_is_not_all_it_must_be_opens_nothing(
    site: Site, provider: StandIn, changes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    moments = {n: at(site.runtime.clock, v) for n, v in changes.items() if n in ("exp", "iat") and v is not None}
    provider.changes = {**changes, **moments}
    with caplog.at_level(logging.ERROR):
        visitor, answer = sign_in(site, provider, **person("Ada"))
    assert answer.status_code == 401
    assert "did not work" in answer.text
    assert visitor.get("/profile").status_code == 303
    assert kinds(site)[-1][0] == "login.refused"


@pytest.mark.parametrize("way", ["other key", "none", "shared secret"])
def test_a_token_that_the_provider_did_not_sign_opens_nothing(site: Site, provider: StandIn, way: str) -> None:
    from joserfc.jwk import OctKey

    if way == "other key":
        provider.signing_key = OTHER_KEY
    elif way == "shared secret":
        provider.header = {"alg": "HS256", "kid": "one"}
        provider.signing_key = OctKey.import_key(SECRET * 2)  # type: ignore[assignment]
    else:
        provider.header = {"alg": "none"}
    _, answer = sign_in(site, provider, **person("Ada"))
    assert answer.status_code == 401


def test_what_comes_back_belongs_to_the_browser_that_began_and_is_good_once(site: Site, provider: StandIn) -> None:
    provider.person = person("Ada")
    mine, other = site.visitor(), site.visitor()
    back = go_there(mine)
    assert other.get(back).status_code == 401
    go_there(other)
    assert other.get(back).status_code == 401
    assert mine.get(back.replace("state=", "state=x")).status_code == 401
    back = go_there(mine)
    assert mine.get(back).status_code == 303
    fresh = site.visitor()
    fresh.client.set_cookie("jimu_oidc", "")
    assert fresh.get(back).status_code == 401


def test_keys_that_the_provider_changed_are_fetched_anew(site: Site, provider: StandIn) -> None:
    assert sign_in(site, provider, **person("Ada"))[1].status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "two"}, auto_kid=False)
    provider.header = {"alg": "RS256", "kid": "two"}
    assert sign_in(site, provider, **person("Ada"))[1].status_code == 303


def test_an_account_is_linked_and_unlinked_in_the_profile(site: Site, provider: StandIn) -> None:
    site.user("Lena", "helper")
    lena = site.visitor("lena@example.com")
    provider.person = {"sub": "private", "email_verified": False}
    assert lena.get("/login/with/work?link=0000").status_code == 400
    assert lena.get(go_there(lena, f"/login/with/work?link={lena.token}")).location == "/profile#identities"
    assert sign_in(site, provider, sub="private")[1].status_code == 303
    site.user("Mona", "helper")
    mona = site.visitor("mona@example.com")
    assert "belongs to somebody else" in mona.get(
        go_there(mona, f"/login/with/work?link={mona.token}"), follow_redirects=True
    ).text
    action = next(a for a in _forms(lena) if a.endswith("/unlink"))
    assert lena.fill("/profile", {}, action).status_code == 303
    assert sign_in(site, provider, sub="private")[1].status_code == 401


def _forms(visitor: Visitor) -> list[str]:
    from tests.web.site import forms_of

    return forms_of(visitor.get("/profile").text)


def test_a_second_factor_is_asked_for_unless_the_provider_did_and_is_believed(site: Site, provider: StandIn) -> None:
    site.user("Gus", "guarded")
    _, answer = sign_in(site, provider, **person("Gus", amr=["pwd", "mfa"]))
    assert answer.location.startswith("/login/step")
    client = site.runtime.oidc_clients["work"]
    trusting = {f: getattr(client.provider, f) for f in Provider.__slots__} | {"trust_factors": True}
    site.runtime.oidc_clients["work"] = OidcClient(Provider(**trusting))
    assert sign_in(site, provider, **person("Gus", amr=["pwd", "mfa"]))[1].location == "/profile"
    assert sign_in(site, provider, **person("Gus", amr=["pwd"]))[1].location.startswith("/login/step")


def test_who_is_shut_out_does_not_come_in_by_the_provider(site: Site, provider: StandIn) -> None:
    id = site.user("Olaf", "helper")
    assert sign_in(site, provider, **person("Olaf", groups=["makers"]))[1].status_code == 303
    site.update("user", id, active=False)
    assert sign_in(site, provider, **person("Olaf", groups=["makers"]))[1].status_code == 401
    assert encode_id(id)


def test_wrong_settings_are_named() -> None:
    settings = Settings(oidc_providers="work")
    good = {"JIMU_OIDC_WORK_ISSUER": "https://id.example.com", "JIMU_OIDC_WORK_CLIENT_ID": "x"}
    for environ, part in (
        ({}, "JIMU_OIDC_WORK_ISSUER"),
        ({**good, "JIMU_OIDC_WORK_ISSUER": "http://id.example.com"}, "https"),
        ({**good, "JIMU_OIDC_WORK_ROLES": "nonsense"}, "JIMU_OIDC_WORK_ROLES"),
    ):
        with pytest.raises(ValueError, match=part):
            providers_of(settings, environ)
    assert providers_of(settings, good)["work"].label == "Work"
