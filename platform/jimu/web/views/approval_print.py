"""One approval on paper: what was asked, the way it went, every decision with its words and signature."""

from __future__ import annotations

from flask import Blueprint, Response

from jimu.flows.approvals.panel import panel
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.approvals import approval_page, record_facts
from jimu.web.pages.moments import when_of
from jimu.web.responses import lone_page, reader_of, record_id
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/approvals/<id>/print", view_func=print_approval)


def print_approval(id: str) -> Response:
    """Whoever may read the approval; of the record what they may read of it."""
    reader = reader_of(visit())
    found = panel(record_id(id), reader.context)
    shown = approval_page(found, reader)
    ended = found.row.get("ended_at")
    by = read.resolve_titles({reader.actor.id or 0}, reader.context)
    return lone_page(
        "approvals/print.html",
        reader.render(Message("Approval: {title}", {"title": shown.title})),
        page=shown,
        entries=list(reversed(shown.entries)),
        facts=record_facts(found, reader),
        ended=when_of(ended, reader) if ended else None,
        printed=when_of(reader.context.clock(), reader),
        by=by.get(reader.actor.id or 0, ""),
    )
