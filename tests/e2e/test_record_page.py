"""The record page in a real browser: values edited where they are read, comments, files, history."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Window
from tests.web.site import url

pytestmark = pytest.mark.browser


def edit(page: Page, name: str) -> None:
    """Open the controls of one value, as by a click on it."""
    page.locator(f'.section [data-field="{name}"] dd').click()
    expect(page.locator(f"#e-{name}")).to_be_visible()


def side(page: Page, tab: str) -> None:
    page.locator(f"#tab-{tab}").click()
    expect(page.locator(f"#{tab} jm-panel")).not_to_contain_text("Loading…")


def test_a_value_is_edited_where_it_is_read_and_what_follows_from_it_follows(window: Window) -> None:
    id = window.served.site.create("thing", name="In place", pieces=4, state="draft")
    page = window.go(url("thing", id))
    edit(page, "pieces")
    page.fill("#e-pieces", "lots")
    page.keyboard.press("Enter")
    expect(page.locator('.section [data-field="pieces"] .field-errors').first).to_be_visible()
    expect(page.locator("#e-pieces")).to_have_value("lots")
    page.fill("#e-pieces", "21")
    page.keyboard.press("Enter")
    expect(page.locator('.section dl[data-field="pieces"] dd')).to_have_text("21")
    expect(page.locator('dl[data-field="double"] dd')).to_have_text("42")
    assert window.served.site.record("thing", id).values["pieces"] == 21


def test_a_condition_shows_its_field_after_a_change_in_place(window: Window) -> None:
    id = window.served.site.create("thing", name="Conditional", state="draft", reason="later")
    page = window.go(url("thing", id))
    expect(page.locator('dl[data-field="reason"]')).to_have_count(0)
    edit(page, "state")
    page.select_option("#e-state", "broken")
    page.locator('.section [data-field="state"] .fields-foot .btn-primary').click()
    expect(page.locator('dl[data-field="reason"] dd')).to_have_text("later")
    expect(page.locator('.highlights [data-highlight="state"]')).to_contain_text("Broken")


def test_escape_leaves_a_value_as_it_was_and_tab_goes_on_with_the_next(window: Window) -> None:
    id = window.served.site.create("thing", name="By keyboard", pieces=1)
    page = window.go(url("thing", id))
    page.locator('.section dl[data-field="name"] [data-edit]').focus()
    page.keyboard.press("Enter")
    page.fill("#e-name", "Thrown away")
    page.keyboard.press("Escape")
    expect(page.locator('.section dl[data-field="name"] dd')).to_have_text("By keyboard")
    expect(page.locator('.section dl[data-field="name"] [data-edit]')).to_be_focused()
    edit(page, "name")
    page.fill("#e-name", "Kept")
    page.keyboard.press("Tab")
    expect(page.locator("#e-state")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Kept")
    assert window.served.site.record("thing", id).values["name"] == "Kept"


def test_a_section_is_edited_as_a_whole(window: Window) -> None:
    id = window.served.site.create("thing", name="Whole")
    page = window.go(url("thing", id))
    section = page.locator('[data-section="s0-1"]')
    section.locator("summary").hover()
    section.locator("[data-edit-section]").click()
    page.fill("#e-mail", "whole@example.com")
    page.fill("#e-site", "https://example.com/whole")
    section.locator(".fields-foot .btn-primary").click()
    expect(page.locator('dl[data-field="mail"] dd a')).to_have_text("whole@example.com")
    expect(page.locator('dl[data-field="site"] dd a')).to_contain_text("example.com/whole")


def test_two_people_at_one_value_are_asked_which_stays(window: Window, open_window: Any) -> None:
    site = window.served.site
    id = site.create("thing", name="Contested", notes="first", pieces=1)
    page = window.go(url("thing", id))
    edit(page, "notes")
    site.update("thing", id, notes="theirs", pieces=2)
    page.fill("#e-notes", "mine")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".fields-stale")).to_contain_text("theirs")
    page.locator('.fields-stale button[value="mine"]').click()
    expect(page.locator(".fields-stale")).to_have_count(0)
    expect(page.locator('dl[data-field="notes"] dd')).to_have_text("mine")
    expect(page.locator('.section dl[data-field="pieces"] dd')).to_have_text("2")


def test_a_comment_that_mentions_somebody_tells_them(window: Window) -> None:
    site = window.served.site
    id = site.create("thing", name="Discussed")
    page = window.go(url("thing", id) + "#comments")
    area = page.locator("#comments textarea").first
    area.click()
    page.keyboard.type("**Please** look, @Li")
    expect(page.locator(".mention-list li").first).to_have_text("Li")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#comments .comment strong")).to_have_text("Please")
    expect(page.locator("#comments .comment .mention")).to_have_text("@Li")
    page.locator("[data-reply]").click()
    page.locator("[data-reply-place] textarea").fill("And a reply")
    page.locator("[data-reply-place] .btn-primary").click()
    expect(page.locator(".comment-reply")).to_contain_text("And a reply")
    notes = site.notifications("Li")
    assert [n.values["reason"] for n in notes if n.values["record"] == id] == ["mention"]


def test_what_was_typed_into_a_comment_is_still_there_after_leaving(window: Window) -> None:
    id = window.served.site.create("thing", name="Drafted")
    page = window.go(url("thing", id) + "#comments")
    page.locator("#comments textarea").first.fill("not sent yet")
    window.go("/o/thing")
    page = window.go(url("thing", id) + "#comments")
    expect(page.locator("#comments textarea").first).to_have_value("not sent yet")


def test_files_are_added_shown_and_deleted_with_undo(window: Window) -> None:
    id = window.served.site.create("thing", name="With papers")
    page = window.go(url("thing", id) + "#attachments")
    page.set_input_files("#new-files", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"<b>plain</b> text"})
    expect(page.locator(".file-row")).to_contain_text("notes.txt")
    page.locator(".file-name").click()
    expect(page.locator("dialog pre")).to_have_text("<b>plain</b> text")
    page.keyboard.press("Escape")
    page.locator(".file-row [aria-label^=Delete]").click()
    expect(page.locator(".file-row")).to_have_count(0)
    page.locator(".toasts button", has_text="Undo").click()
    expect(page.locator(".file-row")).to_contain_text("notes.txt")


def test_a_file_is_dropped_onto_the_panel(window: Window) -> None:
    id = window.served.site.create("thing", name="Dropped upon")
    page = window.go(url("thing", id) + "#attachments")
    expect(page.locator(".upload-drop")).to_be_visible()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], "dropped.csv", { type: "text/csv" }));
          const options = { dataTransfer: data, bubbles: true, cancelable: true };
          document.querySelector(".record-side .upload-drop").dispatchEvent(new DragEvent("drop", options));
        }"""
    )
    expect(page.locator(".file-row")).to_contain_text("dropped.csv")


