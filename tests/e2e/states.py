"""Every kind of page of the test site in every state that it can be brought into by a click: what is looked at for
accessibility. Pages whose addresses have no parts are found by themselves; each that has some needs a state here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Served

Open = Callable[[Page], None]
# Addresses that answer with files, data or parts of pages. Parts are looked at on the page that asks for them.
NO_PAGES = frozenset({
    "at_hand", "palette", "regions", "no_favicon", "show_icon", "show_picture", "show_manifest",
    "count_notifications", "token_now", "show_again", "is_favourite", "is_followed", "show_followers",
    "fetch_file", "read_text", "view_file",
    "import_result", "import_rows", "failures_file", "export", "admin_take_out", "check_filter", "pick_fields",
    "read_filter", "show_rows", "show_totals", "count_all", "show_mass_field", "peek", "show_card", "find_card",
    "choose", "people_dialog", "search_dialog", "show_quick", "show_fields", "show_pieces", "show_grid",
    "offer_people", "edit_comment", "ask_put_back", "show_attachments", "show_comments", "show_history",
    "show_timeline", "show_panel", "show_ownership", "show_related", "show_related_form", "show_new_activity",
    "record_approvals", "admin_show_people",
})  # fmt: skip
# Those that only lead elsewhere.
LEADS_ON = frozenset({
    "choose_app", "choose_language", "find_record", "show_import_record", "admin_old_address", "begin_provider",
    "finish_provider",
})  # fmt: skip


@dataclass(frozen=True)
class State:
    """``path`` is opened by ``who`` (a name in lower case, "" for whoever looks, "stranger"), then ``steps`` are taken.

    ``part``: what the steps bring, where the rest of the page is looked at elsewhere. ``is_wide``: there is nothing of
    the kind on a phone. ``with_frame``: the frame around the page is looked at as well.
    """

    name: str
    path: str
    steps: Open | None = None
    who: str = ""
    part: str = ""
    is_wide: bool = False
    with_frame: bool = False


def click(*selectors: str, see: str = "") -> Open:
    """Click one after the other, and wait for ``see``."""

    def run(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()
        if see:
            expect(page.locator(see).first).to_be_visible()

    return run


def see(selector: str) -> Open:
    return click(see=selector)


def press(*keys: str, see: str = "") -> Open:
    def run(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator(see).first).to_be_visible()

    return run


def open_state(state: State, window: Any) -> Page:
    """``state`` in ``window``, which keeps nothing from the states before: tabs, drafts, what is selected."""
    window.context.set_offline(False)
    if window.page.url.startswith("http"):
        window.page.evaluate("sessionStorage.clear(); localStorage.clear()")
    page: Page = window.go(state.path)
    if state.steps:
        state.steps(page)
    return page


def pages_without_parts(served: Served, known: set[str]) -> Iterator[State]:
    """A state for each page whose address has no parts and that ``known`` (endpoints) lacks."""
    for rule in sorted(served.site.app.url_map.iter_rules(), key=str):
        name = rule.endpoint.removeprefix("web.")
        if is_page(rule) and not rule.arguments and name not in known:
            yield State(str(rule), str(rule))


def is_page(rule: Any) -> bool:
    found = rule.endpoint.removeprefix("web.")
    return "GET" in (rule.methods or ()) and rule.endpoint.startswith("web.") and found not in NO_PAGES | LEADS_ON


def endpoint_of(served: Served, state: State) -> str:
    """The page that a state is one of; "" for an address that nothing answers to."""
    adapter = served.site.app.url_map.bind("localhost")
    path = state.path.partition("?")[0]
    if not adapter.test(path):
        return ""
    return str(adapter.match(path)[0]).removeprefix("web.")


def on_top(state: State, part: str = "dialog[open]") -> State:
    """The same, with only ``part`` to be looked at."""
    return replace(state, part=part)
