"""Amounts in another currency: the same in Python and in both databases, by the rate of the day, blank without one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from jimu.definitions import load_files
from jimu.errors import Invalid
from jimu.formulas import evaluate
from jimu.records import AggregateRequest, Create, Delete, ListRequest, Update, read, write
from jimu.records.environment import build_environment
from tests.records.project import Project, prepared_project

WORKSPACE = "label: Test\ncurrency: USD\ncurrencies: [USD, CNY, JPY, EUR]\n"
DEAL = """
label: Deal
title: "{name}"
fields:
  name: {type: text}
  won_on: {type: date}
  amount: {type: currency}
  fee: {type: currency, currency: CNY}
  in_dollars: {type: formula, returns: currency, formula: "convert(amount, 'USD', won_on)"}
  in_yen: {type: formula, returns: decimal, scale: 0, formula: "convert(amount, 'JPY', won_on)"}
  fee_in_dollars: {type: formula, returns: currency, formula: "convert(fee, 'CNY', 'USD')"}
"""
FILES = {"workspace.yaml": WORKSPACE, "objects/crm/deal.yaml": DEAL}
DAY = date(2026, 1, 1)


@pytest.fixture
def money(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as project:
        for code, since, rate in (
            ("CNY", 0, "0.14"), ("CNY", 30, "0.1391234567"), ("JPY", 10, "0.0067"), ("EUR", 0, "1.0875"),
        ):  # fmt: skip
            project.create("exchange_rate", currency=code, valid_from=str(DAY + timedelta(since)), rate=rate)
        yield project


def half_up(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def test_sql_and_python_convert_alike_and_exactly(money: Project) -> None:
    rng = random.Random(7)
    commands = [
        Create("deal", {
            "amount": rng.choice([None, "0.01", "-12.35", "99999999999.99", str(Decimal(rng.randrange(10**9)) / 100)]),
            "amount_currency": rng.choice(["USD", "CNY", "JPY", "EUR"]),
            "won_on": rng.choice([None, str(DAY + timedelta(rng.randrange(-2, 60)))]),
        })
        for _ in range(120)
    ]  # fmt: skip
    write.write_many(commands, money.system)
    fields = money.manifest.object("deal").fields
    environment = build_environment(money.system)
    dollars = Decimal(0)
    for record in read.list_records(ListRequest("deal", limit=1000), money.system).records:
        values = record.values
        for name in ("in_dollars", "in_yen"):
            assert values[name] == evaluate(fields[name].formula, lambda path: values[path[0]], environment)  # noqa: B023
        dollars += values["in_dollars"] or 0
        if values["amount_currency"] == "CNY" and values["won_on"] and values["won_on"] >= DAY + timedelta(30):
            wanted = None if values["amount"] is None else half_up(values["amount"] * Decimal("0.1391234567"), 2)
            assert values["in_dollars"] == wanted
    (row,) = read.aggregate(AggregateRequest("deal", measures=("sum(in_dollars)",)), money.system).rows
    assert row["sum_in_dollars"] == dollars != 0


def test_between_two_others_it_goes_over_the_own_currency(money: Project) -> None:
    id = money.create("deal", amount="1000", amount_currency="CNY", won_on=str(DAY + timedelta(31)))
    assert money.value("deal", id, "in_yen") == half_up(Decimal("139.1234567") / Decimal("0.0067"), 0)
    assert money.ids("deal", where="convert(amount, 'JPY', won_on) > 20000") == {id}
    assert money.ids("deal", where="convert(amount, 'JPY', won_on) > 21000") == set()


def test_before_the_first_rate_an_amount_is_worth_nothing_known(money: Project) -> None:
    id = money.create("deal", amount="5", amount_currency="JPY", won_on=str(DAY))
    assert money.value("deal", id, "in_dollars") is None
    assert money.value("deal", id, "in_yen") == 5


def test_a_rate_that_changes_or_goes_acts_at_the_next_question(money: Project) -> None:
    id = money.create("deal", fee="100")
    assert money.value("deal", id, "fee_in_dollars") == Decimal("13.91")
    (newest,) = money.ids("exchange_rate", where=f"currency == 'CNY' and valid_from == '{DAY + timedelta(30)}'")
    write.write(Update("exchange_rate", newest, {"rate": "0.2"}), money.system)
    assert money.value("deal", id, "fee_in_dollars") == 20
    write.write(Delete("exchange_rate", newest), money.system)
    assert money.value("deal", id, "fee_in_dollars") == 14


def test_a_currency_has_one_rate_a_day_and_none_below_zero(money: Project) -> None:
    for values in ({"currency": "CNY", "rate": "0.2"}, {"currency": "EUR", "rate": "0"}):
        with pytest.raises(Invalid):
            money.create("exchange_rate", valid_from=str(DAY), **values)


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("convert(fee, 'USD')", "unknown_money"),
        ("convert(amount, 'Yen')", "unknown_money"),
        ("convert(amount)", "wrong_arguments"),
    ],
)
def test_what_cannot_be_converted_is_refused_when_it_is_read(formula: str, code: str) -> None:
    files = {**FILES, "objects/crm/deal.yaml": DEAL + f'  bad: {{type: formula, formula: "{formula}"}}\n'}
    manifest, found = load_files(files)
    assert manifest is None
    assert any(code in d.code and "bad" in str(d.address) for d in found)
