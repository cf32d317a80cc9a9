"""Roll-ups of money never add up several currencies: they convert, or are blank."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from jimu.definitions import load_files
from jimu.records import AggregateRequest, Delete, Update, read, write
from jimu.records.rollups_due import work_off_rates
from jimu.records.write_steps.rollups import RATES_JOB
from tests.records.project import Project, prepared_project

CUSTOMER = """
label: Customer
title: "{name}"
fields:
  name: {type: text}
  currency: {type: currency_code}
  plain: {type: rollup, of: deal.customer, function: sum, field: amount}
  yuan: {type: rollup, of: deal.customer, function: sum, field: amount, currency: CNY}
  own: {type: rollup, of: deal.customer, function: sum, field: amount, convert: default, convert_on: won_on}
  best: {type: rollup, of: deal.customer, function: max, field: amount, convert: default, convert_on: won_on}
  theirs: {type: rollup, of: deal.customer, function: sum, field: twice, convert: currency, convert_on: won_on}
"""
DEAL = """
label: Deal
title: "{name}"
fields:
  name: {type: text}
  customer: {type: lookup, to: customer}
  won_on: {type: date}
  amount: {type: currency}
  twice: {type: formula, returns: currency, formula: "amount * 2"}
"""
FILES = {
    "workspace.yaml": "label: Test\ncurrency: USD\ncurrencies: [USD, CNY, EUR]\n",
    "objects/crm/customer.yaml": CUSTOMER,
    "objects/crm/deal.yaml": DEAL,
}


@pytest.fixture
def money(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as project:
        project.create("exchange_rate", currency="CNY", valid_from="2026-01-01", rate="0.14")
        yield project


def held(project: Project, customer: int, *names: str) -> list[object]:
    return [project.value("customer", customer, name) for name in names]


def test_amounts_of_several_currencies_are_converted_or_have_no_sum(money: Project) -> None:
    customer = money.create("customer", name="C", currency="CNY")
    assert held(money, customer, "plain", "yuan", "own", "best") == [0, 0, 0, None]
    money.create("deal", customer=customer, amount="100", won_on="2026-02-01")
    assert held(money, customer, "plain", "yuan", "own", "best") == [100, None, 100, 100]
    assert held(money, customer, "theirs") == [Decimal("1428.57")]
    yuan = money.create("deal", customer=customer, amount="1000", amount_currency="CNY", won_on="2026-02-01")
    assert held(money, customer, "plain", "yuan", "own", "best") == [None, None, 240, 140]
    assert held(money, customer, "theirs") == [Decimal("3428.57")]
    money.create("deal", customer=customer, amount=None, won_on=None)
    assert held(money, customer, "own") == [240]
    write.write(Update("customer", customer, {"currency": "USD"}), money.system)
    assert held(money, customer, "theirs") == [480]
    write.write(Update("deal", yuan, {"amount_currency": "EUR"}), money.system)
    assert held(money, customer, "plain", "own", "best", "theirs") == [None] * 4  # there is no rate
    write.write(Delete("deal", yuan), money.system)
    assert held(money, customer, "plain", "own", "best", "theirs") == [100, 100, 100, 200]


def test_a_changed_rate_is_followed_by_a_job(money: Project) -> None:
    customer = money.create("customer", name="C", currency="USD")
    money.create("deal", customer=customer, amount="1000", amount_currency="CNY", won_on="2026-02-01")
    rate = money.create("exchange_rate", currency="CNY", valid_from="2026-02-01", rate="0.15")
    with money.store.read() as transaction:
        assert any(job["kind"] == RATES_JOB for job in transaction.list_jobs("waiting", 100))
    work_off_rates(money.system)
    assert held(money, customer, "own", "theirs") == [150, 300]
    write.write(Delete("exchange_rate", rate), money.system)
    work_off_rates(money.system)
    assert held(money, customer, "own", "theirs") == [140, 280]


def test_a_rollup_that_converts_nothing_is_warned_of() -> None:
    manifest, diagnostics = load_files(FILES)
    assert manifest is not None
    assert [d.address for d in diagnostics if d.code == "rollup_currencies"] == ["customer.plain", "customer.yuan"]
    wrong = {**FILES, "objects/crm/customer.yaml": CUSTOMER.replace("convert: currency", "convert: name")}
    _, diagnostics = load_files(wrong)
    assert [d.code for d in diagnostics if d.code == "rollup_currency"] == ["rollup_currency"]


def test_an_aggregate_tells_amounts_per_currency(money: Project) -> None:
    for name, amount, code in (("a", 1, "USD"), ("a", 2, None), ("b", 4, "USD"), ("b", 8, "CNY"), ("b", None, "EUR")):
        money.create("deal", name=name, amount=amount, amount_currency=code)
    asked = AggregateRequest("deal", ("sum(amount)", "max(twice)", "count()"), ("name",), order=("name",))
    found = read.aggregate(asked, money.system)
    assert [(r["sum_amount"], r["max_twice"], r["count"]) for r in found.rows] == [(3, 4, 2), (None, None, 3)]
    assert found.per_currency["sum_amount"] == [{"USD": 3}, {"USD": 4, "CNY": 8}]
    assert found.per_currency["max_twice"] == [{"USD": 4}, {"USD": 8, "CNY": 16}]
    grouped = read.aggregate(AggregateRequest("deal", ("sum(amount)",), ("amount_currency",)), money.system)
    assert not grouped.per_currency
    assert sum(r["sum_amount"] or 0 for r in grouped.rows) == 15
