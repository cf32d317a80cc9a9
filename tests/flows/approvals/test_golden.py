"""Golden runs: every ``golden/*.yaml`` is a flow and what people do; beside it lies the trace that must come of it.

``JIMU_WRITE_TRACES=1`` writes the traces anew, to be looked at before they are kept.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from jimu.definitions.approvals.reading import read_flow
from jimu.errors import JimuError
from jimu.flows.approvals import events
from tests.flows.approvals.laboratory import ADM, NAMES, Case, Company, Making, S, conditions_of

HERE = Path(__file__).parent / "golden"
_NAME_OF = {id: name for name, id in NAMES.items()}
ON_TASK = {
    "return": events.Return, "transfer": events.Transfer, "delegate": events.Delegate, "recall": events.Recall,
    "add": events.AddSign, "remove": events.RemoveSign, "reclaim": events.Reclaim, "claim": events.Claim,
    "reassign": events.Reassign,
}  # fmt: skip
ON_RUN = {
    "withdraw": events.Withdraw, "jump": events.Jump, "terminate": events.Terminate, "suspend": events.Suspend,
    "continue": events.Continue, "repair": events.Repair, "signal": events.Signal,
}  # fmt: skip


def people(given: Any) -> Any:
    if isinstance(given, list):
        return tuple(NAMES[n] for n in given)
    return NAMES.get(given, given)


def run(case: Case, step: dict[str, Any]) -> None:
    (what, given), *rest = step.items()
    more = {k: people(v) if k in ("to", "people") else v for k, v in rest}
    if what == "submit":
        case.happen(events.Submit, S, picks={n: people(v) for n, v in (given or {}).items()})
    elif what == "restart":
        case.happen(events.Restart, S)
    elif what in ("approve", "reject", "done"):
        case.happen(events.Decide, NAMES[given], task=case.task(NAMES[given]).id, answer=what, **more)
    elif what in ON_TASK:
        whose = NAMES[more.pop("of", given)] if "of" in dict(rest) else NAMES[given]
        more.pop("of", None)
        states = ("pending", "delegated") if what not in ("reclaim",) else ("approved", "rejected")
        case.happen(ON_TASK[what], NAMES[given], task=case.task(whose, states).id, **more)
    elif what in ON_RUN:
        actor = S if what in ("withdraw",) else ADM
        case.happen(ON_RUN[what], actor, **({"comment": "so"} if actor == ADM else {}), **(given or {}))
    elif what == "wait":
        case.wait(given)
    elif what == "leaves":
        case.company.inactive.add(NAMES[given])
        case.happen(events.Left, 0, person=NAMES[given])
    elif what == "set":
        case.company.fields.update(given)
    elif what == "child":
        key = next(v.children[0] for v in case.run.visits.values() if v.state == "open" and v.children)
        case.happen(events.ChildEnded, 0, child=key, result=given)
    else:
        raise AssertionError(f"unknown step {what}")


def tell(case: Case, start: int) -> list[str]:
    """What a step did, and who is asked after it."""
    lines = []
    for entry in case.entries[start:]:
        who = _NAME_OF.get(entry.actor or -1, "–")
        whom = _NAME_OF.get(entry.person or -1, "")
        details = {k: v for k, v in entry.details.items() if v not in (None, "", [], {})}
        more = " ".join(f"{k}={v}" for k, v in sorted(details.items()))
        lines.append(" ".join(filter(None, (f"  {entry.seq}", who, entry.action, entry.node, whom, more))))
    asked = ", ".join(_NAME_OF.get(p or -1, "pool") for p in case.asked())
    lines.append(f"  = {case.run.state}{': ' + asked if asked else ''}")
    return lines


def trace_of(path: Path) -> str:
    data = yaml.safe_load(path.read_text("utf-8"))
    flow_data = {"object": "thing", **data["flow"]}
    flow_data["nodes"].setdefault("end", {"type": "end"})
    flow = read_flow(path.stem, flow_data, Making())
    case = Case(flow, Company(), **data.get("record", {}))
    case.company.conditions = conditions_of(flow)
    lines = []
    for step in data["steps"]:
        start = len(case.entries)
        lines.append(" ".join(f"{k}: {v}" for k, v in step.items()))
        try:
            run(case, step)
        except JimuError as error:
            lines.append(f"  ! {error.code}: {error}")
            continue
        lines += tell(case, start)
        case.at += timedelta(seconds=1)
    assert case.replayed() == case.run
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", sorted(HERE.glob("*.yaml")), ids=lambda p: p.stem)
def test_the_run_goes_as_it_is_written(path: Path) -> None:
    trace, kept = trace_of(path), path.with_suffix(".trace")
    if os.environ.get("JIMU_WRITE_TRACES"):
        kept.write_text(trace, "utf-8")
    assert trace == kept.read_text("utf-8")
