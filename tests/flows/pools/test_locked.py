"""A record under approval that nobody owns stays in its pool until it is decided."""

from __future__ import annotations

from pathlib import Path

from jimu.flows.approvals import service
from jimu.flows.approvals.service import Request
from jimu.flows.pools import assign, claim, outcome
from tests.flows.pools.company import FILES
from tests.records.project import prepared_project

FLOW = {
    "flows/approvals/lead_check.yaml": """
label: Check of a lead
object: lead
start: {by: [anyone]}
nodes:
  check: {approvers: [{role: boss}], to: fine}
  fine: {type: end}
"""
}


def test_it_is_neither_claimed_nor_assigned_and_others_beside_it_are(backend: str, tmp_path: Path) -> None:
    with prepared_project(backend, tmp_path, {**FILES, **FLOW}) as company:
        rep, chief = company.user("rep", "rep", position="Sales"), company.user("chief", "chief")
        boss = company.acting(company.user("boss", "boss"))
        held, free, more = (
            company.create("lead", name=name, region="north", owner=None) for name in ("Held", "Free", "More")
        )
        service.start(Request("lead", held, "lead_check"), boss)
        first, second = claim("north", [held, free], company.acting(rep))
        assert (first.status, first.code, second.status) == (outcome.REFUSED, "locked", outcome.DONE)
        first, second = assign("north", [held, more], [rep], company.acting(chief))
        assert (first.status, first.code, second.status) == (outcome.REFUSED, "locked", outcome.DONE)
        assert company.value("lead", held, "owner") is None


def test_what_is_held_does_not_count_towards_a_limit(backend: str, tmp_path: Path) -> None:
    with prepared_project(backend, tmp_path, {**FILES, **FLOW}) as company:
        rep, boss = company.user("rep", "rep", position="Sales"), company.acting(company.user("boss", "boss"))
        held, *free = (company.create("lead", name=f"L{n}", region="north", owner=None) for n in range(4))
        service.start(Request("lead", held, "lead_check"), boss)
        outcomes = claim("north", [held, *free], company.acting(rep))  # three a day
        assert [o.status for o in outcomes] == [outcome.REFUSED, *[outcome.DONE] * 3]
