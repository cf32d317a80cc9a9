"""axe finds nothing to complain of in any state of any kind of page, in any theme and language, on either width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.e2e.axe import THEMES, dress, judge, judge_in_themes
from tests.e2e.conftest import Served, Window
from tests.e2e.states import State, all_states, open_state

pytestmark = pytest.mark.browser
PARTS = 4


@pytest.fixture(scope="session")
def states(served: Served) -> list[State]:
    return list(all_states(served))


@pytest.fixture
def look(open_window: Any) -> Any:
    """``look(language, width)``: (a window of somebody who reads that language, a window of a stranger)."""

    def open_two(language: str, width: int) -> tuple[Window, Window]:
        options = {"locale": language, "reduced_motion": "reduce", "width": width}
        known: Window = open_window(**options)
        known.log_in("ada@example.com" if language == "en" else "li@example.com")
        return known, open_window(**options)

    return open_two


def complaints_of(
    states: list[State], known: Window, stranger: Window, judged: Callable[[Page, str], list[str]]
) -> list[str]:
    """What is wrong in all of ``states``; one that cannot be reached is wrong as well."""
    complaints = []
    for state in states:
        try:
            page = open_state(state, stranger if state.stranger else known)
            complaints += judged(page, state.name)
        except (AssertionError, Error) as error:
            complaints.append(f"{state.name}: is not reached: {error}"[:600])
    return complaints


@pytest.mark.parametrize("part", range(PARTS))
def test_every_state_of_every_page_is_accessible(part: int, states: list[State], look: Any) -> None:
    complaints = complaints_of(states[part::PARTS], *look("en", 1280), judge_in_themes)
    assert not complaints, "\n".join(complaints)


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("width", [1280, 390])
def test_all_rules_hold_in_every_look(theme: str, language: str, width: int, states: list[State], look: Any) -> None:
    def judged(page: Page, name: str) -> list[str]:
        dress(page, theme)
        return judge(page, name)

    # What is clicked on a wide page lies elsewhere on a narrow one.
    shown = [state for state in states if width > 390 or not state.steps]
    complaints = complaints_of(shown, *look(language, width), judged)
    assert not complaints, "\n".join(complaints)
