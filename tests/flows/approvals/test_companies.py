"""Flows by legal company and currency, administrators of a company, the calendar of whoever is asked (§2.4, §2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jimu.errors import Invalid
from jimu.flows.approvals import events, service
from jimu.flows.approvals.service import Request
from jimu.records import Update, write
from tests.definitions.workspaces import loaded
from tests.flows.approvals.office import Office
from tests.records.project import prepared_project

FILES = {
    "workspace.yaml": "label: Test\ncurrency: USD\ncurrencies: [USD, CNY]\ntime_zone: UTC\n",
    "objects/roles/admin.yaml": "label: Admin\nsystem: [modify_all]\n",
    "objects/roles/looks_after.yaml": "label: Looks after approvals\n",
    "objects/roles/seller.yaml": "label: Seller\nobjects:\n  order: {create: true, read: own, update: own}\n",
    "objects/m/order.yaml": """
label: Order
title: "{name}"
fields:
  name: {type: text}
  amount: {type: currency}
""",
    "flows/calendars/office.yaml": """
label: Office
default: true
hours: {monday: ["9:00-17:00"], tuesday: ["9:00-17:00"], wednesday: ["9:00-17:00"]}
""",
    "flows/calendars/north.yaml": """
label: North
departments: [N]
hours: {monday: ["11:00-13:00"], tuesday: ["11:00-13:00"]}
""",
    "flows/approvals/north.yaml": """
label: North
object: order
company: N
currency: CNY
priority: 10
start: {when: "amount > 0"}
admins: [{role: looks_after, within: company}]
nodes:
  size: {type: decision, branches: [{when: "amount > 100", to: boss}, {otherwise: true, to: end}]}
  boss: {approvers: [{manager_of: submitter}], deadline: {after: 3 working hours}, to: nobody}
  nobody: {approvers: [{role: admin, within: department}], to: end}
  end: {type: end}
""",
    "flows/approvals/converted.yaml": """
label: Converted
object: order
convert: true
priority: 1
start: {when: "name == 'Abroad'"}
nodes:
  size: {type: decision, branches: [{when: "amount > 100", to: boss}, {otherwise: true, to: end}]}
  boss: {approvers: [{manager_of: submitter}], to: again}
  again: {type: decision, branches: [{when: "amount > 100", to: finance}, {otherwise: true, to: end}]}
  finance: {approvers: [{role: admin}], to: end}
  end: {type: end}
""",
    "flows/approvals/others.yaml": """
label: Others
object: order
currency: default
start: {when: "amount > 5"}
nodes:
  boss: {approvers: [{manager_of: submitter}], deadline: {after: 3 working hours}, to: end}
  end: {type: end}
