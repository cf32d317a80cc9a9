"""The frame in a real browser: looks, menus by keyboard, narrow navigation, the drawer of phones, no connection."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Window

pytestmark = pytest.mark.browser


def test_theme_and_density_change_at_once_and_stay(window: Window) -> None:
    page = window.go("/o/thing")
    page.get_by_label("Your menu").click()
    with page.expect_response("**/preferences"):
        page.locator("[data-theme-choice=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    with page.expect_response("**/preferences"):
        page.locator("[data-density-choice=compact]").click()
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    page.get_by_label("Your menu").click()
    with page.expect_response("**/preferences"):
        page.locator("[data-density-choice=comfortable]").click()
    with page.expect_response("**/preferences"):
        page.locator("[data-theme-choice=auto]").click()


def test_what_the_device_asks_for_is_there_before_the_page_is_painted(open_window: Any) -> None:
    window: Window = open_window(color_scheme="dark", contrast="more")
    page = window.go("/login")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-contrast", "more")


def test_a_menu_is_used_by_keyboard_alone(window: Window) -> None:
    page = window.go("/o/thing")
    summary = page.get_by_label("Your menu")
    summary.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Profile")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Log out")).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()


def test_the_navigation_can_be_narrow_and_stays_so(window: Window) -> None:
    page = window.go("/o/thing")
    wide = page.locator(".shell-nav").bounding_box()
    page.locator(".nav-collapse").click()
    narrow = page.locator(".shell-nav").bounding_box()
    assert wide
    assert narrow
    assert narrow["width"] < wide["width"] / 2
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-nav", "narrow")
    expect(page.get_by_role("link", name="Things", exact=True).first).to_be_visible()
    page.locator(".nav-collapse").click()
    expect(page.locator("html")).not_to_have_attribute("data-nav", "narrow")


def test_on_a_phone_the_navigation_is_a_drawer(open_window: Any) -> None:
    window: Window = open_window(width=390, height=844)
    window.log_in()
    page = window.go("/o/thing")
    expect(page.locator(".shell-nav")).not_to_be_visible()
    opener = page.locator(".bottom-bar [data-nav-toggle]")
    opener.click()
    expect(page.locator(".shell-nav")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".shell-nav")).not_to_be_visible()
    expect(opener).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_a_connection_a_banner_says_so_and_forms_stay(window: Window) -> None:
    page = window.go("/o/maker/new")
    page.get_by_label("Name").fill("Typed in the tunnel")
    window.context.set_offline(True)
    expect(page.locator(".offline-note")).to_be_visible()
    window.context.set_offline(False)
    expect(page.locator(".offline-note")).to_have_count(0)
    expect(page.get_by_label("Name")).to_have_value("Typed in the tunnel")


def test_a_note_waits_while_one_is_at_it_and_can_be_dismissed(window: Window) -> None:
    page = window.go("/design")
    page.get_by_role("button", name="Error").click()
    page.get_by_role("button", name="Saved", exact=True).click()
    notes = page.locator(".toasts .toast-note")
    expect(notes).to_have_count(2)
    expect(notes.first).to_have_attribute("role", "alert")
    notes.first.get_by_role("button", name="Dismiss").click()
    expect(notes).to_have_count(1)


def test_a_dialog_opens_closes_and_gives_the_focus_back(window: Window) -> None:
    page = window.go("/design")
    opener = page.get_by_role("button", name="Open", exact=True)
    opener.click()
    expect(page.get_by_role("dialog", name="Delete this record?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
