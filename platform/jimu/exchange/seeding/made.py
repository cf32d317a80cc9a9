"""What a seed makes: records in memory, before and after they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False, slots=True)
class MadeRecord:
    """``values``: what is stored. ``known``: these and the values of ``let``, for later generators. ``id``: set once
    stored.
    """

    object: str
    values: dict[str, Any] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    id: int | None = None

    def value(self, name: str) -> Any:
        """A value of the record, whether it is stored or not; None if it has none of that name."""
        return self.known[name] if name in self.known else self.values.get(name)


def stored_value(value: Any) -> Any:
    """A made value as a command takes it: records become their ids."""
    if isinstance(value, MadeRecord):
        return value.id
    if isinstance(value, list):
        return [stored_value(v) for v in value]
    if isinstance(value, dict):
        return {k: stored_value(v) for k, v in value.items()}
    return value
