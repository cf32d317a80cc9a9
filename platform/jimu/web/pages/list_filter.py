"""The filter of one list page: the conditions of the address and the list's own, as formulas, chips and a tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from jimu.messages import Message
from jimu.records.names import MAX_FORMULA_TEXT, scope_of
from jimu.web.pages.list_address import Asked
from jimu.web.pages.list_arrangement import Arrangement
from jimu.web.pages.list_conditions import EMPTY, Group, Tree, all_of, is_empty, normal, parts_of
from jimu.web.pages.list_fields import finder
from jimu.web.pages.list_formulas import Unfit, formula_of
from jimu.web.pages.list_recognition import recognise
from jimu.web.pages.list_words import Titles, titles_in, words_of
from jimu.web.pages.reader import Reader


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of the filter in words; ``is_formula``: it is no condition, and stands as it is written. ``remove``: the
    list without it.
    """

    text: str
    remove: str
    is_formula: bool = False


@dataclass
class ListFilter:
    """``where``: the formula on top of the layout's own; ``formulas``: those of the conditions in the address.

    ``tree``: all of it as conditions; None where ``where`` is none. ``formula``: all of it in the formula language.
    ``is_foreign``: it belongs to a shared list of somebody else, whose words are not shown where it cannot be used.
    """

    where: str
    formulas: list[str] = field(default_factory=list)
    tree: Tree | None = EMPTY
    formula: str = ""
    chips: list[Chip] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    titles: Titles = field(default_factory=dict)
    is_foreign: bool = False


def list_filter(object: str, asked: Asked, arrangement: Arrangement, reader: Reader) -> ListFilter:
    """What of the address does not hold is a problem, and the rest is there all the same."""
    is_own = asked.where is None
    made = ListFilter(arrangement.where if is_own else asked.where or "")
    made.is_foreign = is_own and arrangement.saved is not None and arrangement.saved.owner != reader.actor.id
    tree = tree_of(made.where, object, reader)
    made.titles = titles_in([*asked.conditions, *([tree] if tree else [])], object, reader)
    _read_conditions(made, object, asked, reader)
    if tree is None:
        _keep_formula(made, object, asked, reader)
    else:
        _add_parts(made, tree, object, asked, reader)
        made.tree = all_of(tree, *asked.conditions) if not made.problems else Group("all", asked.conditions)
    made.formula = _together([*_brackets(made.where, tree), *made.formulas])
    return made


def tree_of(where: str, object: str, reader: Reader) -> Tree | None:
    """The conditions that a formula text is; None where it is none, or cannot be used."""
    if not where:
        return EMPTY
    if len(where) > MAX_FORMULA_TEXT:
        return None
    formula, _ = scope_of(reader.actor, reader.manifest).check(object, where)
    return recognise(formula, finder(object, reader)) if formula is not None else None


def _read_conditions(made: ListFilter, object: str, asked: Asked, reader: Reader) -> None:
    find = finder(object, reader)
    for condition in asked.conditions:
        rest = asked.address(object, conditions=tuple(c for c in asked.conditions if c is not condition))
        try:
            made.formulas.append(formula_of(condition, find))
        except Unfit:
            made.chips.append(Chip(condition.field, rest))
            problem = Message("This filter does not fit: {field}", {"field": condition.field})
            made.problems.append(reader.render(problem))
        else:
            made.chips.append(Chip(words_of(condition, object, reader, made.titles), rest))


def _keep_formula(made: ListFilter, object: str, asked: Asked, reader: Reader) -> None:
    made.tree = None
    usable = scope_of(reader.actor, reader.manifest).check(object, made.where)[0] is not None
    if usable or not made.is_foreign:
        made.chips.append(Chip(made.where, asked.address(object, where=""), is_formula=True))


def _add_parts(made: ListFilter, tree: Tree, object: str, asked: Asked, reader: Reader) -> None:
    parts = () if is_empty(tree) else parts_of(tree)
    for part in parts:
        rest = normal(Group("all", tuple(p for p in parts if p is not part)))
        address = asked.address(object, where=formula_of(rest, finder(object, reader)))
        made.chips.append(Chip(words_of(part, object, reader, made.titles), address))


def _brackets(where: str, tree: Tree | None) -> list[str]:
    if not where:
        return []
    is_chain = tree is not None and not is_empty(tree) and (not isinstance(tree, Group) or tree.how != "any")
    return [where if is_chain else f"({where})"]


def _together(formulas: list[str]) -> str:
    if len(formulas) == 1:
        text = formulas[0]
        return text[1:-1] if text.startswith("(") and text.endswith(")") and "(" not in text[1:-1] else text
    return " and ".join(formulas)
