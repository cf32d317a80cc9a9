"""Units opened by other parts: what they write is noted and can be taken back as a whole.

``with open_unit(context, subject, "merge", "account") as unit: unit.write(commands)``. Within a transaction of the
caller everything is part of it; else each ``write`` (or ``work``) is a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any

from jimu.bulk.model import Item
from jimu.bulk.noting import as_engine, items_of
from jimu.bulk.results import Run, create_run, end_run, load_run, note_items
from jimu.fieldtypes.ids import encode_id
from jimu.messages import Message
from jimu.records import BatchResult, Command, Context, write

Mark = Callable[[Sequence[Item]], Sequence[Item]]
BROKE_OFF = Message("It broke off.")


class Unit:
    """``context``: of whoever acts; ``run``: how far it is."""

    def __init__(self, run: Run, context: Context) -> None:
        self.run = run
        self.context = replace(context, reason=context.reason or f"mass {encode_id(run.id)}")

    @property
    def id(self) -> int:
        return self.run.id

    def write(
        self, commands: Sequence[Command], context: Context | None = None, *, atomic: bool = False
    ) -> BatchResult:
        """As ``records.write_many``, noted; with ``context`` as another actor or in a transaction of the caller."""
        with self.work(context) as inner:
            return write.write_many(commands, inner, atomic=atomic)

    @contextmanager
    def work(self, context: Context | None = None, mark: Mark | None = None, **more: Any) -> Iterator[Context]:
        """A context whose writes are all noted, at the end of the block, in its transaction.

        ``mark`` may change the items first; ``more``: values for the unit's record, as ``progress``.
        """
        with write.unit_of_work(context or self.context) as unit:
            journal: list[Any] = []
            yield replace(unit, journal=journal, unit=self.run.id, reason=unit.reason or self.context.reason)
            items: Sequence[Item] = items_of(journal, self.run.object, self.run.begun, unit)
            self.run = note_items(self.run, mark(items) if mark else items, unit, **more)

    def close(self, state: str = "done", problem: Message | None = None) -> Run:
        """The unit is over; from now on it can be taken back."""
        if not self.run.is_over:
            with write.unit_of_work(self.context) as unit:
                self.run = end_run(self.run, state, unit, problem)
        return self.run

    def __enter__(self) -> Unit:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        elif self.context.transaction is None:
            self.close("failed", BROKE_OFF)


def open_unit(
    context: Context, subject: Message | str, action: str, object: str, *, total: int = 0, plan: Any = None
) -> Unit:
    """A new unit of the context's actor. ``action``: one of those in ``mass_change.yaml``; ``object``: that of most of
    its records; ``total``: how many there will be, where that is known; ``plan``: what was asked for, as JSON.
    """
    values = {"of_object": object, "action": action, "total": total, "plan": plan}
    with write.unit_of_work(context) as unit:
        id = create_run(subject, values, unit)
        run = load_run(id, as_engine(unit))
    return Unit(run, context)


def resume_unit(id: int, context: Context) -> Unit:
    """A unit that was begun before, to go on with it. Raises NotFound."""
    return Unit(load_run(id, as_engine(context)), context)
