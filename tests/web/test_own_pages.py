"""Profile, preferences, password; the frame."""

from __future__ import annotations

from tests.web.site import PASSWORD, Site, Visitor


def test_the_language_chosen_is_kept_with_the_user(site: Site) -> None:
    site.user("Lin", "keeper")
    lin = site.visitor("lin@example.com")
    lin.client.post(
        "/preferences", data={"language": "zh-TW", "theme": "dark", "time_zone": "Asia/Taipei", "csrf_token": lin.token}
    )
    elsewhere = site.visitor("lin@example.com").get("/o/thing").text
    assert '<html lang="zh-TW" data-theme-setting="dark"' in elsewhere
    assert "廠商" in elsewhere


def test_a_changed_password_ends_the_other_sessions(site: Site) -> None:
    site.user("Kim", "keeper")
    here, there = site.visitor("kim@example.com"), site.visitor("kim@example.com")
    refused = here.fill("/profile", {"old": "wrong", "new": "another long password"}, "/password")
    assert refused.status_code == 422
    assert "This is not your password." in refused.text
    short = here.fill("/profile", {"old": PASSWORD, "new": "short"}, "/password")
    assert short.status_code == 422
    assert here.fill("/profile", {"old": PASSWORD, "new": "another long password"}, "/password").status_code == 303
    assert here.get("/profile").status_code == 200
    assert there.get("/profile").status_code == 303
    assert site.visitor().log_in("kim@example.com", "another long password").status_code == 303


def test_the_frame_shows_the_app_and_where_one_is(ada: Visitor) -> None:
    html = ada.get("/o/maker").text
    assert ">Shop<" in html
    assert 'href="/o/maker" aria-current="page"' in html
    assert 'href="/o/thing?list=thing_sold"' in html


def test_an_app_begins_with_its_first_entry(ada: Visitor) -> None:
    assert ada.get("/app/shop").location == "/o/thing"
    assert ada.get("/app/nothing").status_code == 404
