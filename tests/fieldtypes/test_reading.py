"""Numbers, dates and lengths of time as people and files write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimu.fieldtypes import FieldError, LoadContext, registry
from jimu.fieldtypes.numbers import exact, read_number
from tests.fieldtypes.samples import field_of


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1,234.50", ".", "1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("1234,5", ",", "1234.5"),
        ("(12.00)", ".", "-12.00"),
        ("-¥1,000", ".", "-1000"),
        ("￥１２．５", ".", "12.5"),
        ("1.5万", ".", "15000"),
        ("2亿", ".", "200000000"),
        ("1,0000", ".", "10000"),
        ("1e3", ".", "1000"),
        ("−5", ".", "-5"),
        ("US$ 20", ".", "20"),
        ("100 元", ".", "100"),
    ],
)
def test_numbers_are_read_in_the_forms_met_in_practice(text: str, mark: str, number: str) -> None:
    assert read_number(text, mark) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1.234,50", "."),
        ("1,23", "."),
        ("1.234.567", "."),
        (",5,", "."),
        ("1,234 567", "."),
        ("", "."),
        ("-", "."),
        ("1,234,56", "."),
        ("NaN", "."),
    ],
)
def test_a_number_that_could_mean_something_else_is_refused(text: str, mark: str) -> None:
    with pytest.raises(FieldError):
        read_number(text, mark)


def test_a_json_float_is_taken_by_its_shortest_form() -> None:
    assert exact(0.1) == Decimal("0.1")
    assert exact(1e22) == Decimal("1e22")
    assert registry.get("currency").load(19.99, field_of("currency"), LoadContext()) == Decimal("19.99")


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_every_amount_survives_the_way_out_and_in(amount: Decimal) -> None:
    type_, field = registry.get("decimal"), field_of("decimal")
    assert type_.load(type_.dump(amount, field), field, LoadContext()) == amount


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2), st.sampled_from(["en", "zh-CN", "zh-TW"]))
def test_every_amount_shown_can_be_typed_back(amount: Decimal, locale: str) -> None:
    from jimu.fieldtypes import FormatContext

    type_, field = registry.get("decimal"), field_of("decimal")
    assert type_.parse_text(type_.format(amount, field, FormatContext(locale=locale)), field, LoadContext()) == amount


def test_computed_numbers_are_rounded_half_up_and_never_fail() -> None:
    type_, field = registry.get("decimal"), field_of("decimal")
    assert type_.fit(Decimal("2.345"), field) == Decimal("2.35")
    assert type_.fit(Decimal("-2.345"), field) == Decimal("-2.35")
    assert type_.fit(Decimal(10) ** 20, field) is None
    assert registry.get("integer").fit(Decimal("2.5"), field_of("integer")) == 3
    assert registry.get("text").fit("x" * 300, field_of("text")) == "x" * 255


def test_input_with_too_many_places_is_refused_unless_the_field_rounds() -> None:
    type_ = registry.get("decimal")
    with pytest.raises(FieldError, match="decimal places"):
        type_.load("1.005", field_of("decimal"), LoadContext())
    assert type_.load("1.005", field_of("decimal", round=True), LoadContext()) == Decimal("1.01")
    assert type_.load("1.50000", field_of("decimal"), LoadContext()) == Decimal("1.50")


@pytest.mark.parametrize(("value", "code"), [(4, "too_small"), (11, "too_large")])
def test_bounds_are_kept(value: int, code: str) -> None:
    for name in ("integer", "decimal"):
        with pytest.raises(FieldError) as caught:
            registry.get(name).load(value, field_of(name, min=5, max=10), LoadContext())
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("day_first", "text", "expected"),
    [
        (True, "3/5/2026", date(2026, 5, 3)),
        (False, "3/5/2026", date(2026, 3, 5)),
        (None, "25/12/2026", date(2026, 12, 25)),
        (None, "12/25/2026", date(2026, 12, 25)),
        (None, "4/4/2026", date(2026, 4, 4)),
        (True, "31-12-99", date(1999, 12, 31)),
        (False, "7/31/13", date(2013, 7, 31)),
        (None, "Thu, 5 Mar 2026", date(2026, 3, 5)),
        (None, "5th March 2026", date(2026, 3, 5)),
    ],
)
def test_day_and_month_are_told_apart_only_when_that_is_safe(day_first: bool | None, text: str, expected: date) -> None:
    context = LoadContext(day_first=day_first, now=datetime(2026, 11, 22, tzinfo=UTC))
    assert registry.get("date").parse_text(text, field_of("date"), context) == expected


def test_a_date_that_can_be_read_two_ways_asks_rather_than_guesses() -> None:
    for name, text in (("date", "3/5/2026"), ("datetime", "3/5/2026 10:00")):
        with pytest.raises(FieldError) as caught:
            registry.get(name).parse_text(text, field_of(name), LoadContext())
        assert caught.value.code == "ambiguous_date"


@pytest.mark.parametrize(
    "text", ["29-02-2016 01:16", "29/2/2016 1:16", "29-02-2016 01:16:00", "2016-02-29T01:16", "29 Feb 2016 1:16 am"]
)
def test_date_and_time_are_cut_apart_in_any_usual_order(text: str) -> None:
    context = LoadContext(time_zone=ZoneInfo("UTC"), day_first=True)
    assert registry.get("datetime").parse_text(text, field_of("datetime"), context) == datetime(
        2016, 2, 29, 1, 16, tzinfo=UTC
    )


def test_a_moment_without_an_offset_is_meant_in_the_readers_zone() -> None:
    context = LoadContext(time_zone=ZoneInfo("Asia/Shanghai"))
    type_, field = registry.get("datetime"), field_of("datetime")
    assert type_.load("2026-01-01T08:00", field, context) == datetime(2026, 1, 1, tzinfo=UTC)
    assert type_.load("2026-01-01T08:00+00:00", field, context) == datetime(2026, 1, 1, 8, tzinfo=UTC)
    with pytest.raises(FieldError):
        type_.load("0001-01-01T00:00", field, context)


@given(st.integers(min_value=-(10**6), max_value=10**8))
def test_every_duration_shown_can_be_typed_back(seconds: int) -> None:
    from jimu.fieldtypes import FormatContext

    type_, field = registry.get("duration"), field_of("duration")
    value = timedelta(seconds=seconds)
    assert type_.parse_text(type_.format(value, field, FormatContext()), field, LoadContext()) == value


def test_a_bare_number_counts_in_the_unit_of_the_field() -> None:
    type_ = registry.get("duration")
    assert type_.parse_text("2", field_of("duration", unit="h"), LoadContext()) == timedelta(hours=2)
    assert type_.parse_text("2", field_of("duration"), LoadContext()) == timedelta(minutes=2)
