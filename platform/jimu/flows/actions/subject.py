"""What actions are done to: records with their values, and what formulas over them may know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jimu.formulas import Environment, evaluate
from jimu.formulas.formula import Formula
from jimu.records import Context
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.world import World


@dataclass(slots=True)
class Subject:
    """One record; ``error``: why an action could not be done to it (None: all went well so far)."""

    id: int
    values: Mapping[str, Any]
    error: str | None = None


@dataclass
class Doing:
    """The records of ``object`` that actions are done to, within ``context``'s transaction, as the engine.

    ``asked_by``: the user behind it all (None: nobody, a time came).
    """

    context: Context
    object: str
    subjects: Sequence[Subject]
    asked_by: int | None = None
    world: World = field(init=False)
    environment: Environment = field(init=False)

    def __post_init__(self) -> None:
        self.environment = build_environment(self.context)
        self.world = World(self.context.transaction, self.context.manifest, self.environment)

    @property
    def standing(self) -> list[Subject]:
        """Those for which nothing has failed."""
        return [s for s in self.subjects if s.error is None]

    def value(self, given: Any, subject: Subject) -> Any:
        """A constant, or what a formula says of the subject."""
        if not isinstance(given, Formula):
            return given
        plan = plan_of(self.context.manifest, self.object)
        return evaluate(given, self.world.reader(plan, subject.values), self.environment)

    def values(self, given: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
        return {name: self.value(value, subject) for name, value in given.items()}

    def read_again(self) -> None:
        """Take the subjects' values as they are stored now."""
        rows = self.context.transaction.fetch(self.object, [s.id for s in self.standing])
        for subject in self.standing:
            subject.values = rows.get(subject.id, subject.values)
        self.world = World(self.context.transaction, self.context.manifest, self.environment)


def find_subjects(object: str, ids: Sequence[int], context: Context, *, deleted: bool = False) -> list[Subject]:
    """Those of ``ids`` that are there (``deleted``: also in the recycle bin), in their order."""
    rows = context.transaction.fetch(object, ids)
    return [
        Subject(id, rows[id]) for id in ids if id in rows and (deleted or rows[id].get("deleted_at") is None)
    ]
