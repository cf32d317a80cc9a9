"""Approvals in the browser without scripts: who sees what, what can be done, what is said when it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jimu.access import load_actor
from jimu.access.accounts import by_system
from jimu.access.api_tokens import TokenWish, create_token
from jimu.access.approvals import TASK
from jimu.app import create_app
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import events, service
from jimu.flows.approvals.service import Request
from jimu.records import Context
from jimu.runtime import Runtime
from jimu.settings import Settings
from jimu.storage import counted
from jimu.storage.query import Compare, Query
from tests.databases import BACKENDS_MARKED, fresh_database
from tests.flows.approvals.office import FILES
from tests.web.site import Site, Visitor, form_on, forms_of

WORKSPACE = "name: office\nlabel: Office\nextends: []\n"
BOTH = """
label: Both of finance
object: purchase
priority: 200
nodes:
  both: {approvers: [{user: [a@example.com, b@example.com]}], mode: any, comment: on_reject, to: approved}
  approved: {type: end}
"""


@dataclass
class Office:
    site: Site
    people: dict[str, int]

    def __getitem__(self, name: str) -> Visitor:
        return self.site.visitor(f"{name}@example.com")

    def acting(self, name: str) -> Context:
        current = self.site.runtime.current
        with current.store.read() as transaction:
            actor = load_actor(transaction, current.manifest, self.people[name])
        assert actor is not None
        return self.site.runtime.context(actor)

    def purchase(self, name: str = "Chairs", amount: str = "500") -> int:
        return self.site.create("purchase", name=name, amount=amount, secret="hush", owner=self.people["s"])

    def ask(self, flow: str = "purchase", **values: Any) -> str:
        done = service.start(Request("purchase", self.purchase(**values), flow), self.acting("s"))
        return encode_id(done.approval.id)

    def api(self, name: str) -> Callable[[str], Any]:
        """What the API answers the person."""
        store = self.site.runtime.current.store
        token = create_token(store, self.people[name], TokenWish("test", None), by_system(self.site.runtime.clock()))
        client = self.site.app.test_client(use_cookies=False)
        headers = {"Authorization": f"Bearer {token.secret}"}
        return lambda path: client.get(f"/api/v1{path}", headers=headers)


@pytest.fixture(scope="module", params=BACKENDS_MARKED)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("office")
    for name, text in {**FILES, "workspace.yaml": WORKSPACE, "flows/approvals/both.yaml": BOTH}.items():
        path = folder / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    with fresh_database(str(request.param), folder) as url:
        settings = Settings(
            workspace=folder / "work", home=folder / "var", database_url=url, login_rate="1000 per minute"
        )
        runtime = Runtime(settings).start()
        site = Site(runtime, create_app(runtime=runtime))
        people = {"adm": site.user("adm", "admin"), "m": site.user("m", "buyer", language="zh-CN")}
        north, south = (site.create("department", name=n, code=n, company=True) for n in ("North", "South"))
        people["s"] = site.user("s", "buyer", manager=people["m"], department=north)
        people |= {n: site.user(n, "finance", department=south) for n in "ab"}
        people |= {n: site.user(n, "buyer") for n in ("x", "reader", "busy")}
        yield Office(site, people)
        runtime.close()


def tasks_on(html: str) -> list[str]:
    """Where the forms of the reader's own tasks go, without what is done."""
    return sorted({f.rpartition("/")[0] for f in forms_of(html) if "/tasks/" in f})


def problems_on(html: str) -> str:
    return " ".join(re.findall(r'role="alert"[^>]*>(.*?)</div>', html, re.S))


def test_asking_and_deciding_go_by_forms_alone(office: Office) -> None:
    record = office.purchase("Desks", "5000")
    s = office["s"]
    ask = f"/o/purchase/{encode_id(record)}/approve"
    shown = s.get(ask).text
    assert "finance" in shown  # the way is shown before anything is sent
    answer = s.fill(ask, {"flow": "purchase", "comment": "please"})
    assert answer.status_code == 303
    approval = answer.headers["Location"]
    m = office["m"]
    assert approval in m.get("/inbox").text
    (task,) = tasks_on(m.get(approval).text)
    assert m.fill(approval, {"comment": "fine"}, f"{task}/approve").status_code == 303
    a = office["a"]
    (task,) = tasks_on(a.get(approval).text)
    answer = a.fill(approval, {"remark": "soon"}, f"{task}/approve")
    assert answer.status_code == 303
    values = office.site.record("purchase", record).values
    assert (values["status"], values["remark"]) == ("approved", "soon")


def test_outsiders_find_no_trace_of_an_approval_anywhere(office: Office) -> None:
    approval = office.ask(name="Hidden lamps")
    x, api = office["x"], office.api("x")
    (task,) = tasks_on(office["m"].get(f"/approvals/{approval}").text)
    for path in (f"/approvals/{approval}", f"/approvals/{approval}/nothing"):
        assert x.get(path).status_code in (404, 405)
    whole = f"/approvals/{approval}"
    for path in (f"{task}/approve", f"{task}/transfer", f"{whole}/withdraw", f"{whole}/copy"):
        answer = x.client.post(path, data={"csrf_token": x.token, "people": encode_id(office.people["x"])})
        assert answer.status_code == 404, path
        assert "Hidden lamps" not in answer.text
    for path in ("/inbox", "/inbox?box=mine", "/inbox?box=copies", "/inbox?box=done", "/search?q=lamps", "/"):
        assert "Hidden lamps" not in x.get(path).text, path
    for object in ("approval", "approval_task", "approval_entry", "approval_reader"):
        answer = api(f"/records/{object}?count=exact")
        assert answer.status_code in (403, 404) or answer.json["records"] == [], object
        assert answer.status_code != 200 or answer.json["count"]["value"] == 0
    assert api(f"/approvals/{approval}").status_code == 404
    assert x.get("/admin/approvals").status_code == 403


