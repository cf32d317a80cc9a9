"""The frame around pages: command palette, keys, favourites, recently viewed records, notifications, phone width."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Served, Window
from tests.web.site import url

pytestmark = pytest.mark.browser
LOOKED_AT = "**/recent"
_numbers = count(1)


def _chosen(page: Page) -> Any:
    """The option of the palette that Enter takes: the one the combobox names."""
    active = page.locator(".palette-input").get_attribute("aria-activedescendant")
    return page.locator(f"#{active}")


@pytest.fixture
def newcomer(served: Served) -> tuple[int, str]:
    """(id, e-mail) of a person who has nothing at hand yet."""
    name = f"Newcomer{next(_numbers)}"
    return served.site.user(name, "keeper", language="en"), f"{name.lower()}@example.com"


@pytest.fixture
def own(open_window: Any, newcomer: tuple[int, str]) -> Window:
    """A window of that person, in which nothing is on its way when it is looked at."""
    made: Window = open_window(reduced_motion="reduce")
    made.log_in(newcomer[1])
    return made


def test_the_palette_finds_and_opens_a_record_by_keyboard_alone(window: Window) -> None:
    window.served.site.create("maker", name="Keyboard works", city="Paris")
    page = window.go("/o/thing")
    page.keyboard.press("Control+k")
    expect(page.locator(".palette-input")).to_be_focused()
    expect(page.locator(".palette-option").first).to_be_visible()
    page.keyboard.type("keyboard w")
    option = page.locator(".palette-option", has_text="Keyboard works")
    expect(option.locator("mark").first).to_have_text("Keyboard")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Keyboard works")


def test_enter_pressed_at_once_takes_what_the_typed_text_finds(window: Window) -> None:
    page = window.go("/o/thing")
    page.keyboard.press("Control+k")
    page.keyboard.type("profile")
    page.keyboard.press("Enter")
    page.wait_for_url("**/profile")
    page.route("**/palette?q=&*", lambda route: None)  # the list of the beginning never comes, and is not waited for
    page.keyboard.press("/")
    page.keyboard.insert_text("new thing")
    page.keyboard.press("Enter")
    page.wait_for_url("**/o/thing/new")


def test_enter_waits_visibly_and_leaving_or_typing_on_takes_it_back(window: Window) -> None:
    held: list[Any] = []
    page = window.go("/o/thing")
    page.keyboard.press("Control+k")
    expect(page.locator(".palette-option").first).to_be_visible()
    page.route("**/palette?q=profile&*", lambda route: held.append(route))
    with page.expect_request("**/palette?q=profile&*"):
        page.keyboard.insert_text("profile")
        page.keyboard.press("Enter")
    expect(page.locator("dialog.palette.is-waiting [role=status]")).to_have_text("Searching…")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator(".palette-input")).to_be_focused()
    page.keyboard.insert_text("profil")
    expect(page.locator(".palette-option").first).to_contain_text("Profile")
    held[0].continue_()
    page.keyboard.press("Escape")
    assert page.url.endswith("/o/thing")


def test_arrows_move_in_the_palette_and_escape_closes_it(window: Window) -> None:
    page = window.go("/")
    page.keyboard.press("Control+k")
    options = page.locator(".palette-option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert _chosen(page).get_attribute("id") == options.nth(1).get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).to_be_hidden()


def test_the_palette_is_narrowed_to_one_object_and_widened_again(window: Window) -> None:
    page = window.go("/")
    page.keyboard.press("/")
    page.keyboard.type("a")
    page.click('.palette-types [data-type="maker"]')
    expect(page.locator(".palette-input")).to_be_focused()
    expect(page.locator('.palette-types [data-type="maker"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".palette-group")).to_have_count(1)
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(page.locator('.palette-types [data-type=""]')).to_have_attribute("aria-pressed", "true")


def test_commands_change_the_theme_and_lead_to_a_form(window: Window) -> None:
    page = window.go("/o/maker")
    for command, theme in (("theme dark", "dark"), ("theme light", "light")):
        page.keyboard.press("Control+k")
        page.keyboard.type(command)
        page.keyboard.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        assert page.url.endswith("/o/maker")
    page.keyboard.press("Control+k")
    page.keyboard.type("new thing")
    page.keyboard.press("Enter")
    expect(page.locator("#f-name")).to_be_visible()


def test_the_search_box_of_the_bar_opens_the_palette_with_what_was_typed(window: Window) -> None:
    page = window.go("/o/maker")
    page.focus("[data-search]")
    page.keyboard.type("g")
    expect(page.locator(".palette-input")).to_have_value("g")
    page.keyboard.type("lobex")
    expect(page.locator(".palette-option", has_text="Globex").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-search]")).to_have_value("")


def test_a_star_puts_the_record_into_the_navigation_and_the_next_page_has_it_at_once(own: Window) -> None:
    record = own.served.site.create("maker", name="Starry works", city="Rome")
    page = own.go(url("maker", record))
    star = page.locator("jm-star button")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(page.locator("jm-favourites a")).to_have_text("Starry works")
    own.go("/o/thing")
    expect(page.locator("jm-favourites a")).to_have_text("Starry works")
    own.go(url("maker", record))
    expect(star).to_have_attribute("aria-pressed", "true")
    page.hover("jm-favourites .nav-favourite")
    page.click("jm-favourites .nav-remove")
    expect(page.locator("jm-favourites a")).to_have_count(0)
    expect(star).to_have_attribute("aria-pressed", "false")


def test_what_was_looked_at_stands_on_the_home_page_and_in_the_palette(own: Window) -> None:
    record = own.served.site.create("maker", name="Looked at last", city="Rome")
    with own.page.expect_response(LOOKED_AT):
        own.go(url("maker", record))
    page = own.go("/")
    expect(page.locator(".home-card", has_text="Recently viewed").locator("a")).to_contain_text("Looked at last")
    page.keyboard.press("Control+k")
    expect(page.locator(".palette-option").first).to_contain_text("Looked at last")


def test_notifications_are_counted_and_marked_as_read_in_their_place(own: Window, newcomer: tuple[int, str]) -> None:
    site = own.served.site
    record = site.create("maker", name="Newsworthy works", city="Rome")
    for n in (1, 2):
        site.create("notification", subject=f"News {n}", record=record, owner=newcomer[0])
    page = own.go("/o/thing")
    bell = page.locator("jm-bell summary")
    expect(page.locator(".bell-count")).to_have_text("2")
    expect(bell).to_have_attribute("aria-label", "Notifications: 2 unread")
    bell.click()
    expect(page.locator("jm-bell .notice-entry")).to_have_count(2)
    page.click("jm-bell .notice-earlier summary")
    page.locator("jm-bell .notice-entry", has_text="News 1").locator("button").click()
    expect(page.locator("jm-bell .is-unread")).to_have_count(1)
    expect(page.locator(".bell-count")).to_have_text("1")
    page.click("jm-bell .notices-foot button")
    expect(page.locator(".bell-count")).to_be_hidden()
    page.click("jm-bell >> text=News 2")
    expect(page.locator("h1")).to_have_text("Newsworthy works")


def test_following_an_unread_notification_marks_it_as_read(own: Window, newcomer: tuple[int, str]) -> None:
    site = own.served.site
    record = site.create("maker", name="Followed works", city="Rome")
    site.create("notification", subject="Look here", record=record, owner=newcomer[0])
    page = own.go("/")
    page.click("jm-bell summary")
    page.click("jm-bell >> text=Look here")
    expect(page.locator("h1")).to_have_text("Followed works")
    own.go("/notifications")
    expect(page.locator(".notice-entry")).to_have_count(1)
    expect(page.locator(".notice-entry.is-unread")).to_have_count(0)


def test_a_letter_after_g_leads_to_an_entry_of_the_navigation(window: Window) -> None:
    page = window.go("/o/thing")
    entry = page.locator('.shell-nav [data-key][href="/o/maker"]')
    page.keyboard.press("g")
    page.keyboard.press(entry.get_attribute("data-key") or "")
    page.wait_for_url("**/o/maker")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(lambda address: address.endswith("/"))


def test_the_sheet_of_keys_tells_those_of_the_page(window: Window) -> None:
    record = window.served.site.create("maker", name="Keyed works", city="Rome")
    page = window.go(url("maker", record))
    page.keyboard.press("?")
    sheet = page.locator("dialog[open]")
    expect(sheet.locator("h3")).to_have_text(["Everywhere", "On this page", "Go to"])
    expect(sheet).to_contain_text("Edit the record")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("e")
    page.wait_for_url("**/edit")


def test_keys_without_ctrl_can_be_switched_off(window: Window) -> None:
    page = window.go("/o/thing")
    page.keyboard.press("?")
    page.uncheck(".keys-toggle input")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.press("n")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.palette")).to_be_visible()
    page.keyboard.type("keyboard short")
    expect(page.locator(".palette-option").first).to_contain_text("Keyboard shortcuts")
    page.keyboard.press("Enter")
    expect(page.locator(".keys-toggle input")).not_to_be_checked()
    page.check(".keys-toggle input")
    page.keyboard.press("Escape")
    assert page.url.endswith("/o/thing")


def test_at_phone_width_everything_is_reached_by_the_bottom_bar_and_the_search_button(open_window: Any) -> None:
    window: Window = open_window(width=390, height=844, has_touch=True, is_mobile=True)
    page = window.log_in()
    window.go("/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.tap(".bar-search")
    box = page.locator("dialog.palette").bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (390, 844)
    page.fill(".palette-input", "globex")
    page.locator(".palette-option", has_text="Globex").first.tap()
    expect(page.locator("h1")).to_have_text("Globex")
    page.tap(".bottom-bar [data-nav-toggle]")
    page.locator(".shell-nav a[href='/o/thing']").first.tap()
    page.wait_for_url("**/o/thing")
    page.tap("jm-bell summary")
    panel = page.locator(".bell-panel").bounding_box()
    assert panel is not None
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= 390
