"""Trying a flow for who configures: who would be asked for a record, by the flow in force or a draft of its YAML, and
which of the last approvals would have gone another way. Nothing is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from jimu.access import action_allowed
from jimu.access.actor import Actor
from jimu.access.loading import load_actor
from jimu.definitions import Manifest, load_files
from jimu.definitions.approvals.model import FlowDef
from jimu.errors import Forbidden, JimuError
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.approvals.facts import Facts
from jimu.flows.approvals.foreseeing import Comparison, compare, foresee
from jimu.flows.approvals.looking_after import require_looking_after
from jimu.messages import Message
from jimu.records import Context, read
from jimu.records.reading import reading
from jimu.records.requests import ListRequest
from jimu.web.pages.approval_choices import people
from jimu.web.pages.approval_forecast import ForeseenStep, foreseen_steps
from jimu.web.pages.reader import Reader
from jimu.web.pages.sent import chosen_titles
from jimu.web.responses import go, reader_of
from jimu.web.views.admin_base import add, admin_page
from jimu.web.visit import Visit, visit

_MOST_RECORDS = 50
_MOST_REPLAYED = 200


def register(blueprint: Blueprint) -> None:
    add(blueprint, "/admin/approvals/try", show_try, "approval_try")
    add(blueprint, "/admin/approvals/try", try_flow, "approval_try", post=True)


@dataclass
class Tried:
    """What came of it. ``fits``: whether the flow would take the record at all; ``replayed``: how many were looked at,
    and those that would go another way, before and now.
    """

    steps: list[ForeseenStep] = field(default_factory=list)
    end: str = ""
    stuck: str = ""
    fits: bool | None = None
    replayed: int = 0
    others: list[tuple[str, tuple[str, ...], tuple[str, ...], str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def show_try() -> Response:
    return _page(None)


def try_flow() -> Response:
    now = visit()
    if request.form.get("choose"):
        return go(f"/admin/approvals/try?{urlencode({'flow': request.form.get('flow', '')})}")
    reader = reader_of(now)
    tried = Tried()
    manifest, flow = _flow(now, tried)
    if flow is not None:
        context = replace(now.context, manifest=manifest)
        try:
            if request.form.get("replay"):
                _replay(flow, context, reader, tried)
            else:
                _foresee(flow, context, reader, tried)
        except JimuError as error:
            tried.problems += [reader.render(p.message) for p in error.problems] or [reader.render(error.message)]
    return _page(tried)


def _flow(now: Visit, tried: Tried) -> tuple[Manifest, FlowDef | None]:
    """The flow in force, or as the draft has it, read with everything else that is in force."""
    name, draft = request.form.get("flow", ""), request.form.get("draft", "").strip()
    if not draft:
        found: FlowDef | None = now.manifest.all("approval").get(name)
        if found is None:
            tried.problems.append(now.say(Message("Choose a flow.")))
        return now.manifest, found
    own = name or "draft"
    path = next((p for p in now.manifest.files if p.endswith(f"flows/approvals/{own}.yaml")), "")
    path = path or f"flows/approvals/{own}.yaml"
    files = {**now.manifest.files, path: draft + "\n"}
    manifest, diagnostics = load_files(files, plugins=now.runtime.plugins)
    mine = [d for d in diagnostics if d.place.file == path or d.severity.value == "error"]
    tried.problems += [f"{d.place.line or ''}: {now.say(d.message)}".lstrip(": ") for d in mine]
    return manifest or now.manifest, manifest.all("approval").get(own) if manifest else None


def _foresee(flow: FlowDef, context: Context, reader: Reader, tried: Tried) -> None:
    chosen = request.form.get("record", "").strip()
    if not chosen:
        tried.problems.append(reader.render(Message("Choose a record.")))
        return
    record = read.get(flow.object, _id(chosen), context, titles=False)
    with reading(context) as transaction:
        inner = replace(context, transaction=transaction)
        asker = _asker(record.values.get("owner"), inner)
        held = _typed(request.form.get("values", ""))
        tried.fits = Facts(inner.as_actor(asker), flow, record.id, int(asker.id or 0), held).fits()
        forecast = foresee(flow, record.id, inner, submitter=int(asker.id or 0), held=held)
    tried.steps = foreseen_steps(forecast, flow, replace(reader, context=context), with_due=True)
    tried.end = forecast.end
    tried.stuck = reader.render(forecast.problem) if forecast.problem else ""


def _asker(owner: Any, context: Context) -> Actor:
    chosen = request.form.get("submitter", "")
    id = _id(chosen) if chosen else int(owner or context.actor.id or 0)
    return load_actor(context.transaction, context.manifest, id) or context.actor


def _id(text: str) -> int:
    try:
        return decode_id(text.rpartition("/")[2])
    except ValueError:
        raise Forbidden(Message("There is no such record.")) from None


def _typed(text: str) -> dict[str, Any]:
    """Lines such as amount = 5000: values instead of those stored."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() or None for name, _, value in pairs}


def _replay(flow: FlowDef, context: Context, reader: Reader, tried: Tried) -> None:
    require_looking_after(context)
    given = request.form.get("last", "")
    last = min(int(given), _MOST_REPLAYED) if given.isdecimal() and given != "0" else 50
    with reading(context) as transaction:
        found = compare(flow, replace(context, transaction=transaction), last)
    names = dict(people(reader))
    tried.replayed = len(found)
    for one in found:
        if not one.is_same:
            tried.others.append(_difference(one, names, reader))


def _difference(
    one: Comparison, names: dict[int, str], reader: Reader
) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
    def told(way: tuple[str, ...]) -> tuple[str, ...]:
        lines = []
        for step in way:
            node, _, ids = step.partition(": ")
            lines.append(f"{node}: " + ", ".join(names.get(int(i), "?") for i in ids.split(", ")))
        return tuple(lines)

    problem = reader.render(one.problem) if one.problem else ""
    return f"/approvals/{encode_id(one.approval)}", told(one.before), told(one.now), problem


def _page(tried: Tried | None) -> Response:
    now = visit()
    reader = reader_of(now)
    flows = sorted(now.manifest.all("approval").values(), key=lambda f: reader.label(f.label))
    name = request.values.get("flow", "") or (flows[0].name if flows else "")
    flow = now.manifest.all("approval").get(name)
    records = []
    if flow is not None and action_allowed(now.actor, now.manifest, flow.object, "read"):
        found = read.list_records(ListRequest(flow.object, order=("-id",), limit=_MOST_RECORDS), now.context).records
        records = [(encode_id(r.id), r.title) for r in found]
        chosen = chosen_titles(request.form, ("record",), reader)
        records += [one for one in chosen.items() if one[0] not in dict(records)]
    path = next((p for p in now.manifest.files if p.endswith(f"flows/approvals/{name}.yaml")), "")
    return admin_page(
        "approval_try",
        reader.render(Message("Try a flow")),
        "approval_try",
        status=422 if tried is not None and tried.problems else 200,
        flows=[(f.name, reader.label(f.label)) for f in flows],
        flow=name,
        records=records,
        of_object=flow.object if flow is not None else "",
        people=people(reader),
        source=now.manifest.files.get(path, ""),
        typed=request.form,
        tried=tried,
    )
