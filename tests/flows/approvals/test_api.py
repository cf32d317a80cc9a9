"""Approvals over HTTP: asked for, seen, decided, refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from jimu.access import SYSTEM
from jimu.app import create_app
from jimu.cli.root import cli
from jimu.fieldtypes.ids import encode_id
from jimu.records import Create, Update, write
from jimu.runtime import Runtime
from jimu.settings import Settings
from tests.api.conftest import Caller, Shop
from tests.flows.approvals.office import FILES

PEOPLE = {"adm": "admin", "m": "buyer", "s": "buyer", "a": "finance", "b": "finance", "x": "buyer"}


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path, text in {"workspace.yaml": "name: office\nlabel: Office\nextends: []\n", **FILES}.items():
            Shop.write(folder, path, text)
        self.runtime = Runtime(Settings(workspace=folder, home=folder / "var")).start()
        client = create_app(runtime=self.runtime).test_client(use_cookies=False)
        self.people: dict[str, Caller] = {}
        self.shop = Shop.__new__(Shop)
        self.shop.runtime, self.shop.client = self.runtime, client
        manager = None
        for name, role in PEOPLE.items():
            values = {"name": name, "email": f"{name}@example.com", "roles": [role], "manager": manager}
            user = write.write(Create("user", values), self.runtime.context(SYSTEM)).id
            manager = user if name == "m" else manager
            self.people[name] = self.shop.caller(user)

    def __getitem__(self, name: str) -> Caller:
        return self.people[name]

    def ask(self, amount: str = "5000") -> tuple[str, str]:
        """A new purchase and its approval."""
        record = self["s"].create("purchase", name="Chairs", amount=amount)["id"]
        answer = self["s"].post("/approvals", {"object": "purchase", "record": record, "comment": "please"})
        assert answer.status_code == 201, answer.text
        return record, answer.json["approval"]

    def task(self, name: str, approval: str) -> str:
        items = self[name].get("/approvals").json["items"]
        return str(next(i["task"] for i in items if i["approval"] == approval))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    yield site
    site.runtime.close()


def do(site: Site, name: str, approval: str, action: str, **body: Any) -> Any:
    return site[name].post(f"/approval-tasks/{site.task(name, approval)}/{action}", body)


def test_an_approval_from_asking_to_its_end(site: Site) -> None:
    record, approval = site.ask()
    flows = site["s"].get(f"/records/purchase/{record}/approval-flows").json["flows"]
    assert [f["flow"] for f in flows] == ["purchase"]
    way = site["s"].post(f"/records/purchase/{record}/foresee-approval", {}).json
    assert [s["node"] for s in way["steps"]] == ["manager", "route", "finance", "approved"]
    assert do(site, "m", approval, "approve", comment="fine").json["state"] == "running"
    seen = site["a"].get(f"/approvals/{approval}").json
    assert seen["state"] == "running"
    assert [h["action"] for h in seen["history"] if h["comment"]] == ["submitted", "approve"]
    assert "approve" in next(t for t in seen["tasks"] if t["holder"] == encode_id(site["a"].user_id))["may"]
    (branch,) = [h for h in seen["history"] if h["action"] == "branch"]
    assert branch["values"] == {"amount": "5000.00"}
    assert do(site, "a", approval, "approve").json["state"] == "approved"
    assert site["s"].get(f"/records/purchase/{record}").json["status"] == "approved"
    found = site["s"].get(f"/records/purchase/{record}/approvals").json["approvals"]
    assert [a["state"] for a in found] == ["approved"]


def test_a_locked_record_answers_423_with_its_approval(site: Site) -> None:
    record, approval = site.ask()
    answer = site["s"].patch(f"/records/purchase/{record}", {"remark": "x"})
    assert answer.status_code == 423
    assert approval in answer.text


def test_outsiders_find_nothing_and_others_may_not_act(site: Site) -> None:
    _, approval = site.ask()
    task = site.task("m", approval)
    assert site["x"].get(f"/approvals/{approval}").status_code == 404
    assert site["x"].post(f"/approval-tasks/{task}/approve", {}).status_code == 404
    assert site["s"].post(f"/approval-tasks/{task}/approve", {}).status_code == 403
    assert site["s"].get("/approvals/monitor").status_code == 403
    assert site["m"].post(f"/approvals/{approval}/terminate", {"comment": "x"}).status_code == 403


def test_fields_that_are_not_open_refuse_the_answer_as_a_whole(site: Site) -> None:
    record, approval = site.ask()
    do(site, "m", approval, "approve")
    answer = do(site, "a", approval, "approve", changes={"discount": "3", "remark": "x"})
    assert answer.status_code == 422
    assert site["adm"].get(f"/records/purchase/{record}").json["remark"] is None


def test_the_other_actions_and_a_batch(site: Site) -> None:
    approvals = [site.ask()[1] for _ in range(3)]
    x = encode_id(site["x"].user_id)
    assert do(site, "m", approvals[0], "transfer", to=x).status_code == 200
    assert do(site, "m", approvals[1], "add", people=[x], relation="before").status_code == 200
    assert do(site, "x", approvals[1], "approve").status_code == 200
    assert do(site, "m", approvals[2], "return", target="start", comment="more").json["state"] == "returned"
    assert site["s"].post(f"/approvals/{approvals[2]}/resubmit", {}).json["round"] == 2
    tasks = [site.task("m", a) for a in approvals[1:]] + [site.task("x", approvals[0])]
    done = site["m"].post("/approval-tasks/decide", {"tasks": tasks, "answer": "approve"}).json
    assert [r["done"] for r in done["results"]] == [True, True, False]
    assert site["s"].post(f"/approvals/{approvals[0]}/urge", {}).status_code == 200
    assert site["s"].post(f"/approvals/{approvals[0]}/urge", {}).status_code == 429
    assert site["s"].post(f"/approvals/{approvals[0]}/withdraw", {}).json["state"] == "withdrawn"
    assert site["m"].post("/approval-tasks/decide", {"tasks": [], "answer": "approve"}).status_code == 400
    monitored = site["adm"].get("/approvals/monitor").json["items"]
    assert approvals[1] in {i["approval"] for i in monitored}


def test_who_belongs_to_two_departments_says_for_which_over_the_api_too(site: Site) -> None:
    system = site.runtime.context(SYSTEM)
    places = [write.write(Create("department", {"name": n, "code": n}), system).id for n in ("One", "Two")]
    boss = {"name": "h", "email": "h@example.com", "roles": ["buyer"], "department": places[1]}
    head = write.write(Create("user", boss), system).id
    write.write(Update("department", places[1], {"head": head}), system)
    values = {"name": "w", "email": "w@example.com", "roles": ["buyer"], "department": places[0]}
    user = write.write(Create("user", {**values, "manager": site["m"].user_id}), system).id
    write.write(Create("membership", {"person": user, "department": places[1]}), system)
    caller = site.shop.caller(user)
    record = caller.create("purchase", name="Chairs", amount="5")["id"]
    (flow,) = caller.get(f"/records/purchase/{record}/approval-flows").json["flows"]
    assert [d["name"] for d in flow["departments"]] == ["One", "Two"]
    wish = {"object": "purchase", "record": record}
    refused = caller.post("/approvals", wish)
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "choose_department")
    two = flow["departments"][1]["id"]
    way = caller.post(f"/records/purchase/{record}/foresee-approval", {"department": two}).json
    assert way["steps"][0]["people"][0]["person"] == encode_id(head)
    approval = caller.post("/approvals", {**wish, "department": two}).json["approval"]
    seen = caller.get(f"/approvals/{approval}").json
    assert (seen["department"], seen["tasks"][0]["holder"]) == (two, encode_id(head))


def test_the_command_line_says_who_would_be_asked_and_compares(site: Site) -> None:
    record, approval = site.ask()
    do(site, "m", approval, "approve")
    do(site, "a", approval, "approve")
    shared = ["-w", str(site.folder), "--home", str(site.folder / "var"), "flow"]
    told = CliRunner().invoke(cli, [*shared, "simulate", "purchase", "--record", record])
    assert told.exit_code == 0, told.output
    assert "finance  [approve]\n    a\n    b\n" in told.output
    compared = CliRunner().invoke(cli, [*shared, "simulate", "purchase", "--replay", "5"])
    assert "would go the same way" in compared.output
    assert CliRunner().invoke(cli, [*shared, "simulate", "purchase"]).exit_code == 2
    assert "0 of 0" in CliRunner().invoke(cli, [*shared, "migrate", "purchase"]).output
