"""Lists that people arrange: columns, several orders, groups with sums, colours, totals, and a look at a record."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from jimu.fieldtypes.ids import encode_id
from jimu.records import read
from jimu.records.requests import ListRequest
from jimu.web.pages.list_conditions import Condition
from tests.web.site import Site, Visitor

FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture(scope="module", autouse=True)
def things(site: Site) -> None:
    for n in range(30):
        site.create(
            "thing",
            name=f"Thing {n:02}",
            pieces=n,
            state="sold" if n % 5 == 0 else "draft",
            ready=n % 2 == 0,
            maker=site.makers["Acme" if n < 20 else "Globex"],
            cost=n * 100,
            cost_currency="USD" if n % 3 == 0 else "CNY",
            made_on=f"2026-0{n % 3 + 1}-11",
            margin=n,
            uses=[*(["road"] if n < 10 else []), *(["home"] if n < 15 else [])],
        )


def names(text: str) -> list[str]:
    return re.findall(r'cell-title"[^>]*><a href="[^"]*">([^<]*)<', text)


def page(visitor: Visitor, *conditions: Condition, object: str = "thing", **more: Any) -> str:
    query = urlencode([*(("f", c.text) for c in conditions), *more.items()])
    answer = visitor.get(f"/o/{object}?{query}")
    assert answer.status_code == 200, answer.text[-2000:]
    return html.unescape(answer.text)


def groups(text: str) -> list[tuple[str, int]]:
    heads = re.findall(r'class="group-toggle".*?</a>', text, re.DOTALL)
    found = []
    for head in heads:
        name = re.search(r'(?:group-name|badge-choice [\w-]+)">([^<]*)<', head)
        count = re.search(r'group-count">(\d+)<', head)
        assert name, head
        assert count, head
        found.append((name[1], int(count[1])))
    return found


def sums(text: str) -> list[str]:
    return [s.replace("\xa0", " ") for s in re.findall(r'class="group-sum">([^<]*)<', text)]


def arrange(visitor: Visitor, looks: dict[str, Any], list: str = "thing") -> int:
    data = {"list": list, "looks": json.dumps(looks), "csrf_token": visitor.token}
    return visitor.client.post("/o/thing/lists/arrange", data=data, headers=FETCH).status_code


def heads(text: str) -> list[str]:
    return re.findall(r'<th scope="col"[^>]* data-field="([^"]*)"', text)


def test_columns_are_chosen_and_ordered_for_oneself_and_given_back(ada: Visitor, site: Site) -> None:
    before = heads(page(ada))
    looks = {"columns": ["pieces", "name", "maker.city", "maker.owner"], "widths": {"name": 222}, "freeze": 2}
    assert arrange(ada, looks) == 200
    text = page(ada)
    assert heads(text) == ["pieces", "name", "maker.city", "maker.owner"]
    assert '"widths":{"name":222}' in text
    assert 'data-freeze="2"' in text
    assert "Paris" in text
    assert re.search(r'data-field="maker.owner"><a href="/o/user/\w+">Ada<', text), "people two steps away have names"
    assert heads(page(site.visitor("bob@example.com"))) != heads(text), "others see the list as it is"
    assert arrange(ada, {"density": "compact"}) == 200
    assert 'data-density="compact"' in page(ada)
    assert heads(page(ada)) == ["pieces", "name", "maker.city", "maker.owner"], "one choice leaves the others alone"
    assert arrange(ada, {}) == 200
    assert heads(page(ada)) == before
    assert 'data-density="comfortable"' in page(ada)


def test_a_column_may_lie_two_lookups_away(ada: Visitor) -> None:
    assert arrange(ada, {"columns": ["name", "maker.owner.email", "maker.owner.name", "maker.city"]}) == 200
    text = page(ada)
    assert heads(text) == ["name", "maker.owner.email", "maker.owner.name", "maker.city"]
    assert re.search(r'data-field="maker.owner.email"><a href="mailto:ada@example.com">', text)
    assert re.search(r'data-field="maker.owner.name">Ada<', text)
    offered = ada.get("/o/thing/fields?through=maker.owner&purpose=column", headers=FETCH).get_json()["fields"]
    assert "maker.owner.email" in [field["path"] for field in offered]
    assert arrange(ada, {}) == 200


@pytest.mark.parametrize(
    "looks",
    [
        {"columns": ["cost", "nothing", "key", "maker.city.name", "partners.name", "name"]},
        {"columns": "name", "widths": {"name": "wide"}, "freeze": 99, "density": "huge"},
        {"columns": [1, None, ["name"]]},
    ],
)
def test_columns_that_cannot_be_shown_are_left_out(bob: Visitor, looks: dict[str, Any]) -> None:
    assert arrange(bob, looks) == 200
    text = page(bob)
    assert "cost" not in heads(text), "Bob may not see what things cost"
    assert set(heads(text)) <= {
        "name",
        "state",
        "maker",
        "maker.city",
        "pieces",
        "double",
        "made_on",
        "ready",
        "grade",
        "words",
    }
    assert arrange(bob, {}) == 200


def test_a_list_is_sorted_by_several_fields_with_their_rank(ada: Visitor) -> None:
    text = page(ada, sort="state,-pieces")
    assert names(text)[:2] == ["Thing 29", "Thing 28"]
    assert re.findall(r'sort-rank">(\d)<', text) == ["1", "2"]
    assert text.count("aria-sort=") == 1
    also = re.search(r'data-field="made_on"[^>]*><a href="[^"]*" data-also="([^"]*)"', text)
    assert also
    assert "sort=state%2C-pieces%2Cmade_on" in also[1]
    assert names(page(ada, sort="maker.city,name"))[0] == "Thing 00"


def test_groups_count_and_sum_what_is_in_them(ada: Visitor) -> None:
    text = page(ada, group="state")
    assert groups(text) == [("Draft", 24), ("Sold", 6)], "as the choices are defined"
    assert names(text)[0] == "Thing 01", "the first group is open"
    assert len(names(text)) == 24
    found = sums(text)
    assert found[0] == str(sum(n for n in range(30) if n % 5))
    assert found[1] == str(2 * sum(n for n in range(30) if n % 5))
    dollars = sum(n * 100 for n in range(30) if n % 5 and n % 3 == 0)
    yuan = sum(n * 100 for n in range(30) if n % 5 and n % 3)
    assert found[2:4] == [f"CN¥{yuan:,}.00", f"${dollars:,}.00"], "money is added up per currency"


@pytest.mark.parametrize(
    "group, expected",
    [
        ("maker", [("Acme", 20), ("Globex", 10)]),
        ("maker.city", [("Paris", 20), ("上海", 10)]),
        ("ready", [("No", 15), ("Yes", 15)]),
        ("month(made_on)", [("January 2026", 10), ("February 2026", 10), ("March 2026", 10)]),
        ("quarter(made_on)", [("Q1 2026", 30)]),
        ("year(made_on)", [("2026", 30)]),
        ("owner", [("Ada", 30)]),
        ("grade", [("Blank", 30)]),
        ("group", [("Blank", 30)]),
    ],
)
def test_lists_group_by_what_can_be_grouped(ada: Visitor, group: str, expected: list[tuple[str, int]]) -> None:
    text = page(ada, group=group)
    found = groups(text)
    assert found == expected


def test_groups_in_groups_add_up(ada: Visitor) -> None:
    text = page(ada, group="maker,state")
    assert groups(text) == [("Acme", 20), ("Draft", 16), ("Sold", 4), ("Globex", 10), ("Draft", 8), ("Sold", 2)]
    assert sums(text)[0] == str(sum(range(20)))


def test_a_record_stands_in_each_group_of_its_choices_and_is_counted_once(ada: Visitor) -> None:
    text = page(ada, group="uses")
    assert groups(text) == [("Home", 15), ("Road", 10), ("Blank", 15)], "as the choices are defined"
    assert sums(text)[0] == str(sum(range(15)))
    assert "30 records" in text
    hrefs = re.findall(r'data-rows="([^"]*)"', text)
    road, blank = (names(ada.get(href, headers=FETCH).text) for href in hrefs[1:])
    assert road == [f"Thing {n:02}" for n in range(10)]
    assert blank[0] == "Thing 15"
    inside = page(ada, group="maker,uses")
    assert groups(inside)[:4] == [("Acme", 20), ("Home", 15), ("Road", 10), ("Blank", 5)]
    assert sums(inside)[0] == str(sum(range(20))), "the figures of a group around others are its own"


def test_the_rows_of_a_group_come_when_it_is_opened_and_go_on(ada: Visitor) -> None:
    hrefs = re.findall(r'data-rows="([^"]*)"', page(ada, group="maker"))
    rows = html.unescape(ada.get(hrefs[1], headers=FETCH).text)
    assert "<html" not in rows
    assert names(rows) == [f"Thing {n}" for n in range(20, 30)]
    alone = page(ada, group="ready")
    hrefs = re.findall(r'data-rows="([^"]*)"', alone)
    assert names(ada.get(hrefs[1], headers=FETCH).text)[0] == "Thing 00"
    whole = html.unescape(ada.get(hrefs[1].replace("&rows=1", "")).text)
    assert "Ready: Yes" in whole
    assert len(names(whole)) == 15


def test_a_group_that_there_is_not_is_explained(ada: Visitor) -> None:
    assert "There is no such group." in page(ada, group="pieces", **{"in": '["many"]'})
    assert groups(page(ada, group="cost(x),nothing")) == []


@pytest.mark.parametrize("path", ["/o/thing", "/o/thing/totals", "/o/thing/mass/count"])
def test_a_filter_that_cannot_be_read_is_refused_and_not_left_out(ada: Visitor, path: str) -> None:
    answer = ada.get(f"{path}?f=cost:gt:100", headers=FETCH)
    assert answer.status_code == 400, answer.text
    assert "The address holds a filter that cannot be read." in html.unescape(answer.text)
    assert ada.get("/o/thing?f=").status_code == 200


def test_groups_and_totals_count_only_what_may_be_read(site: Site, ada: Visitor, bob: Visitor) -> None:
    text = page(bob, group="state")
    assert groups(text) == [("Draft", 24), ("Sold", 6)]
    assert not any("¥" in s or "$" in s for s in sums(text)), "Bob may not see what things cost"
    assert groups(page(bob, group="cost")) == []
    totals = bob.get("/o/thing/totals", headers=FETCH).text
    assert "¥" not in totals
    assert str(sum(range(30))) in totals


def _first(site: Site) -> int:
    return read.list_records(ListRequest("thing", order=("name",), limit=1), site.system).records[0].id


def test_totals_stand_under_the_number_columns(ada: Visitor) -> None:
    text = html.unescape(ada.get("/o/thing/totals?q=&f=" + Condition("pieces", "ge", ("28",)).text, headers=FETCH).text)
    assert "2 records" in text
    assert ">57<" in text
    assert ">28.5<" in text
    assert "CN¥5,700.00" in text


def test_a_search_narrows_groups_and_totals_too(ada: Visitor) -> None:
    assert groups(page(ada, group="state", q="Thing 07")) == [("Draft", 1)]
    assert "1 record" in ada.get("/o/thing/totals?q=Thing+07", headers=FETCH).text


def test_rows_take_the_colour_of_the_first_condition_that_holds(ada: Visitor) -> None:
    text = page(ada, list="thing_colored", sort="name")
    row = r'data-id="\w+"(?: class="row-color choice-(\w+)")?><td[^>]*><a [^>]*>([^<]*)<'
    by_name = {name: color for color, name in re.findall(row, text)}
    assert by_name["Thing 00"] == "red", "sold and few"
    assert by_name["Thing 21"] == "orange", "of the maker in Shanghai"
    assert by_name["Thing 01"] == ""
    assert by_name["Thing 19"] == "green", "a computed field"


def test_colours_over_fields_that_one_may_not_read_are_left_out(bob: Visitor) -> None:
    text = page(bob, list="thing_colored", sort="name")
    assert "choice-purple" not in text
    assert "choice-orange" in text


def test_a_layout_groups_and_sets_the_height_of_rows(ada: Visitor) -> None:
    text = page(ada, list="thing_colored")
    assert 'data-density="compact"' in text
    grouped = page(ada, list="thing_grouped")
    assert groups(grouped)[0] == ("January 2026", 10)
    assert groups(page(ada, list="thing_grouped", group="-")) == []


def test_a_look_at_a_record_shows_what_its_page_says_first(site: Site, ada: Visitor, bob: Visitor) -> None:
    id = encode_id(_first(site))
    text = ada.get(f"/o/thing/peek/{id}", headers=FETCH).text
    assert "Thing 00" in text
    assert "Cost" in text
    assert "Cost" not in bob.get(f"/o/thing/peek/{id}", headers=FETCH).text
    assert ada.get(f"/o/thing/peek/{encode_id(2**50)}").status_code == 404
    nil = site.visitor("nil@example.com")
    assert nil.get(f"/o/thing/peek/{id}").status_code == 404
    assert nil.get("/o/thing/totals").status_code == 404
    assert nil.get("/o/thing/fields").status_code == 404


def test_fields_are_offered_by_purpose_and_over_lookups(ada: Visitor, bob: Visitor) -> None:
    def paths(visitor: Visitor, **args: str) -> dict[str, Any]:
        answer = visitor.get("/o/thing/fields?" + urlencode(args), headers=FETCH)
        return {f["path"]: f for f in answer.get_json()["fields"]} if answer.status_code == 200 else {}

    own = paths(ada)
    assert own["state"]["choices"][0] == ["draft", "Draft", "gray"]
    assert own["maker"]["leads"] == "Maker"
    assert own["maker"]["source"] == "/o/thing/choose/maker"
    assert {"key", "data", "partners", "version"}.isdisjoint(own)
    assert "cost" in own
    assert "cost" not in paths(bob)
    assert "maker.city" in paths(ada, through="maker")
    assert "maker.owner.email" in paths(ada, through="maker.owner")
    assert paths(ada, through="cost") == {}
    assert ada.get("/o/thing/fields?for=nothing").status_code == 404
    assert paths(ada, **{"for": "group"})["made_on"]["buckets"] is True
    assert "words" not in paths(ada, **{"for": "sort"})
    assert "maker.owner" in paths(ada, **{"for": "column", "through": "maker"})


def test_a_filter_is_described_both_ways(site: Site, ada: Visitor) -> None:
    acme = encode_id(site.makers["Acme"])
    tree = {"all": [["state", "in", "sold"], {"any": [["maker", "in", acme], ["made_on", "within", "this_year"]]}]}
    told = ada.get("/o/thing/filter?" + urlencode({"tree": json.dumps(tree)}), headers=FETCH).get_json()
    assert told["words"] == "State is one of Sold, and (Maker is one of Acme or Made on is this year)"
    assert told["titles"] == {acme: "Acme"}
    back = ada.get("/o/thing/check?" + urlencode({"where": told["formula"]}), headers=FETCH).get_json()
    assert back["tree"] == tree
    assert back["words"] == told["words"]
    plain = ada.get("/o/thing/check?" + urlencode({"where": "pieces * 2 > weight"}), headers=FETCH).get_json()
    assert plain == {"problems": []}, "a formula that is no conditions says so"
    unfit = {"all": [["pieces", "ge", "1"], ["pieces", "ge"], ["cost", "eq", "x"]]}
    told = ada.get("/o/thing/filter?" + urlencode({"tree": json.dumps(unfit)}), headers=FETCH).get_json()
    assert [number for number, _ in told["unfit"]] == [1, 2]
    assert ada.get("/o/thing/filter?tree=[]").status_code == 400


def test_a_filter_over_hidden_fields_is_refused_without_telling(bob: Visitor) -> None:
    tree = json.dumps(["cost", "ge", "1"])
    told = bob.get("/o/thing/filter?" + urlencode({"tree": tree}), headers=FETCH).get_json()
    assert "unfit" in told
    assert "formula" not in told
    assert "This filter does not fit" in page(bob, Condition("cost", "ge", ("1",)))


def test_a_formula_of_conditions_is_shown_in_words_part_by_part(ada: Visitor) -> None:
    text = page(ada, where="state == 'sold' and (pieces > 20 or ready)")
    chips = re.findall(r'<span class="chip-text">([^<]*)</span><a href="([^"]*)"', text)
    assert [words for words, _ in chips] == ["State is one of Sold", "Pieces is more than 20 or Ready is yes"]
    assert "where=pieces+%3E+20+or+ready" in chips[0][1]
    text = page(ada, where="pieces * 2 > 50")
    assert '<code class="chip-text">pieces * 2 > 50</code>' in text


def test_quick_filters_take_several_choices(ada: Visitor) -> None:
    text = page(ada, Condition("state", "in", ("sold", "broken")))
    assert "State: Sold +1" in text
    assert text.count('data-value="sold" aria-current="true"') == 1
    acme = Condition("maker", "in", (encode_id(2**40),))
    assert "(not for you to see)" in page(ada, acme)
