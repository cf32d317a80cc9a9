"""A workshop that repairs machines, with automations around its orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jimu.jobs import LocalBackend, Runner
from tests.records.project import Project, prepared_project

FILES = {
    "objects/m/customer.yaml": """
label: Customer
title: "{name}"
fields:
  name: {type: text, required: true}
  visits: {type: integer, default: 0}
  keeper: {type: user}
""",
    "objects/m/order.yaml": """
label: Order
title: "{name}"
fields:
  name: {type: text, required: true, max_length: 20}
  customer: {type: lookup, to: customer}
  state: {type: picklist, options: [new, doing, done], default: new}
  price: {type: decimal, scale: 2}
  note: {type: text}
  due_on: {type: date}
  count: {type: integer, default: 0}
""",
    "objects/m/step.yaml": """
label: Step
title: "{what}"
owner: parent
fields:
  order: {type: parent, to: order}
  what: {type: text, required: true}
  done: {type: boolean, default: false}
""",
    "flows/automations/a_price.yaml": """
label: Price
object: order
when: {saved: [price]}
at: before
if: "price > 1000"
do:
  - set: {note: dear}
  - {if: "price > 5000", refuse: {en: Too dear, zh-CN: 太贵, zh-TW: 太貴}}
""",
    "flows/automations/started.yaml": """
label: Started
object: order
when: {changed: {field: state, from: new, to: doing}}
do:
  - create: {object: step, values: {order: {formula: "id"}, what: {formula: "'Check ' + name"}}}
  - update: {via: customer, set: {visits: {formula: "customer.visits + 1"}}}
  - notify:
      to: [{field: customer_keeper}, owner]
      subject: {en: "{name} has begun", zh-CN: "{name} 已开始"}
""",
    "flows/automations/finished.yaml": """
label: Finished
object: order
when: {changed: {field: state, to: done}}
do:
  - update: {via: step.order, where: "not done", set: {done: true}}
  - wait: 2 days
  - set: {note: old}
""",
    "flows/automations/reminder.yaml": """
label: Reminder
object: order
when: {date: {field: due_on, before: 3, at: "09:00"}}
if: "state != 'done'"
do: [{notify: {to: owner, subject: "{name} is due soon"}}]
""",
    "flows/automations/weekly.yaml": """
label: Weekly
object: order
when: {schedule: "0 8 * * mon"}
if: "state == 'new'"
do: [{set: {count: {formula: "count + 1"}}}]
""",
    "flows/automations/breaks.yaml": """
label: Breaks
object: order
when: {updated: [note]}
if: "note == 'break'"
attempts: 3
do:
  - create: {object: step, values: {order: {formula: "id"}, what: Begin}}
  - set: {name: {formula: "name + name + name"}}
""",
    "flows/automations/ping.yaml": """
label: Ping
object: customer
when: {updated: [visits]}
if: "visits >= 100"
do: [{set: {visits: {formula: "visits + 1"}}}]
""",
}
FILES["objects/m/order.yaml"] += "  customer_keeper: {type: user}\n"


@dataclass
class Workshop:
    """The project, and a worker that runs its jobs when it is told to."""

    project: Project

    def work(self) -> None:
        project = self.project
        handlers = {
            kind: run for _, found in project.plugins.collect("jimu_job_handlers") for kind, run in found.items()
        }
        runner = Runner(project.store.write, lambda: handlers, lambda: project.system, project.clock)
        while LocalBackend(runner).take():
            pass


@pytest.fixture
def workshop(backend: str, tmp_path: Path) -> Iterator[Workshop]:
    with prepared_project(backend, tmp_path, FILES) as opened:
        yield Workshop(opened)
