"""Working in a list in a real browser: selecting with Shift and by keyboard, changing many, cells in place, copying."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import judge
from tests.e2e.conftest import Window

pytestmark = pytest.mark.browser


@pytest.fixture
def items(window: Window, request: pytest.FixtureRequest) -> str:
    """The address of a list with 24 things of this test's own: more than a page."""
    word = request.node.name.removeprefix("test_")[:24]
    site = window.served.site
    for n in range(24):
        site.create("thing", name=f"{word} {n:02}", pieces=n or None, words=[word], state="draft")
    return f"/o/thing?where=includes_any(words, '{word}')"


def rows(page: Page) -> Any:
    return page.locator(".list-table tbody tr[data-id]")


def box(page: Page, number: int) -> Any:
    return rows(page).nth(number).locator(".row-check")


def test_rows_are_selected_in_ranges_over_pages_and_all_that_match(window: Window, items: str) -> None:
    page = window.go(items)
    expect(page.locator(".select-bar")).to_be_hidden()
    box(page, 1).click()
    box(page, 4).click(modifiers=["Shift"])
    expect(page.locator(".select-count")).to_have_text("4 selected")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".select-count")).to_have_text("6 selected")
    page.click("[rel=next]")
    page.wait_for_url("**after=*")
    expect(page.locator(".select-count")).to_have_text("6 selected")
    page.click(".page-check")
    expect(page.locator(".select-count")).to_have_text("10 selected")
    page.click('[data-action="all"]')
    expect(page.locator(".select-count")).to_have_text("All 24 selected")
    box(page, 0).click()
    expect(page.locator(".select-count")).to_have_text("All 23 selected")
    page.keyboard.press("Escape")
    expect(page.locator(".select-bar")).to_be_hidden()


def test_many_records_are_changed_after_a_look_ahead_and_put_back(window: Window, items: str) -> None:
    page = window.go(items)
    page.click(".page-check")
    page.click('[data-action="all"]')
    expect(page.locator(".select-count")).to_have_text("All 24 selected")
    page.click('.select-actions [data-action="edit"]')
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("24 records are selected")
    dialog.locator("[data-add]").select_option("state")
    dialog.locator('[data-change="state"] .mass-value select').select_option("sold")
    dialog.locator('[name="_step"]').click()
    expect(dialog.locator(".mass-forecast")).to_contain_text("23 records would be changed")
    expect(dialog.locator(".mass-failed")).to_contain_text("Say how many were sold.")
    assert judge(page, "") == []
    dialog.locator('[name="_mode"][value="each"]').click()
    page.wait_for_url("**/o/mass_change/*")
    expect(page.locator(".mass-failed tbody tr")).to_have_count(1)
    assert judge(page, "") == []
    page.click("text=Undo all of it")
    page.wait_for_url("**/undo")
    assert judge(page, "") == []
    page.click("text=Take it back")
    page.wait_for_url("**/o/thing")
    expect(page.locator(".toasts")).to_contain_text("Records as they were before: 23")
    window.go(items)
    expect(page.locator(".list-table").get_by_text("Sold")).to_have_count(0)


def test_many_are_tagged_and_undone_from_the_note(window: Window, items: str) -> None:
    page = window.go(items)
    box(page, 0).click()
    box(page, 2).click(modifiers=["Shift"])
    page.click('.select-actions [data-action="tags"]')
    dialog = page.locator("dialog[open]")
    dialog.locator('[data-change="words"] .ts-control input').fill("urgent")
    page.keyboard.press("Enter")
    dialog.locator('[name="_step"]').click()
    dialog.locator('[name="_mode"][value="each"]').click()
    expect(page.locator(".toasts")).to_contain_text("Records changed: 3")
    expect(page.locator(".list-table").get_by_text("urgent")).to_have_count(3)
    page.click(".toasts .btn:has-text('Undo')")
    expect(page.locator(".toasts")).to_contain_text("Records as they were before: 3")
    window.go(items)
    expect(page.locator(".list-table").get_by_text("urgent")).to_have_count(0)


def test_a_cell_is_edited_in_place_with_an_error_first(window: Window, items: str) -> None:
    page = window.go(items)
    cell = rows(page).nth(3).locator('[data-field="pieces"]')
    cell.dblclick()
    editor = page.locator(".cell-editor")
    editor.locator("input[name=pieces]").fill("5000")
    page.keyboard.press("Enter")
    expect(editor.locator(".field-errors")).to_be_visible()
    assert judge(page, "") == []
    editor.locator("input[name=pieces]").fill("40")
    page.keyboard.press("Enter")
    expect(editor).to_have_count(0)
    expect(rows(page).nth(3).locator('[data-field="pieces"]')).to_have_text("40")
    expect(rows(page).nth(3).locator('[data-field="double"]')).to_have_text("80")
    expect(rows(page).nth(3).locator('[data-field="pieces"]')).to_be_focused()
    page.keyboard.press("F2")
    editor.locator("input[name=pieces]").fill("41")
    page.keyboard.press("Tab")
    expect(editor.locator("[name=cost]")).to_be_focused()
    expect(rows(page).nth(3).locator('[data-field="double"]')).to_have_text("82")
    page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    assert "/o/thing?" in page.url


def test_rows_are_copied_as_a_table(window: Window, items: str) -> None:
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.go(items)
    box(page, 1).click()
    box(page, 2).click()
    page.keyboard.press("Control+c")
    expect(page.locator(".toasts")).to_contain_text("Rows copied as a table: 2")
    text = page.evaluate("navigator.clipboard.readText()")
    lines = [line.split("\t") for line in text.split("\n")]
    assert lines[0][:2] == ["Name", "State"]
    assert [line[0][-2:] for line in lines[1:]] == ["01", "02"]
    assert lines[1][1] == "Draft"
    html = page.evaluate("navigator.clipboard.read().then(([i]) => i.getType('text/html')).then((b) => b.text())")
    assert "<table>" in html


def test_the_bar_of_a_selection_fits_a_phone(open_window: Any, items: str) -> None:
    narrow = open_window(width=390, height=844)
    narrow.log_in()
    page = narrow.go(items)
    box(page, 0).click()
    bar = page.locator(".select-bar")
    expect(bar).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert judge(page, "") == []