def test_an_earlier_value_is_put_back_from_history(window: Window) -> None:
    site = window.served.site
    id = site.create("thing", name="Once", pieces=1)
    site.update("thing", id, pieces=2)
    page = window.go(url("thing", id) + "#history")
    change = page.locator("#history .changes li", has_text="Pieces")
    change.hover()
    change.locator(".change-restore").click()
    expect(change.locator(".restore-form")).to_contain_text("Put back")
    change.locator(".restore-form .btn-primary").click()
    expect(page.locator('.section dl[data-field="pieces"] dd')).to_have_text("1")
    assert site.record("thing", id).values["pieces"] == 1


def test_a_task_is_planned_and_done_in_the_timeline(window: Window) -> None:
    id = window.served.site.create("thing", name="With tasks")
    page = window.go(url("thing", id) + "#timeline")
    page.locator("text=Plan a task").click()
    page.fill("#a-subject", "Call them back")
    page.locator(".panel-form .btn-primary").click()
    expect(page.locator(".planned")).to_contain_text("Call them back")
    page.locator(".planned .activity-check").click()
    expect(page.locator(".stream .activity.is-done")).to_contain_text("Call them back")


def test_a_record_is_added_to_a_related_list_on_the_spot(window: Window) -> None:
    site = window.served.site
    maker = site.create("maker", name="Maker of one")
    page = window.go(url("maker", maker))
    page.locator("[data-quick]").click()
    page.fill(".quick-form [name=name]", "")
    page.locator(".quick-form .btn-primary").click()
    expect(page.locator(".quick-form .field-errors").first).to_be_visible()
    page.fill(".quick-form [name=name]", "Made here")
    page.locator(".quick-form .btn-primary").click()
    expect(page.locator(".related tbody tr")).to_contain_text("Made here")
    expect(page.locator(".related [data-count]")).to_have_text("1")


