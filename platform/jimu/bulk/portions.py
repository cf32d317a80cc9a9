"""One batch of what was asked for a selection: the next records, and what goes along with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from jimu.bulk.actions import commands_for
from jimu.bulk.changing import GONE, fields_read, write_all
from jimu.bulk.model import Item, MassRequest
from jimu.bulk.moving_along import move_along
from jimu.bulk.noting import item_of
from jimu.bulk.results import Run
from jimu.bulk.selecting import Portion, next_portion
from jimu.records import Context

Batch = tuple[list[Item], str, Mapping[str, Any]]
"""What was done; where the next batch begins ('': there is none); further values to note with the run."""


def change_next(run: Run, context: Context) -> Batch:
    """Changes the next records. No more are touched than there were when the run was asked for."""
    request = run.request
    assert request is not None
    portion = next_portion(request.selection, run.progress, fields_read(request, context), context)
    items = change(portion, request, context, run.total - run.handled, run.begun)
    handled = run.handled + sum(not item.along for item in items)
    return items, "" if handled >= run.total else portion.next, {}


def change(
    portion: Portion, request: MassRequest, context: Context, most: int, begun: datetime | None = None
) -> list[Item]:
    """What becomes of (at most ``most`` of) the records of a portion."""
    records = portion.records[:most]
    along = move_along(records, request, begun, context)
    commands = commands_for(records, request, context)
    object = request.selection.object
    done: list[Item] = []
    for record, command, result in zip(records, commands, write_all(commands, context), strict=True):
        item = item_of(command, result, object, begun, context)
        done.append(replace(item, id=record.id, object="") if item.status == "failed" else item)
    return [*along, *done, *(Item(id, "failed", reason=GONE) for id in _absent(portion, most - len(records)))]


def _absent(portion: Portion, most: int) -> Sequence[int]:
    return portion.absent[: max(0, most)]
