"""Merging many groups of duplicates by a rule: how, what would come of it, and the unit that does it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from jimu.care.merging_many import foresee_merges, start_merges
from jimu.care.retention import UNDO_DAYS
from jimu.care.scanning import scanned_rules
from jimu.errors import NotFound
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.web.pages.merging_many import ALIKE, SHOWN, SURVIVORS, VALUES, group_view, read_merges
from jimu.web.pages.model import Crumb
from jimu.web.pages.reader import Reader
from jimu.web.responses import go, page, reader_of
from jimu.web.visit import visit


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/duplicates/merge", view_func=show_merges)
    blueprint.add_url_rule("/duplicates/merge", view_func=merge_many, methods=["POST"])


def _object(name: str, reader: Reader) -> str:
    """Raises NotFound for one whose records no rule holds against each other."""
    reader.manifest.object(name)
    if not scanned_rules(reader.manifest, name):
        raise NotFound(Message("There is nothing at this address."))
    return name


def show_merges() -> Response:
    """``cluster``: groups that were chosen; else all that fit ``rule`` and ``alike``."""
    reader = reader_of(visit())
    object = _object(request.args.get("object", ""), reader)
    asked = read_merges(request.args, object)
    told = foresee_merges(asked, reader.context, SHOWN)
    title = reader.render(Message("Merge by a rule"))
    plural = reader.manifest.objects[object].plural
    return page(
        "merge_many.html",
        title,
        object=object,
        definition=reader.manifest.objects[object],
        asked=asked,
        clusters=[encode_id(id) for id in asked.ids],
        told=told,
        groups=[group_view(one, reader) for one in told.first],
        survivors=[(name, reader.render(text)) for name, text in SURVIVORS.items()],
        values=[(name, reader.render(text)) for name, text in VALUES.items()],
        alikes=[f"{alike:g}" for alike in ALIKE],
        rules={r.name: reader.label(r.definition.label) for r in scanned_rules(reader.manifest, object)},
        days=UNDO_DAYS,
        crumbs=[
            Crumb(reader.render(Message("Duplicates")), f"/duplicates?object={object}"),
            Crumb(f"{title}: {reader.label(plural)}"),
        ],
    )


def merge_many() -> Response:
    reader = reader_of(visit())
    asked = read_merges(request.form, _object(request.form.get("object", ""), reader))
    run = start_merges(asked, reader.context)
    return go(f"/o/mass_change/{encode_id(run.id)}")
