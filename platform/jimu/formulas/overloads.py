"""Which overload of a function or operator fits the given arguments."""

from __future__ import annotations

from collections.abc import Sequence

from jimu.diagnostics import nearest
from jimu.formulas import formats, regex
from jimu.formulas.calendar import UNITS
from jimu.formulas.conversion import call, day_of, read_constant, retyped, truth, unified
from jimu.formulas.problems import Problems
from jimu.formulas.signature import FunctionDef, Parameter, Signature
from jimu.formulas.tree import Call, Constant, Node
from jimu.formulas.types import BLANK, BOOLEAN, Type


def fitting(signatures: Sequence[Signature], args: Sequence[Node], *, days: bool, offset: int) -> Call | None:
    """The call of the first overload whose types are those of ``args``, else of the first that conversions lead to.

    ``days``: a moment may stand for its day.
    """
    for converting in (False, True):
        for found in signatures:
            if not found.least <= len(args) <= (found.most if found.most is not None else len(args)):
                continue
            fitted = _fit(found, args, converting, days)
            if fitted is not None:
                return call(found, fitted, offset)
    return None


def _fit(found: Signature, args: Sequence[Node], converting: bool, days: bool) -> list[Node] | None:
    out: list[Node] = []
    for index, arg in enumerate(args):
        fitted = _fit_one(found.parameter(index), arg, converting, days)
        if fitted is None:
            return None
        out.append(fitted)
    return _share_type(found, out, converting)


def _fit_one(parameter: Parameter, arg: Node, converting: bool, days: bool) -> Node | None:
    if parameter.type in ("any", "T", arg.type.name):
        return arg
    wanted = Type(parameter.type)
    if arg.type == BLANK:
        return retyped(arg, wanted)
    if not converting:
        return None
    if wanted == BOOLEAN:
        return truth(arg)
    if days and parameter.type == "date" and arg.type.name == "datetime":
        return day_of(arg)
    return read_constant(arg, wanted)


def _share_type(found: Signature, args: list[Node], converting: bool) -> list[Node] | None:
    """``args`` with those of type T brought to one type; None if they have none in common."""
    shared = [i for i in range(len(args)) if found.parameter(i).type == "T"]
    if not shared:
        return args
    same = unified([args[i] for i in shared])
    if same is None and converting:
        wanted = next((args[i].type for i in shared if args[i].type.name not in ("blank", "text")), None)
        for i in shared:
            if wanted is not None and args[i].type != wanted:
                args[i] = read_constant(args[i], wanted) or args[i]
        same = unified([args[i] for i in shared])
    if same is None:
        return None
    return [retyped(a, same) if i in shared else a for i, a in enumerate(args)]


def resolve(function: FunctionDef, args: Sequence[Node], offset: int, problems: Problems) -> Call:
    """The call of ``function``; adds the problem and raises Refused where none fits."""
    _check_count(function, len(args), offset, problems)
    found = fitting(function.signatures, args, days=True, offset=offset)
    if found is None:
        raise problems.refuse(
            "wrong_type",
            _first_misfit(function, args, offset),
            "{name}() does not take these values: it is {usage}, and was given {types}.",
            name=function.name,
            usage=[str(s) for s in function.signatures],
            types=[str(a.type) for a in args],
        )
    return check_constants(found, problems)


def _check_count(function: FunctionDef, count: int, offset: int, problems: Problems) -> None:
    if not any(s.least <= count and (s.most is None or count <= s.most) for s in function.signatures):
        raise problems.refuse(
            "wrong_arguments",
            offset,
            "{name}() cannot take {count} values: it is {usage}.",
            name=function.name,
            count=count,
            usage=[str(s) for s in function.signatures],
        )


def _first_misfit(function: FunctionDef, args: Sequence[Node], offset: int) -> int:
    """Where the first argument stands that no overload takes at its place."""
    for index, arg in enumerate(args):
        if not any(
            (s.most is None or index < s.most) and _fit_one(s.parameter(index), arg, True, True) is not None
            for s in function.signatures
            if s.parameters
        ):
            return arg.offset
    return offset


def check_constants(found: Call, problems: Problems) -> Call:
    """Check the arguments that must be constants of a certain form (units, patterns, digits)."""
    for index, arg in enumerate(found.args):
        parameter = found.signature.parameter(index)
        if not parameter.constant:
            continue
        if not isinstance(arg, Constant) or arg.value is None:
            raise problems.refuse(
                "wrong_arguments",
                arg.offset,
                "{parameter} of {name}() must be a constant.",
                parameter=parameter.name,
                name=found.signature.name,
            )
        _check_constant(found.key, parameter.name, arg, problems)
    return found


def _check_constant(key: str, parameter: str, arg: Constant, problems: Problems) -> None:
    value = arg.value
    if key == "regex_match":
        try:
            regex.portable(value)
        except regex.BadPattern as error:
            raise problems.refuse(
                "bad_pattern", arg.offset, "The pattern cannot be used: {reason}", reason=error.reason
            ) from error
    elif parameter == "unit" and value not in UNITS:
        raise problems.refuse("wrong_arguments", arg.offset, "The unit is one of {units}.", units=list(UNITS))
    elif parameter == "first_month" and value not in range(1, 13):
        raise problems.refuse("wrong_arguments", arg.offset, "The first month is a number from 1 to 12.")
    elif parameter == "digits" and value not in range(-18, 13):
        raise problems.refuse("wrong_arguments", arg.offset, "The digits are a whole number from -18 to 12.")
    elif parameter == "calendar" and problems.calendars is not None and value not in problems.calendars:
        raise problems.refuse(
            "unknown_calendar",
            arg.offset,
            "There is no calendar called {name}.",
            nearest(str(value), problems.calendars),
            name=value,
        )
    elif key == "number_format" and formats.number_pattern(value) is None:
        raise problems.refuse(
            "bad_pattern", arg.offset, "A number's pattern is 0, 0.00, #,##0.00 or one of these with %."
        )
    elif key in ("date_format", "moment_format", "time_format") and formats.day_pattern(value) is None:
        raise problems.refuse(
            "bad_pattern", arg.offset, "A pattern of days and times is made of yyyy, yy, mm, dd, hh, mi, ss, q."
        )
