"""What single types promise beyond the common suite."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from jimu.definitions.model import Choice
from jimu.fieldtypes import (
    FieldError,
    FieldType,
    FormatContext,
    Kind,
    LoadContext,
    PlainField,
    decode_id,
    encode_id,
    kind_of_formula,
    kind_of_rollup,
    registry,
)
from jimu.fieldtypes.autonumber import parse_pattern
from jimu.fieldtypes.regions import Region, Regions, RegionTree
from jimu.fieldtypes.secret import Sealed, key_from, reveal
from jimu.formulas import types
from jimu.messages import Text
from jimu.translation import translator
from tests.fieldtypes.samples import ID, SAMPLES, field_of

CHINA = RegionTree(
    "CN",
    [Text.of("Province"), Text.of("City")],
    [
        Region("44", Text({"en": "Guangdong", "zh-CN": "广东省"}), 0),
        Region("4403", Text({"en": "Shenzhen", "zh-CN": "深圳市"}), 1, "44"),
        Region("32", Text({"en": "Jiangsu", "zh-CN": "江苏省"}), 0),
        Region("3205", Text({"en": "Suzhou", "zh-CN": "苏州市"}), 1, "32"),
    ],
)


@given(st.integers(min_value=0, max_value=2**63 - 1), st.integers(min_value=0, max_value=2**63 - 1))
def test_ids_keep_their_order_and_come_back_whole(first: int, second: int) -> None:
    assert len(encode_id(first)) == 13
    assert decode_id(encode_id(first)) == first
    assert (encode_id(first) < encode_id(second)) == (first < second)


def test_ids_forgive_letters_that_look_like_digits() -> None:
    assert decode_id("000000000o0lI") == decode_id("0000000000011")
    for bad in ("", "1", "U" * 13, "Z" * 13, "0" * 14, "-000000000001", "００００００００００００１"):
        with pytest.raises(ValueError):
            decode_id(bad)


def test_a_retired_choice_is_kept_but_not_chosen_again() -> None:
    field, type_ = field_of("picklist"), registry.get("picklist")
    with pytest.raises(FieldError) as caught:
        type_.load("old", field, LoadContext())
    assert caught.value.code == "retired_choice"
    assert type_.load("old", field, LoadContext(keeps_retired=True)) == "old"
    assert type_.format("old", field, FormatContext(locale="zh-CN")) == "旧"


def test_a_misspelt_choice_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(FieldError, match="Did you mean won_deal"):
        registry.get("picklist").load("won_dael", field_of("picklist"), LoadContext())


def test_a_label_that_two_choices_share_is_not_guessed() -> None:
    twins = (Choice("a", Text.of("Same")), Choice("b", Text.of("same")))
    field = PlainField("x", "picklist", Kind.TEXT, choices=twins)
    with pytest.raises(FieldError):
        registry.get("picklist").parse_text("Same", field, LoadContext())
    assert registry.get("picklist").parse_text("a", field, LoadContext()) == "a"


def test_secrets_are_sealed_when_loaded_and_only_the_key_opens_them() -> None:
    key, type_, field = key_from("installation"), registry.get("secret"), field_of("secret")
    sealed = type_.load("hunter2", field, LoadContext(secret_key=key))
    assert "hunter2" not in sealed
    assert reveal(sealed, key) == "hunter2"
    assert type_.load(Sealed(sealed), field, LoadContext(secret_key=key)) == sealed
    with pytest.raises(ValueError, match="another key"):
        reveal(sealed, Fernet.generate_key())
    with pytest.raises(FieldError):
        type_.load("hunter2", field, LoadContext())


def test_phone_numbers_that_cannot_exist_are_kept_readable_unless_the_field_is_strict() -> None:
    type_, context = registry.get("phone"), LoadContext(country="CN")
    assert type_.load("12345", field_of("phone"), context) == "12345"
    with pytest.raises(FieldError):
        type_.load("12345", field_of("phone", strict=True), context)
    assert type_.load("(0755) 8888 8888 转 12", field_of("phone"), context) == "+8675588888888 ext. 12"
    assert type_.load("254-389-8708", field_of("phone", country="US"), context) == "+12543898708"
    assert type_.format("+12543898708", field_of("phone"), FormatContext(country="CN")) == "+1 254-389-8708"


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<svg><script>alert(1)</script></svg>",
        "<p style='x'>a</p>",
        "<iframe src='https://x'></iframe>text",
        "<style>*{}</style>a",
        "<a href='data:text/html,x'>y</a>",
        "<b onclick=x>z</b><!-- c -->",
    ],
)
def test_rich_text_loses_everything_that_could_act(hostile: str) -> None:
    clean = registry.get("rich_text").load(hostile, field_of("rich_text"), LoadContext()) or ""
    for word in ("script", "onerror", "onclick", "javascript", "iframe", "style", "data:", "<!--"):
        assert word not in clean


def test_plain_text_typed_into_rich_text_keeps_its_lines_and_brackets() -> None:
    value = registry.get("rich_text").parse_text("a < b\nc & d", field_of("rich_text"), LoadContext())
    assert value == "<p>a &lt; b</p><p>c &amp; d</p>"
    assert registry.get("rich_text").format(value, field_of("rich_text"), FormatContext()) == "a < b\nc & d"


def test_a_pattern_is_matched_whole_and_a_bad_one_is_a_problem() -> None:
    type_ = registry.get("text")
    assert type_.load("AB-12", field_of("text", pattern="[A-Z]{2}-[0-9]+"), LoadContext()) == "AB-12"
    with pytest.raises(FieldError):
        type_.load("xAB-12", field_of("text", pattern="[A-Z]{2}-[0-9]+"), LoadContext())
    assert [p.code for p in type_.resolve({"pattern": "(a"}).problems] == ["bad_pattern"]
    assert [p.code for p in type_.resolve({"pattern": r"(a)\1"}).problems] == ["bad_pattern"]


def test_a_pattern_may_have_words_of_its_own_in_each_language() -> None:
    words = {"en": "Two letters, a dash, digits.", "zh-CN": "两个字母、短横、数字。"}
    field = field_of("text", pattern="[A-Z]{2}-[0-9]+", pattern_message=words)
    with pytest.raises(FieldError, match="Two letters") as caught:
        registry.get("text").load("12", field, LoadContext())
    assert caught.value.code == "bad_format"
    assert caught.value.message.render(translator("zh-TW")) == "两个字母、短横、数字。"
    lone = registry.get("long_text").resolve({"pattern_message": words})
    assert [(p.code, p.key) for p in lone.problems] == [("lone_message", "pattern_message")]


def test_numbers_in_sequence_follow_their_pattern() -> None:
    pattern = parse_pattern("OPP-{yyyy}{mm}-{0000}")
    assert pattern.render(7, date(2026, 3, 5)) == "OPP-202603-0007"
    assert pattern.render(12345, date(2026, 3, 5)) == "OPP-202603-12345"
    assert pattern.sequence_key("opportunity", "code", date(2026, 3, 5)) == "opportunity.code:2026-03"
    assert parse_pattern("{000}").sequence_key("a", "b", date(2026, 3, 5)) == "a.b"
    assert parse_pattern("{yy}{mm}{dd}/{0}").render(3, date(2026, 3, 5)) == "260305/3"


@pytest.mark.parametrize("bad", ["OPP", "{0000}{00}", "{year}{0}", "{mm}-{000}", "{yyyy}{dd}{0}", "{0000", "50%{0}"])
def test_a_number_pattern_that_cannot_work_is_a_problem(bad: str) -> None:
    assert [p.code for p in registry.get("autonumber").resolve({"format": bad}).problems] == ["bad_pattern"]


def test_a_region_must_lie_in_the_tree_of_its_country() -> None:
    type_, field = registry.get("address"), field_of("address")
    context = LoadContext(country="CN", regions={"CN": CHINA})
    assert type_.load({"region": "4403", "street": "科技路 1 号"}, field, context)["region"] == "4403"
    with pytest.raises(FieldError) as caught:
        type_.load({"region": "9999"}, field, context)
    assert (caught.value.code, caught.value.part) == ("unknown_region", "region")
    assert type_.load({"region": "CA", "country": "US"}, field, context)["region"] == "CA"
    shown = FormatContext(locale="zh-CN", country="CN", regions={"CN": CHINA})
    assert (
        type_.format(type_.load({"region": "4403", "street": "科技路 1 号"}, field, context), field, shown)
        == "广东省深圳市科技路 1 号"
    )
    american = {"country": "US", "city": "Austin", "street": "1 Main St", "postcode": "78701"}
    assert type_.format(american, field, FormatContext(country="CN")) == "1 Main St, Austin, 78701, United States"


def test_region_trees_answer_formulas_and_find_by_name() -> None:
    regions = Regions({"CN": CHINA})
    assert regions.name("4403", "zh-CN") == "深圳市"
    assert regions.parent("4403") == "44"
    assert regions.parent("44") is None
    assert regions.name("nope") == ""
    found = CHINA.find_by_names(["江苏省", "苏州市"])
    assert found is not None
    assert found.code == "3205"
    assert CHINA.find_by_names(["Atlantis"]) is None
    assert [r.code for r in CHINA.children()] == ["44", "32"]


def test_a_currency_brings_its_code_along_unless_it_is_fixed() -> None:
    type_ = registry.get("currency")
    assert [p.suffix for p in type_.resolve({}).parts] == ["currency"]
    assert type_.resolve({"currency": "EUR"}).parts == ()
    assert [p.code for p in type_.resolve({"currency": "ZZZ"}).problems] == ["unknown_currency"]
    free = PlainField("amount", "currency", Kind.DECIMAL, scale=2)
    value = type_.load("5", free, LoadContext())
    assert type_.format(value, free, FormatContext(currency="USD"), {"amount_currency": "EUR"}) == "€5.00"
    assert type_.format(value, free, FormatContext(currency="USD")) == "$5.00"
    with pytest.raises(FieldError):
        registry.get("currency_code").load("EUR", field_of("currency_code"), LoadContext(currencies=("USD", "CNY")))


def test_lookups_say_what_they_point_at() -> None:
    assert registry.get("lookup").resolve({"to": ["lead", "account"], "on_delete": "restrict"}).target == (
        "lead",
        "account",
    )
    assert registry.get("parent").resolve({"to": "order"}).on_delete == "cascade"
    assert registry.get("any_lookup").resolve({}).target == ()
    assert registry.get("user").resolve({}).target == ("user",)
    assert types.reference("account") == registry.get("lookup").symbol(field_of("lookup")).type


def test_the_kind_of_a_computed_field_follows_what_it_computes() -> None:
    assert kind_of_formula(types.NUMBER, None) == (Kind.DECIMAL, 6)
    assert kind_of_formula(types.NUMBER, "integer") == (Kind.INTEGER, 0)
    assert kind_of_formula(types.NUMBER, "currency", 4) == (Kind.DECIMAL, 4)
    assert kind_of_formula(types.TEXT, None) == (Kind.TEXT, 0)
    assert kind_of_rollup("count", None) == (Kind.INTEGER, 0)
    assert kind_of_rollup("sum", Kind.DECIMAL, 2) == (Kind.DECIMAL, 2)
    assert kind_of_rollup("avg", Kind.INTEGER) == (Kind.DECIMAL, 6)
    assert kind_of_rollup("latest", Kind.DATE) == (Kind.DATE, 0)
    assert kind_of_rollup("sum", Kind.TEXT) is None


def test_formula_fields_refuse_to_be_written() -> None:
    for name in ("formula", "rollup"):
        with pytest.raises(FieldError) as caught:
            registry.get(name).load(1, field_of(name), LoadContext())
        assert caught.value.code == "computed"


def test_a_part_that_is_wrong_is_named() -> None:
    with pytest.raises(FieldError) as caught:
        registry.get("geolocation").load({"lat": 91, "lng": 0}, field_of("geolocation"), LoadContext())
    assert caught.value.part == "lat"


def test_two_types_of_one_name_do_not_both_register() -> None:
    class Impostor(FieldType):
        name = "text"

    with pytest.raises(ValueError, match="already a field type"):
        registry.register([Impostor()])
    registry.register([registry.get("text")])


def test_types_of_the_engine_alone_are_not_offered() -> None:
    assert "title" not in registry.names()
    assert {"title", "id", "record_type"} <= set(registry.names(internal=True))


def test_references_show_the_id_of_what_the_reader_may_not_know() -> None:
    assert registry.get("lookup").format(ID, field_of("lookup"), FormatContext()) == encode_id(ID)


@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.lists(st.text()),
        st.dictionaries(st.text(), st.integers()),
    )
)
def test_no_json_makes_a_type_fail_in_any_other_way_than_it_says(value: Any) -> None:
    context = LoadContext(secret_key=key_from("x"), country="CN")
    for name in SAMPLES:
        for read in (registry.get(name).load, *([registry.get(name).parse_text] if isinstance(value, str) else [])):
            with suppress(FieldError):
                read(value, field_of(name), context)
