"""Filters as trees of conditions: what is built by clicking, and how it stands in addresses.

A condition is a field path, an operator and values, in JSON ``["account.industry","in","retail"]``; a group is
``{"all": […]}``, ``{"any": […]}`` or ``{"none": […]}``. ``list_formulas`` turns trees into the formula language and
``list_recognition`` formulas into trees; of trees that mean the same, ``normal`` gives the one that comes back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

GROUPS = ("all", "any", "none")
MOST_PARTS = 200
MOST_DEPTH = 8
MOST_TEXT = 20_000

# Operators that say the opposite of each other, blanks included.
NEGATIONS = {
    "in": "not_in",
    "eq": "ne",
    "contains": "not_contains",
    "blank": "not_blank",
    "is_true": "is_false",
    "has_any": "has_none",
    "me": "not_me",
    "followed": "not_followed",
}
NEGATIONS |= {negated: plain for plain, negated in NEGATIONS.items()}


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    operator: str
    values: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return dump_tree(self)


@dataclass(frozen=True, slots=True)
class Group:
    """``how``: all, any or none of ``items`` hold. No items: no condition."""

    how: str
    items: tuple[Tree, ...] = ()


Tree = Condition | Group
EMPTY = Group("all")


def read_condition(text: str) -> Condition | None:
    """The condition that an address names; None if it is none."""
    found = read_tree(text)
    return found if isinstance(found, Condition) else None


def read_tree(text: str) -> Tree | None:
    """The tree that a JSON text holds; None if it is none, or larger than a filter may be."""
    if len(text) > MOST_TEXT:
        return None
    try:
        found = _read(json.loads(text), 0)
    except (ValueError, RecursionError):
        return None
    return found if found is not None and sum(1 for _ in conditions_of(found)) <= MOST_PARTS else None


def _read(given: Any, depth: int) -> Tree | None:
    if isinstance(given, list):
        is_condition = len(given) >= 2 and all(isinstance(v, str) for v in given)
        return Condition(given[0], given[1], tuple(given[2:])) if is_condition else None
    if not isinstance(given, dict) or len(given) != 1 or depth >= MOST_DEPTH:
        return None
    (how, inner), *_ = given.items()
    if how not in GROUPS or not isinstance(inner, list) or len(inner) > MOST_PARTS:
        return None
    items = [_read(item, depth + 1) for item in inner]
    return None if None in items else Group(how, tuple(i for i in items if i is not None))


def plain(tree: Tree) -> Any:
    """The tree as JSON values."""
    if isinstance(tree, Condition):
        return [tree.field, tree.operator, *tree.values]
    return {tree.how: [plain(item) for item in tree.items]}


def dump_tree(tree: Tree) -> str:
    return json.dumps(plain(tree), ensure_ascii=False, separators=(",", ":"))


def conditions_of(tree: Tree) -> Iterator[Condition]:
    """All conditions of the tree, in reading order."""
    if isinstance(tree, Condition):
        yield tree
    else:
        for item in tree.items:
            yield from conditions_of(item)


def all_of(*trees: Tree) -> Tree:
    """One tree that asks for all of ``trees``; groups that ask for all of theirs are taken apart."""
    parts: list[Tree] = []
    for tree in trees:
        parts += tree.items if isinstance(tree, Group) and tree.how == "all" else (tree,)
    return normal(Group("all", tuple(parts)))


def parts_of(tree: Tree) -> tuple[Tree, ...]:
    """What must all hold: the items of a group of all, else the tree itself."""
    found = normal(tree)
    return found.items if isinstance(found, Group) and found.how == "all" else (found,)


def normal(tree: Tree) -> Tree:
    """The simplest tree of the same meaning: no empty groups, none of one item, no "none of" around what can be
    denied by itself.
    """
    if isinstance(tree, Condition):
        return tree
    items = tuple(i for item in tree.items if not is_empty(i := normal(item)))
    if tree.how == "none":
        return _none_of(items)
    return items[0] if len(items) == 1 else Group(tree.how, items) if items else EMPTY


def _none_of(items: tuple[Tree, ...]) -> Tree:
    if not items:
        return EMPTY
    if len(items) > 1:
        return Group("none", items)
    (only,) = items
    if isinstance(only, Condition):
        negated = NEGATIONS.get(only.operator)
        return Condition(only.field, negated, only.values) if negated else Group("none", items)
    if only.how == "any":
        return Group("none", only.items)
    if only.how == "none":
        return normal(Group("any", only.items))
    return Group("none", items)


def is_empty(tree: Tree) -> bool:
    return isinstance(tree, Group) and not tree.items