""",
}


@pytest.fixture
def companies(backend: str, tmp_path: Path) -> Iterator[Office]:
    """``n`` of the company N, whose boss is ``nb``; ``o`` of the company O, whose boss is ``ob``."""
    with prepared_project(backend, tmp_path, FILES) as project:
        office = Office(project)
        people = office.people
        people["adm"] = project.user("adm", "admin")
        for code in ("N", "O"):
            top = project.create("department", name=code, code=code, company=True)
            team = project.create("department", name=f"{code} team", code=f"{code}1", above=top)
            low = code.lower()
            people[f"{low}b"] = project.user(f"{low}b", "seller", department=team)
            people[f"{low}a"] = project.user(f"{low}a", "looks_after", department=top)
            people[low] = project.user(low, "seller", department=team, manager=people[f"{low}b"])
        yield office


def order(office: Office, name: str, amount: str, currency: str, thing: str = "Press") -> int:
    values = {"name": thing, "amount": amount, "amount_currency": currency}
    return office.project.create("order", office.as_(name), **values)


def test_the_company_and_the_currency_choose_the_flow_and_the_calendar_is_that_of_the_person(companies: Office) -> None:
    def begin(name: str, amount: str, currency: str) -> str:
        wish = Request("order", order(companies, name, amount, currency))
        try:
            done = service.start(wish, companies.as_(name))
        except Invalid as error:
            return error.problems[0].code
        due = [t.due for t in done.approval.run.tasks.values()][:1]
        return f"{done.approval.flow.name} {due[0]:%a %H:%M}" if due and due[0] else done.approval.run.state

    # Monday 9:00: 3 working hours are done at 12:00, in the north on Tuesday at 12:00
    assert begin("n", "500", "CNY") == "north Tue 12:00"
    assert begin("n", "50", "CNY") == "approved"
    assert begin("n", "500", "USD") == "others Tue 12:00"
    assert begin("o", "500", "USD") == "others Mon 12:00"
    assert begin("o", "500", "CNY") == "no_flow"


def test_who_is_asked_where_nobody_is_belongs_to_the_submitters_company(companies: Office) -> None:
    done = service.start(Request("order", order(companies, "n", "500", "CNY")), companies.as_("n"))
    companies.decide(done.approval.id, "nb")
    assert list(companies.tasks(done.approval.id)) == ["na"]


def test_amounts_of_other_currencies_are_compared_at_the_rate_of_the_day_they_were_handed_in(companies: Office) -> None:
    def rate(code: str, worth: str, day: str) -> None:
        companies.project.create("exchange_rate", currency=code, rate=worth, valid_from=day)

    def started(amount: str, currency: str) -> Any:
        record = order(companies, "o", amount, currency, "Abroad")
        return service.start(Request("order", record, "converted"), companies.as_("o"))

    def begin(amount: str, currency: str) -> str:
        return str(started(amount, currency).approval.run.state)

    with pytest.raises(Invalid) as caught:
        begin("150", "CNY")
    assert caught.value.problems[0].code == "no_flow"
    rate("CNY", "0.5", "2020-01-01")
    rate("CNY", "0.9", "2999-01-01")
    assert begin("150", "CNY") == "approved"
    assert begin("150", "USD") == "running"
    assert begin("201", "CNY") == "running"

    done = started("201", "CNY")
    rate("CNY", "0.1", "2020-01-02")
    decided = companies.decide(done.approval.id, "ob")
    assert "finance" in {v.node for v in decided.approval.run.visits.values()}, "the rate that was kept"
    assert begin("201", "CNY") == "approved"


def test_an_amount_that_became_another_currency_is_not_compared(companies: Office) -> None:
    record = order(companies, "n", "500", "CNY")
    done = service.start(Request("order", record), companies.as_("n"))
    task = companies.tasks(done.approval.id)["nb"]
    service.on_task(events.Return, task, companies.as_("nb"), target="start")
    write.write(Update("order", record, {"amount_currency": "USD"}), companies.as_("n"))
    with pytest.raises(Invalid) as caught:
        service.resubmit(done.approval.id, companies.as_("n"))
    assert caught.value.problems[0].code == "other_currency"
    assert companies.state(done.approval.id) == "returned"


def test_amounts_of_several_currencies_are_refused_where_nothing_says_which() -> None:
    def codes(condition: str, more: str = "", currencies: str = "[USD, CNY]") -> list[str]:
        flow = f"""
label: F
object: order
{more}
nodes:
  route: {{type: decision, branches: [{{when: "{condition}", to: end}}, {{otherwise: true, to: end}}]}}
  end: {{type: end}}
"""
        files = {
            "workspace.yaml": f"label: T\ncurrency: USD\ncurrencies: {currencies}\n",
            "objects/m/order.yaml": FILES["objects/m/order.yaml"],
            "flows/approvals/f.yaml": flow,
        }
        _, found = loaded(files)
        return [d.code for d in found if d.severity.value == "error"]

    assert codes("amount > 100") == ["money_currency"]
    assert codes("amount > 0") == []
    assert codes("amount > 100 and amount_currency == 'CNY'") == []
    assert codes("amount > 100", "currency: CNY") == []
    assert codes("amount > 100", currencies="[USD]") == []
