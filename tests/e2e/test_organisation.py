"""The chart of the organisation: a department is moved without a mouse, and by drag; a person is dragged elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jimu.fieldtypes.ids import encode_id
from tests.e2e.conftest import Window

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def departments(served: Any) -> dict[str, int]:
    site = served.site
    names = {name: site.create("department", name=name) for name in ("East wing", "West wing")}
    names["Workshop"] = site.create("department", name="Workshop", above=names["East wing"])
    names["person"] = site.user("Wanda", "helper", department=names["East wing"])
    return names


def above(window: Window, id: int) -> int | None:
    value: int | None = window.served.site.record("department", id).values["above"]
    return value


def row(page: Page, id: int) -> Any:
    return page.locator(f"#d-{encode_id(id)} > .org-row")


def drag(page: Page, handle: Any, target: Any) -> None:
    target.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    expect(target).to_have_class(re.compile("is-target"))
    page.mouse.up()


def test_a_department_moves_by_keyboard_and_by_drag(window: Window, departments: dict[str, int]) -> None:
    east, west, shop = departments["East wing"], departments["West wing"], departments["Workshop"]
    page = window.go("/admin/organisation")
    handle = row(page, shop).get_by_role("button", name="Move Workshop…")
    handle.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#org-move")
    expect(dialog).to_be_visible()
    expect(dialog.locator("select")).to_be_focused()
    expect(dialog.locator(f'option[value="{encode_id(shop)}"]')).to_be_disabled()
    dialog.locator("select").select_option(encode_id(west))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".toast-note")).to_contain_text("Workshop was moved")
    assert above(window, shop) == west

    drag(page, row(page, shop).get_by_role("button", name="Move Workshop…"), row(page, east))
    expect(page.locator(".toast-note")).to_contain_text("Workshop was moved")
    assert above(window, shop) == east
    page.locator(".toast-note").get_by_role("button", name="Undo").click()
    page.wait_for_load_state()
    expect(page.locator(f"#d-{encode_id(west)} #d-{encode_id(shop)}")).to_be_visible()


def test_a_person_is_dragged_into_another_department(window: Window, departments: dict[str, int]) -> None:
    east, west = departments["East wing"], departments["West wing"]
    page = window.go("/admin/organisation")
    people = row(page, east).locator("[data-people]")
    people.click()
    expect(people).to_have_attribute("aria-expanded", "true")
    handle = page.get_by_role("button", name="Move Wanda…")
    expect(handle).to_be_visible()
    drag(page, handle, row(page, west))
    expect(page.locator(".toast-note")).to_contain_text("Wanda was moved")
    assert window.served.site.record("user", departments["person"]).values["department"] == west


def test_a_drag_that_is_given_up_moves_nothing(window: Window, departments: dict[str, int]) -> None:
    page = window.go("/admin/organisation")
    expect(page.locator("jm-organisation:defined")).to_be_attached()
    before = above(window, departments["Workshop"])
    handle = row(page, departments["Workshop"]).get_by_role("button", name="Move Workshop…")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] - 60, steps=5)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".org-ghost")).to_have_count(0)
    expect(page.locator("#org-said")).to_have_text("Nothing was moved.")
    assert above(window, departments["Workshop"]) == before
