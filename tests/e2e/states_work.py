"""The states of flows, care for data, bulk actions, one's own settings, logging in, errors and administration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from playwright.sync_api import Page, expect

from jimu.access import accounts
from jimu.fieldtypes.ids import encode_id
from tests.e2e.conftest import Served
from tests.e2e.states import State, click, on_top, see
from tests.e2e.states_daily import open_tab
from tests.web.site import PASSWORD, Site, url


@dataclass(frozen=True)
class Work:
    """What there is: a ``deal`` that waits for approval, another that is ``free``, three ``alike``; addresses of an
    import whose columns are known, of one that was checked, of a mass change and of the link to a first password.
    """

    deal: int
    free: int
    alike: tuple[int, ...]
    approval: str
    mapped: str
    checked: str
    run: str
    welcome: str
    department: int


def prepare_work(site: Site) -> Work:
    alike = tuple(site.create("deal", name=f"Northern harbour {n}", amount=n * 1000, phone="+8613812345678")
                  for n in (1, 2, 3))  # fmt: skip
    deal = site.create("deal", name="Deal to be approved", amount=9000)
    free = site.create("deal", name="Deal of nobody", owner=None, phone="+8613812345678")
    ada = site.visitor("ada@example.com")
    assert ada.fill(f"{url('deal', deal)}/approve", {}).status_code == 303
    [approval] = ada.get(f"/api/v1/records/deal/{encode_id(deal)}/approvals").get_json()["approvals"]
    assert ada.client.post("/duplicates/scan", data={"csrf_token": ada.token, "object": "deal"}).status_code == 303
    mapped, checked = (_import(ada, name) for name in ("columns.csv", "checked.csv"))
    plan = {"csrf_token": ada.token, "field-0": "name", "field-1": "pieces"}
    assert ada.client.post(f"{checked}/check", data=plan).status_code == 303
    asked = {"object": "thing", "where": "pieces >= 44", "values": {"grade": 2}}
    run = ada.client.post("/api/v1/units", json=asked, headers={"X-CSRF-Token": ada.token}).get_json()
    site.runtime.build_worker().drain()
    newcomer = site.user("Newcomer", "helper")
    link = accounts.create_link(
        site.runtime.current.store, newcomer, accounts.INVITATION, accounts.by_system(site.runtime.clock())
    )
    site.user("Gus", "guarded")
    return Work(
        deal, free, alike, f"/approvals/{approval['id']}", mapped, checked, f"/o/mass_change/{run['id']}",
        f"/welcome?key={link.secret}", site.create("department", name="Harbour office"),
    )  # fmt: skip


def _import(visitor: Any, name: str) -> str:
    """The address of an import of two rows, one of them wrong."""
    upload = (BytesIO(b"name,pieces\nFrom a file,1\nWrong,x\n"), name)
    data = {"csrf_token": visitor.token, "object": "thing", "file": upload}
    answer = visitor.client.post("/import", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location).partition("?")[0]


def working_states(served: Served, work: Work) -> Iterator[State]:
    yield from _outside(work)
    yield from _errors(served)
    yield from _approvals(work)
    yield from _deals(work)
    yield from _care(work)
    yield from _bulk(served, work)
    yield from _own()
    yield from _administration(served, work)


def _outside(work: Work) -> Iterator[State]:
    def state(name: str, path: str, steps: Any = None) -> State:
        return State(name, path, steps, who="stranger")

    yield state("log-in", "/login")
    yield state("log-in refused", "/login", _log_in("nobody@example.com", "wrong", "[role=alert]"))
    yield state("a link to choose a password that is none", "/welcome?key=none")
    yield state("choosing a first password", work.welcome)
    yield state("a second factor is asked for", "/login", _log_in("gus@example.com", PASSWORD, ".factor-secret"))
    yield state("the step of a second factor", "/login/step")
    yield state("a decision by a link that is none", "/approvals/by-link?key=none")


def _log_in(email: str, password: str, seen: str) -> Any:
    def run(page: Page) -> None:
        page.fill("#email", email)
        page.fill("#password", password)
        click("form .btn-primary", see=seen)(page)

    return run


def _errors(served: Served) -> Iterator[State]:
    yield State("not allowed", "/admin/users", who="nina")
    yield State("no such record", "/o/thing/0000000000000")
    yield State("server error", "/bin", _broken(served), with_frame=True)
    yield on_top(State("the session ended", "/o/thing/new", _logged_out), "dialog[open]")


def _broken(served: Served) -> Any:
    """The page is asked for once more while what makes it fails."""

    def fail(**_values: Any) -> Any:
        raise RuntimeError("the page of errors is wanted")

    def run(page: Page) -> None:
        views = served.site.app.view_functions
        whole = views["web.show_bin"]
        views["web.show_bin"] = fail
        try:
            page.reload()
        finally:
            views["web.show_bin"] = whole
        expect(page.locator("main h1")).to_be_visible()

    return run


def _logged_out(page: Page) -> None:
    """The session is gone when the form is sent; the cookie is given back for those who look after this."""
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.fill("#f-name", "Typed before")
    page.click(".form-foot .btn-primary")
    expect(page.locator("dialog[open] .login-again")).to_be_visible()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]


def _approvals(work: Work) -> Iterator[State]:
    yield State("inbox", "/inbox", see(".inbox-row"))
    for box in ("done", "copies", "mine"):
        yield State(f"inbox: {box}", f"/inbox?box={box}")
    yield State("approval", work.approval)
    yield State("approval on paper", f"{work.approval}/print")
    yield State("approval: another person's opinion", work.approval, _unfolded, part=".approval-task")
    yield State("approval: what the owner may do", work.approval, _unfolded, part=".approval-whole")
    yield State("asking for approval", f"{url('deal', work.alike[0])}/approve")
    yield State("approvals of a record", url("deal", work.deal), open_tab("approvals"), part="#side")


def _unfolded(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.act-more').forEach((one) => { one.open = true; })")


def _deals(work: Work) -> Iterator[State]:
    deal = url("deal", work.alike[0])
    yield State("record with stages", deal)
    yield State("record: team", deal, open_tab("team"), part="#side")
    yield State("moving to a stage", f"{deal}/stage?to=offer")
    yield State(
        "moving to a stage refused", f"{deal}/stage?to=offer", click("main form .btn-primary", see="[role=alert]")
    )
    yield State("pools", "/pools")
    yield State("pool", "/pool/deals")
    yield State("managing a pool", "/pool/deals/manage")
    yield State("record in a pool", url("deal", work.free))
    yield State("giving to somebody", f"{deal}/assign")
    yield State("giving back to the pool", f"{deal}/return")


def _care(work: Work) -> Iterator[State]:
    deal = url("deal", work.alike[0])
    ids = ",".join(map(encode_id, work.alike))
    yield State("duplicates", "/duplicates?object=deal", see(".cluster"))
    yield State("merging", f"/merge?object=deal&ids={ids}")
    yield State("converting", f"{deal}/convert/deal")
    yield State("cloning", f"{deal}/clone")
    yield State("new and alike", "/o/deal/new", _alike)


def _alike(page: Page) -> None:
    page.fill("#f-name", "Northern harbour 4")
    click(".form-foot .btn-primary", see="[name=_duplicates_ok]")(page)


def _bulk(served: Served, work: Work) -> Iterator[State]:
    yield State("imports", "/import?object=thing")
    yield State("import: columns", f"{work.mapped}?step=mapping", see("jm-mapping"))
    yield State("import: checked", work.checked, see(".import-count"))
    yield State("mass change", work.run)
    yield State("taking back a mass change", f"{work.run}/undo")
    yield State("hand-over", "/hand-over")
    yield State("hand-over of one", f"/hand-over/{encode_id(served.site.ids('user')['Newcomer'])}")


def _own() -> Iterator[State]:
    yield State("second factor", "/me/second-factor")
    yield State("setting up a second factor", "/me/second-factor", _set_up)
    yield State("absence", "/profile/absence")
    yield State("how one is told", "/profile/notices")
    yield State("tokens: chosen scopes", "/me/tokens", click("main details summary"))


def _set_up(page: Page) -> None:
    page.fill("main input[type=password]", PASSWORD)
    click("main form .btn-primary", see=".factor-secret")(page)


def _administration(served: Served, work: Work) -> Iterator[State]:
    ada, deal = encode_id(served.site.owner), encode_id(work.alike[0])
    department = encode_id(work.department)
    for path in (
        "/admin?q=thing", "/admin/roles/helper?object=thing", "/admin/revisions/1", "/admin/revisions/1/rollback",
        "/admin/objects/thing", "/admin/objects/thing/pieces", "/admin/source?file=objects/shop/maker.yaml",
        "/admin/jobs?state=done", "/admin/jobs/1", f"/admin/users/{ada}", f"/admin/access?user={ada}&object=thing",
        "/admin/options/sizes", f"/admin/organisation/{department}", "/admin/automations/deal_won",
        f"/admin/personal/deal/{deal}", "/api/docs", "/api/docs/thing",
    ):  # fmt: skip
        yield State(path, path)
    moving = click(f"#d-{department} .org-handle", see="#org-move[open]")
    yield on_top(State("moving a department", "/admin/organisation", moving))
