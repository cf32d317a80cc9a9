"""Forms in a real browser: lines like a spreadsheet, errors, conflicts, sessions that end, a phone, Chinese."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jimu.fieldtypes.ids import decode_id
from jimu.records import read
from jimu.records.requests import ListRequest
from tests.e2e.conftest import Window
from tests.web.site import PASSWORD, url

pytestmark = pytest.mark.browser

PASTE = """(cell, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def cell(page: Page, row: int, column: str) -> Any:
    line = page.locator(f"jm-lines tbody tr:not([hidden]) >> nth={row}")
    return line.locator(f'[data-column="{column}"] [data-cell]')


def parts_of(window: Window, kit: int) -> list[tuple[Any, ...]]:
    site = window.served.site
    page = read.related("kit", kit, "part", "kit", ListRequest("part", order=("place",)), site.system)
    return [(r.values["name"], r.values["amount"], r.values["price"], r.values["grade"]) for r in page.records]


def kit_on(page: Page) -> int:
    page.wait_for_url(lambda address: "/o/kit/" in address and "/new" not in address and "/edit" not in address)
    return decode_id(page.url.split("/o/kit/")[1].split("?")[0].split("#")[0].split("/")[0])


def test_lines_are_typed_by_keyboard_and_added_up_while_one_types(window: Window) -> None:
    page = window.go("/o/kit/new")
    page.fill("#f-name", "Keyboard kit")
    cell(page, 0, "name").fill("Bolt")
    cell(page, 0, "amount").fill("4")
    cell(page, 0, "price").fill("300")
    expect(page.locator('jm-lines tfoot [data-label="Total"]')).to_contain_text("1,200.00")
    expect(page.locator('[data-field="worth"] output')).to_contain_text("1,200.00")
    expect(page.locator('[data-field="reason"]')).to_be_visible()
    cell(page, 0, "price").press("Enter")
    expect(cell(page, 1, "price")).to_be_focused()
    cell(page, 1, "name").fill("Nut")
    cell(page, 1, "price").fill("1")
    cell(page, 1, "price").press("ArrowUp")
    expect(cell(page, 0, "price")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(cell(page, 1, "name")).to_be_focused()
    page.keyboard.type("Washer")
    cell(page, 1, "price").fill("2")
    page.keyboard.press("Control+s")
    kit = kit_on(page)
    assert [part[0] for part in parts_of(window, kit)] == ["Bolt", "Washer", "Nut"]


def test_a_block_of_a_spreadsheet_is_pasted_and_its_wrong_cells_are_told(window: Window) -> None:
    page = window.go("/o/kit/new")
    page.fill("#f-name", "Pasted kit")
    block = "Bolt\tGlobex\t4\t1,000.50\tgood\nNut\tNobody\t2\t¥3\tGood\nPin\t\tmany\t1\tpoor"
    cell(page, 0, "name").evaluate(PASTE, block)
    expect(page.locator("jm-lines tbody tr")).to_have_count(3)
    wrong = page.locator("jm-lines td.is-wrong")
    expect(wrong).to_have_count(2)
    expect(page.locator('jm-lines tr >> nth=2 >> [data-column="maker"] .lines-problem')).to_contain_text("Nobody")
    page.click(".form-foot .btn-primary")
    expect(page.locator(".error-summary li")).to_have_count(2)
    expect(page.locator("#f-name")).to_have_value("Pasted kit")
    cell(page, 1, "maker").fill("")
    cell(page, 2, "amount").fill("3")
    page.click(".form-foot .btn-primary")
    kit = kit_on(page)
    assert [(n, a, str(p), g) for n, a, p, g in parts_of(window, kit)] == [
        ("Bolt", 4, "1000.50", "good"),
        ("Nut", 2, "3.00", "good"),
        ("Pin", 3, "1.00", "poor"),
    ]


def test_a_line_changed_by_somebody_else_meanwhile_can_be_kept_or_taken(window: Window) -> None:
    site = window.served.site
    kit = site.create("kit", name="Shared kit")
    part = site.create("part", kit=kit, name="Bolt", price=1, place=1)
    page = window.go(url("kit", kit, "/edit"))
    site.update("part", part, amount=9)
    cell(page, 0, "amount").fill("5")
    page.click(".form-foot .btn-primary")
    expect(page.locator(".lines-row-problem")).to_contain_text("9")
    page.click("text=Keep mine")
    page.click(".form-foot .btn-primary")
    kit_on(page)
    assert parts_of(window, kit)[0][1] == 5


def test_a_session_that_ends_is_renewed_in_place_and_the_form_goes_on(window: Window) -> None:
    page = window.go("/o/kit/new")
    page.fill("#f-name", "Late kit")
    cell(page, 0, "name").fill("Bolt")
    cell(page, 0, "price").fill("1")
    window.context.clear_cookies(name="jimu_session")
    page.click(".form-foot .btn-primary")
    page.fill("#again-email", "li@example.com")
    page.fill("#again-password", PASSWORD)
    page.click(".login-again .btn-primary")
    expect(page.locator(".login-again .error-summary")).to_contain_text("account")
    page.fill("#again-email", "ada@example.com")
    page.fill("#again-password", PASSWORD)
    page.click(".login-again .btn-primary")
    assert parts_of(window, kit_on(page))[0][0] == "Bolt"


def test_a_form_sent_without_a_connection_is_sent_when_there_is_one(window: Window) -> None:
    page = window.go("/o/kit/new")
    page.fill("#f-name", "Offline kit")
    window.context.set_offline(True)
    page.click(".form-foot .btn-primary")
    expect(page.locator(".form-foot .form-state")).to_contain_text("No connection")
    window.context.set_offline(False)
    kit = kit_on(page)
    # The browser complains of what was asked for without a connection, and that is all it may complain of.
    window.complaints[:] = [text for text in window.complaints if "ERR_INTERNET_DISCONNECTED" not in text]
    assert window.served.site.record("kit", kit).title == "Offline kit"


def test_a_draft_brings_lines_back_too(window: Window) -> None:
    page = window.go("/o/kit/new")
    with page.expect_response("**/o/kit/state"):
        page.fill("#f-name", "Draft kit")
    with page.expect_response("**/o/kit/state"):  # the draft is kept before the server is asked
        cell(page, 0, "name").fill("Kept bolt")
    page.on("dialog", lambda dialog: dialog.accept())
    window.go("/o/kit/new")
    page.click("text=Go on with it")
    expect(page.locator("#f-name")).to_have_value("Draft kit")
    expect(cell(page, 0, "name")).to_have_value("Kept bolt")


def test_lines_fit_a_phone(open_window: Any) -> None:
    window: Window = open_window(width=390, height=844, has_touch=True, is_mobile=True)
    page = window.log_in()
    window.go("/o/kit/new")
    page.fill("#f-name", "Phone kit")
    cell(page, 0, "name").fill("Bolt")
    cell(page, 0, "price").fill("2")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.tap(".form-foot .btn-primary")
    assert parts_of(window, kit_on(page))[0][0] == "Bolt"


def test_problems_are_told_in_chinese_and_the_first_wrong_field_has_the_focus(open_window: Any) -> None:
    window: Window = open_window(locale="zh-CN")
    page = window.log_in("li@example.com")
    window.go("/o/thing/new")
    page.fill("#f-pieces", "很多")
    page.click(".form-foot .btn-primary")
    expect(page.locator(".error-summary")).to_contain_text("名称")
    expect(page.locator("#f-name")).to_be_focused()
    page.click(".error-summary a >> nth=1")
    expect(page.locator("#f-pieces")).to_be_focused()


def test_a_field_is_locked_by_a_formula_as_soon_as_it_holds(window: Window) -> None:
    kit = window.served.site.create("kit", name="Sealed kit", seal="red 07")
    page = window.go(url("kit", kit, "/edit"))
    seal = page.locator("#f-seal")
    expect(seal).to_be_editable()
    page.check("#f-sealed")
    expect(seal).to_have_attribute("inert", "")
    page.uncheck("#f-sealed")
    expect(seal).not_to_have_attribute("inert", "")
    seal.fill("RED")
    seal.press("Tab")
    expect(page.locator('[data-field="seal"] .field-errors')).to_have_text("A colour, then perhaps two digits: red 07.")
    seal.fill("blue 11")
    page.check("#f-sealed")
    page.click(".form-foot .btn-primary")
    expect(page.locator("h1")).to_have_text("Sealed kit")
    expect(page.locator('dl[data-field="seal"] dd')).to_have_text("blue 11")


def test_what_is_shown_and_needed_follows_with_every_key_and_without_the_server(window: Window) -> None:
    page = window.go("/o/thing/new")
    page.route("**/o/thing/state", lambda route: route.abort())
    reason = page.locator('[data-field="reason"]')
    expect(reason).to_be_hidden()
    page.select_option("#f-state", "broken")
    expect(reason).to_be_visible()
    expect(reason.locator(".needed")).to_be_visible()
    expect(reason.locator("input")).to_be_enabled()
    reason.locator("input").fill("fell down")
    page.select_option("#f-state", "sold")
    expect(reason).to_be_hidden()
    expect(reason.locator("input")).to_be_disabled()
    page.unroute("**/o/thing/state")
    window.complaints[:] = [text for text in window.complaints if "ERR_FAILED" not in text]
