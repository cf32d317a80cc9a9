"""Seeing with another's eyes: what they see, nothing written, nothing private, every page noted, nobody mightier."""

from __future__ import annotations

import pytest

from jimu.access.audit import verify_audit
from jimu.fieldtypes.ids import encode_id
from tests.web.site import Site, Visitor, forms_of, url


def start(visitor: Visitor, user: int) -> int:
    return visitor.client.post(f"/users/{encode_id(user)}/view-as", data={"csrf_token": visitor.token}).status_code


def token_of(visitor: Visitor) -> str:
    """From a page that may be seen with another's eyes."""
    html = visitor.get("/").text
    return html.partition('<meta name="csrf-token" content="')[2].partition('"')[0]


def entries(site: Site, group: str) -> list[tuple[str, int | None, int | None, str]]:
    with site.runtime.current.store.read() as transaction:
        assert verify_audit(transaction, site.runtime.secret_key).is_whole
        rows = [r for r in transaction.each_audit() if r.kind.startswith(group)]
    return [(r.kind, r.actor, r.behind, r.text) for r in rows]


def test_one_sees_what_they_see_and_stops(site: Site, ada: Visitor) -> None:
    bob, own = site.ids("user")["Bob"], site.ids("user")["Ada"]
    thing = site.create("thing", name="Saw", cost="12.34")
    assert "12.34" in ada.get(url("thing", thing)).text
    page = f"/users/{encode_id(bob)}/view-as"
    assert page in forms_of(ada.get(f"/admin/users/{encode_id(bob)}").text)
    assert page in forms_of(ada.get(url("user", bob)).text)
    assert "view-as" not in ada.get(url("user", own)).text
    assert "view-as" not in site.visitor("bob@example.com").get(url("user", own)).text
    assert start(ada, bob) == 303
    html = ada.get(url("thing", thing)).text
    assert "Saw" in html
    assert "12.34" not in html
    assert "/view-as/stop" in forms_of(html)
    assert ada.get("/admin/users").status_code == 403
    assert ada.client.post("/view-as/stop", data={"csrf_token": token_of(ada)}).status_code == 303
    assert "12.34" in ada.get(url("thing", thing)).text
    noted = entries(site, "view_as.")
    assert noted[0] == ("view_as.begun", own, None, "")
    assert ("view_as.page", bob, own, url("thing", thing)) in noted
    assert noted[-1] == ("view_as.ended", bob, own, "")


def test_nothing_is_written_and_nothing_private_is_shown(site: Site, ada: Visitor) -> None:
    thing = site.create("thing", name="Plane")
    assert start(ada, site.ids("user")["Bob"]) == 303
    token = {"csrf_token": token_of(ada)}
    for path in (url("thing", thing, "/edit"), "/preferences", "/password", "/o/thing/new", "/me/sessions/end"):
        assert ada.client.post(path, data={**token, "name": "Other", "theme": "dark"}).status_code == 403, path
    for path in ("/profile", "/me/tokens", "/me/second-factor"):
        assert ada.get(path).status_code == 403, path
    assert ada.get("/api/v1/records/thing").status_code == 403
    assert site.record("thing", thing).title == "Plane"
    assert ada.client.post("/logout", data=token).status_code == 303


def test_nobody_looks_with_the_eyes_of_the_mightier_or_without_the_right(site: Site) -> None:
    peeper = site.user("Peeper", "hirer")
    visitor = site.visitor("peeper@example.com")
    assert start(visitor, site.ids("user")["Bob"]) == 403
    site.update("user", peeper, roles=["hirer", "peeper"])
    assert start(visitor, site.ids("user")["Ada"]) == 403
    assert start(visitor, peeper) == 403
    assert start(visitor, site.ids("user")["Bob"]) == 303


def test_it_ends_when_the_right_or_the_person_goes(site: Site) -> None:
    looker, seen = site.user("Looker", "hirer", "peeper"), site.user("Seen", "helper")
    visitor = site.visitor("looker@example.com")
    assert start(visitor, seen) == 303
    assert "what Seen sees" in visitor.get("/").text
    site.update("user", seen, active=False)
    assert "what Seen sees" not in visitor.get("/").text
    site.update("user", seen, active=True)
    site.update("user", looker, roles=["hirer"])
    assert "what Seen sees" not in visitor.get("/").text


@pytest.mark.parametrize("address, status", [("10.1.2.3", 200), ("2001:db8::7", 200), ("8.8.8.8", 403)])
def test_a_role_may_be_bound_to_networks(site: Site, address: str, status: int) -> None:
    name = f"In{address.replace('.', '').replace(':', '')}"
    site.user(name, "inside")
    visitor = site.visitor()
    visitor.log_in(f"{name.lower()}@example.com")
    assert visitor.get("/profile", environ_overrides={"REMOTE_ADDR": address}).status_code == status
    assert bool(entries(site, "access.refused_address")) or status == 200


def test_it_begins_at_a_record_and_leads_back_to_it(site: Site, ada: Visitor) -> None:
    bob, own = encode_id(site.ids("user")["Bob"]), encode_id(site.ids("user")["Ada"])
    record = url("maker", site.makers["Acme"])
    asked = f"/users/{bob}/view-as"
    assert asked in forms_of(ada.get(f"{record}/why?user={bob}").text)
    assert f"/users/{own}/view-as" not in forms_of(ada.get(f"{record}/why").text), "not oneself"
    begun = ada.client.post(asked, data={"csrf_token": ada.token, "next": record})
    assert (begun.status_code, begun.headers["Location"]) == (303, record)
    assert ada.client.post("/view-as/stop", data={"csrf_token": token_of(ada)}).status_code == 303
