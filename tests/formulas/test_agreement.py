"""All evaluators agree: compiled Python, simpleeval, SQLite and PostgreSQL, on generated expressions and records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jimu.formulas import check
from jimu.storage.expressions.trial import Trial
from tests.databases import admin_url, require_postgresql
from tests.formulas.generated import TYPES, expressions, records
from tests.formulas.laboratory import SCOPE, columns, disagreements

EXAMPLES = 60
_QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
_THOROUGH = settings(_QUIET, max_examples=6_000, derandomize=False)

_TRIALS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]


@pytest.fixture(scope="module", params=_TRIALS)
def trial(request: pytest.FixtureRequest) -> Iterator[Trial]:
    if request.param == "postgresql":
        require_postgresql()
    with Trial("sqlite://" if request.param == "sqlite" else admin_url(), columns()) as found:
        yield found


def _agree(trial: Trial, data: st.DataObject, type: str) -> None:
    source = data.draw(expressions(type))
    checked, problems = check(source, SCOPE, "deal")
    if checked is None:
        # The limits may refuse a generated expression; nothing else may.
        assert {p.code for p in problems} <= {"too_large", "unknown_choice"}, (
            source,
            [str(p.message) for p in problems],
        )
        return
    given_records = data.draw(st.lists(records(checked.paths), min_size=1, max_size=3))
    assert disagreements(trial, checked, given_records) == [], source


@pytest.mark.parametrize("type", TYPES)
@_QUIET
@given(data=st.data())
def test_values_conditions_and_order_are_the_same_everywhere(trial: Trial, type: str, data: st.DataObject) -> None:
    _agree(trial, data, type)


@pytest.mark.slow
@pytest.mark.parametrize("type", TYPES)
@_THOROUGH
@given(data=st.data())
def test_they_are_the_same_in_an_exhaustive_search(trial: Trial, type: str, data: st.DataObject) -> None:
    _agree(trial, data, type)
