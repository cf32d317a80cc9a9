"""The draft: one command on its way through the steps of the write path. Hooks get it to look at and to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.errors import Invalid, JimuError, Problem
from jimu.messages import Message
from jimu.records.commands import Command, Record

INVALID = Message("Some values are not right.")


@dataclass(slots=True, eq=False)
class Draft:
    """``before``: the stored row (None for a new record). ``values``: the row as it would be stored, by field name.

    ``given``: the values asked for, as they came. ``touched``: the fields that may differ from ``before``. ``changed``:
    those that do (set by ``find_changes``). A ``problem`` is one thing wrong with the values; all are collected before
    the draft is refused. ``error`` stops the draft: no later step looks at it.
    """

    row: int
    command: Command
    object: str
    action: str  # create update delete purge restore
    id: int = 0
    given: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None  # that the asker saw; None: any
    before: dict[str, Any] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    changed: tuple[str, ...] = ()
    by_hook: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    duplicates: list[Any] = field(default_factory=list)  # duplicates.Told: records taken for the same
    allowed_duplicates: bool = False
    requests: list[Any] = field(default_factory=list)  # DuplicateRuleDef: by which it has to be approved
    waits: bool = False  # it is stored, or what it changes is kept aside, until somebody has approved it
    error: JimuError | None = None
    new_version: int = 1
    record: Record | None = None
    aside: Any = None  # what a hook took out of the draft, to be followed up once it is stored

    def get(self, field: str) -> Any:
        """The value as it would be stored."""
        return self.values.get(field)

    def set(self, field: str, value: Any) -> None:
        """Change a value from a hook; it is coerced and judged like any other, but needs no field permission."""
        self.values[field] = value
        self.touched.add(field)
        self.by_hook.add(field)

    def add_problem(self, code: str, message: Message, field: str | None = None) -> None:
        """Refuse the write, together with all other problems."""
        self.problems.append(Problem(code, message, field))

    def add_warning(self, code: str, message: Message, field: str | None = None) -> None:
        """Tell the person something without refusing."""
        self.warnings.append(Problem(code, message, field))

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def is_unchanged(self) -> bool:
        return self.before is not None and not self.changed

    def judge(self) -> None:
        """Turn the problems found so far into the error that stops the draft."""
        if self.problems and self.error is None:
            details = {"duplicates": [d.dump() for d in self.duplicates]} if self.duplicates else None
            self.error = Invalid(INVALID, self.problems, details)


@dataclass(frozen=True)
class Preview:
    """What a write would do. ``action``: create, update, delete, restore, purge or unchanged.

    ``values``: the readable values after all steps. ``visible``, ``required``, ``read_only``: the state of the fields
    in a form, by conditions and permissions. ``error``: what stopped it before its values were judged.
    """

    object: str
    action: str
    id: int | None
    values: Mapping[str, Any]
    changed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    error: JimuError | None = None
    visible: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    duplicates: tuple[Any, ...] = ()  # duplicates.Told
    waits: bool = False  # for an approval
