"""Dry runs: a bulk action done through the whole write path and rolled back, to tell what would come of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from jimu.bulk.actions import require_allowed
from jimu.bulk.changing import fields_read
from jimu.bulk.dry_run import taken_back
from jimu.bulk.model import AT_ONCE, Item, MassRequest
from jimu.bulk.portions import change
from jimu.bulk.selecting import count_selected, next_portion
from jimu.errors import Conflict
from jimu.records import Context, write
from jimu.storage.errors import Busy

MOST_REASONS = 20


@dataclass
class Forecast:
    """``total``: records of the selection; ``tried``: so many of them were tried. ``failed``: the first that failed.
    ``related``: records of other objects that would go along."""

    total: int = 0
    tried: int = 0
    changed: int = 0
    unchanged: int = 0
    failures: int = 0
    related: int = 0
    failed: list[Item] = field(default_factory=list)


def try_out(request: MassRequest, context: Context, most: int = AT_ONCE) -> Forecast:
    """What the change would do to the first ``most`` records. Raises what ``start`` raises for what is not allowed, and
    Conflict if others hold the store for long."""
    require_allowed(request, context)
    made = Forecast(count_selected(request.selection, context))
    try:
        with taken_back(context) as unit:
            _try(made, request, unit, most)
    except Busy:
        raise Conflict(write.BUSY) from None
    return made


def _try(made: Forecast, request: MassRequest, unit: Context, most: int) -> None:
    names = fields_read(request, unit)
    after = ""
    while made.tried < min(made.total, most):
        portion = next_portion(request.selection, after, names, unit)
        for item in change(portion, request, unit, most - made.tried):
            _count(made, item)
        after = portion.next
        if not after:
            break


def _count(made: Forecast, item: Item) -> None:
    if item.along and item.status != "failed":
        made.related += 1
        return
    made.tried += not item.along
    if item.status == "failed":
        made.failures += 1
        if len(made.failed) < MOST_REASONS:
            made.failed.append(item)
    elif item.status == "unchanged":
        made.unchanged += 1
    else:
        made.changed += 1
