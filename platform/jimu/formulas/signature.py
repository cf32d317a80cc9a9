"""What a function of the language is: names, overloads, documentation and the Python that computes it.

Built-in functions, operators and plugin functions are all made here; docs/formulas.md lists what stands in the
registry. Signatures are written as text: ``"text: text, count: number -> text"``. A ``!`` after a type asks for a
constant, a ``?`` after the name makes it optional, ``*`` before the name takes any number of values. Types are
those of the language, ``any``, and ``T``: the one type that all parameters of type T and the result have in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from jimu.formulas.limits import MAX_SECONDS, NUMBER_LIMIT, PLACES
from jimu.formulas.tree import Shape

if TYPE_CHECKING:
    from jimu.formulas.tree import Node

WIDE = Shape(PLACES, NUMBER_LIMIT * 10**PLACES)
SECONDS = Shape(0, MAX_SECONDS)

ShapeRule = Callable[[Sequence["Node"]], Shape]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str
    constant: bool = False
    optional: bool = False
    rest: bool = False


@dataclass(frozen=True, eq=False)
class Signature:
    """One overload.

    ``evaluate`` computes it: it gets the values (and before them the environment, if ``environment``), never a
    blank one unless ``takes_blanks``; a blank argument otherwise makes the result blank. It must be total: no value
    of the right type may make it raise. ``may_be_blank``: the result can be blank although no argument is.
    ``reads`` says on what else the value depends: ``clock`` (also zone and work calendar), ``actor``, ``prior``;
    ``day`` beside ``clock``: of the clock no more than which day it is.
    ``python_only``: it has no SQL form. ``postgresql``: for plugin functions, builds the SQL there from SQL
    arguments; SQLite calls ``evaluate``.
    """

    key: str
    parameters: tuple[Parameter, ...]
    result: str
    evaluate: Callable[..., Any]
    takes_blanks: bool = False
    may_be_blank: bool = True
    environment: bool = False
    reads: frozenset[str] = frozenset()
    python_only: bool = False
    postgresql: Callable[..., Any] | None = None
    shape: Shape | ShapeRule = WIDE
    name: str = ""

    def shape_of(self, args: Sequence[Node]) -> Shape:
        return self.shape if isinstance(self.shape, Shape) else self.shape(args)

    @property
    def least(self) -> int:
        return sum(1 for p in self.parameters if not p.optional and not p.rest)

    @property
    def most(self) -> int | None:
        return None if self.parameters and self.parameters[-1].rest else len(self.parameters)

    def parameter(self, index: int) -> Parameter:
        return self.parameters[min(index, len(self.parameters) - 1)]

    def __str__(self) -> str:
        parts = [f"{'*' * p.rest}{p.name}{'?' * p.optional}: {p.type}{'!' * p.constant}" for p in self.parameters]
        return f"{self.name}({', '.join(parts)}) → {self.result}"


@dataclass(frozen=True)
class FunctionDef:
    """A function: ``names`` (the first is the one to use), what it does in one sentence, and examples with their
    values.
    """

    names: tuple[str, ...]
    category: str
    summary: str
    signatures: tuple[Signature, ...]
    examples: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def deterministic(self) -> bool:
        return not any(s.reads for s in self.signatures)


_PARAMETER = re.compile(r"(?P<rest>\*?)(?P<name>[a-z_0-9]+)(?P<optional>\??): (?P<type>[a-zA-Z]+)(?P<constant>!?)")


def signature(text: str, evaluate: Callable[..., Any], key: str = "", **options: Any) -> Signature:
    """An overload from its written form; ``options`` are fields of ``Signature``. ``key`` defaults to the
    function's name.
    """
    given, _, result = text.rpartition("->")
    parameters = []
    for part in filter(None, (p.strip() for p in given.split(","))):
        match = _PARAMETER.fullmatch(part)
        if match is None:
            raise ValueError(f"not a parameter: {part!r}")
        parameters.append(
            Parameter(
                match["name"], match["type"], bool(match["constant"]), bool(match["optional"]), bool(match["rest"])
            )
        )
    if "reads" in options:
        options["reads"] = frozenset(options["reads"])
    return Signature(key, tuple(parameters), result.strip(), evaluate, **options)


def define(
    names: str,
    category: str,
    summary: str,
    *signatures: Signature,
    examples: Sequence[tuple[str, Any]] = (),
) -> FunctionDef:
    """A function. ``names`` may hold several, separated by spaces; each example is an expression and its value."""
    all_names = tuple(names.split())
    named = tuple(replace(s, key=s.key or all_names[0], name=all_names[0]) for s in signatures)
    return FunctionDef(all_names, category, summary, named, tuple(examples))


@dataclass
class Registry:
    """The functions that formulas may call, by name. Plugins add theirs when they are loaded."""

    functions: dict[str, FunctionDef] = field(default_factory=dict)
    by_key: dict[str, Signature] = field(default_factory=dict)

    def register(self, functions: Iterable[FunctionDef]) -> list[str]:
        """Add ``functions``; gives the names that were refused because another function has them already."""
        refused = []
        for function in functions:
            taken = [n for n in function.names if self.functions.get(n, function) != function]
            taken += [s.key for s in function.signatures if self._is_taken(s, function)]
            if taken:
                refused.extend(taken)
                continue
            self.functions.update(dict.fromkeys(function.names, function))
            self.by_key.update({s.key: s for s in function.signatures})
        return refused

    def _is_taken(self, found: Signature, function: FunctionDef) -> bool:
        other = self.by_key.get(found.key)
        return other is not None and other not in function.signatures

    def all(self) -> list[FunctionDef]:
        """Every function once, in the order of registration."""
        return list({f.name: f for f in self.functions.values()}.values())


REGISTRY = Registry()
