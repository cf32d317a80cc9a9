"""What became of one record that was to be claimed, returned or assigned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jimu.errors import Conflict
from jimu.messages import Message
from jimu.records import Context, write

DONE, TAKEN, REFUSED, ABSENT = "done", "taken", "refused", "absent"
GONE = Message("There is no such record, or you may not see it.")
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """``status``: done, taken (somebody else has it: ``by``, since ``at``), refused or absent; ``message`` says why."""

    id: int
    status: str
    code: str = ""
    message: Message | None = None
    by: int | None = None
    at: datetime | None = None
    person: int | None = None  # who has it now

    @property
    def is_done(self) -> bool:
        return self.status == DONE


def refused(id: int, code: str, message: Message) -> Outcome:
    return Outcome(id, REFUSED, code, message)


def absent(id: int) -> Outcome:
    return Outcome(id, ABSENT, "not_found", GONE)


def in_one_unit(context: Context, work: Callable[[Context], list[Outcome]]) -> list[Outcome]:
    """``work`` in one transaction; where others hold the same records for long, tried again from the beginning."""
    for attempt in range(_ATTEMPTS):
        try:
            with write.unit_of_work(context) as unit:
                return work(unit)
        except Conflict:
            if context.transaction is not None or attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")
