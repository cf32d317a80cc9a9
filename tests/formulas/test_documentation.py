"""docs/formulas.md says what the registry has; a plugin's function can be used like any other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jimu.formulas.builtin import FUNCTIONS
from jimu.formulas.documentation import HEADINGS, fill
from jimu.formulas.signature import REGISTRY, FunctionDef, define, signature
from tests.formulas.laboratory import formula, in_python

DOCUMENT = Path(__file__).parents[2] / "docs" / "formulas.md"

AREA_CODE = define(
    "area_code",
    "text",
    "The area code of a phone number.",
    signature("phone: text -> text", lambda phone: phone.partition("-")[0] or None),
)


@pytest.fixture
def plugin_function() -> Iterator[FunctionDef]:
    assert REGISTRY.register([AREA_CODE]) == []
    yield AREA_CODE
    del REGISTRY.functions["area_code"], REGISTRY.by_key["area_code"]


def test_the_tables_are_those_of_the_registry() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert fill(text) == text, "run: python -m jimu.formulas.documentation < docs/formulas.md"


def test_every_function_has_a_category_that_is_documented() -> None:
    assert {f.category for f in FUNCTIONS} <= set(HEADINGS)


def test_a_function_of_a_plugin_works_and_is_kept_out_of_sql_without_a_builder(plugin_function: FunctionDef) -> None:
    assert in_python("area_code(code)", {"code": "0755-123"}) == "0755"
    assert formula("area_code(code)").python_only == "area_code"


def test_a_function_cannot_take_the_name_of_another() -> None:
    taken = define("upper", "text", "Another.", signature("text: text -> text", str))
    assert REGISTRY.register([taken]) == ["upper", "upper"]
    assert in_python("upper('a')") == "A"