def test_who_was_sent_a_copy_may_read_and_not_act(office: Office) -> None:
    record = office.purchase("Copied lamps")
    done = service.start(Request("purchase", record, "purchase"), office.acting("s"))
    service.on_approval(events.CopyTo, done.approval.id, office.acting("s"), people=(office.people["reader"],))
    reader, path = office["reader"], f"/approvals/{encode_id(done.approval.id)}"
    page = reader.get(path).text
    assert "Copied lamps" in page
    assert "Copied lamps" in reader.get("/inbox?box=copies").text
    assert tasks_on(page) == []
    (task,) = tasks_on(office["m"].get(path).text)
    for action in (f"{task}/approve", f"{task}/transfer", f"{path}/withdraw", f"{path}/terminate"):
        data = {"csrf_token": reader.token, "people": encode_id(office.people["x"]), "comment": "x"}
        assert reader.client.post(action, data=data).status_code in (403, 409, 422), action
    assert service.on_approval(events.Urge, done.approval.id, office.acting("s")).approval.run.state == "running"


def test_an_approver_of_another_company_reads_this_record_and_no_other(office: Office) -> None:
    """Statement 44, over HTTP."""
    other = office.purchase("Other lamps")
    approval = office.ask("both", name="Foreign lamps")
    a, api = office["a"], office.api("a")
    assert "Foreign lamps" in a.get(f"/approvals/{approval}").text
    record = api(f"/approvals/{approval}").json["record"]
    assert api(f"/records/purchase/{record}").status_code == 200
    assert a.get(f"/o/purchase/{record}").status_code == 200
    assert api(f"/records/purchase/{encode_id(other)}").status_code == 404
    found = api("/records/purchase?count=exact").json
    assert "Other lamps" not in {r["name"] for r in found["records"]}
    assert found["count"]["value"] == len(found["records"])
    assert "Other lamps" not in a.get("/search?q=lamps").text


def test_who_comes_second_is_told_by_whom_it_was_decided(office: Office) -> None:
    approval = office.ask("both")
    path = f"/approvals/{approval}"
    a, b = office["a"], office["b"]
    (first,), (second,) = tasks_on(a.get(path).text), tasks_on(b.get(path).text)
    opened = b.get(path).text
    assert a.fill(path, {}, f"{first}/approve").status_code == 303
    data = {**form_on(opened, f"{second}/approve"), "csrf_token": b.token}
    answer = b.client.post(f"{second}/reject", data={**data, "comment": "no"})
    assert answer.status_code == 409
    assert re.search(r"\ba has decided already: ", problems_on(answer.text))
    assert f"{second}/approve" not in forms_of(answer.text)


def test_what_is_refused_is_said_in_the_readers_language(office: Office) -> None:
    approval = office.ask()
    path = f"/approvals/{approval}"
    m = office["m"]
    (task,) = tasks_on(m.get(path).text)
    answer = m.client.post(f"{task}/transfer", data={"csrf_token": m.token})
    assert answer.status_code == 422
    assert re.search(r"[\u4e00-\u9fff]", problems_on(answer.text))
    answer = m.client.post(f"{task}/transfer", data={"csrf_token": m.token, "people": encode_id(office.people["s"])})
    assert answer.status_code == 422
    assert re.search(r"[\u4e00-\u9fff]", problems_on(answer.text))
    assert m.client.post(f"{path}/terminate", data={"csrf_token": m.token, "comment": "x"}).status_code in (403, 422)
    assert m.client.post("/inbox", data={"csrf_token": m.token, "answer": "approve"}).status_code == 422
    assert m.client.post("/inbox", data={"csrf_token": m.token, "answer": "burn"}).status_code == 400


def test_a_locked_record_says_by_which_approval_with_a_link(office: Office) -> None:
    record = office.purchase("Locked lamps")
    done = service.start(Request("purchase", record, "purchase"), office.acting("s"))
    s = office["s"]
    page = s.get(f"/o/purchase/{encode_id(record)}")
    assert f"/approvals/{encode_id(done.approval.id)}" in page.text
    answer = s.fill(f"/o/purchase/{encode_id(record)}/edit", {"remark": "x"})
    assert answer.status_code == 422
    assert f"/approvals/{encode_id(done.approval.id)}" in answer.text


def test_the_inbox_asks_no_query_per_task_and_counts_right(office: Office) -> None:
    busy = office.site.visitor("busy@example.com")

    def fill(number: int) -> None:
        for n in range(number):
            approval = service.start(Request("purchase", office.purchase(f"Row {n}"), "both"), office.acting("s"))
            task = next(t for t in approval.approval.run.tasks.values() if t.holder == office.people["a"])
            row = task_record(office, approval.approval.id, task.id)
            service.on_task(events.Reassign, row, office.acting("adm"), to=office.people["busy"], comment="busy")

    counts = []
    for number, total in ((20, 20), (30, 50)):
        fill(number)
        busy.get("/inbox")
        with counted() as meter:
            page = busy.get("/inbox").text
        counts.append(meter.queries)
        assert re.search(rf'class="counter">{total}<', page)
        assert page.count('class="inbox-row"') == min(total, 50)
    assert counts[0] == counts[1]


def task_record(office: Office, approval: int, number: int) -> int:
    """The record of a task."""
    with office.site.runtime.current.store.read() as transaction:
        found = Compare("approval", "eq", approval) & Compare("number", "eq", number)
        return int(transaction.select(Query(TASK, found, fields=("number",), limit=1)).rows[0]["id"])
