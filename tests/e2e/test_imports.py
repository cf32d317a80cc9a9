"""A file becomes records in a real browser: columns, check, import, undo; in English and in Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

STORIES = [
    ("ada@example.com", "Check all rows", "Import 2 rows", "Done", "Undo all of it", "Take it back"),
    ("li@example.com", "检查所有行", "导入 2 行", "已完成", "全部撤销", "撤销"),
]


def to_columns(page: Page, url: str, path: Path) -> None:
    page.goto(f"{url}/import?object=thing")
    page.set_input_files("#import-file", str(path))
    page.click(".import-start .btn-primary")
    page.wait_for_selector("jm-mapping")


@pytest.mark.parametrize(("who", "check", "take", "done", "undo", "back"), STORIES, ids=["en", "zh-CN"])
def test_a_file_is_mapped_checked_taken_in_and_taken_back(
    open_window: Any, tmp_path: Path, who: str, check: str, take: str, done: str, undo: str, back: str
) -> None:
    window = open_window(width=390 if who.startswith("li") else 1280)
    page = window.log_in(who)
    path = tmp_path / f"{who[:2]}.csv"
    path.write_text(f"name,Teile,state\nImported {who[:2]} 1,4,draft\nImported {who[:2]} 2,x,draft\n", encoding="utf-8")
    to_columns(page, window.served.url, path)
    with page.expect_response(lambda answer: answer.url.endswith("/plan")):
        page.select_option("#field-1", "pieces")
    expect(page.locator("#multiply-1")).to_be_visible()
    address = page.url
    page.goto(f"{window.served.url}/import")
    page.goto(address)
    expect(page.locator("#field-1")).to_have_value("pieces")
    page.get_by_role("button", name=check).click()
    expect(page.locator(".import-count")).to_have_count(2)
    page.goto(f"{address}?step=mapping")
    page.select_option("#field-1", "")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name=check).click()
    page.get_by_role("button", name=take).click()
    page.wait_for_selector("jm-run")
    window.served.site.runtime.build_worker().drain()
    page.reload()
    expect(page.locator(".mass-state")).to_contain_text(done)
    page.get_by_role("link", name=undo).click()
    page.get_by_role("button", name=back, exact=True).click()
    page.wait_for_url("**/o/thing")
    with page.expect_response(lambda answer: "Imported" in answer.url or "/o/thing" in answer.url):
        page.goto(f"{window.served.url}/o/thing?where=starts_with(name, 'Imported {who[:2]}')")
    expect(page.locator(".list-table tbody tr[data-id]")).to_have_count(0)
