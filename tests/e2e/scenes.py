"""What there is to be seen of a running demo company: every kind of page, and what a click opens on it.

The site is first brought into a state in which little is empty (``furnish``); then ``all_scenes`` names what to see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

Steps = Callable[[Page], None]
REP = "rep@jimu.example"
PASSWORD = "jimu-demo"
_ID = re.compile(r"/o/(\w+)/(\w{13})")
# Deals that need an approval.
_LARGE = "stage not in ['won', 'lost'] and amount >= 200000"
_FOLLOWING = "status == 'following'"
_NEAR = "stage == 'negotiation'"
_SHEET = """公司名称,联系人姓名,手机,来源
上海云帆科技有限公司,王晓明,13812345671,website
Hamburg Pumpen GmbH,Jan Petersen,not a number,exhibition
深圳市前海智联,李婷婷,13912345672,somewhere
"""


@dataclass(frozen=True)
class Scene:
    """``path`` is opened, then ``steps`` are taken."""

    name: str
    path: str
    steps: Steps | None = None


@dataclass
class Site:
    """The demo company at ``url``, seen by whoever is logged in at ``page``; ``found``: addresses of single things."""

    page: Page
    url: str
    found: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers to the person logged in; the page has to be one of the site."""
        token = self.page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
        answer = self.page.request.fetch(
            f"{self.url}/api/v1{path}", method=method, data=body, headers={"X-CSRF-Token": token}
        )
        return answer.json() if answer.ok and answer.body() else {}

    def first(self, object: str, where: str = "", nth: int = 0) -> str:
        """The address of a record that the list of ``object`` shows, "" if there is none."""
        self.page.goto(f"{self.url}/o/{object}" + (f"?list={object}&where={where}" if where else ""))
        rows = self.page.locator("#rows tr[data-href]")
        return rows.nth(nth).get_attribute("data-href") or "" if rows.count() > nth else ""

    def link(self, path: str, selector: str) -> str:
        """Where the first link of ``selector`` on the page at ``path`` leads, "" without one."""
        self.page.goto(self.url + path)
        link = self.page.locator(selector).first
        return (link.get_attribute("href") or "") if link.count() else ""


def furnish(site: Site, as_person: Callable[[str], Page], folder: Path) -> None:
    """A large deal on its way through an approval, a talk, a task, a file on its way in."""
    administrator = site.page
    site.page = as_person(REP)
    deal = site.first("opportunity", _LARGE)
    if deal:
        site.found["deal"] = deal
        object, id = _parts(deal)
        site.ask("POST", "/approvals", {"object": object, "record": id})
        site.ask("POST", "/records/comment", {"record": id, "text": "The customer asked for **two weeks** more."})
        site.ask("POST", "/records/activity", {"record": id, "subject": "Call about the offer", "kind": "call"})
    site.page = administrator
    for at, subject in enumerate(("Send the offer", "Ask for the new floor plan", "Visit the plant"), start=1):
        _, id = _parts(site.first("opportunity", _LARGE, at))
        site.ask("POST", "/records/activity", {"record": id, "subject": subject, "due_on": f"2026-12-0{at}"})
    approval = site.link(f"{deal}/approvals", ".inbox-title") if deal else ""
    site.found["approval"] = approval
    site.found["import"] = _import(site, folder)


def _parts(address: str) -> tuple[str, str]:
    found = _ID.search(address)
    assert found, address
    return found[1], found[2]


def _import(site: Site, folder: Path) -> str:
    """The address of an import whose columns are known."""
    path = folder / "leads.csv"
    path.write_text(_SHEET, encoding="utf-8")
    site.page.goto(f"{site.url}/import?object=lead")
    site.page.set_input_files("#import-file", str(path))
    site.page.click(".import-start .btn-primary")
    site.page.locator("jm-mapping").wait_for()
    return site.page.url.removeprefix(site.url)


def click(*selectors: str, see: str = "") -> Steps:
    def run(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).locator("visible=true").first.click()
        if see:
            page.locator(see).locator("visible=true").first.wait_for()

    return run


