"""One batch of a run: the next records are changed, or put back as they were before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jimu.bulk.changing import GONE, command_for, fields_read, item_of, values_before, write_all
from jimu.bulk.model import Item, MassRequest
from jimu.bulk.results import Run, batch_before
from jimu.bulk.selecting import Portion, find_records, next_portion
from jimu.errors import BadRequest
from jimu.messages import Message
from jimu.records import Context
from jimu.records.commands import Restore, Update
from jimu.translation import translator

CHANGED_SINCE = Message("It was changed since and stays as it is.")

Batch = tuple[list[Item], str]
"""What was done, and where the next batch begins: '' when there is none."""


def change_next(run: Run, context: Context) -> Batch:
    """Edits or deletes the next records. No more are touched than there were when the run was asked for."""
    request = run.request
    assert request is not None
    portion = next_portion(request.selection, run.progress, fields_read(request, context), context)
    items = change(portion, request, context, run.total - run.handled)
    is_through = run.handled + len(items) >= run.total
    return items, "" if is_through else portion.next


def change(portion: Portion, request: MassRequest, context: Context, most: int) -> list[Item]:
    """What becomes of (at most ``most`` of) the records of a portion."""
    records = portion.records[:most]
    names = fields_read(request, context)
    fields = context.manifest.object(request.selection.object).fields
    results = write_all([command_for(r, request, context) for r in records], context)
    done = [
        item_of(r.id, result, values_before(r, names, context), fields, context)
        for r, result in zip(records, results, strict=True)
    ]
    gone = GONE.render(translator(context.actor.locale))
    return [*done, *(Item(id, "failed", reason=gone) for id in portion.absent)]


def undo_next(run: Run, context: Context) -> Batch:
    """Takes back the last batch that is not taken back yet."""
    if run.undoes is None:
        raise BadRequest(Message("What this takes back is no longer there."))
    found = batch_before(run.undoes, int(run.progress) if run.progress else None, context)
    if found is None:
        return [], ""
    number, items = found
    done = _put_back(run.object, [i for i in items if i.status in ("updated", "deleted")], context)
    return done, str(number) if number > 0 else ""


def _put_back(object: str, items: Sequence[Item], context: Context) -> list[Item]:
    """Restores what was deleted and the values of what was changed, where nobody has changed the record since."""
    say = translator(context.actor.locale)
    updated = [i.id for i in items if i.status == "updated"]
    now = {id: r.version for id, r in find_records(object, updated, (), context).items()}
    refused: dict[int, str] = {}
    commands: list[Restore | Update] = []
    for item in items:
        if item.status == "deleted":
            commands.append(Restore(object, item.id))
        elif item.id not in now:
            refused[item.id] = GONE.render(say)
        elif now[item.id] != item.version:
            refused[item.id] = CHANGED_SINCE.render(say)
        else:
            commands.append(Update(object, item.id, dict(item.before or {}), item.version))
    results = write_all(commands, context)
    fields = context.manifest.object(object).fields
    done = [item_of(c.id, r, None, fields, context) for c, r in zip(commands, results, strict=True)]
    return [*done, *(Item(id, "failed", reason=reason) for id, reason in refused.items())]


WORK: dict[str, Callable[[Run, Context], Batch]] = {"edit": change_next, "delete": change_next, "undo": undo_next}
