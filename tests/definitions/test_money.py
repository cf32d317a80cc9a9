"""In which currency an amount is that a formula makes of others."""

from __future__ import annotations

import pytest

from jimu.definitions.money import MoneyOf, money_of
from tests.records.project import build_manifest

FILES = {
    "objects/hire.yaml": """
label: Hire
title: "{name}"
fields:
  name: {type: text, required: true, label: Name}
  day_rate: {type: currency, label: Rate}
  deposit: {type: currency, label: Deposit}
  fee: {type: currency, currency: EUR, label: Fee}
  discount: {type: percent, label: Discount}
  main: {type: lookup, to: hire, label: Main}
  net: {type: formula, returns: currency, label: Net, formula: "day_rate * (100 - coalesce(discount, 0)) / 100"}
  net_week: {type: formula, returns: currency, label: Week, formula: "net * 7"}
  sum: {type: formula, returns: currency, label: Sum, formula: "net + deposit"}
  with_fee: {type: formula, returns: currency, label: With fee, formula: "net + fee"}
  beyond: {type: formula, returns: currency, label: Beyond, formula: "net + main.day_rate"}
  days: {type: formula, returns: integer, label: Days, formula: "main.days_free"}
  days_free: {type: integer, label: Free}
  note: {type: formula, returns: currency, label: Flat, formula: "days_free * 10"}
"""
}


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("day_rate", {"day_rate_currency": "EUR"}, "EUR"),
        ("day_rate", {}, "CNY"),
        ("net", {"day_rate_currency": "EUR"}, "EUR"),
        ("net_week", {"day_rate_currency": "EUR"}, "EUR"),
        ("sum", {"day_rate_currency": "EUR", "deposit_currency": "EUR"}, "EUR"),
        ("sum", {"day_rate_currency": "EUR", "deposit_currency": "USD"}, None),
        ("sum", {"day_rate_currency": "EUR"}, None),
        ("with_fee", {"day_rate_currency": "EUR"}, "EUR"),
        ("with_fee", {"day_rate_currency": "USD"}, None),
        ("beyond", {"day_rate_currency": "EUR"}, None),
        ("beyond", {"day_rate_currency": "CNY"}, "CNY"),
        ("note", {"day_rate_currency": "EUR"}, "CNY"),
    ],
)
def test_an_amount_made_of_others_has_their_currency_where_they_agree(
    name: str, values: dict[str, str], code: str | None
) -> None:
    manifest = build_manifest(FILES)
    assert money_of(manifest.object("hire").fields[name], manifest).code(values, "CNY") == code


def test_the_fields_that_hold_codes_are_named_for_whoever_reads_a_list() -> None:
    manifest = build_manifest(FILES)
    assert money_of(manifest.object("hire").fields["sum"], manifest) == MoneyOf(
        ("deposit_currency", "day_rate_currency")
    )
