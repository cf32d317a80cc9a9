"""What a blank means to each operator and function: the tables of docs/formulas.md."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.formulas.laboratory import in_python

RECORD = {
    "name": "Ann",
    "amount": Decimal("10.00"),
    "pieces": 0,
    "active": True,
    "close_on": date(2024, 5, 6),
    "tags": ["a"],
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("amount + rate", None),
        ("rate - 1", None),
        ("-rate", None),
        ("rate * 0", None),
        ("rate / 2", None),
        ("name + code", "Ann"),
        ("code + code", None),
        ("code + ''", None),
        ("close_on + rate", None),
        ("took + hours(1)", None),
        ("close_on - born_on", None),
    ],
)
def test_arithmetic_with_a_blank_is_blank_and_a_blank_text_adds_nothing(source: str, value: Any) -> None:
    assert in_python(source, RECORD) == value


@pytest.mark.parametrize("source", ["amount / pieces", "amount // pieces", "amount % pieces", "mod(amount, pieces)"])
def test_division_by_zero_is_blank(source: str) -> None:
    assert in_python(source, RECORD) is None


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("code == None", True),
        ("name == None", False),
        ("name != None", True),
        ("code == stage", True),
        ("name == code", False),
        ("name != code", True),
        ("code != stage", False),
        ("rate < 1", False),
        ("rate >= 1", False),
        ("not (rate < 1)", True),
        ("rate == 0", False),
        ("code in ('a', 'b')", False),
        ("code in ('a', None)", True),
        ("code not in ('a', 'b')", True),
        ("between(rate, 0, 1)", False),
        ("is_blank('')", True),
        ("'' == None", True),
    ],
)
def test_equality_knows_blank_and_order_does_not(source: str, value: bool) -> None:
    assert in_python(source, RECORD) is value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("paid", False),
        ("not paid", True),
        ("paid and active", False),
        ("paid or active", True),
        ("paid == False", False),
        ("is_blank(paid)", True),
        ("is_blank(paid and active)", False),
        ("(paid or False) == False", True),
        ("not name", False),
        ("not code", True),
        ("pieces and name", False),
        ("amount and name", True),
        ("not tags", False),
        ("took or rate", False),
    ],
)
def test_conditions_are_true_or_false_and_never_blank(source: str, value: bool) -> None:
    assert in_python(source, RECORD) is value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("upper(code)", None),
        ("len(code)", 0),
        ("left(name, 0)", None),
        ("contains(code, 'a')", False),
        ("contains(name, code)", False),
        ("replace(name, code, 'x')", "Ann"),
        ("replace(name, 'Ann', code)", None),
        ("join('-', name, code, 'x')", "Ann-x"),
        ("min(rate, amount)", Decimal(10)),
        ("max(rate, None)", None),
        ("coalesce(rate, amount)", Decimal(10)),
        ("if_(paid, 1)", None),
        ("1 if paid else 2", 2),
        ("case(code, None, 'blank', 'x')", "blank"),
        ("'a' in tags", True),
        ("code in tags", False),
        ("count(tags)", 1),
        ("regex_match(code, '.*')", False),
        ("year(born_on)", None),
        ("text(rate)", None),
        ("is_workday(born_on)", False),
        ("account.owner.name", None),
        ("number('twelve')", None),
        ("date(2023, 2, 29)", None),
    ],
)
def test_functions_with_blanks(source: str, value: Any) -> None:
    assert in_python(source, RECORD) == value


def test_numbers_are_exact_and_rounded_half_away_from_zero() -> None:
    assert in_python("0.1 + 0.2 == 0.3") is True
    assert in_python("2 / 3") == Decimal("0.666666666667")
    assert in_python("0.000001 * -0.0000005") == Decimal("-0.000000000001")
    assert in_python("round(2.5) + round(-2.5)") == 0
    assert in_python("round(-2.345, 2)") == Decimal("-2.35")
    assert in_python("7 // -2") == -4
    assert in_python("7 % -2") == -1


def test_a_number_out_of_range_is_blank() -> None:
    large = "12345678901234567890"
    assert in_python(" * ".join([large] * 3)) is not None
    assert in_python(" * ".join([large] * 4)) is None
