"""Work of a person that is no record which could simply be written: whoever knows of it tells and gives it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jimu.bulk.hand_over.asked import HandOver
from jimu.bulk.hand_over.holdings import acting
from jimu.bulk.model import Item
from jimu.messages import Message

if TYPE_CHECKING:
    from jimu.errors import JimuError
    from jimu.records import Context

Give = Callable[[int, str, "Context"], "list[tuple[int, JimuError | None]]"]


@dataclass(frozen=True)
class OtherWork:
    """``count`` pieces of work of ``object``, each a record. ``give`` (to whom, why, context) gives them on and says of
    each what was in the way.
    """

    object: str
    label: Message
    count: int
    give: Give


def find_other_work(person: int, context: Context) -> list[OtherWork]:
    """What the context's actor may give on of it: whoever may hand over everything."""
    if context.hooks is None or not acting(context).actor.is_system:
        return []
    return [work for found in context.hooks.jimu_work_of(person=person, context=context) for work in found]


def give_other_work(asked: HandOver, reason: str, context: Context) -> list[Item]:
    """Gives all of it to the first of the receivers. What went is noted as told, not as a change that an undo would put
    back: who has a task by then may have decided it.
    """
    made: list[Item] = []
    for work in find_other_work(asked.leaver, context):
        for id, error in work.give(asked.people[0], asked.note or reason, context):
            wrong = error.message if error is not None else None
            made.append(Item(id, "failed" if error else "unchanged", reason=wrong, object=work.object, along=True))
    return made
