"""Service levels: how the clocks of each policy stand, and those behind each number with the time they have left."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.access.rules import action_allowed
from jimu.definitions.kinds.sla import SlaDef
from jimu.fieldtypes.ids import encode_id
from jimu.flows.sla.records import CLOCK
from jimu.messages import Message
from jimu.records import read
from jimu.records.requests import AggregateRequest, ListRequest, RecordPage
from jimu.web.pages.lengths import length_of
from jimu.web.pages.reader import Reader, record_url
from jimu.web.pages.record_clocks import show_clock
from jimu.web.responses import reader_of
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

PAGE_SIZE = 50
# What is counted and listed: the state in the address, its words, its colour, its condition on ``sla_clock``.
STATES = (
    ("running", Message("Counting"), "blue", "state == 'running' and is_blank(breached_at)"),
    ("warned", Message("Warned"), "orange", "state == 'running' and is_blank(breached_at) and warned > 0"),
    ("paused", Message("Paused"), "gray", "state == 'paused'"),
    ("late", Message("Breached"), "red", "state == 'running' and not is_blank(breached_at)"),
    ("met", Message("Met"), "green", "state == 'met'"),
    ("missed", Message("Missed"), "red", "state == 'missed'"),
)


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/service-levels", list_service_levels, "service_levels")


def list_service_levels() -> Response:
    """Each policy's clocks in numbers; below them those of the chosen state and policy, what ends first on top."""
    now, reader = visit(), reader_of(visit())
    policies: list[SlaDef] = [sla for _, sla in sorted(reader.manifest.all("sla").items())]
    policy = request.args.get("policy", "")
    policy = policy if any(p.name == policy for p in policies) else ""
    known = {code for code, *_ in STATES}
    reads = action_allowed(reader.actor, reader.manifest, CLOCK, "read")
    counts = {code: _counts(where, reader) if reads and policies else {} for code, _, _, where in STATES}
    state = request.args.get("state", "")
    state = state if state in known else "late" if counts.get("late") else "running"
    page = _clocks(state, policy, reader) if reads else RecordPage([], None)
    query = {"state": state, "policy": policy, "after": page.next}
    return admin_page(
        "service_levels",
        now.say(Message("Service levels")),
        "service_levels",
        policies=[_policy(sla, counts, reader) for sla in policies],
        states=[(code, reader.render(label), color) for code, label, color, _ in STATES],
        totals={code: sum(found.values()) for code, found in counts.items()},
        state=state,
        policy=policy,
        rows=[row for record in page.records if (row := _row(record.values, record.titles, reader))],
        next=f"/admin/service-levels?{urlencode(query)}" if page.next else "",
    )


def _counts(where: str, reader: Reader) -> dict[tuple[str, str], int]:
    """(policy, clock) -> how many."""
    found = read.aggregate(AggregateRequest(CLOCK, groups=("policy", "clock"), where=where), reader.context)
    return {(str(row["policy"]), str(row["clock"])): int(row["count"]) for row in found.rows}


def _policy(sla: SlaDef, counts: dict[str, dict[tuple[str, str], int]], reader: Reader) -> dict[str, Any]:
    clocks = [
        {
            "label": reader.label(clock.label),
            "counts": {code: found.get((sla.name, clock.name), 0) for code, found in counts.items()},
            "targets": [length_of(target.within, reader) for target in clock.targets],
        }
        for clock in sla.clocks.values()
    ]
    object = reader.manifest.object(sla.object)
    return {"name": sla.name, "label": reader.label(sla.label), "object": reader.label(object.plural), "clocks": clocks,
            "source": sla.source}  # fmt: skip


def _clocks(state: str, policy: str, reader: Reader) -> RecordPage:
    where = next(condition for code, _, _, condition in STATES if code == state)
    conditions = [where, f"policy == '{policy}'"] if policy else [where]
    after = request.args.get("after") or None
    order = ("-stopped_at",) if state in ("met", "missed") else ("due_at",)
    wanted = ListRequest(CLOCK, where=" and ".join(conditions), order=order, limit=PAGE_SIZE, after=after)
    return read.list_records(wanted, reader.context)


def _row(values: Any, titles: Any, reader: Reader) -> dict[str, Any] | None:
    clock, record, object = show_clock(values, reader), values.get("record"), values.get("of_object") or ""
    if clock is None:
        return None
    href = record_url(object, record) if record and object in reader.manifest.objects else ""
    title = titles.get(record) or (encode_id(record) if record else "–")
    policy = reader.manifest.all("sla")[values["policy"]]
    return {"clock": clock, "href": href, "title": title, "policy": reader.label(policy.label),
            "target": length_of(values.get("target") or "", reader), "warned": values.get("warned") or 0}  # fmt: skip
