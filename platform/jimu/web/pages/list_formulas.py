"""Trees of conditions written in the formula language, which is all that the read path knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation

from jimu.definitions.model import FieldDef
from jimu.fieldtypes.ids import decode_id
from jimu.fieldtypes.kinds import Kind
from jimu.web.pages.list_conditions import Condition, Tree, is_empty, normal
from jimu.web.pages.list_operators import PERIODS, TODAY, UNITS, can_filter, family_of, operator_of

Find = Callable[[str], FieldDef | None]
"""The field at the end of a path, if the reader may read it."""

_SIGNS = {"eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_COUNTS = {"one": (1, 1), "many": (1, 1000), "two": (2, 2), "span": (2, 2), "period": (1, 1), "none": (0, 0)}


class Unfit(ValueError):
    """A condition that names no field that can be asked so, or values that do not fit it; ``condition`` says which."""

    def __init__(self, condition: Condition) -> None:
        super().__init__(condition.text)
        self.condition = condition


def formula_of(tree: Tree, find: Find) -> str:
    """``tree`` as text of the formula language, '' if it asks nothing. Raises Unfit."""
    found = normal(tree)
    return "" if is_empty(found) else _write(found, find)


def _write(tree: Tree, find: Find) -> str:
    if isinstance(tree, Condition):
        field = find(tree.field)
        text = condition_formula(tree, field) if field is not None else None
        if text is None:
            raise Unfit(tree)
        return text
    parts = [f"({_write(i, find)})" if _needs_brackets(i) else _write(i, find) for i in tree.items]
    if tree.how == "all":
        return " and ".join(parts)
    inside = " or ".join(parts)
    return inside if tree.how == "any" else f"not ({inside})"


def _needs_brackets(tree: Tree) -> bool:
    return not isinstance(tree, Condition) and tree.how != "none"


def condition_formula(condition: Condition, field: FieldDef) -> str | None:
    """One condition on ``field``; None when it does not fit."""
    operator = operator_of(field, condition.operator) if can_filter(field) else None
    if operator is None:
        return None
    least, most = _COUNTS[operator.takes]
    if not least <= len(condition.values) <= most:
        return None
    plain = _valueless(condition)
    if plain is not None:
        return plain
    return _WRITERS[family_of(field)](condition, field)


def _valueless(condition: Condition) -> str | None:
    path = condition.field
    return {
        "blank": f"is_blank({path})",
        "not_blank": f"not is_blank({path})",
        "is_true": path,
        "is_false": f"not {path}",
        "me": f"{path} == user.id",
        "not_me": f"{path} != user.id",
        "my_team": f"{path} in user.team",
        "followed": f"{path} in user.followed",
        "not_followed": f"{path} not in user.followed",
        "my_subordinates": f"{path} in user.subordinates",
        "my_department_below": f"{path}.department in user.department_and_below",
        "mine_below": f"{path} in user.department_and_below",
        "my_department": f"{path}.department == user.department",
        "mine": f"{path} == user.department",
    }.get(condition.operator)


def _text(condition: Condition, field: FieldDef) -> str | None:
    if not all(condition.values):
        return None
    literals = [quoted(v) for v in condition.values]
    path, first = condition.field, literals[0]
    functions = {
        "contains": "contains({}, {})",
        "not_contains": "not contains({}, {})",
        "starts": "starts_with({}, {})",
    }
    if condition.operator in functions:
        return functions[condition.operator].format(path, first)
    if condition.operator in _SIGNS:
        return f"{path} {_SIGNS[condition.operator]} {first}"
    return _membership(condition.operator, path, literals)


def _membership(operator: str, path: str, literals: list[str]) -> str:
    return f"{path} {'in' if operator == 'in' else 'not in'} [{', '.join(literals)}]"


def _choice(condition: Condition, field: FieldDef) -> str | None:
    if any(field.choice(v) is None for v in condition.values):
        return None
    return _membership(condition.operator, condition.field, [quoted(v) for v in condition.values])


def _listed(condition: Condition, field: FieldDef) -> str | None:
    if not all(condition.values) or (field.choices is not None and any(not field.choice(v) for v in condition.values)):
        return None
    function = "includes_all" if condition.operator == "has_all" else "includes_any"
    text = f"{function}({condition.field}, {', '.join(quoted(v) for v in condition.values)})"
    return f"not {text}" if condition.operator == "has_none" else text


def _reference(condition: Condition, field: FieldDef) -> str | None:
    if condition.operator in ("contains", "not_contains"):
        text = f"contains({condition.field}.title, {quoted(condition.values[0])})"
        return (text if condition.operator == "contains" else f"not {text}") if condition.values[0] else None
    try:
        ids = [decode_id(v) for v in condition.values]
    except ValueError:
        return None
    return _membership(condition.operator, condition.field, [quoted(v) for v in condition.values]) if ids else None


def _compared(condition: Condition, subject: str, literals: list[str | None]) -> str | None:
    known = [x for x in literals if x is not None]
    if len(known) != len(literals):
        return None
    if condition.operator == "between":
        return f"between({subject}, {known[0]}, {known[1]})"
    return f"{subject} {_SIGNS[condition.operator]} {known[0]}"


def _number(condition: Condition, field: FieldDef) -> str | None:
    return _compared(condition, condition.field, [number_text(v) for v in condition.values])


def _duration(condition: Condition, field: FieldDef) -> str | None:
    hours = [number_text(v) for v in condition.values]
    return _compared(condition, condition.field, [None if h is None else f"hours({h})" for h in hours])


def _time(condition: Condition, field: FieldDef) -> str | None:
    times = [quoted(v) if _TIME.fullmatch(v) else None for v in condition.values]
    return _compared(condition, condition.field, times)


def _date(condition: Condition, field: FieldDef) -> str | None:
    subject = f"date_of({condition.field})" if field.kind is Kind.DATETIME else condition.field
    operator, values = condition.operator, condition.values
    if operator == "within":
        return _within(subject, values[0])
    if operator in ("last", "next", "older", "later"):
        return _span(operator, subject, values)
    return _compared(condition, subject, [day_text(v) for v in values])


def _within(subject: str, name: str) -> str | None:
    period = PERIODS.get(name, ())
    if len(period) == 1:
        return f"{subject} == {period[0]}"
    return f"between({subject}, {', '.join(period)})" if period else None


def _span(operator: str, subject: str, values: tuple[str, ...]) -> str | None:
    count, unit = values
    if not count.isdecimal() or not 1 <= len(count) <= 5 or not int(count) or unit not in UNITS:
        return None
    sign = "-" if operator in ("last", "older") else ""
    other = f"{UNITS[unit]}(today(), {sign}{int(count)})"
    return {
        "last": f"between({subject}, {other}, today())",
        "next": f"between({subject}, today(), {other})",
        "older": f"{subject} < {other}",
        "later": f"{subject} > {other}",
    }[operator]


_WRITERS: dict[str, Callable[[Condition, FieldDef], str | None]] = {
    "choice": _choice,
    "choices": _listed,
    "tags": _listed,
    "text": _text,
    "number": _number,
    "duration": _duration,
    "date": _date,
    "time": _time,
    "reference": _reference,
    "open_reference": _reference,
    "person": _reference,
    "department": _reference,
}


def number_text(value: str) -> str | None:
    """A number as the language writes it (``1.50`` is ``1.5``); None if nothing is counted by ``value``."""
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 10**18 or len(value) > 40:
        return None
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def day_text(value: str) -> str | None:
    if value == TODAY:
        return "today()"
    try:
        return f"date('{date.fromisoformat(value).isoformat()}')"
    except ValueError:
        return None


def quoted(text: str) -> str:
    """``text`` as a literal of the formula language."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ").replace("\r", " ") + "'"
