"""What people do all day, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Window
from tests.web.site import url

pytestmark = pytest.mark.browser


def choose(page: Page, name: str, text: str) -> None:
    """Search in the remote select of a field and take the first that is offered."""
    box = page.locator(f'[data-field="{name}"] .ts-control')
    box.click()
    box.locator("input").fill(text)
    page.locator(f'[data-field="{name}"] .ts-dropdown .option', has_text=text).first.click()


def test_a_record_is_created_after_its_errors_are_put_right(window: Window) -> None:
    page = window.go("/o/thing")
    page.click("text=New")
    page.fill("#f-notes", "typed before the error")
    page.fill("#f-pieces", "lots")
    page.click(".form-foot .btn-primary")
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("#f-name")).to_be_focused()
    expect(page.locator("#f-pieces")).to_have_value("lots")
    expect(page.locator("#f-notes")).to_have_value("typed before the error")
    page.fill("#f-name", "Bench")
    page.fill("#f-pieces", "12")
    choose(page, "maker", "Globex")
    page.click(".form-foot .btn-primary")
    expect(page.locator("h1")).to_have_text("Bench")
    expect(page.locator('[data-field="maker"] a')).to_have_text("Globex")
    expect(page.locator('[data-field="double"] dd')).to_have_text("24")


def test_fields_appear_and_compute_while_one_types(window: Window) -> None:
    page = window.go("/o/thing/new")
    expect(page.locator('[data-field="reason"]')).to_be_hidden()
    page.select_option("#f-state", "broken")
    expect(page.locator('[data-field="reason"]')).to_be_visible()
    expect(page.locator('[data-field="reason"] .needed')).to_be_visible()
    page.fill("#f-pieces", "21")
    expect(page.locator("#f-double")).to_have_text("42")
    page.select_option("#f-group", "toy")
    expect(page.locator("#f-kind option:not([hidden]):not([value=''])")).to_have_text(["Ball"])


def test_two_people_at_one_record_lose_nothing(window: Window, open_window: Any) -> None:
    id = window.served.site.create("thing", name="Shared thing", notes="first")
    other: Window = open_window()
    other.log_in("li@example.com")
    mine = window.go(url("thing", id, "/edit"))
    theirs = other.go(url("thing", id, "/edit"))
    theirs.fill("#f-notes", "theirs")
    theirs.click(".form-foot .btn-primary")
    expect(theirs.locator("h1")).to_have_text("Shared thing")
    mine.fill("#f-notes", "mine")
    mine.fill("#f-name", "Renamed thing")
    mine.click(".form-foot .btn-primary")
    expect(mine.locator("table.merge-table")).to_contain_text("theirs")
    mine.check('[name="_choose_notes"][value="mine"]')
    mine.click(".form-foot .btn-primary")
    expect(mine.locator("h1")).to_have_text("Renamed thing")
    assert window.served.site.record("thing", id).values["notes"] == "mine"


def test_a_list_is_filtered_sorted_and_loaded_on(window: Window) -> None:
    page = window.go("/o/thing")
    expect(page.locator("#rows tr")).to_have_count(20)
    page.click("text=Load more")
    expect(page.locator("#rows tr")).to_have_count(40)
    page.click("th >> text=Pieces")
    page.wait_for_url("**sort=pieces**")
    page.click(".chip:has-text('State')")
    page.click(".menu[open] >> text=Sold")
    page.keyboard.press("Escape")
    expect(page.locator(".list-filters")).to_contain_text("State is one of Sold")
    page.click(".chip:has-text('Filter')")
    page.click(".filter-add")
    page.fill(".picker input", "Pieces")
    page.keyboard.press("Enter")
    page.select_option('.filter-row:has-text("Pieces") select', "ge")
    page.fill('.filter-row:has-text("Pieces") input', "30")
    page.click(".filter-formula .btn-primary")
    expect(page.locator("#rows tr")).to_have_count(3)
    page.click("#rows tr >> nth=0")
    expect(page.locator("h1")).to_have_text("Thing 30")


def test_a_formula_is_judged_while_it_is_typed(window: Window) -> None:
    page = window.go("/o/thing")
    page.click(".chip:has-text('Filter')")
    page.fill("#where", "piece > 3")
    expect(page.locator(".formula-state")).to_contain_text("pieces")
    page.fill("#where", "pieces > 43")
    expect(page.locator(".formula-state")).to_have_text("Pieces is more than 43")
    page.press("#where", "Enter")
    expect(page.locator("#rows tr")).to_have_count(1)


def test_what_was_typed_survives_the_end_of_the_session(window: Window) -> None:
    page = window.go("/o/thing/new")
    page.fill("#f-name", "Half typed")
    with page.expect_response("**/o/thing/state"):
        page.fill("#f-notes", "a long text, longer")
    window.context.clear_cookies(name="jimu_session")
    page.on("dialog", lambda dialog: dialog.accept())
    window.log_in()
    window.go("/o/thing/new")
    page.click("text=Go on with it")
    expect(page.locator("#f-name")).to_have_value("Half typed")
    expect(page.locator("#f-notes")).to_have_value("a long text, longer")
    page.click(".form-foot .btn-primary")
    expect(page.locator("h1")).to_have_text("Half typed")
    window.go("/o/thing/new")
    expect(page.locator(".notice")).to_have_count(0)


def test_leaving_a_form_with_changes_asks(window: Window) -> None:
    page = window.go("/o/thing/new")
    page.fill("#f-name", "Unsaved")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.click("text=Cancel")
    page.wait_for_url("**/o/thing")
    assert asked == ["beforeunload"]


def test_history_comments_and_related_records_come_when_they_are_looked_at(window: Window) -> None:
    acme = window.served.site.makers["Acme"]
    page = window.go(url("maker", acme))
    expect(page.locator(".related tbody tr").first).to_be_visible()
    page.click("[role=tab]:has-text('Comments')")
    page.locator("#comments textarea").fill("Called them")
    page.locator("#comments button", has_text="Comment").click()
    expect(page.locator("#comments .comment")).to_contain_text("Called them")
    page.click("[role=tab]:has-text('History')")
    expect(page.locator("#history .stream")).to_contain_text("created the record")


def test_the_page_is_usable_on_a_phone(open_window: Any) -> None:
    window: Window = open_window(width=390, height=844, has_touch=True, is_mobile=True)
    page = window.log_in()
    window.go("/o/thing")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator(".bottom-bar")).to_be_visible()
    expect(page.locator(".shell-nav")).not_to_be_visible()
    page.tap(".bottom-bar button")
    expect(page.locator(".shell-nav")).to_be_visible()
    page.tap(".shell-nav >> text=Makers")
    expect(page.locator("h1")).to_contain_text("Makers")
    window.go("/o/thing/new")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_pages_speak_chinese(open_window: Any) -> None:
    window: Window = open_window(locale="zh-CN")
    page = window.log_in("li@example.com")
    window.go("/o/thing")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("h1")).to_contain_text("全部物品")
    page.click("text=新建")
    page.click(".form-foot .btn-primary")
    expect(page.locator(".error-summary")).to_contain_text("名称")


def test_the_theme_is_chosen_and_kept(window: Window) -> None:
    page = window.go("/o/thing")
    page.click("summary[aria-label='Your menu']")
    with page.expect_response("**/preferences"):
        page.click("[data-theme-choice=dark]")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    window.go("/profile")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.click("summary[aria-label='Your menu']")
    with page.expect_response("**/preferences"):
        page.click("[data-theme-choice=light]")


def test_a_first_page_weighs_little_and_a_second_one_less(window: Window) -> None:
    page = window.go("/o/thing/new")
    weigh = (
        "[...performance.getEntriesByType('resource'), performance.getEntriesByType('navigation')[0]]"
        ".reduce((sum, entry) => sum + entry.transferSize, 0)"
    )
    other: Window = window
    fresh = other.context.new_page()
    session = fresh.context.new_cdp_session(fresh)
    session.send("Network.clearBrowserCache")
    fresh.goto(window.served.url + "/o/thing/new", wait_until="networkidle")
    assert fresh.evaluate(weigh) <= 250_000
    fresh.goto(window.served.url + "/o/thing", wait_until="networkidle")
    assert fresh.evaluate(weigh) <= 40_000
    fresh.close()
    assert page.url
