"""The company of the service's tests: who is who, what is bought, and by which flows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from jimu.access.approvals import APPROVAL, TASK
from jimu.flows.approvals import service
from jimu.flows.approvals.driving import Done
from jimu.flows.approvals.keeping import Kept, entries_of, load
from jimu.flows.approvals.service import Answer, Request
from jimu.jobs import LocalBackend, Runner
from jimu.records import Context, ListRequest, read
from jimu.records.read import get
from tests.records.project import Project

FILES = {
    "objects/roles/admin.yaml": "label: Admin\nsystem: [modify_all]\n",
    "objects/roles/buyer.yaml": """
label: Buyer
objects:
  purchase: {create: true, read: own, update: own, delete: own}
  paper: {create: true, read: own, update: own, delete: own}
  deal: {create: true, read: own, update: own, delete: own}
""",
    "objects/roles/finance.yaml": """
label: Finance
objects:
  purchase: {read: own}
  paper: {read: own}
  deal: {read: own}
""",
    "objects/m/purchase.yaml": """
label: Purchase
title: "{name}"
features: [history, comments]
fields:
  name: {type: text, required: true}
  amount: {type: decimal, scale: 2}
  secret: {type: text}
  remark: {type: text}
  discount: {type: decimal, scale: 2}
  status: {type: picklist, options: [new, asked, approved, rejected, back, revoked], default: new}
  checker: {type: user}
""",
    "objects/m/paper.yaml": """
label: Paper
title: "{name}"
features: [history]
fields:
  name: {type: text, required: true}
  price: {type: decimal, scale: 2}
  note: {type: text}
""",
    "objects/m/deal.yaml": """
label: Deal
title: "{name}"
features: [history]
fields:
  name: {type: text, required: true, max_length: 20}
  purchase: {type: lookup, to: purchase}
""",
    "flows/approvals/purchase.yaml": """
label: Purchase approval
object: purchase
lock: admin
revoke: 7 days
email_decision: true
start: {when: "not is_blank(amount)"}
on_submit: [{set: {status: asked}}]
on_withdraw: [{set: {status: back}}]
on_revoke: [{set: {status: revoked}}]
nodes:
  manager: {approvers: [{manager_of: submitter}], deadline: {after: 8 hours, then: to_admin}, to: route}
  route:
    type: decision
    branches: [{when: "amount > 1000", to: finance}, {otherwise: true, to: approved}]
  finance:
    approvers: [{role: finance}]
    mode: any
    fields: {discount: read, remark: edit, secret: hidden}
    to: approved
  approved: {type: end, actions: [{set: {status: approved}}, {create: deal, with: {name: "=name", purchase: "=id"}}]}
  rejected: {type: end, result: rejected, actions: [{set: {status: rejected}}]}
""",
    "flows/approvals/paper.yaml": """
label: Paper approval
object: paper
start: {on: [update], fields: [price]}
nodes:
  check: {approvers: [{role: finance}], mode: all, to: end}
  end: {type: end}
""",
    "flows/approvals/paper_removal.yaml": """
label: Removal of papers
object: paper
start: {on: [delete]}
nodes:
  check: {approvers: [{role: finance}], mode: any, to: end}
  end: {type: end}
""",
    "flows/approvals/deal.yaml": """
label: Deal approval
object: deal
start: {on: [create]}
nodes:
  ask: {approvers: [{manager_of: submitter}], to: inner}
  inner: {type: sub_flow, flow: purchase, field: purchase, to: end}
  end: {type: end}
""",
}


@dataclass
class Office:
    """``s`` reports to ``m``, ``m`` to ``d``; ``a`` and ``b`` are of finance, ``x`` an outsider, ``adm`` the admin."""

    project: Project
    people: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> Office:
        office = cls(project)
        people = office.people
        people["adm"] = project.user("adm", "admin")
        people["d"] = project.user("d", "buyer")
        people["m"] = project.user("m", "buyer", manager=people["d"])
        people["s"] = project.user("s", "buyer", manager=people["m"])
        people["a"] = project.user("a", "finance", manager=people["m"])
        people["b"] = project.user("b", "finance", manager=people["m"])
        people["x"] = project.user("x", "buyer", manager=people["m"])
        return office

    def as_(self, name: str) -> Context:
        return self.project.acting(self.people[name])

    def purchase(self, **values: Any) -> int:
        return self.project.create("purchase", self.as_("s"), **{"name": "Chairs", "amount": "500", **values})

    def start(self, record: int, name: str = "s", **more: Any) -> Done:
        return service.start(Request("purchase", record, **more), self.as_(name))

    def kept(self, approval: int) -> Kept:
        with self.project.store.read() as transaction:
            return load(approval, replace(self.project.system, transaction=transaction))

    def tasks(self, approval: int, state: str = "pending") -> dict[str, int]:
        """Who has a task in that state -> the record of the task."""
        names = {id: name for name, id in self.people.items()}
        found = read.list_records(ListRequest(TASK, limit=200), self.project.system).records
        rows = [r for r in found if r.values["approval"] == approval]
        return {names.get(r.values["holder"], "nobody"): r.id for r in rows if r.values["state"] == state}

    def decide(self, approval: int, name: str, answer: str = "approve", **more: Any) -> Done:
        task = self.tasks(approval)[name]
        return service.decide(task, Answer(answer, **more), self.as_(name))

    def state(self, approval: int) -> str:
        return str(get(APPROVAL, approval, self.project.system).values["state"])

    def value(self, record: int, name: str, object: str = "purchase") -> Any:
        return self.project.value(object, record, name)

    def history(self, approval: int) -> list[str]:
        with self.project.store.read() as transaction:
            context = replace(self.project.system, transaction=transaction)
            return [row["action"] for row in entries_of(approval, context)]

    def runner(self) -> Runner:
        handlers = {k: f for found in self.project.plugins.hook.jimu_job_handlers() for k, f in found.items()}
        return Runner(
            open_transaction=self.project.store.write, handlers=lambda: handlers, context=lambda: self.project.system,
            clock=self.project.clock,
        )  # fmt: skip

    def work(self) -> None:
        """Run every job that is due."""
        backend = LocalBackend(self.runner())
        while backend.take():
            pass
