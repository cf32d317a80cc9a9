"""Approvals in the browser without scripts: who sees what, what can be done, what is said when it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from jimu.access import load_actor
from jimu.access.accounts import by_system
from jimu.access.api_tokens import TokenWish, create_token
from jimu.access.approvals import TASK
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import events, service
from jimu.flows.approvals.service import Request
from jimu.records import Context
from jimu.storage import counted
from jimu.storage.query import Compare, Query
from tests.databases import BACKENDS_MARKED
from tests.flows.approvals.office import FILES
from tests.web.opened import opened_site
from tests.web.site import Site, Visitor, form_on, forms_of

BOTH = """
label: Both of finance
object: purchase
priority: 200
nodes:
  both: {approvers: [{user: [a@example.com, b@example.com]}], mode: any, comment: on_reject, to: approved}
  approved: {type: end}
"""


CHOSEN = """
label: Chosen people
object: purchase
priority: 300
nodes:
  boss: {approvers: [{manager_of: submitter}], to: first}
  first: {approvers: [{pick: submitter, from: [role:finance], most: 1}], to: second}
  second: {approvers: [{pick: first, from: ["group:South", x@example.com]}], to: approved}
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
    engineer = "label: Engineer\nsystem: [configure]\n"
    flows = {"flows/approvals/both.yaml": BOTH, "flows/approvals/chosen.yaml": CHOSEN}
    files = {**FILES, **flows, "objects/roles/engineer.yaml": engineer}
    with opened_site(tmp_path_factory.mktemp("office"), files, str(request.param)) as site:
        people = {"adm": site.user("adm", "admin"), "eng": site.user("eng", "engineer")}
        people["m"] = site.user("m", "buyer", language="zh-CN")
        north, south = (site.create("department", name=n, code=n, company=True) for n in ("North", "South"))
        people["s"] = site.user("s", "buyer", manager=people["m"], department=north)
        people |= {n: site.user(n, "finance", department=south) for n in "ab"}
        people |= {n: site.user(n, "buyer") for n in ("x", "reader", "busy")}
        people["two"] = site.user("two", "buyer", manager=people["m"], department=north)
        site.create("membership", person=people["two"], department=south)
        yield Office(site, people)


def tasks_on(html: str) -> list[str]:
    """Where the forms of the reader's own tasks go, without what is done."""
    return sorted({f.rpartition("/")[0] for f in forms_of(html) if "/tasks/" in f})


def offered(html: str, name: str) -> list[str]:
    """What a select offers."""
    (select,) = re.findall(rf'<select[^>]*name="{name}".*?</select>', html, re.S)
    return re.findall(r'<option value="(\w+)"', select)


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


def test_the_page_of_what_runs_and_the_api_ask_for_the_same_right(office: Office) -> None:
    for name, status, trying in (("adm", 200, 403), ("eng", 403, 200), ("x", 403, 403)):
        assert office[name].get("/admin/approvals").status_code == status, name
        assert office.api(name)("/approvals/monitor").status_code == status, name
        assert office[name].get("/admin/approvals/try").status_code == trying, name


def test_people_and_a_department_are_chosen_on_asking_on_deciding_and_on_handing_in_again(office: Office) -> None:
    record = office.site.create("purchase", name="Chosen", amount="5", owner=office.people["two"])
    two, ask = office["two"], f"/o/purchase/{encode_id(record)}/approve"
    a, b = (encode_id(office.people[n]) for n in "ab")
    page = two.get(f"{ask}?flow=chosen").text
    north, _ = offered(page, "department")
    assert sorted(offered(page, "pick-first")) == sorted([a, b])
    given = {"flow": "chosen", "pick-first": a}
    assert two.fill(f"{ask}?flow=chosen", given, ask).status_code == 422  # no department was chosen
    approval = two.fill(f"{ask}?flow=chosen", {**given, "department": north}, ask).headers["Location"]
    m = office["m"]
    (task,) = tasks_on(m.get(approval).text)
    assert m.fill(approval, {"target": "start", "comment": "other people"}, f"{task}/return").status_code == 303
    again = form_on(two.get(approval).text, f"{approval}/resubmit")
    assert (again["department"], again["pick-first"]) == ([north], [a])
    sent = {"department": north, "pick-first": b}
    assert two.fill(approval, sent, f"{approval}/resubmit").status_code == 303
    (task,) = tasks_on(m.get(approval).text)
    assert m.fill(approval, {}, f"{task}/approve").status_code == 303
    decider = office["b"]
    (task,) = tasks_on(decider.get(approval).text)
    refused = decider.fill(approval, {"comment": "go"}, f"{task}/approve")
    assert refused.status_code == 422
    assert "second" in problems_on(refused.text)
    x, south = encode_id(office.people["x"]), [a, b, encode_id(office.people["two"])]
    assert sorted(offered(decider.get(approval).text, "pick-second")) == sorted([x, *south])
    assert decider.fill(approval, {"pick-second": x}, f"{task}/approve").status_code == 303
    assert tasks_on(office["x"].get(approval).text)


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
