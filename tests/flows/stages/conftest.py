"""A company that sells machines in stages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.records.project import Project, prepared_project

FILES = {
    "objects/roles/seller.yaml": """
label: Seller
objects:
  order: {create: true, read: own, update: own, delete: own}
  activity: {create: true, read: own, update: own}
  user: {read: all}
""",
    "objects/m/order.yaml": """
label: Order
title: "{name}"
features: [history]
record_types:
  rent: {label: Rent}
  sale: {label: Sale}
fields:
  name: {type: text, required: true}
  amount: {type: decimal, scale: 2}
  chance: {type: integer}
  engineer: {type: user}
  need: {type: text}
  doubled: {type: formula, returns: decimal, scale: 2, formula: "amount * 2"}
  stage:
    type: picklist
    default: talk
    options: [talk, offer, deal, won, lost]
""",
    "flows/calendars/office.yaml": """
label: Office
default: true
hours:
  monday: ["9:00-17:00"]
  tuesday: ["9:00-17:00"]
  wednesday: ["9:00-17:00"]
  thursday: ["9:00-17:00"]
  friday: ["9:00-17:00"]
""",
    "flows/stages/order.yaml": """
label: Selling
object: order
field: stage
stages:
  talk:
    expected: 2 workdays
    guidance: Ask what they need.
    leave: [{check: "not is_blank(need)", message: Write down what they need.}]
    tasks:
      - {name: call, label: Call them, kind: call, due: 1 workday, required: true}
      - {name: mail, label: Write to them}
  offer:
    requires: [amount]
    set: {chance: 50}
    tasks: [{name: check, label: Check the offer, whom: engineer}]
  deal:
    enter: [{check: "doubled >= 200", message: Too small for a deal.}]
    set: {chance: {formula: "chance + 25"}}
    expected: 8 working hours
  won: {closed: won, set: {chance: 100}}
  lost: {closed: lost, set: {chance: 0}}
""",
}


@pytest.fixture
def shop(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as opened:
        yield opened
