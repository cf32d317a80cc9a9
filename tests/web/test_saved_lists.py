"""Lists that people keep: saving, sharing with roles, changing, deleting, which one comes first; and whose they are."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from jimu.records import read, write
from jimu.records.commands import Delete
from jimu.records.requests import ListRequest
from jimu.web.pages.list_conditions import Condition
from tests.web.site import Site, Visitor


@pytest.fixture(scope="module", autouse=True)
def things(site: Site) -> None:
    for n in range(12):
        site.create("thing", name=f"Thing {n:02}", pieces=n, state="sold" if n % 5 == 0 else "draft", cost=n * 100)


@pytest.fixture(autouse=True)
def nothing_kept(site: Site) -> None:
    for record in kept(site):
        write.write(Delete("saved_list", record.id), site.system)


def kept(site: Site) -> list[Any]:
    return read.list_records(ListRequest("saved_list", order=("id",), limit=100), site.system).records


def post(visitor: Visitor, path: str, **data: Any) -> Any:
    return visitor.client.post(path, data={"csrf_token": visitor.token, **data})


def save(visitor: Visitor, name: str, *conditions: Condition, shared_with: tuple[str, ...] = (), **asked: str) -> str:
    """The key of a list saved from a page that asks for ``conditions``."""
    query = urlencode([*(("f", c.text) for c in conditions), *asked.items()])
    answer = post(visitor, f"/o/thing/lists?{query}", name=name, shared_with=list(shared_with))
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)["list"][0]


def names(text: str) -> list[str]:
    return re.findall(r'cell-title"[^>]*><a href="[^"]*">([^<]*)<', text)


def shown(visitor: Visitor, **args: str) -> str:
    answer = visitor.get("/o/thing?" + urlencode(args))
    assert answer.status_code == 200
    return html.unescape(answer.text)


def switcher(text: str) -> list[str]:
    menu = text[text.index("page-head") : text.index("page-head-actions")]
    return re.findall(r'<a class="menu-entry"[^>]*>.*?<span>([^<]*)</span>', menu, re.DOTALL)


def test_what_a_page_shows_is_saved_as_a_list_and_shown_again(ada: Visitor) -> None:
    key = save(ada, "Many", Condition("pieces", "ge", ("9",)), where="state == 'draft'", sort="-pieces", group="-")
    text = shown(ada, list=key)
    assert names(text) == ["Thing 11", "Thing 09"]
    assert "<title>Many" in text
    assert "State is one of Draft" in text
    assert "Pieces is at least 9" in text
    assert "list-changed" not in text
    assert "Many" in switcher(shown(ada))


def test_a_list_made_from_another_keeps_its_condition(ada: Visitor) -> None:
    key = save(ada, "Few sold", Condition("pieces", "le", ("5",)), list="thing_sold", sort="name")
    assert names(shown(ada, list=key)) == ["Thing 00", "Thing 05"]


def test_a_changed_list_is_saved_or_left_as_it_was(ada: Visitor) -> None:
    key = save(ada, "Mine", Condition("pieces", "ge", ("9",)))
    changed = {"list": key, "where": "pieces >= 11"}
    text = shown(ada, **changed)
    assert names(text) == ["Thing 11"]
    assert "list-changed" in text
    assert names(shown(ada, list=key)) == ["Thing 09", "Thing 10", "Thing 11"]
    assert len(names(shown(ada, list=key, where=""))) == 12, "without its filter"
    assert post(ada, f"/o/thing/lists/{key}?{urlencode(changed)}").status_code == 303
    assert names(shown(ada, list=key)) == ["Thing 11"]


def test_a_list_is_shared_with_a_role_and_taken_back(site: Site, ada: Visitor, bob: Visitor) -> None:
    key = save(ada, "For helpers", Condition("pieces", "ge", ("10",)), shared_with=("helper",))
    text = shown(bob)
    assert "For helpers" in switcher(text)
    assert names(shown(bob, list=key)) == ["Thing 10", "Thing 11"]
    nil = site.visitor("nil@example.com")
    assert nil.get(f"/api/v1/records/saved_list/{key}").status_code in (401, 404)
    assert post(ada, f"/o/thing/lists/{key}/settings", name="Mine again").status_code == 303
    assert "Mine again" not in switcher(shown(bob))
    assert len(names(shown(bob, list=key))) == 12, "what is not there for me is the list that comes first"


def test_personal_lists_are_seen_by_nobody_else(site: Site, ada: Visitor, bob: Visitor) -> None:
    save(bob, "Bob's own", Condition("pieces", "ge", ("10",)))
    assert "Bob's own" in switcher(shown(bob))
    assert "Bob's own" not in shown(ada), "not even by who may read everything"


@pytest.mark.parametrize("path", ["", "/settings", "/delete"])
def test_lists_of_others_cannot_be_changed(site: Site, ada: Visitor, bob: Visitor, path: str) -> None:
    key = save(ada, "Ada's", shared_with=("helper",))
    assert post(bob, f"/o/thing/lists/{key}{path}", name="Bob's now").status_code == 404
    assert [r.values["name"] for r in kept(site)] == ["Ada's"]
    text = shown(bob, list=key)
    assert "Rename and share" not in text
    assert "Save as" in text


def test_a_shared_list_shows_nothing_that_its_reader_may_not_see(ada: Visitor, bob: Visitor) -> None:
    assert (
        post(ada, "/o/thing/lists/arrange", list="thing", looks='{"columns":["name","cost","pieces"]}').status_code
        == 303
    )
    key = save(ada, "With cost", sort="-cost", shared_with=("helper",))
    post(ada, "/o/thing/lists/arrange", list="thing", looks="{}")
    assert 'data-field="cost"' in shown(ada, list=key)
    text = shown(bob, list=key)
    assert "cost" not in re.findall(r'<th scope="col"[^>]* data-field="([^"]*)"', text)
    assert len(names(text)) == 12, "the order by what it costs is left out"


def test_a_shared_filter_over_hidden_fields_says_so_and_does_not_tell(ada: Visitor, bob: Visitor) -> None:
    key = save(ada, "Dear ones", Condition("cost", "ge", ("1000",)), shared_with=("helper",))
    assert names(shown(ada, list=key)) == ["Thing 10", "Thing 11"]
    text = shown(bob, list=key)
    assert names(text) == []
    assert "This list filters by something that you may not see." in text
    main = text[text.index("<main") : text.index("</main")]
    assert '"tree":null,"formula":""' in main
    assert "cost" not in main.replace("costs", "")
    assert "1000" not in re.sub(r"<script.*?</script>", "", main, flags=re.DOTALL)


def test_the_list_that_comes_first_is_ones_own_choice(ada: Visitor, bob: Visitor) -> None:
    key = save(ada, "First of all", Condition("pieces", "ge", ("11",)), shared_with=("helper",))
    assert post(ada, "/o/thing/lists/first", list=key).status_code == 303
    assert names(shown(ada)) == ["Thing 11"]
    assert len(names(shown(bob))) == 12
    assert len(names(shown(ada, list="thing"))) == 12, "the others are still there"
    assert post(ada, "/o/thing/lists/first", list="thing_sold").status_code == 303
    assert set(names(shown(ada))) == {"Thing 00", "Thing 05", "Thing 10"}
    assert post(ada, "/o/thing/lists/first", list="").status_code == 303
    assert len(names(shown(ada))) == 12
    assert post(ada, "/o/thing/lists/first", list="nothing").status_code == 404


def test_a_role_has_a_list_that_comes_first(site: Site) -> None:
    helper = site.visitor("bob@example.com")
    assert len(names(html.unescape(helper.get("/o/maker").text))) == 2
    assert "Makers of helpers" in html.unescape(helper.get("/o/maker").text)
    keeper = html.unescape(site.visitor("ada@example.com").get("/o/maker").text)
    assert "Makers of helpers" not in keeper


def test_a_deleted_list_is_gone_for_all(site: Site, ada: Visitor, bob: Visitor) -> None:
    key = save(ada, "Short lived", shared_with=("helper",))
    assert post(ada, f"/o/thing/lists/{key}/delete").status_code == 303
    assert kept(site) == []
    assert "Short lived" not in switcher(shown(bob))


def test_lists_are_kept_only_by_forms_of_our_own_and_with_a_name(site: Site, ada: Visitor) -> None:
    assert ada.client.post("/o/thing/lists", data={"name": "Forged"}).status_code in (400, 403)
    assert post(ada, "/o/thing/lists", name="  ").status_code == 400
    assert post(ada, "/o/thing/lists?f=" + Condition("pieces", "ge", ("many",)).text, name="Wrong").status_code == 400
    assert post(ada, "/o/thing/lists/arrange", list="thing", looks="[]").status_code == 400
    assert site.visitor("nil@example.com").get("/o/thing").status_code == 404
    assert kept(site) == []
