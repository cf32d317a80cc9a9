"""Changes of fields that earlier approvals rest on: these are void, and the flow goes on from where it says."""

from __future__ import annotations

from collections.abc import Iterable

from jimu.flows.approvals.events import Edited
from jimu.flows.approvals.model import ERROR, RETURNED, RUNNING, SUSPENDED, Task, Token, Visit
from jimu.flows.approvals.moving import clear
from jimu.flows.approvals.work import Work


def edited(work: Work, event: Edited) -> None:
    """Somebody who may changed the record beside any decision."""
    if work.is_final or not work.visits:
        return
    void(work, event.fields)


def void(work: Work, fields: Iterable[str], own: Task | None = None) -> bool:
    """Whether approvals became void by a change of ``fields``. ``own``: the decision that came with the change.

    While the run stands still it is noted, and done when it goes on; while it lies with the submitter, it is where
    handing in leads to.
    """
    rule = work.flow.sensitive
    changed = sorted(set(fields) & rule.fields) if rule else []
    if rule is None or not changed:
        return False
    if work.state == RETURNED:
        return _when_handed_in(work, rule.reopen, changed)
    first = _first_of(work, rule.reopen)
    if first is None:
        return False
    lost = _approvals_since(work, first, own)
    if not lost:
        return False
    people = list(dict.fromkeys(t.decided_by for t in lost if t.decided_by))
    work.note("voided", node=rule.reopen, details={"fields": changed, "people": people})
    work.tell("voided", people)
    if work.state in (SUSPENDED, ERROR):
        work.set(reopen=rule.reopen)
    elif work.state == RUNNING:
        reopen(work, rule.reopen)
    return True


def reopen(work: Work, name: str) -> None:
    """Go on from ``name``: what came after it is stale, what is open is cancelled."""
    first = _first_of(work, name)
    main = next((t for t in work.tokens.values() if t.block is None), None)
    clear(work, "voided", keep=main)
    for visit in list(work.visits.values()):
        if first is not None and visit.id >= first.id and visit.round == work.round and visit.state == "done":
            work.put_visit(visit, state="stale")
    work.set(reopen="", undo=())
    work.go(main or work.put_token(Token(work.new_id(), "")), name)


def _when_handed_in(work: Work, name: str, changed: list[str]) -> bool:
    back = work.get("back")
    if not (back and back[1]):
        return False  # everything begins anew as it is
    work.note("voided", node=name, details={"fields": changed})
    work.set(back=(name, "all"))
    return True


def _first_of(work: Work, name: str) -> Visit | None:
    """The earliest visit of the node in this round that still counts."""
    mine = (v for v in work.visits.values() if v.node == name and v.round == work.round)
    return next((v for v in mine if v.state in ("open", "done")), None)


def _approvals_since(work: Work, first: Visit, own: Task | None) -> list[Task]:
    found = []
    for task in work.tasks.values():
        visit = work.visits.get(task.visit)
        if visit is None or visit.id < first.id or visit.round != work.round or visit.state not in ("open", "done"):
            continue
        if task.state == "approved" and task.kind != "repair" and (own is None or task.id != own.id):
            found.append(task)
    return found
