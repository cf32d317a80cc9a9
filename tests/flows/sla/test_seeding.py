"""The clocks of a demonstration have run for a while: some were met, some missed, some are near their end or late."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from jimu.exchange.seeding.load import load_seeds
from jimu.flows.sla.watching import watch_clocks
from jimu.records import ListRequest, read
from tests.flows.sla.test_records import FILES
from tests.records.project import prepared_project

SEED = """
label: Tickets
steps:
  - object: ticket
    key: name
    clocks: {policy: tickets, since: opened_on, used: [0.1, 1.6]}
    generate:
      count: 40
      seed: 5
      fields:
        name: {digits: "T-######"}
        opened_on: {days_ago: [20, 60]}
        state: {choice: {new: 2, waiting: 1, solved: 2}}
"""


def test_a_seed_gives_clocks_a_past_and_nobody_is_told_of_it(backend: str, tmp_path: Path) -> None:
    ticket = FILES["objects/m/ticket.yaml"] + "  opened_on: {type: date}\n"
    with prepared_project(backend, tmp_path, {**FILES, "objects/m/ticket.yaml": ticket, "seed/t.yaml": SEED}) as desk:
        desk.clock.now = datetime(2026, 3, 3, 15, tzinfo=UTC)
        load_seeds(desk.manifest, desk.system)
        watch_clocks(None, desk.system)
        clocks = read.list_records(ListRequest("sla_clock", limit=200), desk.system).records
        found = Counter(
            "late" if c.values["state"] == "running" and c.values["breached_at"] else c.values["state"]
            for c in clocks
            if c.values["clock"] == "solve"
        )
        assert set(found) == {"met", "missed", "running", "late", "paused"}
        assert sum(found.values()) == 40
        assert read.list_records(ListRequest("notification"), desk.system).records == []
        late = desk.ids("ticket", where="solve_late and solve_state == 'running'")
        assert len(late) == found["late"]
