"""Cron lines: five fields, minute first."""

from __future__ import annotations

from croniter import croniter


def is_cron(text: str) -> bool:
    """Whether ``text`` is a cron line of five fields."""
    return len(text.split()) == 5 and bool(croniter.is_valid(text))
