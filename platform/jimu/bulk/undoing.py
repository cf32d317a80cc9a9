"""Taking a unit back: a unit of its own that goes through the batches of the other, the last first.

Taking that one back in turn does it all again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from jimu.bulk.model import Item
from jimu.bulk.noting import as_engine
from jimu.bulk.portions import Batch
from jimu.bulk.putting_back import Conflicting, Putting
from jimu.bulk.results import Run, batch_before, create_run, load_run, update_run
from jimu.errors import BadRequest, Conflict
from jimu.messages import KeptMessage, Message, kept_message
from jimu.records import Context, write
from jimu.records.reading import reading

MOST_CARRIED = 20_000
"""Records touched more than once, whose versions an undo keeps on its way; of more, the rest are left as changed."""

MOST_JUDGED = 20_000
MOST_SHOWN = 100


@dataclass
class UndoForecast:
    """``total``: records that would be put back; ``judged``: so many were looked at. ``conflicts``: how many of them
    were changed since, ``lost`` cannot come back at all; ``first``: some of both."""

    total: int = 0
    judged: int = 0
    conflicts: int = 0
    lost: int = 0
    first: list[Conflicting] = field(default_factory=list)


def foresee_undo(run: Run, context: Context, most: int = MOST_JUDGED) -> UndoForecast:
    """What taking ``run`` back would meet."""
    made = UndoForecast(run.changed + run.related)
    number: int | None = None
    seen: set[int] = set()
    while made.judged < most:
        found = batch_before(run.id, number, context)
        if found is None:
            break
        number, items = found
        with reading(context) as transaction:
            _judge(made, items, seen, Putting(run, replace(context, transaction=transaction)))
    return made


def _judge(made: UndoForecast, items: list[Item], seen: set[int], putting: Putting) -> None:
    wanted = [i for i in reversed(items) if i.is_done]
    made.judged += len(wanted)
    # Of a record touched again later, the later touch has been judged.
    for one in putting.conflicts([i for i in wanted if i.id not in seen]):
        made.conflicts += one.can_overwrite
        made.lost += not one.can_overwrite
        if len(made.first) < MOST_SHOWN:
            made.first.append(one)
    seen.update(i.id for i in wanted if i.prior)


def start_undo(run: Run, context: Context, *, overwrite: bool = False) -> Run:
    """The run that takes ``run`` back. ``overwrite``: also where records were changed since. Raises Conflict if there
    is nothing to take back, StaleVersion if somebody did so at this moment."""
    run = load_run(run.id, as_engine(context))
    if not run.can_undo:
        raise Conflict(Message("There is nothing to take back."))
    is_redo = run.action == "undo" and not run.plan.get("redo")
    what = kept_message(_what(run))
    values = {
        "of_object": run.object,
        "action": "undo",
        "total": run.changed + run.related,
        "undoes": run.id,
        "plan": {"overwrite": overwrite, "redo": is_redo, "by_right": run.plan.get("by_right")},
    }
    subject = Message("Redo: {what}", {"what": what}) if is_redo else Message("Undo: {what}", {"what": what})
    with write.unit_of_work(context) as unit:
        made = load_run(create_run(subject, values, unit), as_engine(unit))
        update_run(run, {"undone_by": made.id}, unit)
        return made


def _what(run: Run) -> KeptMessage:
    """What was done in the first place, however often it has been taken back and done again since."""
    told = run.told.get("subject") or run.plan.get("what") or run.subject
    if run.action == "undo" and isinstance(told, dict):
        what: KeptMessage = told["with"].get("what", run.subject)
        return what
    return told


def undo_next(run: Run, context: Context) -> Batch:
    """Takes back the last batch that is not taken back yet."""
    if run.undoes is None:
        raise BadRequest(Message("What this takes back is no longer there."))
    found = batch_before(run.undoes, int(run.progress) if run.progress else None, context)
    if found is None:
        return [], "", {}
    number, items = found
    undone = load_run(run.undoes, as_engine(context))
    carry = {int(id): (pair[0], pair[1]) for id, pair in run.carry.items()}
    putting = Putting(undone, context, bool(run.plan.get("overwrite")), carry)
    done = putting.put_back(items)
    kept = dict(list(putting.carry.items())[-MOST_CARRIED:])
    more = {"carry": {str(id): list(pair) for id, pair in kept.items()} or None}
    return done, str(number) if number > 0 else "", more
