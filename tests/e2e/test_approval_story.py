"""Approvals as people live them, each in a window of their own: asked, decided, handed on, taken back, mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Served, Window, require_assets, serve
from tests.web.opened import opened_site
from tests.web.site import url

pytestmark = pytest.mark.browser

FILES = {
    "workspace.yaml": "name: office\nlabel: {en: Office, zh-CN: 办公室, zh-TW: 辦公室}\nextends: []\n",
    "objects/roles/admin.yaml": "label: Admin\nsystem: [modify_all, configure]\n",
    "objects/roles/all.yaml": "label: All\nobjects: {order: {create: true, read: all, update: all, delete: own}}\n",
    "objects/m/order.yaml": """
label: {en: Order, zh-CN: 订单, zh-TW: 訂單}
title: "{name}"
features: [history, comments]
fields:
  name: {type: text, required: true, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}}
  amount: {type: decimal, scale: 2, label: {en: Amount, zh-CN: 金额, zh-TW: 金額}}
  code: {type: text, max_length: 4, label: {en: Code, zh-CN: 编码, zh-TW: 編碼}}
  remark: {type: text, label: {en: Remark, zh-CN: 备注, zh-TW: 備註}}
""",
    "flows/approvals/chosen.yaml": """
object: order
label: {en: Chosen people, zh-CN: 自选审批, zh-TW: 自選簽核}
revoke: 7 days
nodes:
  pick: {label: {en: Chosen, zh-CN: 自选, zh-TW: 自選}, approvers: [{pick: submitter, from: 'role:all'}], to: both}
  both:
    label: {en: Finance, zh-CN: 财务, zh-TW: 財務}
    approvers: [{user: [a@example.com, b@example.com]}]
    mode: any
    comment: on_reject
    fields: {remark: edit}
    to: approved
  approved: {type: end}
""",
    "flows/approvals/simple.yaml": """
object: order
label: {en: Simple, zh-CN: 简单审批, zh-TW: 簡單簽核}
priority: 200
nodes:
  one: {label: {en: Manager, zh-CN: 经理, zh-TW: 經理}, approvers: [{manager_of: submitter}], to: coded}
  coded: {type: action, label: {en: Code, zh-CN: 编码, zh-TW: 編碼}, actions: [{set: {code: "=name"}}], to: approved}
  approved: {type: end}
""",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    require_assets()
    with opened_site(tmp_path_factory.mktemp("story"), FILES) as site:
        site.user("adm", "admin")
        manager = site.user("m", "all", language="en")
        site.user("s", "all", language="en", manager=manager)
        for name in ("a", "b", "c"):
            site.user(name, "all", language="zh-CN" if name == "b" else "en")
        with serve(site) as served:
            yield served


Enter = Callable[..., Window]


@pytest.fixture
def enter(open_window: Any) -> Enter:
    """``enter("m")``: that person's window, logged in."""

    def enter(name: str, **options: Any) -> Window:
        window: Window = open_window(**options)
        window.log_in(f"{name}@example.com")
        return window

    return enter


def order(served: Served, name: str) -> str:
    """The address of a new order of the one who asks."""
    return url("order", served.site.create("order", name=name, amount="500", owner=served.site.ids("user")["s"]))


def ask(window: Window, href: str, flow: str = "simple") -> str:
    """Hand it in; the address of the approval."""
    page = window.go(f"{href}/approve")
    page.check(f'input[name="flow"][value="{flow}"]')
    page.click("form .btn-primary >> text=Ask for approval")
    page.wait_for_url("**/approvals/*")
    return page.url.removeprefix(window.served.url)


def more(page: Page, label: str) -> Any:
    """Open one of the further actions; its form."""
    part = page.locator("details.act-more", has=page.locator("summary", has_text=label)).first
    part.locator("summary").click()
    return part.locator("form")


def test_asked_of_chosen_people_and_decided_by_who_is_first(served: Served, enter: Enter) -> None:
    href = order(served, "Chairs")
    s, m, a, b = enter("s"), enter("m"), enter("a"), enter("b")
    page = s.go(f"{href}/approve")
    page.check('input[name="flow"][value="chosen"]')
    page.select_option("#pick-pick", label=["m"])
    page.click("text=Show the way")
    way = page.locator(".approval-way")
    expect(way).to_contain_text("Chosen")
    expect(way).to_contain_text("Finance")
    expect(way).to_contain_text("a, b")
    page.click("form .btn-primary >> text=Ask for approval")
    page.wait_for_url("**/approvals/*")
    path = page.url.removeprefix(served.url)
    expect(s.go(href).locator(".notice a")).to_have_attribute("href", path)
    m.go("/inbox").click("text=Chairs")
    m.page.click("text=Approve")
    a.go(path)
    late = b.go(path)
    a.page.click(".approval-buttons >> text=Reject")
    expect(a.page.locator('.approval-task [role="alert"], .approval-task .field-error').first).to_be_visible()
    a.page.fill(".approval-decide textarea", "Too dear")
    a.page.fill('.approval-decide [name="remark"]', "later")
    a.page.click(".approval-buttons >> text=Reject")
    a.page.wait_for_url("**/inbox")
    late.click(".approval-buttons .btn-primary")
    expect(late.locator('[role="alert"]').first).to_contain_text("已经作出决定")
    expect(s.go(path).locator(".approval-head")).to_contain_text("Rejected")
    expect(s.page.locator(".approval-whole")).to_contain_text("Too dear")


