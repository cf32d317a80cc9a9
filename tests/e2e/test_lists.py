"""Lists in a real browser: a filter built by clicking, saved and shared; columns; groups; the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jimu.records import read, write
from jimu.records.commands import Delete
from jimu.records.requests import ListRequest
from tests.e2e.conftest import Served, Window

pytestmark = pytest.mark.browser


def pick(page: Page, *labels: str) -> None:
    """In the open picker, step into all of ``labels`` but the last, and take that."""
    for label in labels[:-1]:
        page.click(f'.picker-step[aria-label="Fields of {label}"]')
        expect(page.locator(".picker-back")).to_be_visible()
    page.fill(".picker input", labels[-1].split(" · ")[-1])
    page.locator(".picker-entry", has_text=labels[-1].split(" · ")[-1]).first.click()


@pytest.fixture(autouse=True)
def _things_of_the_site_alone(served: Served) -> None:
    """Other stories on the same site make things of their own, which would be counted along."""
    site = served.site
    others = read.list_records(ListRequest("thing", where="not starts_with(name, 'Thing ')", limit=200), site.system)
    for record in others.records:
        write.write(Delete("thing", record.id), site.system)


def rows(page: Page) -> Any:
    return page.locator(".list-table tr[data-href]")


def test_a_filter_is_built_saved_and_shared(window: Window, open_window: Any) -> None:
    page = window.go("/o/thing")
    page.click('[data-panel="filter-editor"]')
    page.click(".filter-add")
    pick(page, "State")
    page.click(".filter-choices summary")
    page.locator(".filter-choices input").nth(1).check()
    expect(page.locator(".filter-choices summary")).to_have_text("Sold")
    page.keyboard.press("Escape")
    page.click(".filter-group-foot .chip:has-text('Group')")
    inner = page.locator(".filter-group .filter-group")
    inner.locator(".filter-add").click()
    pick(page, "Maker", "Maker · City")
    inner.locator(".filter-row").first.locator("input").fill("Paris")
    inner.locator(".filter-add").click()
    pick(page, "Pieces")
    inner.locator('.filter-row select[aria-label="Comparison"]').nth(1).select_option("lt")
    inner.locator(".filter-row").nth(1).locator("input").fill("3")
    expect(page.locator("#where")).to_have_value("state in ['sold'] and (contains(maker.city, 'Paris') or pieces < 3)")
    expect(page.locator("#where-state")).to_have_text(
        "State is one of Sold, and (Maker · City contains Paris or Pieces is less than 3)"
    )
    page.click(".filter-formula .btn-primary")
    page.wait_for_url("**f=%5B%22state*")
    expect(rows(page)).to_have_count(9)
    expect(page.locator(".list-filters")).to_contain_text("State is one of Sold")
    address = page.url
    page.click(".list-keep >> text=Save as…")
    page.fill("#save-list-name", "Sold in Paris")
    page.check("#save-list >> text=Helper")
    page.click("#save-list .btn-primary")
    page.wait_for_url("**?list=*")
    expect(page.locator("h1")).to_have_text("Sold in Paris")
    expect(rows(page)).to_have_count(9)
    window.served.site.user("Hal", "helper", language="en")
    other: Window = open_window()
    other.log_in("hal@example.com")
    theirs = other.go("/o/thing")
    theirs.click(".page-head summary")
    theirs.click(".menu[open] >> text=Sold in Paris")
    expect(theirs.locator("h1")).to_have_text("Sold in Paris")
    expect(rows(theirs)).to_have_count(9)
    theirs.goto(address)
    expect(rows(theirs)).to_have_count(9)


def test_a_formula_becomes_conditions_where_it_is_some(window: Window) -> None:
    page = window.go("/o/thing")
    page.click('[data-panel="filter-editor"]')
    page.fill("#where", "pieces >= 40 and not ready")
    expect(page.locator(".filter-row")).to_have_count(2)
    expect(page.locator("#where-state")).to_have_text("Pieces is at least 40, and Ready is no")
    page.fill("#where", "piece > 3")
    expect(page.locator("#where-state")).to_contain_text("pieces")
    page.fill("#where", "pieces * 2 > 80")
    expect(page.locator(".filter-note")).to_contain_text("cannot be shown as conditions")
    page.press("#where", "Enter")
    expect(rows(page)).to_have_count(4)
    expect(page.locator(".list-filters code")).to_have_text("pieces * 2 > 80")
    page.click("[aria-label='Remove the filter pieces * 2 > 80']")
    expect(rows(page)).to_have_count(20)


def test_columns_are_chosen_ordered_and_given_back(window: Window) -> None:
    page = window.go("/o/thing")
    page.click('[data-panel="column-editor"]')
    page.click('[aria-label="Hide State"]')
    page.click("#column-editor .chip")
    pick(page, "Maker", "Maker · Owner")
    page.focus('[data-path="maker.owner"] .order-handle')
    for _ in range(3):
        page.keyboard.press("Alt+ArrowUp")
    page.click("#column-editor .btn-primary")
    expect(page.locator('th[data-field="maker.owner"]')).to_be_visible()
    expect(page.locator('th[data-field="state"]')).to_have_count(0)
    width = page.locator('th[data-field="name"]').bounding_box()
    assert width
    handle = page.locator('th[data-field="name"] .col-resize')
    handle.focus()
    with page.expect_response("**/lists/arrange"):
        for _ in range(5):
            handle.press("ArrowRight")
    page.reload()
    wider = page.locator('th[data-field="name"]').bounding_box()
    assert wider
    assert wider["width"] > width["width"] + 60
    page.click('[data-panel="column-editor"]')
    page.click("#column-editor >> text=As the list has it")
    expect(page.locator('th[data-field="state"]')).to_be_visible()


def test_groups_open_close_and_load_on(window: Window) -> None:
    page = window.go("/o/thing")
    page.click('[data-panel="group-editor"]')
    page.click("#group-editor .chip")
    pick(page, "State")
    page.click("#group-editor .btn-primary")
    page.wait_for_url("**group=state*")
    heads = page.locator(".group-toggle")
    expect(heads).to_have_count(2)
    before = rows(page).locator("visible=true").count()
    heads.nth(1).click()
    expect(heads.nth(1)).to_have_attribute("aria-expanded", "true")
    expect(rows(page).locator("visible=true")).to_have_count(before + 9)
    heads.nth(0).click()
    expect(rows(page).locator("visible=true")).to_have_count(9)
    page.click("[data-totals]")
    expect(page.locator("tfoot")).to_contain_text("Average")


def test_coming_back_to_a_list_that_was_read_on(window: Window) -> None:
    page = window.go("/o/thing")
    page.click("[data-more]")
    expect(rows(page)).to_have_count(40)
    rows(page).nth(35).locator("a").first.click()
    expect(page.locator("h1")).to_contain_text("Thing")
    page.go_back()
    expect(rows(page)).to_have_count(40)


def test_a_list_by_keyboard_alone(window: Window) -> None:
    page = window.go("/o/thing")
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows(page).nth(1)).to_be_focused()
    page.keyboard.press(" ")
    expect(page.locator("#peek h2")).to_have_text("Thing 01")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#peek h2")).to_have_text("Thing 02")
    page.keyboard.press("Escape")
    expect(page.locator("#peek")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(rows(page).nth(2).locator("td").nth(1)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("[data-list-search]")).to_be_focused()
    page.locator(".list-table [data-roving]").focus()
    page.keyboard.press("f")
    expect(page.locator("#filter-editor")).to_be_visible()
    expect(page.locator(".filter-add")).to_be_focused()
    page.locator(".list-table [data-roving]").focus()
    page.keyboard.press("e")
    page.wait_for_url("**/edit")


def test_quick_filters_gather_choices(window: Window) -> None:
    page = window.go("/o/thing")
    page.click("[data-quick=state] summary")
    page.click("[data-quick=state] >> text=Sold")
    page.click("[data-quick=state] >> text=Broken")
    page.keyboard.press("Escape")
    page.wait_for_url("**sold*broken*")
    expect(page.locator(".list-filters")).to_contain_text("State is one of Sold, Broken")
    page.click("[data-quick=maker] summary")
    page.fill("[data-quick=maker] .quick-search", "Acm")
    page.click("[data-quick=maker] [data-offered]:has-text('Acme')")
    page.keyboard.press("Escape")
    expect(page.locator(".list-filters")).to_contain_text("Maker is one of Acme")