def pick(*selectors: str, see: str) -> Steps:
    """Nothing is selected, then the first row, then what is done with it."""

    def run(page: Page) -> None:
        page.evaluate("sessionStorage.clear()")
        page.reload()
        click(".row-check", *selectors, see=see)(page)

    return run


def tab(name: str) -> Steps:
    """A tab of the panel beside a record, which is a tab itself where there is no room beside."""

    def run(page: Page) -> None:
        if page.locator("#tab-side").is_visible():
            page.locator("#tab-side").click()
        page.locator(f"#tab-{name}").click()
        page.locator(f"#{name} jm-panel > *:not(.skeleton)").first.wait_for()

    return run


def press(key: str, see: str) -> Steps:
    def run(page: Page) -> None:
        page.keyboard.press(key)
        page.locator(see).first.wait_for()

    return run


def scroll(selector: str) -> Steps:
    return lambda page: page.locator(selector).first.scroll_into_view_if_needed()


def all_scenes(site: Site) -> Iterator[Scene]:
    yield from _frame()
    yield from _lists()
    yield from _records(site)
    yield from _work(site)
    yield from _own()
    yield from _administration(site)


def _frame() -> Iterator[Scene]:
    yield Scene("home", "/")
    yield Scene("user-menu", "/", click("summary:has(.avatar-initials)"))
    yield Scene("bell", "/", click("jm-bell summary", see="jm-bell [data-notices] > *"))
    yield Scene("palette", "/", press("Control+k", ".palette-option"))
    yield Scene("keys", "/o/lead", press("?", ".keys-row"))
    yield Scene("search", "/search?q=a")
    yield Scene("not-found", "/nowhere")
    yield Scene("no-record", "/o/lead/0000000000000")
    yield Scene("design", "/design")


def _lists() -> Iterator[Scene]:
    for object in ("lead", "account", "contact", "opportunity", "product", "competitor"):
        yield Scene(f"list-{object}", f"/o/{object}")
    yield Scene("list-grouped", "/o/opportunity?group=stage,owner")
    yield Scene("list-empty", "/o/lead?q=nothinglikethis")
    asked = "/o/lead?where=rating+%3D%3D+'hot'+or+region+%3D%3D+'east'&sort=rating,-received_on"
    yield Scene("list-filter", asked, click('[data-panel="filter-editor"]'))
    for panel in ("sort", "group", "column"):
        yield Scene(f"list-{panel}", asked, click(f'[data-panel="{panel}-editor"]'))
    yield Scene("list-quick", "/o/lead", click("[data-quick] summary"))
    yield Scene("list-switcher", "/o/lead", click(".list-page-head > .menu > summary"))
    yield Scene("list-menu", "/o/lead", click(".page-head-actions .menu:last-of-type summary"))
    yield Scene("list-save", asked, click(".list-keep [data-dialog=save-list]"))
    yield Scene("list-selected", "/o/lead", pick(see=".select-bar"))
    mass = pick('.select-actions [data-action="edit"]', see="dialog[open] [data-add]")
    yield Scene("mass-edit", "/o/lead", mass)
    delete = pick('.select-actions [data-action="delete"]', see="dialog[open] .btn")
    yield Scene("mass-delete", "/o/lead", delete)