def test_added_handed_on_asked_for_an_opinion_and_returned(served: Served, enter: Enter) -> None:
    href = order(served, "Desk")
    s, m, a, b, c = (enter(name) for name in "smabc")
    path = ask(s, href)
    form = more(m.go(path), "Ask an opinion")
    form.locator("select").select_option(label="a")
    form.locator("button").click()
    a.go(path).fill(".approval-decide textarea", "I would not")
    a.page.click(".approval-buttons >> text=Reject")
    a.page.wait_for_url("**/inbox")
    page = m.go(path)
    expect(page.locator(".approval-whole")).to_contain_text("I would not")
    form = more(page, "Add people")
    form.locator('[name="relation"]').select_option("before")
    form.locator('[name="people"]').select_option(label="b")
    form.locator("button").click()
    expect(m.page.locator(".approval-share.is-added")).to_contain_text("b")
    b.go(path).click(".approval-buttons .btn-primary")
    b.page.wait_for_url("**/inbox")
    form = more(m.go(path), "Return")
    form.locator("textarea").fill("Say more")
    form.locator("button").click()
    expect(m.page.locator(".approval-head")).to_contain_text("Returned")
    form = more(s.go(path), "Hand in again")
    form.locator("button").click()
    expect(s.page.locator(".approval-head")).to_contain_text("Round 2")
    form = more(m.go(path), "Hand on")
    form.locator("select").select_option(label="c")
    form.locator("button").click()
    c.go(path).click(".approval-buttons .btn-primary")
    c.page.wait_for_url("**/inbox")
    expect(s.go(path).locator(".approval-whole")).to_contain_text("Say more")


def test_many_are_decided_by_keyboard_one_withdrawn_and_reminding_has_a_limit(served: Served, enter: Enter) -> None:
    s, m = enter("s"), enter("m")
    paths = [ask(s, order(served, name)) for name in ("Cup", "Mug", "Jar")]
    form = more(s.page, "Withdraw")
    form.locator("button").click()
    expect(s.page.locator(".approval-head")).to_contain_text("Withdrawn")
    s.go(paths[0])
    for _ in range(2):
        form = more(s.page, "Remind")
        form.locator("button").click()
    expect(s.page.locator('[role="alert"]').first).to_contain_text("They were reminded just now; again from")
    page = m.go("/inbox")
    expect(page.locator(".inbox-row", has_text="Jar")).to_have_count(0)
    for name in ("Cup", "Mug"):
        page.locator(f'input[name="tasks"][aria-label="{name}"]').focus()
        page.keyboard.press("Space")
    page.locator("#inbox-comment").focus()
    page.keyboard.type("fine")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".inbox-row", has_text="Cup")).to_have_count(0)
    for path in paths[:2]:
        expect(s.go(path).locator(".approval-head")).to_contain_text("Approved")


def test_who_looks_after_approvals_gives_one_on_and_mends_one(served: Served, enter: Enter) -> None:
    s, m, adm = enter("s"), enter("m"), enter("adm")
    href = order(served, "Lamps of brass")
    path = ask(s, href)
    page = adm.go(path)
    form = more(page, "Give to somebody else")
    form.locator("select").select_option(label="c")
    form.locator("textarea").fill("m is away")
    form.locator("button").click()
    c = enter("c")
    c.go(path).click(".approval-buttons .btn-primary")
    c.page.wait_for_url("**/inbox")
    page = adm.go("/admin/approvals?state=error")
    page.click("text=Lamps of brass")
    expect(page.locator(".approval-head .field-error")).to_be_visible()
    record = served.site.ids("order")["Lamps of brass"]
    served.site.update("order", record, name="Lamp")
    form = more(page, "Try again")
    form.locator("textarea").fill("the name fits now")
    form.locator("button").click()
    expect(page.locator(".approval-head")).to_contain_text("Approved")
    assert served.site.record("order", record).values["code"] == "Lamp"
    assert m.go(path).locator(".approval-head").is_visible()


def test_approved_with_one_hand_on_a_phone_in_chinese_and_revoked_later(served: Served, enter: Enter) -> None:
    s = enter("s")
    page = s.go(f"{order(served, '灯')}/approve")
    page.check('input[name="flow"][value="chosen"]')
    page.select_option("#pick-pick", label=["b"])
    page.click("form .btn-primary >> text=Ask for approval")
    page.wait_for_url("**/approvals/*")
    path = page.url.removeprefix(served.url)
    phone = enter("b", width=390, height=844, has_touch=True, is_mobile=True)
    for _ in range(2):
        page = phone.go("/inbox")
        page.tap(".inbox-title")
        page.wait_for_url("**/approvals/*")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        button = page.locator(".approval-buttons .btn-primary")
        box = button.bounding_box()
        assert box
        assert box["height"] >= 40
        expect(button).to_contain_text("同意")
        button.tap()
        page.wait_for_url("**/inbox")
    expect(phone.go(path).locator(".approval-head")).to_contain_text("已同意")
    form = more(s.go(path), "Ask to revoke")
    form.locator("button").click()
    expect(phone.go("/inbox").locator(".inbox-row")).not_to_have_count(0)
