"""The controls of forms in a real browser: what is typed is understood, and everything works by keyboard."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Window
from tests.web.site import url

pytestmark = pytest.mark.browser


def field(page: Page, name: str) -> str:
    return f'[data-field="{name}"]'


def today() -> dt.date:
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()


def test_days_are_typed_as_one_says_them(window: Window) -> None:
    page = window.go("/o/thing/new")
    for said, days in (("tomorrow", 1), ("+3d", 3), ("明天", 1), ("in 2 weeks", 14), ("昨天", -1), ("10天后", 10)):
        page.fill("#f-made_on", said)
        page.press("#f-made_on", "Tab")
        expect(page.locator("#f-made_on")).to_have_value((today() + dt.timedelta(days=days)).isoformat())
    page.fill("#f-made_on", "2026-02-03")
    page.press("#f-made_on", "Tab")
    expect(page.locator(f"{field(page, 'made_on')} .field-echo")).to_contain_text("Tuesday")
    page.fill("#f-seen_at", "明天下午3点半")
    page.press("#f-seen_at", "Tab")
    expect(page.locator("#f-seen_at")).to_have_value(f"{(today() + dt.timedelta(days=1)).isoformat()} 15:30")
    page.fill("#f-made_on", "some day")
    page.press("#f-made_on", "Tab")
    expect(page.locator(f"{field(page, 'made_on')} .field-errors")).to_be_visible()


def test_what_is_typed_is_echoed_grouped_and_sent_plain(window: Window) -> None:
    page = window.go("/o/thing/new")
    page.fill("#f-name", "Dear thing")
    page.fill("#f-cost", "1234567.5")
    page.fill("#f-takes", "90m")
    page.press("#f-takes", "Tab")
    expect(page.locator("#f-cost")).to_have_value("1,234,567.5")
    expect(page.locator(f"{field(page, 'takes')} .field-echo")).to_have_text("1h 30m")
    page.focus("#f-cost")
    expect(page.locator("#f-cost")).to_have_value("1234567.5")
    page.click(".form-foot .btn-primary")
    expect(page.locator("h1")).to_have_text("Dear thing")


def test_a_record_is_made_on_the_spot_and_chosen(window: Window) -> None:
    page = window.go("/o/thing/new")
    box = page.locator(f"{field(page, 'maker')} .ts-control")
    box.click()
    box.locator("input").fill("Umbrella")
    page.locator(f"{field(page, 'maker')} .create").click()
    dialog = page.locator("dialog")
    expect(dialog.locator("#q-maker-name")).to_have_value("Umbrella")
    dialog.locator("#q-maker-name").fill("")
    dialog.locator(".btn-primary").click()
    expect(dialog.locator(".field-errors")).to_be_visible()
    dialog.locator("#q-maker-name").fill("Umbrella Ltd")
    dialog.locator(".btn-primary").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(f"{field(page, 'maker')} .item")).to_contain_text("Umbrella Ltd")


def test_records_are_looked_through_in_a_dialog_by_keyboard(window: Window) -> None:
    page = window.go("/o/thing/new")
    page.locator(f"{field(page, 'maker')} .choose-open").focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog")
    expect(dialog.locator("[data-find]")).to_be_focused()
    page.keyboard.type("Globex")
    expect(dialog.locator("[data-pick]")).to_have_text(["Globex"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(f"{field(page, 'maker')} .item")).to_contain_text("Globex")


def test_of_several_kinds_of_record_one_is_chosen_first(window: Window) -> None:
    window.served.site.create("thing", name="Globex pump")
    page = window.go("/o/thing/new")
    page.fill("#f-name", "About a maker")
    about = page.locator(field(page, "about"))
    about.locator("input[role=combobox]").click()
    page.keyboard.type("Globex")
    expect(about.locator(".option", has_text="Globex pump")).to_be_visible()
    about.get_by_label("About: kind of record").select_option(label="Maker")
    expect(about.locator(".option", has_text="Globex pump")).to_have_count(0)
    about.locator(".option", has_text="Globex").click()
    page.click(".form-foot .btn-primary")
    expect(page.locator('dl[data-field="about"] dd a')).to_have_text("Globex")


def test_people_are_chosen_by_department(window: Window) -> None:
    site = window.served.site
    department = site.create("department", name="Night shift")
    site.create("user", name="Nora", email="nora@example.com", department=department)
    maker = site.create("maker", name="Watched")
    page = window.go(url("maker", maker, "/edit"))
    page.click(f"{field(page, 'owner')} .choose-open")
    dialog = page.locator("dialog")
    dialog.locator("text=Night shift").first.click()
    expect(dialog.locator("[data-pick]")).to_have_count(1)
    dialog.locator("[data-pick]").click()
    expect(page.locator(f"{field(page, 'owner')} .item")).to_contain_text("Nora")
    page.click(".form-foot .btn-primary")
    page.wait_for_url(lambda address: "/edit" not in address)


def test_stars_texts_json_secrets_and_files(window: Window) -> None:
    page = window.go("/o/thing/new")
    page.fill("#f-name", "x" * 55)
    expect(page.locator(f"{field(page, 'name')} .field-count")).to_have_text("55 of 60 characters")
    page.focus("#f-grade-0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#f-grade-2")).to_be_checked()
    page.keyboard.press("5")
    expect(page.locator("#f-grade-5")).to_be_checked()
    page.fill("#f-data", '{"a":')
    expect(page.locator(f"{field(page, 'data')} .field-echo")).to_contain_text("no JSON")
    page.fill("#f-data", '{"a":1}')
    page.press("#f-data", "Tab")
    expect(page.locator("#f-data")).to_have_value('{\n  "a": 1\n}')
    page.set_input_files("#f-papers", [{"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}])
    page.locator(f"{field(page, 'papers')} jm-drop .file-drop").evaluate(
        """box => {
          const data = new DataTransfer();
          data.items.add(new File(["b"], "b.txt", {type: "text/plain"}));
          box.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator(f"{field(page, 'papers')} .file-name")).to_have_text(["a.txt", "b.txt"])
    page.locator(f"{field(page, 'papers')} .file-list button").first.click()
    expect(page.locator(f"{field(page, 'papers')} .file-name")).to_have_text(["b.txt"])
    page.fill("#f-key", "s3cret")
    page.click(".form-foot .btn-primary")
    expect(page.locator("h1")).to_have_text("x" * 55)
    page.goto(page.url.split("?")[0] + "/edit")
    expect(page.locator("#f-key")).to_be_hidden()
    page.click("text=Replace…")
    expect(page.locator("#f-key")).to_be_focused()
