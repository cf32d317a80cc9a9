"""Checking the functions whose arguments depend on one another: if_, case, min, between, prior, changed."""

from __future__ import annotations

from collections.abc import Sequence

from jimu.formulas.comparison import EQUATED, ORDERED, check_choice, same_type
from jimu.formulas.conversion import call, constant, truth, unified, value_args
from jimu.formulas.overloads import resolve
from jimu.formulas.problems import Problems
from jimu.formulas.signature import REGISTRY, FunctionDef
from jimu.formulas.tree import Call, Field, Node
from jimu.formulas.types import BLANK, Type


def choose(args: Sequence[Node], offset: int, problems: Problems) -> Node:
    """``if_(condition, value, …, otherwise)``; also ``value if condition else otherwise``."""
    if len(args) < 2:
        raise problems.refuse("wrong_arguments", offset, "if_() needs a condition and a value at least.")
    values = value_args("if", args)
    same = _results(values, offset, problems)
    out, remaining = [], iter(same)
    for index, arg in enumerate(args):
        is_value = index % 2 == 1 or index == len(args) - 1
        out.append(next(remaining) if is_value else truth(arg))
    return call(REGISTRY.by_key["if"], out, offset, unified(same))


def case(args: Sequence[Node], offset: int, problems: Problems) -> Node:
    """``case(value, match, result, …, otherwise)``."""
    if len(args) < 3:
        raise problems.refuse("wrong_arguments", offset, "case() needs a value, a match and a result at least.")
    is_match = [i % 2 == 1 and i < len(args) - 1 for i in range(len(args))]
    matches = same_type([args[0], *(a for a, m in zip(args, is_match, strict=True) if m)])
    if matches is None or (unified(matches) or BLANK).name not in EQUATED | {"blank"}:
        raise problems.refuse(
            "wrong_type", offset, "The value of case() and what it is compared with are of different types."
        )
    for match in matches[1:]:
        check_choice(matches[0], match, problems)
    same = _results(value_args("case", args), offset, problems)
    compared, results = iter(matches[1:]), iter(same)
    out = [matches[0], *(next(compared) if m else next(results) for m in is_match[1:])]
    return call(REGISTRY.by_key["case"], out, offset, unified(same))


def _results(values: Sequence[Node], offset: int, problems: Problems) -> list[Node]:
    same = same_type(values)
    if same is None:
        raise problems.refuse(
            "wrong_type",
            offset,
            "The results are of different types: {types}.",
            types=list(dict.fromkeys(str(v.type) for v in values)),
        )
    return same


def alike(function: FunctionDef, args: Sequence[Node], offset: int, problems: Problems) -> Call:
    """A function whose arguments are all of one type that can be ordered (or compared, for one_of)."""
    ordering = function.name != "one_of"
    same = same_type(args, ordering)
    if same is not None and (unified(same) or BLANK).name in (ORDERED if ordering else EQUATED) | {"blank"}:
        for value in same[1:]:
            check_choice(same[0], value, problems)
        return resolve(function, same, offset, problems)
    types = list(dict.fromkeys(str(a.type) for a in args))
    raise problems.refuse(
        "wrong_type",
        offset,
        "{name}() needs values of one type that can be compared, not {types}.",
        name=function.name,
        types=types,
    )


def earlier(function: FunctionDef, args: Sequence[Node], offset: int, problems: Problems) -> Node:
    """``prior(field)`` and ``changed(field)``: the field's name travels as a constant."""
    if len(args) != 1 or not isinstance(args[0], Field) or len(args[0].path) != 1:
        raise problems.refuse("wrong_arguments", offset, "{name}() takes one field of this record.", name=function.name)
    signature, field = function.signatures[0], args[0]
    name = constant(field.path[0], field.offset)
    if signature.key == "changed":
        return call(signature, [field, name], offset, Type("boolean"))
    return Call(field.type, offset, field.shape, True, signature, (name,))
