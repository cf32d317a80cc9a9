"""SQL that can use indexes, formula fields inlined and fitted, and values out of the common run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Symbol, evaluate, fit
from jimu.formulas.types import BOOLEAN, NUMBER, TEXT
from jimu.storage.expressions import NotInSql
from jimu.storage.expressions.trial import Trial
from jimu.storage.schema import Column
from tests.databases import admin_url, require_postgresql
from tests.formulas.laboratory import ENVIRONMENT, DealScope, columns, disagreements, formula

WEIGHTED = formula("amount * share / 100")
LABEL = formula("name + '!'")
EXTRA = {
    "weighted": Column("weighted", Kind.DECIMAL, Symbol(NUMBER, scale=2, formula=WEIGHTED), 2, expression=WEIGHTED),
    "label": Column("label", Kind.TEXT, Symbol(TEXT, formula=LABEL), expression=LABEL),
}
SCOPE = DealScope({name: column.symbol for name, column in EXTRA.items()})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    if request.param == "postgresql":
        require_postgresql()
    with Trial("sqlite://" if request.param == "sqlite" else admin_url(), columns(EXTRA)) as found:
        yield found


@pytest.mark.parametrize(
    ("source", "sqlite", "postgresql"),
    [
        ("stage == 'won'", "stage = 'won'", "stage = 'won'"),
        ("amount >= 1000000", "amount >= 100000000", "amount >= 1000000"),
        ("amount > 10.005", "amount > 1000", "amount > 10.005"),
        ("1000 < amount", "amount > 100000", "amount > 1000"),
        ("pieces >= 2.5", "pieces > 2", "pieces > 2"),
        ("created_at == None", "created_at IS NULL", "created_at IS NULL"),
        ("active", "active = 1", "active"),
        ("owner == user", "owner = 7", "owner = 7"),
        ("owner == user.manager", "owner IS NULL", "owner IS NULL"),
        ("close_on >= start_of(today(), 'month')", "close_on >= '2024-05-01'", "close_on >= '2024-05-01'"),
        ("stage in ('won', 'lost')", "stage IN ('won', 'lost')", "stage IN ('won', 'lost')"),
        (
            "owner in user.subordinates",
            "owner IN (SELECT anon_1.value \nFROM json_each('[5,9]') AS anon_1)",
            "owner = ANY (ARRAY[5, 9])",
        ),
        ("name", "name IS NOT NULL", "name IS NOT NULL"),
        ("not name", "name IS NULL", "name IS NULL"),
        (
            "stage == 'won' and amount > 5",
            "stage = 'won' AND jimu_trial.amount > 500",
            "stage = 'won' AND jimu_trial.amount > 5",
        ),
    ],
)
def test_a_field_beside_a_constant_stays_plain_in_a_condition(
    trial: Trial, source: str, sqlite: str, postgresql: str
) -> None:
    found = trial.plan(formula(source, expected=BOOLEAN), ENVIRONMENT).replace("jimu_trial.", "", 1).strip("()")
    wanted = sqlite if trial.dialect == "sqlite" else postgresql
    assert _plain(found) == _plain(wanted)


def _plain(text: str) -> str:
    return text.replace("(", "").replace(")", "").replace("jimu_trial.", "")


def test_two_formulas_that_differ_in_constants_have_the_same_sql(trial: Trial) -> None:
    texts = {_parametrised(trial, s) for s in ("amount * 2 > 5 and name == 'a'", "amount * 3 > 7 and name == 'bc'")}
    assert len(texts) == 1


def _parametrised(trial: Trial, source: str) -> str:
    from jimu.storage.expressions import as_condition

    return str(as_condition(formula(source), trial._scope(), ENVIRONMENT).compile(trial._engine))


RECORDS: list[dict[tuple[str, ...], Any]] = [
    {("amount",): Decimal("1000.01"), ("share",): Decimal("12.50"), ("name",): "a"},
    {("amount",): Decimal("-0.04"), ("share",): Decimal("12.50")},
    {("amount",): Decimal("9999999999999999.99"), ("share",): Decimal("999.99"), ("name",): "b"},
    {},
]


def _weighted(record: dict[tuple[str, ...], Any]) -> Any:
    return fit(evaluate(WEIGHTED, record.get, ENVIRONMENT), "decimal", 2)


def test_a_formula_field_holds_a_number_of_its_scale_or_nothing(trial: Trial) -> None:
    trial.fill(RECORDS)
    assert [_weighted(r) for r in RECORDS] == [Decimal("125.00"), Decimal("-0.01"), None, None]
    found = trial.column_values(WEIGHTED, ENVIRONMENT, Kind.DECIMAL, 2)
    if trial.dialect == "sqlite":
        found = [None if v is None else Decimal(v).scaleb(-2) for v in found]
    assert found == [_weighted(r) for r in RECORDS]


@pytest.mark.parametrize(
    "source", ["weighted", "weighted * 3", "weighted > 100", "is_blank(weighted)", "label + label", "label == 'a!'"]
)
def test_a_formula_over_formula_fields_is_inlined(trial: Trial, source: str) -> None:
    checked = formula(source, SCOPE)
    records = [{**r, ("weighted",): _weighted(r), ("label",): evaluate(LABEL, r.get, ENVIRONMENT)} for r in RECORDS]
    assert disagreements(trial, checked, records) == []


def test_numbers_too_wide_for_the_database_sort_by_value(trial: Trial) -> None:
    checked = formula("amount * amount * pieces")
    records: list[dict[tuple[str, ...], Any]] = [
        {("amount",): Decimal(amount), ("pieces",): pieces}
        for amount, pieces in (("9999999999999999.99", 10**17), ("1", 1), ("9999999999999999.99", -(10**17)), ("5", -1))
    ]
    assert disagreements(trial, checked, records) == []


def test_a_length_over_a_length_that_was_worked_out_sorts_by_value(trial: Trial) -> None:
    records = [{("took",): timedelta(0)}, {("took",): timedelta(seconds=-(10**13))}, {("took",): timedelta(days=3)}]
    assert disagreements(trial, formula("took / hours(1.5)"), records) == []


def test_days_at_the_ends_of_the_calendar_are_handled(trial: Trial) -> None:
    records: list[dict[tuple[str, ...], Any]] = [
        {
            ("close_on",): date(9999, 12, 31),
            ("born_on",): date(1, 1, 1),
            ("pieces",): 10**17,
            ("created_at",): datetime(9999, 12, 31, 23, tzinfo=UTC),
        },
    ]
    for source in (
        "close_on + 1",
        "born_on - 1",
        "close_on + pieces",
        "add_months(close_on, pieces)",
        "end_of(close_on, 'week')",
        "date(created_at)",
        "add_workdays(close_on, 1)",
        "created_at + days(1)",
        "datetime(close_on)",
        "close_on - born_on",
    ):
        assert disagreements(trial, formula(source), records) == [], source


def test_what_only_python_can_say_is_refused(trial: Trial) -> None:
    with pytest.raises(NotInSql):
        trial.values(formula("changed(amount)"), ENVIRONMENT)
