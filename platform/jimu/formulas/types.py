"""The types of the formula language. A formula has one type, known when it is loaded.

Blank (``None``) is a value of every type. ``number`` is one exact type for integers and decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

Path = tuple[str, ...]
"""A field path from the record a formula stands on: ("account", "owner", "name"). ("user", …) starts at the actor."""


@dataclass(frozen=True, slots=True)
class Type:
    """``name`` is one of the constants below; ``object`` is set for references (None: may point at any object)."""

    name: str
    object: str | None = None

    def __str__(self) -> str:
        return f"{self.name} to {self.object}" if self.object else self.name


TEXT = Type("text")
NUMBER = Type("number")
BOOLEAN = Type("boolean")
DATE = Type("date")
DATETIME = Type("datetime")
TIME = Type("time")
DURATION = Type("duration")
TEXTS = Type("texts")
BLANK = Type("blank")
JSON = Type("json")


def reference(object: str | None) -> Type:
    return Type("reference", object)


def references(object: str | None) -> Type:
    return Type("references", object)


# What the one who acts has beside the fields of their record. ``team``: they and their subordinates.
# ``followed``: records of whatever object.
ACTOR_FIELDS: Mapping[str, Type] = {
    "id": reference("user"),
    "roles": TEXTS,
    "subordinates": references("user"),
    "team": references("user"),
    "departments": references("department"),
    "department_and_below": references("department"),
    "followed": references(None),
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """What the checker must know of one field.

    ``scale`` and ``digits`` bound a stored number (18 digits, 2 of them after the point: a currency).
    ``choices``: the values a picklist knows, so that a misspelt constant is a diagnostic.
    ``formula``: set for a formula field that is computed when read; it is inlined by the SQL compiler.
    ``deterministic`` is False for a formula field that depends on the clock, the actor or other records.
    """

    type: Type
    scale: int = 0
    digits: int = 18
    choices: tuple[str, ...] | None = None
    formula: Any = None
    deterministic: bool = True
    readable: bool = True


class Scope(Protocol):
    """The names a formula may use."""

    def find(self, object: str, name: str) -> Symbol | None:
        """The field ``name`` of ``object``, or None."""
        ...

    def names(self, object: str) -> list[str]:
        """All field names of ``object``, for suggestions."""
        ...


@runtime_checkable
class KnowsCalendars(Protocol):
    """A scope that knows which business calendars there are; where nobody knows, a formula may name any."""

    @property
    def calendars(self) -> Collection[str]: ...


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """A business calendar as formulas use it: its days off from Monday to Friday and its worked days at week-ends;
    ``working_time`` between two moments; ``after``: when so much working time has passed (None: never).
    """

    free: frozenset[Any]
    worked: frozenset[Any]
    working_time: Callable[[datetime, datetime], timedelta | None] = lambda start, end: None
    after: Callable[[datetime, timedelta], datetime | None] = lambda start, length: None


def no_rates(code: str, day: date) -> Decimal | None:
    """Where nobody brings rates none is known."""
    return None


@dataclass(frozen=True, slots=True)
class Environment:
    """What a formula may know besides the record: the moment, the actor and the days that are worked.

    ``user`` maps the actor's fields (id, name, email, department, roles as a list of names, language …, and the sets of
    ids of ACTOR_FIELDS); None: nobody.
    ``prior`` gives the record's values before the change, for ``prior()`` and ``changed()``; None: a new record.
    ``holidays``/``workdays``: dates not worked although Monday to Friday, and worked although at a week-end.
    ``calendars``: the business calendars by name; '' is the default one.
    ``currency``: the workspace's own; ``rates`` gives what one unit of another is worth in it on a day, None: unknown.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    user: Any = None
    prior: Any = None
    holidays: frozenset[Any] = frozenset()
    workdays: frozenset[Any] = frozenset()
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    regions: Any = None
    language: str = "en"
    currency: str = ""
    rates: Callable[[str, date], Decimal | None] = no_rates
