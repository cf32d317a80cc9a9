"""What a step opens of the lines of a record: on the one write path, in the decision's form, and for nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jimu.errors import Invalid, Locked
from jimu.fieldtypes.ids import encode_id
from jimu.flows.approvals import service
from jimu.flows.approvals.service import Request
from jimu.records import Create, Delete, Update, read, write
from tests.definitions.workspaces import loaded
from tests.flows.approvals.office import Office
from tests.records.project import prepared_project

FILES = {
    "objects/roles/admin.yaml": "label: Admin\nsystem: [modify_all]\n",
    "objects/roles/buyer.yaml": """
label: Buyer
objects:
  quote: {create: true, read: own, update: own, delete: own}
  line: {create: true, read: own, update: own, delete: own}
""",
    "objects/roles/finance.yaml": "label: Finance\nobjects:\n  quote: {read: own}\n  line: {read: own}\n",
    "objects/m/quote.yaml": 'label: Quote\ntitle: "{name}"\nfields:\n  name: {type: text}\n',
    "objects/m/line.yaml": """
label: Line
title: "{name}"
owner: parent
fields:
  quote: {type: parent, to: quote}
  name: {type: text}
  discount: {type: decimal, scale: 2}
  checked: {type: text}
  cost: {type: decimal, scale: 2}
""",
    "flows/approvals/quote.yaml": """
label: Quote approval
object: quote
nodes:
  check:
    approvers: [{role: finance}]
    mode: any
    fields: {line.name: read, line.discount: edit, line.checked: required, line.cost: hidden}
    to: end
  end: {type: end}
""",
}


@pytest.fixture
def quotes(backend: str, tmp_path: Path) -> Iterator[Office]:
    with prepared_project(backend, tmp_path, FILES) as project:
        yield Office.of(project)


def begin(office: Office) -> tuple[int, list[int], int]:
    """A quote with two lines under approval: its id, theirs, the approval."""
    asker = office.as_("s")
    quote = office.project.create("quote", asker, name="Q")
    lines = [office.project.create("line", asker, quote=quote, name=n, discount="1", cost="77.5") for n in "xy"]
    return quote, lines, service.start(Request("quote", quote), asker).approval.id


def test_the_columns_that_are_open_are_written_with_the_decision_and_no_others(quotes: Office) -> None:
    _, (x, y), approval = begin(quotes)

    def refused(changes: dict[str, Any]) -> str:
        with pytest.raises(Invalid) as caught:
            quotes.decide(approval, "a", changes=changes)
        return caught.value.problems[0].code

    first, second = encode_id(x), encode_id(y)
    assert refused({"line": {first: {"name": "z", "discount": "5"}}}) == "not_editable"
    assert refused({"line": {first: {"cost": "5"}}}) == "not_editable"
    assert refused({"line": "all"}) == "not_editable"
    assert refused({}) == "required"
    assert refused({"line": {first: {"checked": "yes"}}}) == "required"
    everything = {first: {"checked": "yes", "discount": "5"}, second: {"checked": "no"}}
    other = quotes.project.create("line", quotes.as_("s"), quote=quotes.project.create("quote", quotes.as_("s")))
    assert refused({"line": {**everything, encode_id(other): {"discount": "5"}}}) == "unknown_line"
    assert str(quotes.value(x, "discount", "line")) == "1.00"
    quotes.decide(approval, "a", changes={"line": everything})
    assert str(quotes.value(x, "discount", "line")) == "5.00"
    assert quotes.value(y, "checked", "line") == "no"
    assert quotes.state(approval) == "approved"


def test_lines_are_locked_with_their_record_and_a_hidden_column_is_not_shown(quotes: Office) -> None:
    quote, (x, _), approval = begin(quotes)
    asker = quotes.as_("s")
    more = Create("line", {"quote": quote, "name": "z"})
    for command in (Update("line", x, {"discount": "9"}), Delete("line", x), more):
        with pytest.raises(Locked) as caught:
            write.write(command, asker)
        assert caught.value.details["approval"] == encode_id(approval)
    seen = read.get("line", x, quotes.as_("a"))
    assert str(seen.values["discount"]) == "1.00"
    assert "7" not in str(seen.values["cost"])
    assert str(read.get("line", x, asker).values["cost"]) == "77.50"
    write.write(Update("line", x, {"discount": "9"}), quotes.as_("adm"))


def test_columns_of_records_that_are_no_lines_are_refused_when_the_flow_is_read() -> None:
    flow = FILES["flows/approvals/quote.yaml"].replace("line.name", "other.name").replace("line.cost", "line.costs")
    files = {
        **FILES,
        "flows/approvals/quote.yaml": flow,
        "objects/m/other.yaml": "label: O\nfields:\n  name: {type: text}\n",
    }
    _, found = loaded({"workspace.yaml": "label: T\n", **files})
    assert {d.code for d in found if d.severity.value == "error"} == {"not_lines", "unknown_field"}
