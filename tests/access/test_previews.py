"""What a form is told while it is typed: nothing that lies behind a reference that may not be made."""

from __future__ import annotations

import pytest

from jimu.access import SYSTEM
from jimu.errors import Invalid
from jimu.records import Create, Update, write
from tests.records.project import Project


def test_a_preview_computes_nothing_from_a_record_that_may_not_be_read(project: Project) -> None:
    seller = project.acting(project.user("ann", "seller"))
    foreign = project.create("customer", name="Hush Ltd", limit=10)
    own = project.create("customer", seller, name="Open Ltd")
    seen = write.preview(Create("deal", {"name": "D", "customer": own}), seller)
    assert seen.values["customer_name"] == "Open Ltd"
    for command in (
        Create("deal", {"name": "D", "customer": foreign, "amount": 5}),
        Update("deal", project.create("deal", seller, name="D2", customer=own), {"customer": foreign}),
    ):
        seen = write.preview(command, seller)
        assert [p.code for p in seen.problems] == ["unknown_reference"]
        assert seen.values["customer_name"] != "Hush Ltd"
        assert foreign not in seen.values.values()


def test_rules_are_not_judged_on_a_record_that_may_not_be_read(project: Project) -> None:
    """Else what breaks a rule would tell, guess by guess, what stands in the record."""
    seller = project.acting(project.user("ann", "seller"))
    foreign = project.create("customer", name="Hush Ltd", limit=10)
    for amount in (5, 50):
        with pytest.raises(Invalid) as refused:
            write.write(Create("deal", {"name": "D", "customer": foreign, "amount": amount}), seller)
        assert {p.code for p in refused.value.problems} == {"unknown_reference"}
    with pytest.raises(Invalid):
        write.write(Create("deal", {"name": "D", "customer": foreign, "amount": 50}), project.context(SYSTEM))