def _records(site: Site) -> Iterator[Scene]:
    for object in ("lead", "account", "contact", "opportunity", "product", "competitor"):
        address = site.first(object, nth=2)
        yield Scene(f"record-{object}", address)
        yield Scene(f"edit-{object}", f"{address}/edit")
        site.found.setdefault(object, address)
    yield Scene("new-lead", "/o/lead/new")
    yield Scene("new-refused", "/o/contact/new", click(".form-foot .btn-primary", see=".error-summary"))
    deal = site.found.get("deal") or site.found["opportunity"]
    yield Scene("record-deal", deal)
    for name in ("timeline", "comments", "attachments", "team", "history", "approvals"):
        yield Scene(f"tab-{name}", deal, tab(name))
    yield Scene("lines", f"{deal}/edit", scroll("jm-lines"))
    yield Scene("record-actions", deal, click(".page-head-actions .menu summary"))
    yield Scene("delete", f"{site.found['account']}/delete")
    yield Scene("clone", f"{site.found['opportunity']}/clone")
    yield Scene("convert", f"{site.first('lead', _FOLLOWING)}/convert/lead")
    yield Scene("stage-move", f"{site.first('opportunity', _NEAR)}/stage?to=lost")
    for panel in ("sharing", "why", "return", "assign"):
        address = site.first("lead", "not is_blank(owner)") if panel in ("return", "assign") else site.found["lead"]
        yield Scene(f"record-{panel}", f"{address}/{panel}")


def _work(site: Site) -> Iterator[Scene]:
    yield Scene("inbox", "/inbox")
    for box in ("done", "copies", "mine"):
        yield Scene(f"inbox-{box}", f"/inbox?box={box}")
    if site.found.get("approval"):
        yield Scene("approval", site.found["approval"])
    yield Scene("ask-approval", f"{site.first('opportunity', _LARGE, 3)}/approve")
    yield Scene("pools", "/pools")
    pool = site.link("/pools", "main a[href^='/pool/']")
    if pool:
        yield Scene("pool", pool)
        yield Scene("pool-manage", f"{pool}/manage")
    yield Scene("duplicates", "/duplicates")
    accounts = [_parts(site.first("account", nth=n))[1] for n in (0, 1)]
    yield Scene("merge", f"/merge?object=account&ids={','.join(accounts)}")
    yield Scene("imports", "/import")
    yield Scene("import-start", "/import?object=lead")
    yield Scene("import-columns", site.found["import"])
    yield Scene("import-checked", site.found["import"], _check_import)
    yield Scene("hand-over", "/hand-over")
    leaver = site.link("/hand-over", "main a[href^='/hand-over/']")
    if leaver:
        yield Scene("hand-over-one", leaver)
    yield Scene("bin", "/bin")
    yield Scene("notifications", "/notifications")


def _check_import(page: Page) -> None:
    if page.locator("jm-mapping").count():
        page.locator("jm-mapping .btn-primary").first.click()
        page.locator(".import-count").first.wait_for()


def _own() -> Iterator[Scene]:
    yield Scene("profile", "/profile")
    yield Scene("absence", "/profile/absence")
    yield Scene("notices", "/profile/notices")
    yield Scene("second-factor", "/me/second-factor")
    yield Scene("own-tokens", "/me/tokens")


_PAGES = (
    "", "users", "users/new", "organisation", "roles", "role-matrix", "access", "tokens", "plan", "revisions",
    "objects", "options", "layouts", "source", "jobs", "jobs?state=done", "settings", "health", "approvals", "audit",
    "automations", "deliveries", "personal", "pools", "retention",
)  # fmt: skip
# The first link of this shape on a page of administration leads to one thing of its kind.
_FIRST = {
    "users": "tbody th a",
    "roles": "tbody th a",
    "revisions": "tbody th a",
    "objects": "tbody th a",
    "options": "tbody th a",
    "source": ".file-columns a",
    "automations": "main tbody a",
    "organisation": "main a[href^='/admin/organisation/']",
    "jobs?state=done": "main tbody a",
}


def _administration(site: Site) -> Iterator[Scene]:
    yield Scene("admin-search", "/admin?q=user")
    for name in _PAGES:
        yield Scene(f"admin-{name.replace('/', '-').replace('?state=', '-') or 'home'}", f"/admin/{name}".rstrip("/"))
    for name, link in _FIRST.items():
        address = site.link(f"/admin/{name}", link)
        if address:
            yield Scene(f"admin-{name.split('?')[0]}-one", address)
    yield Scene("admin-object", "/admin/objects/opportunity")
    yield Scene("admin-field", "/admin/objects/opportunity/amount")
