"""What people see of approvals: their boxes, the panel, the way ahead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jimu.errors import BadRequest, NotFound
from jimu.flows.approvals import events, service
from jimu.flows.approvals.foreseeing import compare, foresee
from jimu.flows.approvals.inbox import box, count_pending, monitor
from jimu.flows.approvals.panel import panel
from jimu.flows.approvals.versions import current_flow
from jimu.records import Create, write
from tests.flows.approvals.office import Office


def test_each_box_holds_what_belongs_there(office: Office) -> None:
    record = office.purchase(amount="5000")
    approval = office.start(record).approval.id
    assert [i.approval for i in box("pending", office.as_("m")).items] == [approval]
    assert box("pending", office.as_("a")).items == ()
    assert [i.state for i in box("mine", office.as_("s")).items] == ["running"]
    office.decide(approval, "m")
    assert box("pending", office.as_("m")).items == ()
    assert [i.task_state for i in box("done", office.as_("m")).items] == ["approved"]
    service.on_approval(events.CopyTo, approval, office.as_("s"), people=(office.people["x"],))
    assert [i.approval for i in box("copies", office.as_("x")).items] == [approval]
    assert count_pending(office.as_("a")) == 1
    with pytest.raises(BadRequest):
        box("other", office.as_("a"))


def test_who_stands_in_sees_the_tasks_of_who_is_away(office: Office) -> None:
    clock = office.project.clock
    until = clock().replace(year=2027)
    values = {"owner": office.people["m"], "agent": office.people["x"], "starts_at": clock(), "ends_at": until}
    write.write(Create("absence", values), office.project.system)
    approval = office.start(office.purchase()).approval.id
    (item,) = box("pending", office.as_("x")).items
    assert (item.approval, item.behalf) == (approval, office.people["m"])
    clock.forward(days=400)
    assert box("pending", office.as_("x")).items == ()


def test_the_panel_tells_what_the_reader_may_do(office: Office) -> None:
    approval = office.start(office.purchase()).approval.id
    mine = panel(approval, office.as_("s"))
    assert set(mine.may) == {"comment", "withdraw", "urge", "copy"}
    assert [p.state for p in mine.places] == ["open", "", "", "", ""]
    (task,) = panel(approval, office.as_("m")).tasks
    assert {"approve", "reject", "transfer", "return"} <= set(task.may)
    assert task.targets == ("start",)
    assert {"jump", "terminate", "suspend"} <= set(panel(approval, office.as_("adm")).may)
    with pytest.raises(NotFound):
        panel(approval, office.as_("x"))


def test_the_way_ahead_is_foreseen_and_nothing_is_stored(office: Office) -> None:
    record = office.purchase(amount="5000")
    flow = current_flow(office.project.manifest, "purchase")
    with office.project.store.read() as transaction:
        forecast = foresee(flow, record, replace(office.as_("s"), transaction=transaction))
    names = {id: name for name, id in office.people.items()}
    asked = [(s.node, [names[a.person] for a in s.people if a.person]) for s in forecast.steps if s.people]
    assert asked == [("manager", ["m"]), ("finance", ["a", "b"])]
    assert forecast.end == "approved"
    assert office.value(record, "status") == "new"


def test_ended_approvals_are_compared_with_another_version(office: Office) -> None:
    approval = office.start(office.purchase(amount="5000")).approval.id
    office.decide(approval, "m")
    office.decide(approval, "a")
    flow = current_flow(office.project.manifest, "purchase")
    without = replace(flow, nodes={**flow.nodes, "manager": replace(flow.nodes["manager"], to="approved")})
    with office.project.store.read() as transaction:
        context = replace(office.project.system, transaction=transaction)
        (same,) = compare(flow, context)
        (other,) = compare(without, context)
    assert same.is_same
    assert not other.is_same
    assert len(other.now) == 1


def test_who_looks_after_approvals_finds_what_is_stuck(office: Office) -> None:
    record = office.purchase(name="A name that is longer than that of a deal")
    approval = office.start(record).approval.id
    assert monitor(office.as_("adm"), state="error") == []
    office.decide(approval, "m")
    assert [i.approval for i in monitor(office.as_("adm"), state="error")] == [approval]
