"""What is no formula is refused with a code and the character where it is; nothing hostile is ever evaluated."""

from __future__ import annotations

import pytest

from jimu.formulas import check
from jimu.formulas.types import BOOLEAN, DATE, NUMBER, TEXT, Type
from tests.formulas.laboratory import SCOPE, formula, refusals


@pytest.mark.parametrize(
    ("source", "code", "column"),
    [
        ("amuont * 2", "unknown_field", 1),
        ("account.nmae", "unknown_field", 9),
        ("account.owner.secret", "unknown_field", 15),
        ("amount.name", "wrong_type", 1),
        ("anything.name", "wrong_type", 1),
        ("user.manager.name", "not_allowed", 1),
        ("is_blank(user.team)", "not_allowed", 10),
        ("name in user.subordinates", "wrong_type", 1),
        ("owner in user.departments", "wrong_type", 1),
        ("today > close_on", "unknown_field", 1),
        ("uper(name)", "unknown_function", 1),
        ("name + 1", "wrong_type", 8),
        ("name < 3", "wrong_type", 8),
        ("close_on == created_at", "wrong_type", 13),
        ("owner == account", "wrong_type", 10),
        ("close_on > '2024-13-01'", "wrong_type", 12),
        ("stage == 'wno'", "unknown_choice", 10),
        ("stage in ('won', 'lots')", "unknown_choice", 18),
        ("case(stage, 'wonn', 1)", "unknown_choice", 13),
        ("upper(name, code)", "wrong_arguments", 1),
        ("round(amount, pieces)", "wrong_arguments", 15),
        ("start_of(close_on, 'decade')", "wrong_arguments", 20),
        ("text(amount, '0,00')", "bad_pattern", 14),
        ("text(close_on, 'yyyy-MM')", "bad_pattern", 16),
        ("'a' in name", "wrong_type", 8),
        ("1 if active else 'a'", "wrong_type", 1),
        ("amount +", "syntax", 9),
        ("(amount + 1", "syntax", 1),
        ("upper(name) + (code + (name)", "syntax", 15),
        ("amount + [1)", "syntax", 10),
        ("amount + 1)", "syntax", 11),
        ("name == 'a)", "syntax", 9),
        ("name code", "syntax", 6),
        ("amount = 1", "syntax", 8),
        ("amount +\n  * 2", "syntax", 3),
        ("", "syntax", 1),
        ("积 + amuont", "unknown_field", 1),
    ],
)
def test_mistakes_are_named_where_they_are(source: str, code: str, column: int) -> None:
    assert (code, column) in refusals(source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("(amount + 1", "The bracket ( is not closed: ) is missing."),
        ("amount + 1)", "The bracket ) closes nothing."),
        ("name == ')", "This text is not closed: ' is missing."),
        ("amount = 1", "This is not an expression. Write == to compare."),
        ("amount +", "The formula ends too early."),
    ],
)
def test_a_slip_in_writing_is_called_by_its_name(source: str, said: str) -> None:
    _, problems = check(source, SCOPE, "deal")
    assert [str(problem.message) for problem in problems] == [said]


def test_every_problem_is_reported_at_once() -> None:
    assert [code for code, _ in refusals("amuont + nmae + uper(code)")] == [
        "unknown_field",
        "unknown_field",
        "unknown_function",
    ]


def test_the_nearest_name_is_suggested() -> None:
    _, problems = check("amuont", SCOPE, "deal")
    assert problems[0].suggestion == "amount"


def test_a_column_counts_characters_not_bytes() -> None:
    assert refusals("'积木积木' + amuont") == [("unknown_field", 10)]


@pytest.mark.parametrize(
    "source",
    [
        "().__class__",
        "name.__class__",
        "name.upper()",
        "''.join(tags)",
        "(1).real",
        "account.__class__.__mro__",
        "9**9**9",
        "1 << 1000000",
        "'x' * 10",
        "'%1000000d' % 1",
        "f'{name}'",
        "[x for x in tags]",
        "{1: 2}",
        "lambda: 1",
        "tags[0]",
        "name[::2]",
        "(x := 1)",
        "[1, 2]",
        "name if active",
        "yield 1",
        "await x",
        "*tags",
        "b'x'",
        "1j",
        "...",
        "name is None",
        "upper(text=name)",
        "upper(*tags)",
        "__import__('os')",
        "eval('1')",
        "open('x')",
        "print(1)",
        "not_a_module.x()",
        "1; 2",
        "name = 'x'",
        "import os",
        "~pieces",
        "pieces | 1",
        "'\\x00'",
        "'\\ud800'",
    ],
)
def test_what_is_not_of_the_language_is_refused(source: str) -> None:
    assert refusals(source)


@pytest.mark.parametrize(
    "source",
    [
        "'" + "a" * 1_000_000 + "'",
        "(" * 5_000 + "1" + ")" * 5_000,
        "-" * 19_000 + "1",
        "not " * 4_000 + "active",
        "1" + " + 1" * 400,
        "coalesce(" + "name, " * 600 + "name)",
        "9" * 5_000,
        "1e999999999",
        "0." + "1" * 40,
        "if_(" * 100 + "active, 1" + ")" * 100,
        "'" + "a" * 11_000 + "'",
        "a." * 4_000 + "b",
    ],
)
def test_what_is_too_large_is_refused_at_once(source: str) -> None:
    assert {code for code, _ in refusals(source)} <= {"too_large", "syntax"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a)\\1",
        "(?=a)",
        "(?i)a",
        "a{1000}",
        "a**",
        "[z-a]",
        "[[:alpha:]]",
        r"\\bword",
        "a^b",
        "(a",
        "a)",
        "(a{100}){100}",
    ],
)
def test_patterns_that_engines_read_differently_are_refused(pattern: str) -> None:
    assert refusals(f"regex_match(name, '{pattern}')")[0][0] == "bad_pattern"


def test_a_catastrophic_pattern_is_matched_in_linear_time() -> None:
    checked = formula("regex_match(name, '(a|a)*(a|aa)*b')")
    assert checked.compiled({("name",): "a" * 50_000}.get, None) is False  # type: ignore[arg-type]


def test_texts_cannot_be_blown_up() -> None:
    grown = "name"
    for _ in range(40):
        grown = f"replace({grown}, 'a', 'aaaaaaaaaa')"
    checked = formula(grown)
    assert checked.compiled({("name",): "a"}.get, None) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "expected", "fits"),
    [
        ("amount", NUMBER, True),
        ("name", NUMBER, False),
        ("amount", TEXT, False),
        ("name", BOOLEAN, True),
        ("None", DATE, True),
        ("created_at", DATE, False),
        ("owner", Type("reference"), True),
        ("owner", Type("reference", "user"), True),
        ("owner", Type("reference", "account"), False),
    ],
)
def test_the_expected_type_is_demanded(source: str, expected: Type, fits: bool) -> None:
    assert (check(source, SCOPE, "deal", expected)[0] is not None) is fits
