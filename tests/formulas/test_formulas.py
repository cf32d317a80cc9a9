"""What is known of a formula, formulas over several lines, templates, functions by their examples, ids."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from jimu.fieldtypes.ids import encode_id
from jimu.formulas import Environment, check_template, evaluate
from jimu.formulas.builtin import FUNCTIONS
from jimu.formulas.record_ids import decode_id
from tests.formulas.laboratory import ENVIRONMENT, SCOPE, by_path, formula, in_python, same

EXAMPLES = [(source, value) for function in FUNCTIONS for source, value in function.examples]


@pytest.mark.parametrize(("source", "value"), EXAMPLES)
def test_the_examples_of_every_function_hold(source: str, value: Any) -> None:
    assert same(in_python(source), value)


@pytest.mark.parametrize(
    ("source", "deterministic", "clock", "actor", "prior", "local"),
    [
        ("amount * 2", True, False, False, False, True),
        ("close_on < today()", False, True, False, False, True),
        ("date(created_at)", False, True, False, False, True),
        ("is_workday(close_on)", False, True, False, False, True),
        ("owner == user", False, False, True, False, True),
        ("changed(amount)", False, False, False, True, True),
        ("account.name", True, False, False, False, False),
    ],
)
def test_a_formula_says_what_it_depends_on(
    source: str, deterministic: bool, clock: bool, actor: bool, prior: bool, local: bool
) -> None:
    found = formula(source)
    assert (found.deterministic, found.uses_clock, found.uses_actor, found.uses_prior, found.is_local) == (
        deterministic,
        clock,
        actor,
        prior,
        local,
    )


def test_a_formula_names_its_paths_and_what_keeps_it_out_of_sql() -> None:
    found = formula("account.owner.name + name")
    assert found.paths == {("account", "owner", "name"), ("name",)}
    assert found.python_only is None
    assert formula("prior(amount) > 1 and name").python_only == "prior"


def test_a_formula_may_run_over_several_lines() -> None:
    assert in_python("1 +\n  2  # two\n  + 3") == 6


def test_values_before_the_change_can_be_asked_for() -> None:
    changed, prior = formula("changed(amount)"), formula("prior(amount)")
    before = Environment(prior={"amount": 1})
    get = {("amount",): 2}.get
    assert evaluate(changed, get, before) is True
    assert evaluate(changed, {("amount",): 1}.get, before) is False
    assert evaluate(prior, get, before) == 1
    assert evaluate(changed, get, Environment()) is True
    assert evaluate(prior, get, Environment()) is None


def test_text_constants_are_read_as_days_moments_and_ids() -> None:
    record = {
        "close_on": date(2024, 5, 6),
        "created_at": datetime(2024, 5, 6, 12, tzinfo=UTC),
        "account": 12345678901234567,
    }
    assert in_python("close_on == '2024-05-06'", record) is True
    assert in_python("created_at == '2024-05-06T12:00:00Z'", record) is True
    assert in_python("created_at == '2024-05-06 20:00'", record) is True  # in Shanghai
    assert in_python(f"account == '{encode_id(12345678901234567)}'", record) is True


@pytest.mark.parametrize("number", [0, 1, 31, 32, 2**42, 2**63 - 1])
def test_ids_are_read_as_field_types_write_them(number: int) -> None:
    assert decode_id(encode_id(number)) == number
    assert decode_id(encode_id(number).lower()) == number


@pytest.mark.parametrize("text", ["", "short", "U000000000000", "Z" * 13, "0" * 14])
def test_what_is_no_id_is_not_read(text: str) -> None:
    assert decode_id(text) is None


def test_a_template_shows_values_as_texts_and_lookups_by_title() -> None:
    record = by_path({"name": "Ann", "amount": 5, "account.title": "Acme"})
    found, problems = check_template("{name} · {code}{{{amount}}} {account} {text(amount, '0.00')}", SCOPE, "deal")
    assert found is not None, problems
    assert evaluate(found, record.get, ENVIRONMENT) == "Ann · {5} Acme 5.00"
    assert evaluate(found, {}.get, ENVIRONMENT) == " · {}  "


@pytest.mark.parametrize(("template", "column"), [("a {nmae}", 4), ("a {name", 3), ("{name} {1 +}", 12)])
def test_a_bad_template_is_refused_where_it_is_wrong(template: str, column: int) -> None:
    found, problems = check_template(template, SCOPE, "deal")
    assert found is None
    assert problems[0].place.column == column


def test_local_times_that_occur_twice_or_never_are_settled() -> None:
    from zoneinfo import ZoneInfo

    new_york = Environment(zone=ZoneInfo("America/New_York"))
    twice, never = "datetime(date(2024, 11, 3), time(1, 30))", "datetime(date(2024, 3, 10), time(2, 30))"
    assert in_python(twice, environment=new_york) == datetime(2024, 11, 3, 6, 30, tzinfo=UTC)
    assert in_python(never, environment=new_york) == datetime(2024, 3, 10, 7, 30, tzinfo=UTC)
