"""The checked tree of a formula: four kinds of nodes, typed, immutable. All evaluators and compilers read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jimu.formulas.types import Path, Symbol, Type

if TYPE_CHECKING:
    from jimu.formulas.signature import Signature


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a number without its value: ``|value| * 10**scale`` is a whole number and at most ``bound``."""

    scale: int
    bound: int

    def rescaled(self, scale: int) -> Shape:
        """The same numbers counted in units of ``10**-scale``; a smaller scale means rounded half up."""
        if scale >= self.scale:
            return Shape(scale, self.bound * 10 ** (scale - self.scale))
        return Shape(scale, self.bound // 10 ** (self.scale - scale) + 1)


@dataclass(frozen=True, slots=True)
class Node:
    """``offset`` is the character in the source where it begins. ``shape`` is set for numbers and durations."""

    type: Type
    offset: int
    shape: Shape | None
    nullable: bool


@dataclass(frozen=True, slots=True)
class Constant(Node):
    value: Any


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field of the record, or over lookups. ``symbol`` is what the scope said when the formula was checked."""

    path: Path
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class ActorField(Node):
    """A field of the one who acts; ``name`` "id" also stands for ``user`` itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function or operator. ``signature`` is the overload that was chosen."""

    signature: Signature
    args: tuple[Node, ...]

    @property
    def key(self) -> str:
        return self.signature.key


def walk(node: Node) -> Iterator[Node]:
    """``node`` and all nodes below it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, Call):
            pending.extend(reversed(current.args))
