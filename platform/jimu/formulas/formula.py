"""The checked formula: what ``check`` returns and everything else takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jimu.formulas.tree import ActorField, Field, Node, walk
from jimu.formulas.types import Environment, Path, Type

Get = Callable[[Path], Any]


@dataclass(frozen=True)
class Formula:
    """A formula that is known to be sound. ``object`` is the object it stands on; ``paths`` are the fields it reads.

    ``deterministic``: the value depends on nothing but the fields read (no clock, actor, calendar, earlier values).
    ``uses_clock``: it asks the clock, the zone or the work calendar; ``uses_moment``: for more than which day it is.
    ``python_only`` names the first function that has no SQL form (``changed``), None: it can be compiled to SQL.
    ``size`` counts the nodes, with those of the formula fields it reads.
    """

    source: str
    object: str
    tree: Node
    type: Type
    paths: frozenset[Path]
    deterministic: bool = True
    uses_actor: bool = False
    uses_clock: bool = False
    uses_moment: bool = False
    uses_prior: bool = False
    python_only: str | None = None
    size: int = 0

    @property
    def is_local(self) -> bool:
        """True if it reads nothing over a lookup."""
        return all(len(path) == 1 for path in self.paths)

    @cached_property
    def actor_fields(self) -> frozenset[str]:
        """The fields of the one who acts that it reads, those that formula fields in it read included."""
        nodes = list(walk(self.tree))
        inner = (n.symbol.formula for n in nodes if isinstance(n, Field) and n.symbol.formula is not None)
        own = frozenset(n.name for n in nodes if isinstance(n, ActorField))
        return own.union(*(f.actor_fields for f in inner))

    @cached_property
    def compiled(self) -> Callable[[Get, Environment], Any]:
        """The formula as a Python function of ``get`` and the environment (made at the first use)."""
        from jimu.formulas.compile import compile_tree

        return compile_tree(self.tree)

    def __hash__(self) -> int:
        return hash((self.object, self.source))
