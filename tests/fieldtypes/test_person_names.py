"""Names of people: taken apart by their script, put together again, shown in the reader's manner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FormatContext, PlainField
from jimu.fieldtypes.name_parts import addressed, find_prefix, join_name, split_name

TYPE = registry.get("person_name")


def field_with(**options: bool) -> PlainField:
    resolved = TYPE.resolve(options)
    return PlainField("name", "person_name", resolved.kind, options=resolved.options, length=resolved.length)


@pytest.mark.parametrize(
    ("text", "family", "given", "middle", "whole"),
    [
        ("王伟", "王", "伟", None, "王伟"),
        ("王 伟", "王", "伟", None, "王伟"),
        ("欧阳娜娜", "欧阳", "娜娜", None, "欧阳娜娜"),
        ("司马懿", "司马", "懿", None, "司马懿"),
        ("諸葛亮", "諸葛", "亮", None, "諸葛亮"),
        ("陈　大文", "陈", "大文", None, "陈大文"),
        ("王", "王", None, None, "王"),
        ("山田 太郎", "山田", "太郎", None, "山田太郎"),
        ("김민준", "김", "민준", None, "김민준"),
        ("史蒂夫·乔布斯", None, "史蒂夫·乔布斯", None, "史蒂夫·乔布斯"),
        ("范徐丽泰", None, "范徐丽泰", None, "范徐丽泰"),
        ("Jack 马", None, "Jack 马", None, "Jack 马"),
        ("Wei Wang", "Wang", "Wei", None, "Wei Wang"),
        ("Ann Mary Lee", "Lee", "Ann", "Mary", "Ann Mary Lee"),
        ("Lee, Ann Mary", "Lee", "Ann", "Mary", "Ann Mary Lee"),
        ("Ludwig van Beethoven", "van Beethoven", "Ludwig", None, "Ludwig van Beethoven"),
        ("John Public Jr.", "Public Jr.", "John", None, "John Public Jr."),
        ("Madonna", None, "Madonna", None, "Madonna"),
    ],
)
def test_a_name_is_taken_apart_by_its_script(
    text: str, family: str | None, given: str | None, middle: str | None, whole: str
) -> None:
    parts = split_name(text)
    assert (parts["family"], parts["given"], parts["middle"]) == (family, given, middle)
    assert join_name(parts) == whole


@given(st.text(st.sampled_from("王欧阳司马伟 ·Aab,.김あJr"), min_size=1, max_size=12).filter(str.strip))
def test_a_name_put_together_is_taken_apart_into_the_same_name(text: str) -> None:
    once = join_name(split_name(text, has_prefix=False))
    assert once
    assert join_name(split_name(once, has_prefix=False)) == once


@pytest.mark.parametrize(
    ("text", "prefix", "whole", "en", "zh"),
    [
        ("Mr. Wei Wang", "Mr", "Wei Wang", "Mr Wei Wang", "Wei Wang先生"),
        ("王伟先生", "Mr", "王伟", "Mr 王伟", "王伟先生"),
        ("王教授", "Prof", "王", "Prof 王", "王教授"),
    ],
)
def test_the_form_of_address_stands_where_readers_put_it(text: str, prefix: str, whole: str, en: str, zh: str) -> None:
    field = field_with(prefix=True)
    parts = TYPE.split(text, field)
    assert (parts["prefix"], TYPE.joined(parts, field)) == (prefix, whole)
    beside = {"name_prefix": prefix}
    assert TYPE.format(whole, field, FormatContext("en"), beside) == en
    assert TYPE.format(whole, field, FormatContext("zh-CN"), beside) == zh


def test_without_a_part_for_it_nothing_of_a_name_is_lost() -> None:
    field = field_with()
    assert TYPE.joined(TYPE.split("Ann Mary Lee", field), field) == "Ann Mary Lee"
    assert TYPE.split("Ann Mary Lee", field) == {"given": "Ann Mary", "family": "Lee"}
    assert TYPE.joined(TYPE.split("Mr. Wei Wang", field), field) == "Mr. Wei Wang"


def test_what_is_not_known_as_a_form_of_address_stays_as_it_is() -> None:
    assert find_prefix("先生") == find_prefix("mr.") == "Mr"
    assert find_prefix("Sir") == "Sir"
    assert addressed("Ann", "Sir", "zh-CN") == "Sir Ann"


def test_a_form_asks_for_the_family_name_first_in_chinese_and_last_in_english() -> None:
    field = field_with(middle=True, prefix=True)
    assert TYPE.part_order(field, "zh-CN") == ("family", "middle", "given", "prefix")
    assert TYPE.part_order(field, "en") == ("prefix", "given", "middle", "family")
