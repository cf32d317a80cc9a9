"""The control-flow patterns of the guide: each is shown by a run that is there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from jimu.errors import Locked
from jimu.records import Update, write
from tests.flows.approvals.laboratory import Case, S
from tests.flows.approvals.office import Office

ROOT = Path(__file__).parents[3]
MUST = {1, 2, 3, 4, 5, 6, 7, 10, 11, 13, 14, 15, 16, 19, 20, 21, 25, 26, 27, 29, 32, 34, 35, 36, 43}
SHOULD = {9, 12, 18, 22, 24, 30, 37, 39}


def test_every_pattern_of_the_guide_is_shown_by_a_run_or_a_test() -> None:
    table = (
        (ROOT / "docs/approvals.md").read_text("utf-8").partition("## Control-flow patterns")[2].partition("\n## ")[0]
    )
    rows = re.findall(r"^\| ([\d, ]+) \|.*\| (pattern_\d+|test_\d+ in `(\w+\.py)`) \|$", table, re.MULTILINE)
    numbers = {int(n) for row in rows for n in row[0].split(",")}
    assert numbers == MUST | SHOULD
    here = Path(__file__).parent
    for _, shown, file in rows:
        if file:
            assert f"def {shown.split(' ')[0]}_" in (here / file).read_text("utf-8")
        else:
            (run,) = (here / "golden").glob(f"{shown}_*.yaml")
            assert run.with_suffix(".trace").exists()


def test_22_a_flow_within_itself_ends_at_its_depth() -> None:
    flow = """
        limits: {children: 3}
        nodes:
          one: {type: sub_flow, flow: f, field: above, to: end}
    """
    states = []
    for depth in range(4):
        case = Case(flow)
        case.run = replace(case.run, depth=depth)
        case.submit()
        states.append(case.run.cause or case.run.state)
    assert states == ["running", "running", "running", "too-deep"]
    assert case.run.submitter == S


def test_18_the_record_can_be_changed_until_the_node_is_reached(office: Office) -> None:
    flows = office.project.manifest.all("approval")
    changed = replace(flows["purchase"], lock_from="finance")
    others = {**office.project.manifest.others, "approval": {**flows, "purchase": changed}}
    office.project.manifest = replace(office.project.manifest, others=others)
    record = office.purchase(amount="5000")
    approval = office.start(record).approval.id
    write.write(Update("purchase", record, {"remark": "before"}), office.as_("s"))
    office.decide(approval, "m")
    with pytest.raises(Locked):
        write.write(Update("purchase", record, {"remark": "after"}), office.as_("s"))
