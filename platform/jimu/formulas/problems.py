"""Problems of one formula while it is checked: code, message and the character where it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from jimu.diagnostics import Diagnostic, Place
from jimu.messages import Message

# Every code that checking a formula can give, with what it means (docs/formulas.md lists them).
CODES = {
    "syntax": "the text is no expression",
    "not_allowed": "Python has it, the formula language has not",
    "too_large": "over one of the limits",
    "unknown_field": "no such field here",
    "unknown_function": "no such function",
    "wrong_arguments": "too many or too few arguments, or one that must be a constant",
    "wrong_type": "the value is of another type than is needed",
    "unknown_choice": "the picklist has no such value",
    "bad_pattern": "a pattern that cannot be used",
    "unknown_calendar": "no such business calendar",
    "unknown_money": "no such currency code, or an amount of which it cannot be told in which currency it is",
}


class Refused(Exception):
    """Stops the checking of one part; the problem is in the list already."""


@dataclass
class Problems:
    """Collects what is wrong with one source. ``calendars``: those that may be named; None: any."""

    source: str
    place: Place
    calendars: Collection[str] | None = None
    found: list[Diagnostic] = field(default_factory=list)

    def add(
        self, code: str, offset: int, template: str, suggestion: str | None = None, hint: Message | None = None,
        **params: Any,
    ) -> None:
        """Note a problem. ``hint`` says in a sentence of its own what to write instead; ``suggestion`` is a name."""
        message = Message(template, params)
        if suggestion is not None:
            message = Message("{problem} Did you mean {suggestion}?", {"problem": message, "suggestion": suggestion})
        if hint is not None:
            message = Message("{problem} {hint}", {"problem": message, "hint": hint})
        self.found.append(Diagnostic(code, message, self._place(offset), suggestion=suggestion))

    def refuse(
        self, code: str, offset: int, template: str, suggestion: str | None = None, hint: Message | None = None,
        **params: Any,
    ) -> Refused:
        """Note a problem and give the exception to raise."""
        self.add(code, offset, template, suggestion, hint, **params)
        return Refused()

    def _place(self, offset: int) -> Place:
        before = self.source[: max(0, offset)]
        lines = before.count("\n")
        if lines:
            return Place(self.place.file, (self.place.line or 1) + lines, len(before) - before.rfind("\n"))
        return Place(self.place.file, self.place.line, (self.place.column or 1) + offset)
