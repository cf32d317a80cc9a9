"""What became of one record that was to be claimed, returned or assigned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jimu.errors import BadRequest, Conflict
from jimu.messages import Message
from jimu.records import Context, write

DONE, TAKEN, REFUSED, ABSENT = "done", "taken", "refused", "absent"
GONE = Message("There is no such record, or you may not see it.")
MOST_AT_ONCE, PORTION = 10_000, 400
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


def in_portions(
    ids: Sequence[int], context: Context, work: Callable[[Context, Sequence[int]], list[Outcome]]
) -> list[Outcome]:
    """``work`` on up to ``MOST_AT_ONCE`` records, a portion of them in each transaction, so that nobody who claims at
    the same moment waits for long; one outcome per id, in order. Raises BadRequest for none or more.
    """
    wanted = list(dict.fromkeys(ids))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise BadRequest(Message("Choose between 1 and {most} records.", {"most": MOST_AT_ONCE}))
    portions = [wanted[at : at + PORTION] for at in range(0, len(wanted), PORTION)]
    return [one for part in portions for one in in_one_unit(context, lambda unit, part=part: work(unit, part))]  # type: ignore[misc]


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
