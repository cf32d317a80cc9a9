"""Bulk actions that were begun: how far they are, what failed and why, pausing and stopping one and taking it back."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, request

from jimu.bulk import failures_of, foresee_undo, load_run, pause, resume, start_undo, stop
from jimu.bulk.model import Item
from jimu.bulk.noting import as_engine
from jimu.exchange.spreadsheet_safety import protect
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.web.pages.mass import RUN, failed_rows
from jimu.web.pages.model import Crumb
from jimu.web.responses import fragment, go, is_fetch, page, reader_of, record_id
from jimu.web.views.mass import ended
from jimu.web.visit import visit

MOST_SHOWN = 200
MOST_IN_FILE = 100_000
_HEADS = (Message("Id"), Message("Record"), Message("Reason"))


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(f"/o/{RUN}/<id>", view_func=show_run)
    blueprint.add_url_rule(f"/o/{RUN}/<id>/failures.csv", view_func=failures_file)
    blueprint.add_url_rule(f"/o/{RUN}/<id>/undo", view_func=show_undo)
    blueprint.add_url_rule(f"/o/{RUN}/<id>/undo", view_func=undo_run, methods=["POST"])
    blueprint.add_url_rule(f"/o/{RUN}/<id>/stop", view_func=stop_run, methods=["POST"])
    blueprint.add_url_rule(f"/o/{RUN}/<id>/pause", view_func=pause_run, methods=["POST"])
    blueprint.add_url_rule(f"/o/{RUN}/<id>/resume", view_func=resume_run, methods=["POST"])


def show_run(id: str) -> Response:
    """The page of a run; a script that follows it gets only what changes."""
    reader = reader_of(visit())
    run = load_run(record_id(id), reader.context)
    failed = failed_rows(run.object, failures_of(run, reader.context, MOST_SHOWN), reader) if run.failures else []
    href = f"/o/{RUN}/{encode_id(run.id)}"
    problem = run.problem_in(reader.translate)
    if is_fetch():
        return fragment("mass_run_parts.html", run=run, failed=failed, href=href, actor=reader.actor, problem=problem)
    plural, subject = reader.label(reader.manifest.object(RUN).plural), run.subject_in(reader.translate)
    return page(
        "mass_run.html",
        subject,
        object=RUN,
        run=run,
        failed=failed,
        problem=problem,
        href=href,
        list_href=f"/o/{run.object}" if run.object else f"/o/{RUN}",
        crumbs=[Crumb(plural, f"/o/{RUN}"), Crumb(subject)],
    )


def failures_file(id: str) -> Response:
    """The records that failed, with their reasons, as CSV for a spreadsheet."""
    reader = reader_of(visit())
    run = load_run(record_id(id), reader.context)
    text = io.StringIO()
    text.write("\ufeff")
    rows = csv.writer(text)
    rows.writerow([reader.render(head) for head in _HEADS])
    items = failures_of(run, reader.context, MOST_IN_FILE)
    for start in range(0, len(items), MOST_SHOWN):
        part = items[start : start + MOST_SHOWN]
        for item, row in zip(part, failed_rows(run.object, part, reader), strict=True):
            rows.writerow([encode_id(item.id) if item.id else "", protect(row.title), protect(row.reason)])
    headers = {"Content-Disposition": 'attachment; filename="failures.csv"'}
    return Response(text.getvalue(), mimetype="text/csv", headers=headers)


def show_undo(id: str) -> Response:
    """What taking a run back would meet, and what is to happen to records that were changed since."""
    reader = reader_of(visit())
    run = load_run(record_id(id), reader.context)
    forecast = foresee_undo(run, reader.context)
    shown = [
        Item(c.item.id, "failed", reason=c.reason, object=c.item.object) for c in forecast.first
    ]
    redo = run.action == "undo" and not load_run(run.id, as_engine(reader.context)).plan.get("redo")
    href = f"/o/{RUN}/{encode_id(run.id)}"
    plural, subject = reader.label(reader.manifest.object(RUN).plural), run.subject_in(reader.translate)
    return page(
        "mass_undo.html",
        subject,
        subject=subject,
        object=RUN,
        run=run,
        is_redo=redo,
        forecast=forecast,
        conflicts=failed_rows(run.object, shown, reader),
        href=href,
        back=href,
        crumbs=[Crumb(plural, f"/o/{RUN}"), Crumb(subject, href), Crumb(reader.render(Message("Undo")))],
    )


def undo_run(id: str) -> Response:
    reader = reader_of(visit())
    run = load_run(record_id(id), reader.context)
    undone = start_undo(run, reader.context, overwrite=request.form.get("overwrite") == "1")
    return ended(undone, reader, f"/o/{run.object}" if run.object else f"/o/{RUN}")


def stop_run(id: str) -> Response:
    reader = reader_of(visit())
    run = load_run(record_id(id), reader.context)
    stop(run, reader.context)
    return go(request.path.removesuffix("/stop"), Message("It was stopped."))


def pause_run(id: str) -> Response:
    reader = reader_of(visit())
    pause(load_run(record_id(id), reader.context), reader.context)
    return go(request.path.removesuffix("/pause"), Message("It waits."))


def resume_run(id: str) -> Response:
    reader = reader_of(visit())
    resume(load_run(record_id(id), reader.context), reader.context)
    return go(request.path.removesuffix("/resume"))
