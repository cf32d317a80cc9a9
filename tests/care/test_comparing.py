"""Values made comparable, and the keys by which like texts find each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from jimu.records.duplicates import normal
from jimu.records.duplicates.keys import own_segments, wanted_segments

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("ＡｂＣ éÜß.,·-（）&華华為为技術术有限公司股份集團团北京上海市 co ltd gmbh9"), st.characters()
    ),
    max_size=25,
)


@pytest.mark.parametrize(
    "one, other",
    [
        ("華為技術有限公司", "华为技术股份有限公司"),
        ("Ｈｕａｗｅｉ　Technologies Co., Ltd.", "huawei technologies"),
        ("Müller & Söhne GmbH & Co. KG", "Muller and Sohne"),
        ("深圳市华强集团有限公司", "深圳华强"),
        ("ACME, Inc.", "Acme Incorporated"),
        ("株式会社トヨタ", "トヨタ"),
        ("The Coca-Cola Company", "Coca Cola"),
    ],
)
def test_names_of_one_company_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert normal.name(one) == normal.name(other) != ""


@pytest.mark.parametrize(
    "one, other", [("华为北京分公司", "华为"), ("北京华夏", "上海华夏"), ("Oslo AS", "Oslas"), ("Sparco", "Spar")]
)
def test_names_of_different_companies_stay_different(one: str, other: str) -> None:
    assert normal.name(one) != normal.name(other)


@pytest.mark.parametrize("text", ["有限公司", "GmbH", "集团", "The", "Co., Ltd."])
def test_a_name_of_legal_forms_alone_is_not_blank(text: str) -> None:
    assert normal.name(text)


@pytest.mark.parametrize("function", [normal.fold, normal.name, normal.email, normal.domain, normal.exact])
@given(text=TEXTS)
@settings(max_examples=150)
def test_what_is_made_comparable_stays_as_it_is_when_done_again(function, text: str) -> None:  # type: ignore[no-untyped-def]
    once = function(text)
    assert function(once) == once


@given(one=TEXTS, other=TEXTS)
def test_case_and_width_make_no_difference(one: str, other: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in one)
    assert normal.name(wide) == normal.name(one)
    assert (normal.name(one) == normal.name(other)) == (normal.name(other) == normal.name(one))


def test_numbers_addresses_and_sites_are_the_same_in_every_spelling() -> None:
    spellings = ["13800138000", "+86 138-0013-8000", "0086 138 0013 8000", "１３８００１３８０００"]
    assert {normal.phone(text, "CN") for text in spellings} == {"+8613800138000"}
    assert normal.phone("021-6888 1234 转 8", "CN") == normal.phone("+86 21 68881234", "CN")
    assert normal.email("John.Doe+crm@GoogleMail.com") == normal.email("johndoe@gmail.com")
    assert normal.email("john.doe@acme.com") != normal.email("johndoe@acme.com")
    assert normal.domain("https://www.Acme.com/a?b") == normal.domain("x@acme.com") == "acme.com"
    assert normal.domain("somebody@qq.com") == "" == normal.domain("nothing")


def test_characters_that_sound_the_same_are_found_by_their_sound() -> None:
    assert normal.sound("章伟") == normal.sound("张玮") == "zhangwei"


@st.composite
def near(draw: st.DrawFn) -> tuple[str, str]:
    """A text and one made of it by a few edits."""
    text = draw(st.text(alphabet="ab上海华为技术", min_size=1, max_size=24))
    made = list(text)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(made)))
        kind, letter = draw(st.sampled_from("ids")), draw(st.sampled_from("ab上海z"))
        if kind == "i":
            made.insert(at, letter)
        elif at < len(made):
            made[at : at + 1] = [letter] if kind == "s" else []
    return text, "".join(made)


@given(pair=near(), least=st.sampled_from([0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0]))
@settings(max_examples=600)
def test_like_texts_always_share_a_key(pair: tuple[str, str], least: float) -> None:
    one, other = pair
    if other and Levenshtein.normalized_similarity(one, other) >= least:
        assert set(own_segments(one, least)) & set(wanted_segments(other, least))
        assert set(own_segments(other, least)) & set(wanted_segments(one, least))
