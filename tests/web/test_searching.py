"""The search over everything: the page, and what the command palette lists while one types."""

from __future__ import annotations

import re

from jimu.fieldtypes.ids import encode_id
from tests.web.site import Site, Visitor, url


def _palette(visitor: Visitor, **asked: str) -> str:
    response = visitor.get("/palette?" + "&".join(f"{k}={v}" for k, v in asked.items()))
    assert response.status_code == 200
    return response.text


def _options(html: str) -> list[str]:
    found = re.findall(r'<span class="palette-label">(.*?)</span>', html, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", label).strip() for label in found]


def test_the_palette_begins_with_what_was_looked_at_last(site: Site) -> None:
    site.user("Lea", "keeper")
    lea = site.visitor("lea@example.com")
    assert "Recently viewed" not in _palette(lea)
    maker = site.create("maker", name="Looked at works", city="Rome")
    data = {"csrf_token": lea.token, "record": encode_id(maker)}
    lea.client.post("/recent", data=data, headers={"X-Requested-With": "fetch"})
    html = _palette(lea)
    assert "Recently viewed" in html
    assert url("maker", maker) in html
    assert _options(html)[0] == "Looked at works"


def test_records_are_found_by_what_is_typed_and_the_words_are_marked(site: Site, ada: Visitor) -> None:
    maker = site.create("maker", name="Zebra & Sons", city="Oslo")
    html = _palette(ada, q="zebra")
    assert "<mark>Zebra</mark> &amp; Sons" in html
    assert url("maker", maker) in html


def test_a_type_narrows_the_search_to_one_object(site: Site, ada: Visitor) -> None:
    site.create("maker", name="Quagga mill", city="Oslo")
    site.create("thing", name="Quagga saddle")
    assert {"Quagga mill", "Quagga saddle"} <= set(_options(_palette(ada, q="quagga")))
    assert _options(_palette(ada, q="quagga", type="thing")) == ["Quagga saddle"]
    assert "Quagga saddle" in _options(_palette(ada, q="quagga", type="nowhere"))


def test_the_palette_says_where_the_words_were_found(site: Site, ada: Visitor) -> None:
    site.user("Otto", "keeper")
    html = _palette(ada, q="otto@example")
    assert _options(html) == ["Otto"]
    assert "E-mail: <mark>otto@example</mark>.com" in html


def test_commands_are_found_in_the_readers_language(site: Site, ada: Visitor) -> None:
    html = _palette(ada, q="dark")
    assert 'data-field="theme" data-value="dark"' in html
    assert "/o/thing/new" in _palette(ada, q="new thing")
    site.user("Pia", "keeper", language="zh-CN")
    assert 'data-value="dark"' in _palette(site.visitor("pia@example.com"), q="深色")


def test_who_may_not_read_finds_neither_records_nor_places(site: Site) -> None:
    site.create("maker", name="Unfindable works", city="Oslo")
    nil = site.visitor("nil@example.com")
    html = _palette(nil, q="unfindable") + nil.get("/search?q=unfindable").text + _palette(nil)
    assert "Unfindable" not in html.replace("“unfindable”", "")
    assert "/o/maker" not in html
    assert 'data-type="maker"' not in html


def test_the_search_page_works_without_scripts(site: Site, ada: Visitor) -> None:
    for n in range(7):
        site.create("maker", name=f"Narwhal yard {n}", city="Oslo")
    html = ada.get("/search?q=narwhal").text
    assert html.count("<mark>Narwhal</mark>") == 7
    assert 'href="/search?q=narwhal&amp;type=thing"' in html
    assert "Narwhal" not in ada.get("/search?q=narwhal&type=thing").text
    assert 'action="/search"' in ada.get("/search").text


def test_notifications_have_a_page_of_their_own(site: Site) -> None:
    site.user("Mo", "keeper")
    mo = site.visitor("mo@example.com")
    assert "<h1>Notifications</h1>" in mo.get("/notifications").text
    fragment = mo.client.get("/notifications", headers={"X-Requested-With": "fetch"}).text
    assert "<h1>" not in fragment
    assert "No notifications" in fragment
