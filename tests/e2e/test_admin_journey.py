"""What an administrator does: a new field from the file to the form and back, an invitation, all without a mouse's help
where a keyboard does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Window

pytestmark = pytest.mark.browser

COLOR = "  color: {type: text, label: {en: Colour, zh-CN: 颜色, zh-TW: 顏色}}\n"


@pytest.fixture
def maker_file(window: Window) -> Iterator[Path]:
    """The file of an object in the workspace that is served; put back, and applied again, afterwards."""
    runtime = window.served.site.runtime
    path = runtime.settings.workspace / "objects/shop/maker.yaml"
    before = path.read_text("utf-8")
    yield path
    path.write_text(before, "utf-8")


def test_a_field_is_added_in_a_file_applied_in_the_browser_and_taken_back(window: Window, maker_file: Path) -> None:
    maker_file.write_text(maker_file.read_text("utf-8") + COLOR, "utf-8")
    page = window.go("/admin")
    page.click(".admin-nav >> text=Plan and apply")
    expect(page.locator(".findings").first).to_contain_text("maker.color")
    page.fill("#note", "colours")
    page.click(".apply-form .btn-primary")
    page.wait_for_url("**/admin/revisions/*")
    expect(page.locator(".badge-choice", has_text="in force")).to_be_visible()
    expect(page.locator("#changes")).to_contain_text("maker.color")
    page = window.go("/o/maker/new")
    expect(page.get_by_label("Colour")).to_be_visible()
    page = window.go("/admin/revisions")
    page.click("tbody tr:nth-child(2) >> text=Roll back")
    page.wait_for_url("**/rollback")
    page.click(".apply-form button")
    page.wait_for_url(re.compile(r"/admin/revisions/\d+$"))
    page = window.go("/o/maker/new")
    expect(page.get_by_label("Colour")).to_have_count(0)


def test_files_that_do_not_load_stop_the_plan_with_their_places(window: Window, maker_file: Path) -> None:
    maker_file.write_text(maker_file.read_text("utf-8") + "  wrong: {type: txt}\n", "utf-8")
    page = window.go("/admin/plan")
    expect(page.locator(".diagnostic-place").first).to_contain_text("objects/shop/maker.yaml:")
    expect(page.locator(".apply-form")).to_have_count(0)


def test_a_person_is_invited_and_comes_in_by_the_link(window: Window, open_window: Any) -> None:
    page = window.go("/admin/users/new")
    page.fill("#name", "Ivy Invited")
    page.fill("#email", "ivy.invited@example.com")
    page.check('input[name="roles"][value="keeper"]')
    page.click("text=Create user")
    link = page.locator("#secret").inner_text()
    guest: Window = open_window()
    guest.page.goto(link)
    guest.page.fill("#password", "a sentence of words")
    guest.page.fill("#again", "a sentence of words")
    guest.page.keyboard.press("Enter")
    guest.page.wait_for_url(lambda address: "/welcome" not in address)
    expect(guest.page.locator("body")).to_contain_text("Thing")
    page.reload()
    expect(page.locator(".admin-page")).to_be_visible()


def test_the_graph_can_be_walked_by_keyboard(window: Window) -> None:
    page = window.go("/admin/objects/thing/pieces")
    page.locator(".graph-node:not(.is-centre)").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/objects/thing/double")


def test_ticked_records_come_back_from_the_bin(window: Window) -> None:
    site = window.served.site
    from jimu.records import write
    from jimu.records.commands import Delete

    for name in ("Binned one", "Binned two"):
        write.write(Delete("maker", site.create("maker", name=name)), site.system)
    page = window.go("/bin?object=maker&q=binned")
    expect(page.locator("text=Restore the chosen")).to_be_disabled()
    page.check("[data-tick-all]")
    page.click("text=Restore the chosen")
    page.wait_for_url("**/bin?object=maker")
    expect(page.locator("body")).not_to_contain_text("Binned two")
