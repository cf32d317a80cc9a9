"""Lengths of time in words, as configuration writes them ("8 working hours"), in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from jimu.definitions.kinds.duration import Duration, parse_duration
from jimu.messages import Message
from jimu.web.pages.reader import Reader

# One of it, several of it.
_WORDS: Mapping[str, tuple[Message, Message]] = {
    "minutes": (Message("{n} minute"), Message("{n} minutes")),
    "hours": (Message("{n} hour"), Message("{n} hours")),
    "days": (Message("{n} day"), Message("{n} days")),
    "weeks": (Message("{n} week"), Message("{n} weeks")),
    "working_minutes": (Message("{n} working minute"), Message("{n} working minutes")),
    "working_hours": (Message("{n} working hour"), Message("{n} working hours")),
    "workdays": (Message("{n} workday"), Message("{n} workdays")),
}


def length_of(written: Duration | str, reader: Reader) -> str:
    """``written`` in words; what is no length of time stays as it is."""
    found = parse_duration(written) if isinstance(written, str) else written
    if found is None:
        return str(written)
    one, several = _WORDS[found.unit]
    return reader.render(Message((one if found.amount == 1 else several).template, {"n": found.amount}))
