"""The frame around pages: titles, looks, error pages, what makes the site an app, the page of components."""

from __future__ import annotations

import re
import struct

import pytest

from jimu.web.markup import attributes, marked, padded, tint_of
from tests.web.site import Site, Visitor, url


def title_of(html: str) -> str:
    found = re.search(r"<title>(.*?)</title>", html)
    assert found
    return found[1]


def test_the_title_names_record_object_and_workspace(site: Site, ada: Visitor) -> None:
    assert title_of(ada.get(url("maker", site.makers["Acme"])).text) == "Acme · Makers · Workshop"
    assert title_of(ada.get("/profile").text) == "Profile · Workshop"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"theme": "contrast"}, 'data-contrast="more"'),
        ({"theme": "dark"}, 'data-bs-theme="dark"'),
        ({"density": "compact"}, 'data-density="compact"'),
    ],
)
def test_looks_are_the_users_own_and_there_at_the_first_byte(site: Site, choice: dict[str, str], expected: str) -> None:
    name = f"Look{next(iter(choice.values()))}"
    site.user(name, "keeper")
    visitor = site.visitor(f"{name.lower()}@example.com")
    assert expected not in visitor.get("/profile").text.split("<head>")[0]
    visitor.client.post("/preferences", data={"csrf_token": visitor.token, **choice})
    assert expected in visitor.get("/profile").text.split("<head>")[0]


def test_a_theme_that_there_is_not_is_not_taken(site: Site, ada: Visitor) -> None:
    ada.client.post("/preferences", data={"csrf_token": ada.token, "theme": '"><script>'})
    assert '"><script>' not in ada.get("/profile").text


def test_only_who_configures_sees_the_page_of_components(site: Site, ada: Visitor, bob: Visitor) -> None:
    shown = ada.get("/design")
    assert shown.status_code == 200
    for part in ("buttons", "menus", "chips", "fields", "messages", "waiting", "around"):
        assert f'id="{part}"' in shown.text
    assert bob.get("/design").status_code == 403


@pytest.mark.parametrize(("locale", "word"), [("en", "Buttons"), ("zh-CN", "按钮"), ("zh-TW", "按鈕")])
def test_the_page_of_components_speaks_every_language(site: Site, locale: str, word: str) -> None:
    email = f"looker{locale.lower().replace('-', '')}"
    site.user(email, "keeper", language=locale)
    html = site.visitor(f"{email}@example.com").get("/design").text
    assert f'lang="{locale}"' in html
    assert f">{word}</h2>" in html


def test_an_error_page_says_under_which_number_the_log_has_it(site: Site, ada: Visitor) -> None:
    answer = ada.get("/nowhere")
    assert answer.status_code == 404
    number = answer.headers["X-Request-ID"]
    assert number
    assert number in answer.text
    assert 'href="/search"' in answer.text


def test_who_may_not_is_told_the_own_roles_and_nothing_else(site: Site, bob: Visitor) -> None:
    answer = bob.get("/design")
    assert answer.status_code == 403
    assert "Your roles: Helper" in answer.text
    assert "Keeper" not in answer.text


def test_a_wrong_method_has_a_page_too(site: Site, ada: Visitor) -> None:
    answer = ada.get("/logout")
    assert answer.status_code == 405
    assert "only takes what a form sends" in answer.text


def test_the_site_can_be_put_on_a_home_screen_before_anybody_logs_in(site: Site) -> None:
    stranger = site.visitor()
    manifest = stranger.get("/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    assert manifest.get_json(force=True)["name"] == "Workshop"
    for entry in manifest.get_json(force=True)["icons"]:
        picture = stranger.get(entry["src"])
        assert picture.status_code == 200
        assert picture.mimetype == entry["type"]
        if entry["type"] == "image/png":
            assert struct.unpack(">II", picture.data[16:24]) == tuple(int(n) for n in entry["sizes"].split("x"))


def test_an_icon_of_another_size_is_not_made(site: Site) -> None:
    for size in ("100000", "-1", "x"):
        assert struct.unpack(">I", site.visitor().get(f"/icon-{size}.png").data[16:20]) == (180,)


def test_attributes_come_from_keywords_and_are_escaped() -> None:
    made = attributes({"data_key": 'a"b<', "disabled": True, "hidden": False, "title": None}, type="button")
    assert made == ' type="button" data-key="a&#34;b&lt;" disabled'


def test_matched_words_are_marked_and_the_rest_escaped() -> None:
    assert marked("<b>Acme</b> 上海", "acm 上海") == "&lt;b&gt;<mark>Acm</mark>e&lt;/b&gt; <mark>上海</mark>"
    assert marked("a.c abc", "a.c") == "<mark>a.c</mark> abc"
    assert marked("Acme", " ") == "Acme"


def test_a_name_keeps_its_colour() -> None:
    assert tint_of("李娜") == tint_of("李娜")
    assert {tint_of(str(n)) for n in range(200)} == set(range(8))


def test_short_rows_are_filled_up() -> None:
    assert padded([("a", "b"), ("c", "d", "e")], 3) == [("a", "b", ""), ("c", "d", "e")]