def test_a_card_opens_over_a_link_by_pointer_and_by_keyboard(window: Window) -> None:
    site = window.served.site
    id = site.create("thing", name="Linked", maker=site.makers["Globex"])
    page = window.go(url("thing", id))
    link = page.locator('.section dl[data-field="maker"] dd a')
    link.hover()
    expect(page.locator(".hover-card")).to_contain_text("Globex")
    page.keyboard.press("Escape")
    expect(page.locator(".hover-card")).to_have_count(0)
    page.mouse.move(0, 0)
    page.keyboard.press("Tab")
    link.focus()
    expect(page.locator(".hover-card")).to_contain_text("Maker")


def test_blank_fields_are_hidden_and_stay_so(window: Window) -> None:
    id = window.served.site.create("thing", name="Sparse")
    page = window.go(url("thing", id))
    expect(page.locator('dl[data-field="weight"]')).to_be_visible()
    page.locator("[data-blank-toggle]").click()
    expect(page.locator('dl[data-field="weight"]')).to_be_hidden()
    page = window.go(url("thing", id))
    expect(page.locator('dl[data-field="weight"]')).to_be_hidden()
    expect(page.locator('dl[data-field="name"]')).to_be_visible()
    page.locator("[data-blank-toggle]").click()


def test_the_next_record_of_the_list_is_one_key_away(window: Window) -> None:
    page = window.go("/o/thing?sort=name")
    rows = page.locator("tr[data-href]")
    first, second = rows.nth(0).get_attribute("data-href"), rows.nth(1).get_attribute("data-href")
    rows.nth(0).locator("a").first.click()
    page.wait_for_url(f"**{first}")
    page.keyboard.press("j")
    page.wait_for_url(f"**{second}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{first}")


def test_a_record_is_shared_for_a_time_and_no_longer(window: Window) -> None:
    site = window.served.site
    site.user("Shara", "helper", language="en")
    page = window.go(url("maker", site.create("maker", name="Shared works", city="Rome")))
    page.click(".page-head-actions details.menu > summary")
    page.click("a[data-sharing]")
    shares = page.locator("dialog[open] #shares")
    shares.locator("jm-choose input[role=combobox]").first.click()
    page.keyboard.type("Shara")
    shares.locator(".option", has_text="Shara").click()
    shares.locator("#share-until").fill("2031-05-06")
    shares.locator(".form-end .btn-primary").click()
    row = shares.locator("li", has_text="Shara")
    expect(row.locator("input[type=date]")).to_have_value("2031-05-06")
    row.locator("input[type=date]").fill("2032-01-02")
    row.get_by_role("button", name="Save").click()
    expect(row.locator("input[type=date]")).to_have_value("2032-01-02")
    row.get_by_role("button", name="Remove Shara").click()
    expect(row).to_have_count(0)
    expect(shares).to_contain_text("not shared with anybody")


