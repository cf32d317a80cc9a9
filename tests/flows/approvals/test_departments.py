"""Managers and heads of the company for which somebody asks, and the choice of who belongs to two departments (§2.2,
§2.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jimu.errors import Invalid
from jimu.flows.approvals import events, service
from jimu.flows.approvals.driving import Done
from jimu.flows.approvals.foreseeing import foresee
from jimu.flows.approvals.service import Request
from jimu.records import Create, Update, write
from jimu.records.reading import reading
from tests.definitions.workspaces import loaded
from tests.flows.approvals.laboratory import A, Case, Company, D, M, S
from tests.flows.approvals.office import Office
from tests.flows.approvals.test_companies import FILES as COMPANIES
from tests.records.project import prepared_project

PLACED = """
label: Placed
object: order
nodes:
  boss: {approvers: [{manager_of: submitter}], to: line}
  line: {approvers: [{managers_of: submitter}], mode: sequence, to: heads}
  heads: {approvers: [{heads_of: submitter}], mode: sequence, to: route}
  route:
    type: decision
    branches: [{when: "submitter.department.code == 'O1'", to: far}, {otherwise: true, to: end}]
  far: {approvers: [{role: looks_after, within: company}], to: end}
  end: {type: end}
"""
PLAIN = """
label: Plain
object: order
nodes:
  one: {approvers: [{user: ob@example.com}], to: end}
  end: {type: end}
"""
FILES = {
    **COMPANIES,
    "flows/approvals/placed.yaml": PLACED,
    "flows/approvals/anywhere.yaml": PLACED.replace("_of: submitter", "_of: submitter, within: anywhere"),
    "flows/approvals/plain.yaml": PLAIN,
}


@pytest.fixture
def group(backend: str, tmp_path: Path) -> Iterator[Office]:
    """Of the companies N and O: ``n`` reports to ``nb``, ``nb`` to ``ob`` of the other one; ``both`` belongs to N1 and
    to O1 as well, whose head is ``ob``.
    """
    with prepared_project(backend, tmp_path, FILES) as project:
        office = Office(project)
        people, places = office.people, office.places
        for code in "NO":
            low = code.lower()
            top = project.create("department", name=code, code=code, company=True)
            places[code + "1"] = team = project.create("department", name=f"{code} team", code=f"{code}1", above=top)
            people[f"{low}b"] = project.user(f"{low}b", "seller", department=team)
            people[f"{low}a"] = project.user(f"{low}a", "looks_after", department=top)
            people[low] = project.user(low, "seller", department=team, manager=people[f"{low}b"])
            write.write(Update("department", team, {"head": people[f"{low}b"]}), project.system)
        write.write(Update("user", people["nb"], {"manager": people["ob"]}), project.system)
        people["both"] = project.user("both", "seller", department=places["N1"], manager=people["nb"])
        more = {"person": people["both"], "department": places["O1"]}
        write.write(Create("membership", more), project.system)
        yield office


def start(office: Office, name: str, flow: str, department: str = "") -> Done:
    values = {"name": "Press", "amount": "5", "amount_currency": "USD"}
    record = office.project.create("order", office.as_(name), **values)
    place = office.places[department] if department else None
    return service.start(Request("order", record, flow, department=place), office.as_(name))


def asked(office: Office, done: Done) -> dict[str, list[str]]:
    """Everybody agrees: node -> who was asked there."""
    names = {id: name for name, id in office.people.items()}
    kept = done.approval
    while kept.run.state == "running":
        kept = office.decide(kept.id, next(iter(office.tasks(kept.id)))).approval
    found: dict[str, list[str]] = {}
    for task in kept.run.tasks.values():
        found.setdefault(kept.run.visits[task.visit].node, []).append(names[task.person or 0])
    return found


def test_managers_and_heads_are_those_of_the_company_unless_the_flow_says_otherwise(group: Office) -> None:
    assert asked(group, start(group, "n", "placed")) == {"boss": ["nb"], "line": ["nb"], "heads": ["nb"]}
    assert asked(group, start(group, "n", "anywhere"))["line"] == ["nb", "ob"]
    # who reports to somebody of another company has the heads above them
    write.write(Update("user", group.people["n"], {"manager": group.people["ob"]}), group.project.system)
    assert asked(group, start(group, "n", "placed"))["boss"] == ["nb"]
    assert asked(group, start(group, "n", "anywhere"))["boss"] == ["ob"]


def test_who_belongs_to_two_departments_chooses_where_the_flow_goes_by_it(group: Office) -> None:
    with pytest.raises(Invalid) as caught:
        start(group, "both", "placed")
    assert [(p.code, p.field) for p in caught.value.problems] == [("choose_department", "department")]
    assert asked(group, start(group, "both", "placed", "N1")) == {"boss": ["nb"], "line": ["nb"], "heads": ["nb"]}
    far = asked(group, start(group, "both", "placed", "O1"))
    assert far == {"boss": ["ob"], "line": ["ob"], "heads": ["ob"], "far": ["oa"]}
    assert start(group, "both", "plain").approval.run.department is None


def test_nobody_asks_for_a_department_that_is_not_theirs(group: Office) -> None:
    with pytest.raises(Invalid) as caught:
        start(group, "n", "placed", "O1")
    assert [p.code for p in caught.value.problems] == ["not_a_member"]


def test_the_choice_is_kept_and_can_be_another_on_handing_in_again(group: Office) -> None:
    approval = start(group, "both", "placed", "O1").approval.id
    task = group.tasks(approval)["ob"]
    service.on_task(events.Return, task, group.as_("ob"), target="start")
    kept = service.resubmit(approval, group.as_("both")).approval
    assert kept.run.department == group.places["O1"]
    service.on_task(events.Return, group.tasks(approval)["ob"], group.as_("ob"), target="start")
    service.resubmit(approval, group.as_("both"), department=group.places["N1"])
    assert list(group.tasks(approval)) == ["nb"]


def test_the_way_ahead_is_that_of_the_department(group: Office) -> None:
    record = group.project.create("order", group.as_("both"), name="Press", amount="5")
    flow = group.project.manifest.all("approval")["placed"]
    with reading(group.as_("both")) as transaction:
        context = replace(group.as_("both"), transaction=transaction)
        ways = {p: foresee(flow, record, context, department=group.places[p]) for p in ("N1", "O1")}
    found = {p: [a.person for s in way.steps for a in s.people] for p, way in ways.items()}
    boss, far = group.people["nb"], group.people["ob"]
    assert found == {"N1": [boss] * 3, "O1": [far, far, far, group.people["oa"]]}


def test_a_circle_of_managers_over_two_companies_ends() -> None:
    company = Company(managers={S: M, M: D, D: M}, departments={S: 100, M: 101, D: 102}, tree={}, legal={100, 101, 102})
    company.heads = {100: A}
    assert Case("nodes: {one: {approvers: [{managers_of: submitter}], to: end}}", company).submit().asked() == [A]


def test_a_place_is_named_only_where_it_means_something() -> None:
    def codes(rule: str, more: str = "") -> list[str]:
        node = f"{{approvers: [{rule}], {more} to: end}}"
        text = f"label: F\nobject: company\nnodes: {{one: {node}, end: {{type: end}}}}\n"
        return [d.code for d in loaded({"flows/approvals/f.yaml": text})[1] if d.severity.value == "error"]

    assert codes("{manager_of: submitter, within: anywhere}") == []
    assert codes("{manager_of: submitter, within: department}") == ["bad_within"]
    assert codes("{user: a@example.com, within: company}") == ["bad_within"]
    assert "bad_pool" in codes("{role: admin, within: company}", "pool: true,")
