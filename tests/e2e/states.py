"""Every kind of page of the test site in every state that it can be brought into by a click: what is looked at for
accessibility. Pages whose addresses have no parts are found by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from jimu.fieldtypes.ids import encode_id
from jimu.storage import JobRow
from tests.e2e.conftest import Served
from tests.web.site import url

Open = Callable[[Page], None]
# Answers to scripts and files, not pages.
_NO_PAGES = (
    "/at-hand",
    "/palette",
    "/regions",
    "/favicon",
    "/icon",
    "/manifest",
    "/healthz",
    "/login",
    "/session",
    "/notifications/count",
)


@dataclass(frozen=True)
class State:
    """``path`` is opened, then ``steps`` are taken; ``stranger``: without being logged in."""

    name: str
    path: str
    steps: Open | None = None
    stranger: bool = False


def click(*selectors: str, see: str = "") -> Open:
    """Click one after the other, and wait for ``see``."""

    def run(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()
        if see:
            expect(page.locator(see).first).to_be_visible()

    return run


def see(selector: str) -> Open:
    return click(see=selector)


def press(*keys: str, see: str = "") -> Open:
    def run(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator(see).first).to_be_visible()

    return run


def all_states(served: Served) -> Iterator[State]:
    records = _records(served)
    yield from _outside(served)
    yield from _frame()
    yield from _lists(records)
    yield from _record(records)
    yield from _forms(records)
    yield from _plain(served, records)


def _records(served: Served) -> dict[str, int]:
    """One record of each kind, with something in every corner."""
    site = served.site
    thing = site.create("thing", name="Seen by all", pieces=1, key="open", spot={"lat": 1, "lng": 2}, data={"a": 1},
                        grade=3, cost=5, words=["new"], notes="Some *words*", maker=site.makers["Acme"])
    site.update("thing", thing, pieces=2, state="sold")
    site.create("comment", record=thing, text="**said**")
    site.create("activity", record=thing, subject="To do", due_on="2020-01-01")
    kit = site.create("kit", name="Seen kit")
    for n in (1, 2):
        site.create("part", kit=kit, name=f"Part {n}", amount=n, price=800, place=n)
    for reader in (site.owner, site.ids("user")["Li"]):
        site.create("notification", subject="To be read", text="More of it", record=thing, owner=reader)
    gone = site.create("maker", name="Thrown away")
    site.delete("maker", gone)
    with site.runtime.database.write() as transaction:
        transaction.emit([JobRow("export")])
    return {"thing": thing, "kit": kit, "maker": site.makers["Acme"], "user": site.owner}


def _outside(served: Served) -> Iterator[State]:
    yield State("log-in", "/login", stranger=True)
    yield State("log-in refused", "/login", _wrong_password, stranger=True)
    yield State("a link to choose a password that is none", "/welcome?token=none", stranger=True)


def _wrong_password(page: Page) -> None:
    page.fill("#email", "nobody@example.com")
    page.fill("#password", "wrong")
    page.click("form .btn-primary")
    expect(page.locator("[role=alert]").first).to_be_visible()


def _frame() -> Iterator[State]:
    yield State("home", "/")
    yield State("user menu", "/", click("summary:has(.avatar-initials)", see="[data-theme-choice=dark]"))
    yield State("bell", "/", click("jm-bell summary", see="jm-bell .notice-entry"))
    yield State("palette", "/", press("Control+k", see=".palette-option"))
    yield State("keys", "/o/thing", press("?", see=".keys-row"))
    yield State("no such page", "/nowhere")
    yield State("offline", "/", _offline)
    yield State("search", "/search?q=Thing")


def _offline(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator(".offline-note")).to_be_visible()


def _lists(records: dict[str, int]) -> Iterator[State]:
    yield State("list", "/o/thing")
    yield State("empty list", "/o/thing?q=nothinglikethis")
    yield State("grouped list", "/o/thing?group=maker,state", see(".list-table tbody"))
    question = "/o/thing?where=state+%3D%3D+'sold'+or+made_on+%3E+today()&sort=state,-pieces"
    yield State("filter", question, click('[data-panel="filter-editor"]', ".filter-add", see=".picker-entry"))
    for panel in ("sort", "group", "column"):
        yield State(f"{panel} panel", question, click(f'[data-panel="{panel}-editor"]', see=f"#{panel}-editor button"))
    yield State("quick filter", "/o/thing", click("[data-quick=state] summary", see="[data-quick=state] .menu-entry"))
    yield State("saving a list", question, click(".list-keep [data-dialog=save-list]", see="#save-list-name"))
    yield State("coloured list", "/o/thing?list=thing_colored")
    chosen = click(".page-check", '.select-actions [data-action="edit"]', see="dialog[open] [data-add]")
    yield State("selection", "/o/thing", click(".page-check", see=".select-bar"))
    yield State("mass panel", "/o/thing", chosen)
    deleting = click(".page-check", '.select-actions [data-action="delete"]', see="dialog[open] .btn")
    yield State("mass delete", "/o/thing", deleting)
    yield State("cell with an error", "/o/thing", _wrong_cell)


def _wrong_cell(page: Page) -> None:
    page.locator('.list-table tbody tr[data-id] [data-field="pieces"]').nth(2).dblclick()
    page.locator(".cell-editor input[name=pieces]").fill("5000")
    page.keyboard.press("Enter")
    expect(page.locator(".cell-editor .field-errors")).to_be_visible()


def _record(records: dict[str, int]) -> Iterator[State]:
    thing = url("thing", records["thing"])
    for tab in ("timeline", "comments", "attachments", "history"):
        yield State(f"record: {tab}", thing, _tab(tab))
    yield State("restoring", thing, _restoring)
    yield State("editing a value", thing, click('.section [data-field="pieces"] dd', see="#e-pieces"))
    yield State("editing a section", thing, _section)
    yield State("card", thing, _card)
    yield State("record with related", url("maker", records["maker"]), see("#side"))
    yield State("record with lines", url("kit", records["kit"]))
    yield State("record actions", thing, click(".page-head-actions .menu summary", see="[data-copy-link]"))


def _tab(name: str) -> Open:
    def run(page: Page) -> None:
        page.locator(f"#tab-{name}").click()
        expect(page.locator(f"#{name} jm-panel")).not_to_contain_text("Loading…")
        expect(page.locator(f"#{name} jm-panel > *").first).to_be_visible()

    return run


def _restoring(page: Page) -> None:
    _tab("history")(page)
    page.locator("#history .change-restore").first.click(force=True)
    expect(page.locator(".restore-form")).to_be_visible()


def _section(page: Page) -> None:
    page.locator('[data-section="s0-1"] [data-edit-section]').click(force=True)
    expect(page.locator("#e-mail")).to_be_visible()


def _card(page: Page) -> None:
    page.locator('[data-highlight="maker"] a').first.hover()
    expect(page.locator(".hover-card").first).to_be_visible()


def _forms(records: dict[str, int]) -> Iterator[State]:
    thing = url("thing", records["thing"])
    yield State("new", "/o/thing/new")
    yield State("new with errors", "/o/thing/new", click(".form-foot .btn-primary", see=".error-summary"))
    yield State("edit", f"{thing}/edit")
    yield State("lines", f"{url('kit', records['kit'])}/edit", see("jm-lines tbody tr"))
    yield State("quick create", "/o/thing/new", _quick)
    field = '[data-field="maker"]'
    yield State("lookup open", "/o/thing/new", click(f"{field} .ts-control", see=f"{field} .option"))
    yield State("lookup dialog", "/o/thing/new", click(f"{field} .choose-open", see="dialog [data-pick]"))
    yield State("people dialog", f"{url('maker', records['maker'])}/edit",
                click('[data-field="owner"] .choose-open', see="dialog [data-pick]"))
    yield State("conflict", f"{thing}/edit", _conflict)
    yield State("delete", f"{thing}/delete")


def _quick(page: Page) -> None:
    box = page.locator('[data-field="maker"] .ts-control')
    box.click()
    box.locator("input").fill("Umbrella")
    page.locator('[data-field="maker"] .create').click()
    expect(page.locator("dialog #q-maker-name")).to_be_visible()


def _conflict(page: Page) -> None:
    """As though somebody else had saved since."""
    page.locator("input[name=_version]").evaluate("input => { input.value = '1'; }")
    page.locator("input[name=_base]").evaluate("input => { input.value = '{}'; }")
    page.fill("#f-notes", "mine")
    page.fill("#f-pieces", "7")
    page.click(".form-foot .btn-primary")
    expect(page.locator("table.merge-table")).to_be_visible()


def _plain(served: Served, records: dict[str, int]) -> Iterator[State]:
    """Whatever has an address without parts, and some of what has not."""
    rules = [str(r) for r in served.site.app.url_map.iter_rules() if "GET" in (r.methods or ()) and not r.arguments]
    for path in sorted(rules):
        if not path.startswith(("/api", "/static", *_NO_PAGES)) and path != "/":
            yield State(path, path)
    user = encode_id(records["user"])
    for path in ("/admin?q=thing", "/admin/roles/helper?object=thing", "/admin/revisions/1", "/admin/objects/thing",
                 "/admin/objects/thing/pieces", "/admin/source?file=objects/shop/maker.yaml",
                 "/admin/jobs?state=waiting", f"/admin/users/{user}", f"/admin/access?user={user}&object=thing",
                 "/api/docs"):
        yield State(path, path)


def open_state(state: State, window: Any) -> Page:
    window.context.set_offline(False)
    page: Page = window.go(state.path)
    if state.steps:
        state.steps(page)
    return page
