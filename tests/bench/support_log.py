"""A real service desk's log against its own verdict: ``python -m tests.bench.support_log [FILE] [--pause]``.

Every event of the log (see docs/time-and-automation.md) is written to a ``case`` in the order of its time, through the
write path and with a clock that stands at the event's moment; a service level by priority judges it. Printed is how
often its verdict is that of the log's flag ``made_sla``, by priority, and what the others have in common. The log does
not say its targets: those here are the round figures that fit it best. ``--pause``: waiting states stop the clock.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jimu.flows.sla.watching import watch_clocks
from jimu.records import Create, ListRequest, Update, read, write
from tests.databases import fresh_database
from tests.records.project import Project, open_project

# The public sample files lie beside the repository.
LOG = Path(__file__).parents[2].parent / "shared" / "data" / "support" / "incident_event_log_sample.csv"
PRIORITIES = ("critical", "high", "moderate", "low")
STATES = {
    "New": "new", "Active": "active", "Resolved": "resolved", "Closed": "closed", "Awaiting User Info": "waiting",
    "Awaiting Problem": "waiting", "Awaiting Vendor": "waiting", "Awaiting Evidence": "waiting",
}  # fmt: skip
TARGETS = {"critical": "5 hours", "high": "8 hours", "moderate": "90 hours", "low": "96 hours"}
_PAUSE = '    pause: "state == \'waiting\'"\n'
FILES = {
    "objects/service/case.yaml": """
label: Case
title: "{number}"
fields:
  number: {type: text, required: true, unique: true}
  priority: {type: picklist, options: [critical, high, moderate, low], required: true}
  state: {type: picklist, options: [new, active, waiting, resolved, closed], required: true}
  due_at: {type: datetime}
  sla: {type: picklist, options: [running, paused, met, missed]}
  late: {type: boolean}
""",
    "flows/sla/cases.yaml": """
label: Cases
object: case
clocks:
  solve:
    stop: "state in ['resolved', 'closed']"
PAUSE    targets:
TARGETS
    keep: {due: due_at, state: sla, breached: late}
""",
}


@dataclass(frozen=True)
class Event:
    """What the log says of a ticket at a moment. ``made`` is its flag then."""

    at: datetime
    number: str
    state: str
    priority: str
    made: bool


def read_log(file: Path) -> list[list[Event]]:
    """The events of each ticket, in the order of the log; the first one at the moment when the ticket was opened."""
    tickets: dict[str, list[Event]] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            known = tickets.setdefault(row["number"], [])
            priority = PRIORITIES[int(row["priority"][0]) - 1]
            event = Event(_moment(row["sys_updated_at"]), row["number"], STATES[row["incident_state"]], priority,
                          row["made_sla"] == "TRUE")  # fmt: skip
            if not known:
                state = "new" if event.state in ("resolved", "closed") else event.state
                known.append(Event(_moment(row["opened_at"]), event.number, state, priority, True))
            known.append(event)
    return list(tickets.values())


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=UTC)


def files_for(pause: bool) -> dict[str, str]:
    targets = "\n".join(f'      - {{when: "priority == {p!r}", within: {t}}}' for p, t in TARGETS.items())
    policy = FILES["flows/sla/cases.yaml"].replace("PAUSE", _PAUSE if pause else "").replace("TARGETS", targets)
    return {**FILES, "flows/sla/cases.yaml": policy}


def replay(tickets: Sequence[Sequence[Event]], project: Project) -> dict[str, str]:
    """Write all events in the order of time, look at the clocks once a day; ticket -> the verdict of its clock."""
    ids: dict[str, int] = {}
    looked = datetime.min.replace(tzinfo=UTC)
    for event in sorted(_all(tickets), key=lambda e: e.at):
        project.clock.now = event.at
        if event.at - looked > timedelta(days=1):
            watch_clocks(None, project.system)
            looked = event.at
        values = {"state": event.state, "priority": event.priority}
        if event.number in ids:
            write.write(Update("case", ids[event.number], values), project.system)
        else:
            ids[event.number] = write.write(Create("case", {"number": event.number, **values}), project.system).id
    watch_clocks(None, project.system)
    verdicts: dict[str, str] = {}
    after = None
    while True:
        page = read.list_records(ListRequest("case", order=("id",), limit=500, after=after), project.system)
        verdicts.update({r.values["number"]: r.values["sla"] for r in page.records})
        after = page.next
        if after is None:
            return verdicts


def _all(tickets: Sequence[Sequence[Event]]) -> Iterator[Event]:
    for ticket in tickets:
        yield from ticket


def reason_of(ticket: Sequence[Event], verdict: str) -> str:
    """What a ticket on which the two do not agree has that may explain it."""
    first = next((e for e in ticket if e.state in ("resolved", "closed")), ticket[-1])
    after = [e for e in ticket if e.at > first.at]
    target = timedelta(hours=int(TARGETS[ticket[-1].priority].split()[0]))
    took = first.at - ticket[0].at
    if any(e.state not in ("resolved", "closed") for e in after):
        return "opened again after it was resolved"
    if len({e.priority for e in ticket}) > 1:
        return "its priority changed on the way"
    if verdict == "missed":
        return f"the log says made after {'less' if took < target else 'more'} than the target"
    if any(e.state == "waiting" for e in ticket):
        return "it waited for somebody, and the clock stood still"
    return "the log says missed although it was resolved within the target"


def main(arguments: Sequence[str]) -> None:
    given = [a for a in arguments if not a.startswith("--")]
    pause = "--pause" in arguments
    tickets = read_log(Path(given[0]) if given else LOG)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, fresh_database("sqlite", Path(folder)) as url:
        with open_project(url, files_for(pause)) as project:
            verdicts = replay(tickets, project)
    events = sum(map(len, tickets))
    print(f"{len(tickets)} tickets, {events} events in {time.perf_counter() - began:.0f} s;"
          f" waiting {'stops' if pause else 'does not stop'} the clock")  # fmt: skip
    agreed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for ticket in tickets:
        last, verdict = ticket[-1], verdicts[ticket[0].number]
        total[last.priority] += 1
        if (verdict == "met") == last.made:
            agreed[last.priority] += 1
        else:
            reasons[last.priority, reason_of(ticket, verdict)] += 1
    for priority in PRIORITIES:
        share = agreed[priority] / total[priority] if total[priority] else 1
        print(f"{priority:<9} within {TARGETS[priority]:<9} {agreed[priority]:>4} of {total[priority]:>4} agree ({share:.1%})")
        for (of, reason), count in reasons.most_common():
            if of == priority:
                print(f"{'':<26}{count:>4} {reason}")
    print(f"{'all':<26}{agreed.total():>4} of {total.total():>4} agree ({agreed.total() / total.total():.1%})")


if __name__ == "__main__":
    main(sys.argv[1:])