def test_a_stage_asks_for_what_it_needs_and_going_back_for_the_reason(window: Window) -> None:
    site = window.served.site
    page = window.go(url("deal", site.create("deal", name="Staged deal", owner=site.ids("user")["Ada"])))
    page.click(".stage-step:has-text('Offer') .stage-go")
    page.click("main form .btn-primary")
    expect(page.locator('[data-field="amount"] .field-errors')).to_be_visible()
    page.fill("#f-amount", "900")
    page.click('[data-field="maker"] .ts-control')
    page.click('[data-field="maker"] .option >> text=Acme')
    page.click("main form .btn-primary")
    expect(page.locator(".stage-step[aria-current=step]")).to_contain_text("Offer")
    page.click(".stage-step:has-text('Talk') .stage-go")
    page.fill("#stage-reason", "They want another size")
    page.click("main form .btn-primary")
    expect(page.locator(".stage-step[aria-current=step]")).to_contain_text("Talk")
    history = site.visitor("ada@example.com").get(f"{page.url.partition(window.served.url)[2]}/history").text
    assert "They want another size" in history


def test_what_an_automation_does_is_tried_and_then_seen_after_a_save(window: Window) -> None:
    site = window.served.site
    deal = site.create("deal", name="Told deal", amount=900, maker=site.makers["Acme"], owner=site.ids("user")["Ada"])
    page = window.go("/admin/automations/deal_won")
    page.click(".try-form .ts-control")
    page.keyboard.type("Told deal")
    page.click(".try-form .option >> text=Told deal")
    page.click(".try-form .btn-primary")
    expect(page.locator("main [role=status]").last).to_contain_text("Won: Told deal")
    window.go(url("deal", deal))
    expect(page.locator("jm-bell")).not_to_contain_text("Told deal")
    for stage in ("Offer", "Won"):
        page.click(f".stage-step:has-text('{stage}') button.stage-go")
    expect(page.locator(".stage-step[aria-current=step]")).to_contain_text("Won")
    site.runtime.build_worker().drain()
    window.go("/admin/automations/deal_won")
    expect(page.locator("main")).to_contain_text("Told deal")
    page.click("jm-bell summary")
    expect(page.locator("jm-bell .notice-entry").first).to_contain_text("Won: Told deal")


def test_the_page_is_of_use_on_a_phone(open_window: Any) -> None:
    window: Window = open_window(width=390, height=844, has_touch=True, is_mobile=True)
    window.log_in()
    id = window.served.site.create("thing", name="In the hand", pieces=1)
    page = window.go(url("thing", id))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator("#side")).to_be_hidden()
    page.locator("#tab-side").tap()
    expect(page.locator("#timeline jm-panel .stream")).to_be_visible()
    page.locator("#tab-comments").tap()
    page.locator("#comments textarea").first.fill("typed on a phone")
    page.locator("#comments .btn-primary").first.tap()
    expect(page.locator("#comments .comment")).to_contain_text("typed on a phone")
    page.locator("#tab-t0").tap()
    page.locator('.section [data-field="pieces"] dd').tap()
    page.fill("#e-pieces", "7")
    page.locator(".fields-foot .btn-primary").tap()
    expect(page.locator('dl[data-field="double"] dd')).to_have_text("14")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_way_back_leads_over_every_step(window: Window) -> None:
    id = window.served.site.create("thing", name="Way back", pieces=3, state="broken", reason="fell")
    page = window.go("/o/thing")
    page.click("[data-quick=state] summary")
    page.click("[data-quick=state] >> text=Broken")
    page.keyboard.press("Escape")
    page.wait_for_url("**broken*")
    filtered = page.url
    page.locator(f'tr[data-href="{url("thing", id)}"] a').first.click()
    expect(page.locator("h1")).to_have_text("Way back")
    side(page, "comments")
    page.go_back()
    if page.url != filtered:  # the tab had an address of its own
        page.go_back()
    expect(page.locator(".list-filters")).to_contain_text("State is one of Broken")
    assert page.url == filtered
    page.go_back()
    expect(page.locator(".list-filters")).to_have_count(0)
    page.go_forward()
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Way back")


def test_a_card_opens_over_a_record_that_is_chosen_in_a_form(window: Window) -> None:
    site = window.served.site
    id = site.create("thing", name="Made by", maker=site.makers["Globex"])
    page = window.go(url("thing", id, "/edit"))
    page.locator('[data-field="maker"] .ts-control .item').hover()
    expect(page.locator(".hover-card")).to_contain_text("Globex")
