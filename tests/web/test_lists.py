"""Lists: columns, filters, sorting, turning pages, counting, searching."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from jimu.web.pages.list_conditions import Condition
from tests.web.site import Site, Visitor, url


@pytest.fixture(scope="module", autouse=True)
def things(site: Site) -> None:
    for n in range(25):
        site.create(
            "thing",
            name=f"Thing {n:02}",
            pieces=n,
            state="sold" if n % 5 == 0 else "draft",
            ready=n % 2 == 0,
            maker=site.makers["Acme" if n < 20 else "Globex"],
            cost=n * 100,
            made_on=f"2026-01-{n + 1:02}",
            words=["odd"] if n % 2 else [],
        )


def names(html: str) -> list[str]:
    return re.findall(r'cell-title"[^>]*><a href="[^"]*">([^<]*)<', html)


def ask(visitor: Visitor, *conditions: Condition, **more: Any) -> str:
    query = urlencode([*(("f", c.text) for c in conditions), *more.items()])
    answer = visitor.get(f"/o/thing?{query}")
    assert answer.status_code == 200
    return answer.text


def test_a_list_shows_its_columns_with_values_as_people_write_them(ada: Visitor) -> None:
    html = ask(ada)
    for text in ("Name", "State", "Maker · City", "Twice", "Paris", "Draft", "Jan 1, 2026", "CN¥100.00", "25 records"):
        assert text in html or text.replace("CN¥", "¥") in html, text


def test_turning_pages_shows_every_record_once_and_goes_back(ada: Visitor) -> None:
    first = ask(ada)
    href = re.search(r'rel="next" href="([^"]*)"', first)
    assert href
    second = ada.get(href[1].replace("&amp;", "&")).text
    assert names(first) + names(second) == [f"Thing {n:02}" for n in range(25)]
    back = re.search(r'rel="prev" href="([^"]*)"', second)
    assert back
    assert names(ada.get(back[1].replace("&amp;", "&")).text) == names(first)


def test_loading_more_answers_with_rows_alone(ada: Visitor) -> None:
    href = re.search(r'data-more="([^"]*)"', ask(ada))
    assert href
    rows = ada.get(href[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).text
    assert "<html" not in rows
    assert len(names(rows)) == 5


def test_sorting_by_a_header_and_back(ada: Visitor) -> None:
    assert names(ask(ada, sort="-pieces"))[0] == "Thing 24"
    assert 'aria-sort="descending"' in ask(ada, sort="-pieces")
    assert names(ask(ada, sort="double"))[0] == "Thing 00"


@pytest.mark.parametrize(
    "condition, expected",
    [
        (Condition("state", "in", ("sold",)), 5),
        (Condition("state", "not_in", ("sold", "broken")), 20),
        (Condition("name", "contains", ("thing 1",)), 10),
        (Condition("name", "eq", ("Thing 03",)), 1),
        (Condition("name", "starts", ("Thing 2",)), 5),
        (Condition("pieces", "ge", ("20",)), 5),
        (Condition("pieces", "between", ("3", "5")), 3),
        (Condition("cost", "le", ("200",)), 3),
        (Condition("double", "eq", ("6",)), 1),
        (Condition("ready", "is_true", ()), 13),
        (Condition("ready", "is_false", ()), 12),
        (Condition("maker", "contains", ("glob",)), 5),
        (Condition("maker", "blank", ()), 0),
        (Condition("made_on", "eq", ("2026-01-03",)), 1),
        (Condition("made_on", "ge", ("2026-01-20",)), 6),
        (Condition("made_on", "between", ("2026-01-02", "2026-01-04")), 3),
        (Condition("made_on", "within", ("today",)), 0),
        (Condition("created_at", "within", ("today",)), 25),
        (Condition("created_at", "within", ("this_week",)), 25),
        (Condition("made_on", "next", ("3", "days")), 0),
        (Condition("words", "has_any", ("odd",)), 12),
        (Condition("owner", "me", ()), 25),
        (Condition("notes", "blank", ()), 25),
        (Condition("name", "ne", ("it's \\ 'odd'",)), 25),
    ],
)
def test_a_filter_built_by_clicking_finds_what_it_says(ada: Visitor, condition: Condition, expected: int) -> None:
    html = ask(ada, condition, count="exact")
    found = re.search(r"data-count>(\d+)", html)
    assert found, html[html.index("<main") :][:3000]
    assert int(found[1]) == expected


def test_filters_are_shown_in_words_and_can_be_taken_away(ada: Visitor) -> None:
    html = ask(ada, Condition("state", "in", ("sold",)), Condition("pieces", "ge", ("10",)))
    assert "State is one of Sold" in html
    assert "Pieces is at least 10" in html
    assert names(html) == ["Thing 10", "Thing 15", "Thing 20"]


def test_a_filter_typed_as_a_formula(ada: Visitor) -> None:
    assert names(ask(ada, where="pieces > 22 and maker.city == '上海'")) == ["Thing 23", "Thing 24"]


def test_a_formula_that_does_not_hold_is_explained_and_kept(ada: Visitor) -> None:
    html = ask(ada, where="piece > 3")
    assert 'value="piece &gt; 3"' in html
    assert "formula-state is-wrong" in html
    assert "pieces" in html
    problems = ada.get(f"/o/thing/check?where={quote('piece > 3')}").get_json()["problems"]
    assert problems
    assert ada.get(f"/o/thing/check?where={quote('pieces > 3')}").get_json()["problems"] == []


def test_a_filter_that_does_not_fit_its_field_is_explained(ada: Visitor) -> None:
    html = ask(ada, Condition("pieces", "ge", ("many",)))
    assert "This filter does not fit" in html


def test_another_list_has_its_own_columns_and_condition(ada: Visitor) -> None:
    html = ask(ada, list="thing_sold")
    assert len(names(html)) == 5
    assert "Maker · City" not in html


def test_searching_in_a_list_and_everywhere(ada: Visitor) -> None:
    assert names(ask(ada, q="Thing 07")) == ["Thing 07"]
    html = ada.get("/search?q=Acme").text
    assert "Acme" in html
    assert "Makers" in html


def test_an_empty_result_says_what_to_do(ada: Visitor) -> None:
    html = ask(ada, q="nothinglikethis")
    assert "Nothing matches" in html
    assert "Show all" in html


def test_related_records_stand_on_the_record_page(site: Site, ada: Visitor) -> None:
    html = ada.get(url("maker", site.makers["Globex"], "/related/thing/maker")).text
    assert names(html) == [f"Thing {n}" for n in range(20, 25)]
    assert ada.get(url("maker", site.makers["Globex"], "/related/thing/about")).status_code == 404


def test_a_list_is_exported_as_it_is_filtered(ada: Visitor) -> None:
    html = ask(ada, Condition("pieces", "ge", ("23",)))
    href = re.search(r'href="([^"]*)" data-format="csv"', html)
    assert href
    answer = ada.get(href[1].replace("&amp;", "&"))
    assert answer.mimetype == "text/csv"
    rows = answer.data.decode("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert "Thing 23" in answer.text
    assert ada.get("/o/thing/export.xlsx").data[:2] == b"PK"
    assert ada.get("/o/thing/export.pdf").status_code == 404


def test_the_search_page_and_lists_show_the_place_in_the_navigation(ada: Visitor) -> None:
    html = ask(ada, list="thing_sold")
    assert html.count('aria-current="page"') - html.count('<span aria-current="page"') <= 2
