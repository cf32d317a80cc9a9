"""axe finds nothing to complain of in any state of any kind of page, in any theme and language, on either width."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.e2e.axe import COLOURS, RULES, THEMES, dress, judge
from tests.e2e.conftest import Served, Window
from tests.e2e.states import State, endpoint_of, is_page, open_state, pages_without_parts
from tests.e2e.states_daily import daily_states, prepare_records
from tests.e2e.states_work import prepare_work, working_states

pytestmark = pytest.mark.browser
PARTS = 4
# The frame is the same around every page: it is judged where a state says so.
FRAME = [[".shell-nav"], [".shell-bar"], [".bottom-bar"]]
WIDTHS = (1440, 390)
READERS = {"en": "ada", "zh-CN": "li"}


@pytest.fixture(scope="session")
def states(served: Served) -> list[State]:
    served.site.user("Nina", "helper", language="en")
    named = [*daily_states(prepare_records(served.site)), *working_states(served, prepare_work(served.site))]
    known = {endpoint_of(served, state) for state in named}
    return [*named, *pages_without_parts(served, known)]


@pytest.fixture
def look(open_window: Any) -> Any:
    """``look(language, width)(who)``: the window of somebody, who is logged in when they are first asked for."""

    def of(language: str, width: int) -> Callable[[str], Window]:
        windows: dict[str, Window] = {}

        def window_of(who: str) -> Window:
            if who not in windows:
                made: Window = open_window(locale=language, reduced_motion="reduce", width=width)
                if who != "stranger":
                    made.log_in(f"{who or READERS[language]}@example.com")
                windows[who] = made
            return windows[who]

        return window_of

    return of


def complaints_of(
    states: Iterable[State], window_of: Callable[[str], Window], judged: Callable[[Page, State], list[str]]
) -> list[str]:
    """What is wrong in all of ``states``; one that cannot be reached is wrong as well."""
    complaints = []
    for state in states:
        window = window_of(state.who)
        try:
            complaints += judged(open_state(state, window), state)
        except (AssertionError, Error) as error:
            complaints.append(f"{state.name}: is not reached: {error}"[:600])
        # That a server fails on purpose is no complaint.
        window.complaints[:] = [text for text in window.complaints if "status of 500" not in text]
    return complaints


def in_theme(theme: str, rules: list[str] = RULES) -> Callable[[Page, State], list[str]]:
    def judged(page: Page, state: State) -> list[str]:
        dress(page, theme)
        where = {"include": [[state.part]]} if state.part else {"exclude": [] if state.with_frame else FRAME}
        return judge(page, f"{state.name}, {theme}", rules, where)

    return judged


def by_day_and_night(page: Page, state: State) -> list[str]:
    """By all rules in the light theme, by those of colour in the dark one."""
    return in_theme("light")(page, state) + in_theme("dark", COLOURS)(page, state)


def test_every_page_has_a_state_to_be_looked_at(states: list[State], served: Served) -> None:
    seen = {endpoint_of(served, state) for state in states}
    pages = {r.endpoint.removeprefix("web."): str(r) for r in served.site.app.url_map.iter_rules() if is_page(r)}
    assert {name: rule for name, rule in pages.items() if name not in seen} == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_state_of_every_page_is_accessible(part: int, states: list[State], look: Any) -> None:
    """In English on a wide window by day, every third one by night as well; in Chinese by night on a phone every sixth
    of those that need no click. The slow test below looks at all of them in every look.
    """
    own = states[part::PARTS]
    nights = own[::3]
    complaints = complaints_of(nights, look("en", 1440), by_day_and_night)
    complaints += complaints_of([s for s in own if s not in nights], look("en", 1440), in_theme("light"))
    still = [state for state in own if state.steps is None and not state.part and state.who in ("", "stranger")]
    complaints += complaints_of(still[::6], look("zh-CN", 390), in_theme("dark"))
    assert not complaints, "\n".join(complaints)


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("width", WIDTHS)
def test_all_rules_hold_in_every_look(theme: str, language: str, width: int, states: list[State], look: Any) -> None:
    shown = [state for state in states if width > 390 or not state.is_wide]
    complaints = complaints_of(shown, look(language, width), in_theme(theme))
    assert not complaints, "\n".join(complaints)
