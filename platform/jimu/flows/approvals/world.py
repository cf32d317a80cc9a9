"""What the core asks of the world outside: the organisation, the record, the calendar. A port with one method.

Each question is a name and plain arguments, each answer plain data, so that a run's answers can be kept beside its
decisions and a replay gives the same. ``World`` gives the questions types; ``Recording`` notes, ``Replaying`` repeats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from jimu.definitions.kinds.duration import Duration
from jimu.flows.approvals.model import Agent


class Answers(Protocol):
    def answer(self, question: str, *arguments: Any) -> Any:
        """The answer to one of these, as plain data (people are ids, moments ISO texts):

        active(user) bool · manager(user) user or None ·
        head(department, level) user or None (level 1 is the department's own head) · department(user) id or None ·
        above(department) id or None · departments(user) ids, the main one first · company(department) the legal company
        that it belongs to, None where none is marked · companies(user) those of the departments ·
        role(name, within, submitter) users ·
        has_role(user, role) bool · group(code) users · field(name) users of the record's field · owner users ·
        named(emails) users · formula(node, place) users · agents(user, flow, at) [[user, until or None]] ·
        condition(node, branch) {holds: bool, values: what it read} · filled(field) bool ·
        lines_blank(object.field, lines left out) bool · moment(field) ISO or None · items(node) ids ·
        due(at, amount, unit, user or None, calendar) ISO · rates() {code: number as text} ·
        admins() users · is_admin(user) bool
        """
        ...


class World:
    """The questions, typed. ``answers`` is where they go."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._read: dict[str, Any] = {}

    def _ask(self, question: str, *arguments: Any) -> Any:
        return self._answers.answer(question, *arguments)

    def is_active(self, user: int) -> bool:
        return bool(self._ask("active", user))

    def manager(self, user: int) -> int | None:
        found: int | None = self._ask("manager", user)
        return found

    def department(self, user: int) -> int | None:
        found: int | None = self._ask("department", user)
        return found

    def head(self, department: int) -> int | None:
        found: int | None = self._ask("head", department)
        return found

    def departments(self, user: int) -> tuple[int, ...]:
        return _people(self._ask("departments", user))

    def company(self, department: int) -> int | None:
        found: int | None = self._ask("company", department)
        return found

    def companies(self, user: int) -> tuple[int | None, ...]:
        return tuple(self._ask("companies", user))

    def above(self, department: int) -> int | None:
        found: int | None = self._ask("above", department)
        return found

    def role(self, name: str, within: str, submitter: int) -> tuple[int, ...]:
        return _people(self._ask("role", name, within, submitter))

    def has_role(self, user: int, role: str) -> bool:
        return bool(self._ask("has_role", user, role))

    def group(self, code: str) -> tuple[int, ...]:
        return _people(self._ask("group", code))

    def field(self, name: str) -> tuple[int, ...]:
        return _people(self._ask("field", name))

    def owner(self) -> tuple[int, ...]:
        return _people(self._ask("owner"))

    def admins(self) -> tuple[int, ...]:
        return _people(self._ask("admins"))

    def is_admin(self, user: int) -> bool:
        return user == 0 or bool(self._ask("is_admin", user))

    def named(self, emails: Sequence[str]) -> tuple[int, ...]:
        return _people(self._ask("named", list(emails)))

    def formula(self, node: str, place: str) -> tuple[int, ...]:
        return _people(self._ask("formula", node, place))

    def agents(self, user: int, at: datetime) -> tuple[Agent, ...]:
        """Who may act for ``user`` now, chains followed, cycles cut, nearest first."""
        return tuple(Agent(u, _moment(until)) for u, until in self._ask("agents", user, at.isoformat()))

    def condition(self, node: str, branch: int) -> bool:
        found = self._ask("condition", node, branch)
        if not isinstance(found, Mapping):
            return bool(found)
        self._read.update(found["values"])
        return bool(found["holds"])

    def take_values(self) -> dict[str, Any]:
        """What the conditions asked since the last time have read: path -> value."""
        found, self._read = self._read, {}
        return found

    def rates(self) -> dict[str, str]:
        """Code -> what a unit of it is worth today in the workspace's own currency; {} where the flow needs none."""
        return dict(self._ask("rates"))

    def is_filled(self, field: str) -> bool:
        return bool(self._ask("filled", field))

    def are_lines_blank(self, column: str, besides: tuple[str, ...]) -> bool:
        """Whether a line of the record other than ``besides`` has nothing in ``column`` (object.field)."""
        return bool(self._ask("lines_blank", column, list(besides)))

    def moment(self, field: str) -> datetime | None:
        return _moment(self._ask("moment", field))

    def items(self, node: str) -> tuple[str, ...]:
        return tuple(str(i) for i in self._ask("items", node))

    def due(self, at: datetime, span: Duration, user: int | None, calendar: str) -> datetime:
        found = _moment(self._ask("due", at.isoformat(), span.amount, span.unit, user, calendar))
        assert found is not None
        return found


def _people(found: Iterable[Any]) -> tuple[int, ...]:
    return tuple(int(i) for i in found)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class Recording:
    """Notes each answer that it passes on."""

    def __init__(self, answers: Answers) -> None:
        self._answers, self.noted = answers, list[Any]()

    def answer(self, question: str, *arguments: Any) -> Any:
        found = self._answers.answer(question, *arguments)
        self.noted.append([question, list(arguments), found])
        return found


class Replaying:
    """Repeats noted answers, in order; another question than the noted one means that the two runs differ."""

    def __init__(self, noted: Iterable[Any]) -> None:
        self._left = list(noted)

    def answer(self, question: str, *arguments: Any) -> Any:
        if not self._left:
            raise ReplayDiffers(f"{question}{arguments} was never asked")
        name, given, found = self._left.pop(0)
        if name != question or list(given) != list(arguments):
            raise ReplayDiffers(f"{question}{arguments} is asked where {name}{tuple(given)} was")
        return found


class ReplayDiffers(Exception):
    """The history does not lead where it is said to lead."""
