"""Another flow is started, once or for each of several records; this one waits for them, or not."""

from __future__ import annotations

from jimu.definitions.approvals.model import SubFlowNode
from jimu.flows.approvals.model import Visit
from jimu.flows.approvals.moving import fail, give_back, leave, refuse
from jimu.flows.approvals.work import Work


def enter(work: Work, visit: Visit) -> None:
    node: SubFlowNode = work.node(visit)
    if work.get("depth") + 1 > work.flow.limits.children:
        fail(work, "too-deep", visit)
        return
    items = work.world.items(node.name)
    keys = tuple(f"{visit.id}:{item}" for item in items)
    for key, item in zip(keys, items, strict=True):
        work.effect("child", node=node.name, visit=visit.id, key=key, data={"item": item})
    work.note_own("children", node=node.name, visit=visit.id, details={"count": len(keys)})
    if keys and node.wait:
        work.put_visit(visit, children=keys)
    else:
        leave(work, visit, "passed")


def child_ended(work: Work, visit: Visit, key: str, result: str) -> None:
    node: SubFlowNode = work.node(visit)
    failed = visit.failed if result == "approved" else (*visit.failed, key)
    visit = work.put_visit(visit, children=tuple(k for k in visit.children if k != key), failed=failed)
    if failed and node.on_reject != "continue":
        for other in visit.children:
            work.effect("end_child", key=other, visit=visit.id)
        visit = work.put_visit(visit, children=())
        if node.on_reject == "return":
            visit = work.put_visit(visit, state="done", outcome="rejected")
            give_back(work, visit)
        else:
            refuse(work, visit, "end")
    elif not visit.children:
        leave(work, visit, "rejected" if failed else "approved")
