"""Automations and what they did: runs that failed are tried again or discarded here, any automation can be tried out.

Deliveries, the mails and webhooks that left the system, are beside them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.errors import BadRequest, JimuError, NotFound
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.automations import Trial, discard, run_again, try_out
from jimu.flows.notices import send_anew
from jimu.messages import Message
from jimu.records import read
from jimu.records.commands import Record
from jimu.records.requests import AggregateRequest, ListRequest
from jimu.web.pages.admin_automations import automation_rows
from jimu.web.pages.reader import Reader, record_url
from jimu.web.responses import go, reader_of, record_id
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import visit

RUN, DELIVERY = "automation_run", "delivery"
RUN_STATES = ("failed", "stopped", "retrying", "waiting", "done", "discarded")
DELIVERY_STATES = ("failed", "waiting", "sent")
PAGE_SIZE = 50


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/automations", list_automations, "automations")
    add(blueprint, "/admin/automations/<name>", show_automation, "automations")
    add(blueprint, "/admin/automations/<name>/try", try_automation, "automations", post=True)
    add(blueprint, "/admin/automation-runs/<id>/retry", retry_run, "automations", post=True)
    add(blueprint, "/admin/automation-runs/<id>/discard", discard_run, "automations", post=True)
    add(blueprint, "/admin/deliveries", list_deliveries, "deliveries")
    add(blueprint, "/admin/deliveries/<id>/send", resend, "deliveries", post=True)


def list_automations() -> Response:
    now, reader = visit(), reader_of(visit())
    failed = _counts(RUN, "automation", "state == 'failed'", reader)
    state = request.args.get("state", "")
    state = state if state in RUN_STATES else "failed" if failed else "done"
    page = _runs(state, "", reader)
    return admin_page(
        "automations",
        now.say(Message("Automations")),
        "automations",
        rows=automation_rows(reader, failed),
        counts=_counts(RUN, "state", None, reader),
        state=state,
        states=_labels(RUN, RUN_STATES, reader),
        runs=[_run(r, reader) for r in page.records],
        next=_next("/admin/automations", state, page.next),
    )


def show_automation(name: str) -> Response:
    return _automation(name)


def try_automation(name: str) -> Response:
    """What it would do to a record, named by its id or the address of its page."""
    reader = reader_of(visit())
    given = request.form.get("record", "").strip().rstrip("/").rpartition("/")[2]
    try:
        record = decode_id(given)
        object = reader.manifest.all("automation")[name].object if name in reader.manifest.all("automation") else ""
        found = read.get(object, record, reader.context) if object else None
        trial = try_out(name, record, reader.context) if found else None
    except (ValueError, JimuError) as error:
        text = reader.render(error.message) if isinstance(error, JimuError) else ""
        text = text or reader.render(Message("This is no id or address of a record."))
        return _automation(name, problem=text, typed=given)
    return _automation(name, trial=trial, typed=given, record=found)


def _automation(
    name: str, *, trial: Trial | None = None, problem: str = "", typed: str = "", record: Record | None = None
) -> Response:
    reader = reader_of(visit())
    row = next((r for r in automation_rows(reader, {}) if r.definition.name == name), None)
    if row is None:
        raise NotFound(Message("There is no automation called {name}.", {"name": name}))
    page = _runs("", f"automation == '{name}'", reader)
    return admin_page(
        "automation",
        row.label,
        "automations",
        status=422 if problem else 200,
        row=row,
        runs=[_run(r, reader) for r in page.records],
        trial=trial,
        writes=[_write(w, reader) for w in trial.writes] if trial else [],
        problem=problem,
        typed=typed,
        record=record,
    )


def _write(write: tuple[str, str, Any], reader: Reader) -> dict[str, Any]:
    kind, object, values = write
    fields = reader.manifest.objects[object].fields
    return {
        "kind": kind,
        "object": reader.label(reader.manifest.objects[object].label),
        "values": [(reader.label(fields[n].label) if n in fields else n, v) for n, v in values.items()],
    }


def retry_run(id: str) -> Response:
    run_again(record_id(id), reader_of(visit()).context)
    return go("/admin/automations?state=retrying", Message("It is tried again."))


def discard_run(id: str) -> Response:
    discard(record_id(id), reader_of(visit()).context)
    return go("/admin/automations", Message("It was discarded."))


def list_deliveries() -> Response:
    now, reader = visit(), reader_of(visit())
    counts = _counts(DELIVERY, "state", None, reader)
    state = request.args.get("state", "")
    state = state if state in DELIVERY_STATES else "failed" if counts.get("failed") else "sent"
    request_ = ListRequest(
        DELIVERY, where=f"state == '{state}'", order=("-id",), limit=PAGE_SIZE, after=request.args.get("after") or None
    )
    page = read.list_records(request_, reader.context)
    return admin_page(
        "deliveries",
        now.say(Message("Deliveries")),
        "deliveries",
        rows=[{"id": encode_id(r.id), **r.values} for r in page.records],
        counts=counts,
        state=state,
        states=_labels(DELIVERY, DELIVERY_STATES, reader),
        next=_next("/admin/deliveries", state, page.next),
    )


def resend(id: str) -> Response:
    send_anew(record_id(id), reader_of(visit()).context)
    return go("/admin/deliveries?state=waiting", Message("It is sent again."))


def _runs(state: str, where: str, reader: Reader) -> Any:
    conditions = [c for c in (f"state == '{state}'" if state else "", where) if c]
    after = request.args.get("after") or None
    wanted = ListRequest(RUN, where=" and ".join(conditions), order=("-id",), limit=PAGE_SIZE, after=after)
    return read.list_records(wanted, reader.context)


def _run(record: Record, reader: Reader) -> dict[str, Any]:
    about = record.values.get("record")
    object = record.values.get("of_object") or ""
    href = record_url(object, about) if about and object in reader.manifest.objects else ""
    return {"id": encode_id(record.id), **record.values, "href": href, "about": record.titles.get(about or 0, "")}


def _counts(object: str, group: str, where: str | None, reader: Reader) -> dict[str, int]:
    found = read.aggregate(AggregateRequest(object, groups=(group,), where=where), reader.context)
    return {str(row[group]): int(row["count"]) for row in found.rows if row.get(group)}


def _labels(object: str, states: tuple[str, ...], reader: Reader) -> list[tuple[str, str, str]]:
    field = reader.manifest.object(object).fields["state"]
    if field.choices is None:
        raise BadRequest(Message("There is no such state."))
    found = {c.value: c for c in field.choices}
    return [(s, reader.label(found[s].label), found[s].color or "gray") for s in states if s in found]


def _next(href: str, state: str, after: str | None) -> str:
    return f"{href}?{urlencode({'state': state, 'after': after})}" if after else ""
