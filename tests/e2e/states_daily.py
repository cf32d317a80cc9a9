"""The states of what everybody works with all day: the frame, lists, records, forms."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from jimu.storage import JobRow
from tests.e2e.states import Open, State, click, on_top, press, see
from tests.web.site import Site, url


def prepare_records(site: Site) -> dict[str, int]:
    """One record of each kind, with something in every corner."""
    thing = site.create(
        "thing",
        name="Seen by all",
        pieces=1,
        key="open",
        spot={"lat": 1, "lng": 2},
        data={"a": 1},
        grade=3,
        cost=5,
        words=["new"],
        notes="Some *words*",
        maker=site.makers["Acme"],
    )
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
    return {"thing": thing, "kit": kit, "maker": site.makers["Acme"]}


def daily_states(records: dict[str, int]) -> Iterator[State]:
    yield from _frame()
    yield from _lists()
    yield from _record(records)
    yield from _forms(records)


def _frame() -> Iterator[State]:
    yield State("home", "/", with_frame=True)
    user_menu = click("summary:has(.avatar-initials)", see="[data-theme-choice=dark]")
    yield State("user menu", "/", user_menu, part=".shell-bar")
    yield State("bell", "/", click("jm-bell summary", see="jm-bell .notice-entry"), part=".shell-bar")
    yield State("navigation", "/", _navigation, part=".shell-nav")
    yield on_top(State("palette", "/", press("Control+k", see=".palette-option")))
    yield on_top(State("keys", "/o/thing", press("?", see=".keys-row")))
    yield State("no such page", "/nowhere", with_frame=True)
    yield State("offline", "/", _offline, with_frame=True)
    yield State("search", "/search?q=Thing")


def _navigation(page: Page) -> None:
    """On a phone it has to be opened."""
    if page.locator(".bottom-bar [data-nav-toggle]").is_visible():
        page.click(".bottom-bar [data-nav-toggle]")
    expect(page.locator(".shell-nav .nav-entry").first).to_be_visible()


def _offline(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator(".offline-note")).to_be_visible()


def _lists() -> Iterator[State]:
    yield State("list", "/o/thing")
    yield State("empty list", "/o/thing?q=nothinglikethis")
    yield State("grouped list", "/o/thing?group=maker,state", see(".list-table tbody"))
    question = "/o/thing?where=state+%3D%3D+'sold'+or+made_on+%3E+today()&sort=state,-pieces"
    yield State("filter", question, click('[data-panel="filter-editor"]', ".filter-add", see=".picker-entry"))
    for panel in ("sort", "group", "column"):
        opened = click(f'[data-panel="{panel}-editor"]', see=f"#{panel}-editor button")
        yield State(f"{panel} panel", question, opened, part=f"#{panel}-editor")
    quick = click("[data-quick=state] summary", see="[data-quick=state] .menu-entry")
    yield State("quick filter", "/o/thing", quick, part=".list-bar")
    switch = click(".list-page-head > .menu > summary", see=".list-page-head .menu-entry")
    yield State("choosing a list", "/o/thing", switch, part=".list-page-head")
    yield State("what to do with a list", "/o/thing", click(".list-menu summary"), part=".list-page-head")
    yield on_top(State("saving a list", question, click(".list-keep [data-dialog=save-list]", see="#save-list-name")))
    yield State("coloured list", "/o/thing?list=thing_colored")
    yield State("look beside the list", "/o/thing", _peek, part="#peek")
    yield State("selection", "/o/thing", select(see=".select-bar"), part=".select-bar")
    chosen = select('.select-actions [data-action="edit"]', see="dialog[open] [data-add]")
    yield on_top(State("mass panel", "/o/thing", chosen))
    deleting = select('.select-actions [data-action="delete"]', see="dialog[open] .btn")
    yield on_top(State("mass delete", "/o/thing", deleting))
    yield State("cell with an error", "/o/thing", _wrong_cell, part=".list-table", is_wide=True)


def select(*selectors: str, see: str) -> Open:
    """Nothing is selected (what was is kept by the window), then a row, then what is done with it."""

    def run(page: Page) -> None:
        page.evaluate("sessionStorage.clear()")
        page.reload()
        click(".row-check", *selectors, see=see)(page)

    return run


def _peek(page: Page) -> None:
    page.locator(".list-table tbody tr[data-id]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#peek dl").first).to_be_visible()


def _wrong_cell(page: Page) -> None:
    page.locator('.list-table tbody tr[data-id] [data-field="pieces"]').nth(2).dblclick()
    page.locator(".cell-editor input[name=pieces]").fill("5000")
    page.keyboard.press("Enter")
    expect(page.locator(".cell-editor .field-errors")).to_be_visible()


def _record(records: dict[str, int]) -> Iterator[State]:
    thing = url("thing", records["thing"])
    for tab in ("timeline", "comments", "attachments", "history"):
        yield State(f"record: {tab}", thing, open_tab(tab), part="#side")
    yield State("record", thing)
    yield State("restoring", thing, _restoring, part="#side")
    yield State("editing a value", thing, _editing, part=".section")
    yield State("editing a section", thing, _section, part=".section.is-editing")
    yield State("card", thing, _card, part=".hover-card", is_wide=True)
    yield State("record with related", url("maker", records["maker"]), see(".related"))
    yield State("record with lines", url("kit", records["kit"]))
    actions = click(".page-head-actions .menu summary", see="[data-copy-link]")
    yield State("record actions", thing, actions, part=".page-head-actions")
    for path in ("sharing", "why"):
        yield State(f"record: {path}", f"{thing}/{path}")


def open_tab(name: str) -> Open:
    """A tab of the panel beside a record, which is a tab itself on a phone."""

    def run(page: Page) -> None:
        if page.locator("#tab-side").is_visible():
            page.click("#tab-side")
        page.click(f"#tab-{name}")
        expect(page.locator(f"#{name} jm-panel > :not(.skeleton)").first).to_be_visible()

    return run


def _editing(page: Page) -> None:
    click('.section [data-field="pieces"] dd', see="#e-pieces")(page)
    # What lies half under the bar at the top counts as too small to be hit.
    page.evaluate("window.scrollTo(0, 0)")


def _restoring(page: Page) -> None:
    open_tab("history")(page)
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
    yield on_top(State("quick create", "/o/thing/new", _quick))
    field = '[data-field="maker"]'
    yield State("lookup open", "/o/thing/new", click(f"{field} .ts-control", see=f"{field} .option"), part=field)
    yield on_top(State("lookup dialog", "/o/thing/new", click(f"{field} .choose-open", see="dialog [data-pick]")))
    people = click('[data-field="owner"] .choose-open', see="dialog [data-pick]")
    yield on_top(State("people dialog", f"{url('maker', records['maker'])}/edit", people))
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
