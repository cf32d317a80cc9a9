"""The exception vocabulary. Each class has a stable code; the faces alone turn one into an HTTP status or exit code.

``Problem`` is one thing wrong with one record (or a request's parameter); ``Invalid`` carries all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.diagnostics import Diagnostic
from jimu.messages import Message


@dataclass(frozen=True, slots=True)
class Problem:
    """``field`` is a field name, a parameter name, or None for the whole record; ``row`` counts from 0 in bulk."""

    code: str
    message: Message
    field: str | None = None
    row: int | None = None


class JimuError(Exception):
    """Base of all errors that a person or program outside may see."""

    code = "error"

    def __init__(self, message: Message, problems: Sequence[Problem] = (), details: Mapping[str, Any] | None = None):
        super().__init__(message.render())
        self.message = message
        self.problems = tuple(problems)
        self.details = dict(details or {})


class Unauthenticated(JimuError):
    code = "unauthenticated"


class Forbidden(JimuError):
    code = "forbidden"


class NotFound(JimuError):
    """Also raised for what exists but may not be read: the two must look alike."""

    code = "not_found"


class BadRequest(JimuError):
    """The request itself cannot be understood: an unknown parameter, a formula that does not parse."""

    code = "bad_request"


class Invalid(JimuError):
    """The values break rules; ``problems`` lists every one."""

    code = "invalid"


class StaleVersion(JimuError):
    """Written against an older version. ``details``: ``version`` (now), ``current`` (readable values now)."""

    code = "stale_version"


class Conflict(JimuError):
    """The state forbids it: a restricted deletion, a used idempotency key."""

    code = "conflict"


class Locked(JimuError):
    code = "locked"


class TooManyRequests(JimuError):
    code = "too_many_requests"


class TooLarge(JimuError):
    code = "too_large"


@dataclass
class DefinitionErrors(Exception):
    """The configuration does not load; ``diagnostics`` has every problem found."""

    diagnostics: Sequence[Diagnostic] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(f"{d.place}: {d.message} [{d.code}]" for d in self.diagnostics)
