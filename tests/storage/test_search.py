"""Search: tokens, ranking, rights, and the index's following of changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from jimu.formulas.types import Environment
from jimu.storage import Store, counted
from jimu.storage.query import EVERYTHING, NOTHING, Compare, Filter, Matches, Query, Where
from jimu.storage.search.pinyin import pinyin_tokens
from jimu.storage.search.tokens import PART_MARK, Term, part_terms, query_terms, title_token, tokens
from tests.storage.samples import NOW, formula, full_lead, stamps


def test_words_pairs_of_characters_and_numbers_are_tokens() -> None:
    assert tokens("Acme Ltd") == ["acme", "ltd"]
    assert tokens("深圳市") == ["深圳", "圳市", "市"]
    assert tokens("Café ＡＢＣ") == ["cafe", "abc"]
    assert "0013" in tokens("2026-0013")[0] or "20260013" in tokens("2026-0013")
    assert set(tokens("12345")) == {"12345", "2345", "345"}
    assert "me" not in tokens("acme", suffixes=True)
    assert tokens("acme", suffixes=True) == ["acme", "0pcme"]
    assert tokens("-- !") == []


def test_queries_ask_for_beginnings_of_words_and_pairs_of_characters() -> None:
    assert query_terms("Acme 深圳市 张") == [
        Term("acme", True), Term("深圳", False), Term("圳市", False), Term("张", True)]
    assert query_terms("138 0013 8000") == [Term("13800138000", True)]
    assert query_terms("…") == []
    assert title_token("Acme, Ltd.") == "0tacmeltd"
    assert part_terms("me") == []
    assert part_terms("cme-深圳") == [Term("cme", True, inside=True), Term("深圳", False)]
    assert part_terms("cme 10") == [Term("cme", True, inside=True), Term("10", True)]
    assert part_terms("10 me") == [Term("me", True)]


@settings(max_examples=1500, deadline=None)
@given(strategies.text("aBé125 -.市深", max_size=40), strategies.integers(0, 39), strategies.integers(1, 12))
def test_a_text_has_all_tokens_that_are_asked_for_when_a_part_of_it_is_looked_for(
    text: str, start: int, length: int
) -> None:
    there = tokens(text, suffixes=True)
    for term in part_terms(text[start : start + length]):
        spelt = (term.text, PART_MARK + term.text) if term.inside else (term.text,)
        assert any(t.startswith(spelt) if term.prefix else t in spelt for t in there), (text, term, there)


def test_pinyin_gives_initials_and_syllables() -> None:
    found = pinyin_tokens("张三丰")
    assert {"zsf", "zhangsanfeng", "sf", "sanfeng"} <= set(found)
    assert pinyin_tokens("Acme") == ()


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write() as tx:
        tx.insert("lead", [
            full_lead(),
            full_lead(title="Acme", name="Acme", company="Globex Corporation", phone="0755-8888 1234"),
            full_lead(title="Acme North", name="Acme North", company="x", phone="010 6666 7777"),
            full_lead(title="Big Acme", name="Big Acme", company="y", phone=None),
            full_lead(title="Serial", name="Serial SN20240001", company="Harbor 104, no. 7 12 34 56", phone=None),
        ])
        tx.insert("account", [{**stamps(), "title": "张三公司", "name": "张三公司"}])
    return store


def _found(store: Store, text: str, filter: Filter = EVERYTHING) -> list[str]:
    with store.read() as tx:
        filters = {name: (filter, Environment()) for name in ("lead", "account")}
        return [hit.title for hit in tx.search(text, filters)]


@pytest.mark.parametrize(("text", "expected"), [
    ("张李", ["王小明"]), ("深圳", ["王小明"]), ("明", ["王小明"]), ("glob", ["Acme"]), ("GLOBEX corp", ["Acme"]),
    ("138001", ["王小明"]), ("0013", ["王小明"]), ("38-0013", ["王小明"]), ("8881234", ["Acme"]), ("755", ["Acme"]),
    ("wxm", ["王小明"]), ("wangxiao", ["王小明"]), ("zsgs", ["张三公司"]), ("zhang", ["张三公司"]),
    ("张三公", ["张三公司"]),
    ("nothing", []), ("", []), ("obex", []), ("深张", []),
])
def test_words_are_found(filled: Store, text: str, expected: list[str]) -> None:
    assert _found(filled, text) == expected


def test_whole_titles_come_first_then_those_that_begin_with_the_text(filled: Store) -> None:
    assert _found(filled, "acme") == ["Acme", "Acme North", "Big Acme"]


def test_only_living_records_that_the_filter_admits_are_found(filled: Store) -> None:
    assert _found(filled, "acme", NOTHING) == []
    with filled.write() as tx:
        [first] = tx.find_ids("lead", "title", ["Acme"])["Acme"]
        tx.set_deleted("lead", [first], NOW)
    assert _found(filled, "acme") == ["Acme North", "Big Acme"]
    with filled.read() as tx:
        only = {"lead": (Compare("title", "eq", "Big Acme"), Environment())}
        assert [h.title for h in tx.search("acme", only)] == ["Big Acme"]


def test_the_index_follows_changes_and_purges(filled: Store) -> None:
    with filled.write() as tx:
        [id] = tx.find_ids("lead", "title", ["Acme"])["Acme"]
        tx.update("lead", [(id, {"company": "Initech", "title": "Bolt", "name": "Bolt"}, None)])
    assert _found(filled, "globex") == []
    assert _found(filled, "init") == ["Bolt"]
    with filled.write() as tx:
        tx.purge("lead", [id])
    assert _found(filled, "init") == []


def test_several_objects_are_searched_in_one_query(filled: Store) -> None:
    with filled.read() as tx, counted() as meter:
        tx.search("张", {name: (EVERYTHING, Environment()) for name in ("lead", "account", "user")})
    assert meter.queries == 1


@pytest.mark.parametrize(
    "part", ["cme", "ME", "小明", "明", "深圳市张", "orporation", "Globex C", "x", "_", "%", "acme n",
             "sn2024", "SN20", "240001", "al sn", "bor 10", "harbor 104", "r 1", "104, n", "7 12", "12 3", "4 56"])
def test_contains_finds_what_a_scan_would_find(filled: Store, part: str) -> None:
    with filled.read() as tx:
        for name in ("name", "company"):
            rows = tx.select(Query("lead", fields=[name], limit=50)).rows
            where = Where(formula(f"contains({name}, '{part}') and status == 'new'", "lead", filled.schema))
            found = {r["id"] for r in tx.select(Query("lead", where)).rows}
            assert found == {r["id"] for r in rows if part.lower() in r[name].lower()}
        assert tx.count("lead", Matches("Acme north")).value == 1
