"""Diagnostics: problems found in definitions, each with a stable code, a place and, if there is one, the nearest name.

Checks return lists of them and never raise; raising is for stopping, not for listing.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jimu.messages import Message, Translator


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; line and column count from 1, 0 = the whole file."""

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(p) for p in (self.file, self.line, self.column) if p)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """``code`` is stable (``unknown_field``); ``address`` names the definition (``machine.price``, ``role:clerk``)."""

    code: str
    message: Message
    place: Place = field(default_factory=Place)
    address: str = ""
    severity: Severity = Severity.ERROR
    suggestion: str | None = None

    def dump(self, translate: Translator | None = None) -> dict[str, Any]:
        return {
            "code": self.code, "severity": self.severity.value, "message": self.message.render(translate),
            "file": self.place.file, "line": self.place.line, "column": self.place.column,
            "address": self.address, "suggestion": self.suggestion,
        }


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like ``name``, if one is near enough to be what was meant."""
    found = difflib.get_close_matches(name, sorted(set(candidates)), n=1, cutoff=0.6)
    return found[0] if found else None


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(d.severity is Severity.ERROR for d in diagnostics)
