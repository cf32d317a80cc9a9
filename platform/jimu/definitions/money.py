"""In which currency an amount is: the field that says it, also for amounts that formulas make of others; and which
amounts a condition compares. Amounts of different currencies are different things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef
from jimu.formulas.formula import Formula
from jimu.formulas.tree import Call, Constant, Field, Node, walk

Find = Callable[[str, str], FieldDef | None]
"""The field of an object, by their names."""
_COMPARISONS = frozenset({"less", "less_equal", "greater", "greater_equal"})


@dataclass(frozen=True, slots=True)
class MoneyOf:
    """``fields``: those of the same record that hold codes; ``fixed``: codes that are written in the definitions.

    Neither: the workspace's own currency. ``is_open``: an amount over a lookup has part in it, whose code is not here.
    """

    fields: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    is_open: bool = False

    def code(self, values: Mapping[str, Any], own: str) -> str | None:
        """The one currency of the amount in a record with ``values``; None: of several, or not to be told."""
        found = {*self.fixed, *(values.get(name) or own for name in self.fields)} or {own}
        return next(iter(found)) if len(found) == 1 and not (self.is_open and found != {own}) else None


def code_of(name: str) -> str:
    """The field with the currency of the amount in the field ``name``."""
    return f"{name}_currency"


def varies(field: FieldDef) -> bool:
    """Whether it is an amount whose currency each record says itself."""
    return field.type == "currency" and not field.options.get("currency")


def is_money(field: FieldDef) -> bool:
    return "currency" in (field.type, field.options.get("returns"))


def money_of(field: FieldDef, manifest: Manifest) -> MoneyOf:
    """Where the code of ``field`` (money, or what is computed of money) is found."""
    objects = manifest.objects
    return money_found(field, lambda object, name: objects[object].fields.get(name) if object in objects else None)


def money_found(field: FieldDef, find: Find) -> MoneyOf:
    """``money_of`` before there is a manifest."""
    names: dict[str, None] = {}
    fixed: dict[str, None] = {}
    is_open = False
    for source in _sources(field, find, frozenset()):
        if source is None:
            is_open = True
        elif isinstance(source, str):
            fixed[source] = None
        elif source.rollup is not None and source.rollup.currency_of:
            names[source.rollup.currency_of] = None
        elif source.options.get("currency"):
            fixed[source.options["currency"]] = None
        elif varies(source):
            names[code_of(source.name)] = None
    return MoneyOf(tuple(names), tuple(fixed), is_open)


def _sources(field: FieldDef, find: Find, seen: frozenset[str]) -> list[FieldDef | str | None]:
    """The amounts that ``field`` is made of; a code: one converted into it; None: one that lies over a lookup."""
    if not isinstance(field.formula, Formula):
        return [field]
    paths, found = _unconverted(field.formula.tree)
    for path in sorted(paths):
        end = _end_of(path, field.object, find)
        if end is None or not is_money(end) or end.name in seen:
            continue
        found += [None] if len(path) > 1 else _sources(end, find, seen | {field.name})
    return found


def _unconverted(tree: Node) -> tuple[set[tuple[str, ...]], list[FieldDef | str | None]]:
    """The paths that stand outside of conversions, and the currencies that the others are converted into."""
    paths: set[tuple[str, ...]] = set()
    codes: dict[str, None] = {}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Field):
            paths.add(node.path)
        elif isinstance(node, Call) and node.key == "convert":
            target = node.args[2]
            if isinstance(target, Constant) and isinstance(target.value, str):
                codes[target.value] = None
        elif isinstance(node, Call):
            waiting += node.args
    return paths, [*codes]


def _end_of(path: tuple[str, ...], object: str, find: Find) -> FieldDef | None:
    """The field that ``path`` ends at; of a lookup to several objects that of the first one."""
    field = find(object, path[0])
    for step in path[1:]:
        field = find(field.target[0], step) if field is not None and field.target else None
    return field


def compared_in(formula: Any, object: str, find: Find) -> Iterator[str]:
    """The record's own amounts in any currency that the formula compares without asking in which they are."""
    for path in dict.fromkeys(_compared(formula)):
        field = find(object, path[0]) if len(path) == 1 else None
        if field is not None and varies(field) and (code_of(field.name),) not in formula.paths:
            yield field.name


def _compared(formula: Any) -> Iterator[tuple[str, ...]]:
    """The paths that the formula holds against a number other than zero, or against other fields."""
    if not isinstance(formula, Formula):
        return
    for node in walk(formula.tree):
        if not (isinstance(node, Call) and node.key in _COMPARISONS):
            continue
        if any(isinstance(a, Constant) and a.value == 0 for a in node.args):
            continue
        for argument in node.args:
            yield from (found.path for found in walk(argument) if isinstance(found, Field))
