"""From a checked formula back to the tree of conditions that it is, where it is one.

What has not exactly the shape that ``list_formulas`` would write, or one that plainly means the same, is not
recognised (None): it stays a formula. A recognised tree, written again, always means the same as the formula.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from jimu.definitions.model import FieldDef
from jimu.fieldtypes.ids import encode_id
from jimu.formulas import Formula
from jimu.formulas.tree import ActorField, Call, Constant, Field, Node
from jimu.web.pages.list_conditions import NEGATIONS, Condition, Group, Tree, normal
from jimu.web.pages.list_formulas import Find, formula_of, number_text
from jimu.web.pages.list_operators import PERIODS, RECORD_ID, TODAY, UNITS, family_of

_SIGNS = {"equal": "eq", "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge"}
_FLIPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
_PEOPLE = {"team": "my_team", "subordinates": "my_subordinates"}
_PERIODS = {texts: name for name, texts in PERIODS.items()}
_DAY_FUNCTIONS = {
    "today": "today",
    "date_add": "add_days",
    "add_months": "add_months",
    "add_years": "add_years",
    "start_of": "start_of",
    "end_of": "end_of",
}


def recognise(formula: Formula, find: Find) -> Tree | None:
    """The tree that ``formula`` is; None if it is none, or asks for fields that conditions cannot be built on."""
    found = _Recogniser(find).tree(formula.tree)
    if found is None:
        return None
    found = normal(found)
    try:
        formula_of(found, find)
    except ValueError:
        return None
    return found


class _Recogniser:
    def __init__(self, find: Find) -> None:
        self.find = find

    def tree(self, node: Node) -> Tree | None:
        if isinstance(node, Field):
            return Condition(".".join(node.path), "is_true") if node.type.name == "boolean" else None
        if not isinstance(node, Call):
            return None
        if node.key in ("and", "or"):
            items = [self.tree(arg) for arg in node.args]
            found = tuple(i for i in items if i is not None)
            return Group("all" if node.key == "and" else "any", found) if len(found) == len(items) else None
        if node.key == "not":
            return self.negated(node.args[0])
        if node.key == "truth":
            return self.tree(node.args[0])
        return self.condition(node)

    def negated(self, node: Node) -> Tree | None:
        found = self.tree(node)
        if found is None:
            return None
        if isinstance(found, Condition) and found.operator in NEGATIONS:
            return Condition(found.field, NEGATIONS[found.operator], found.values)
        return Group("none", (found,))

    def condition(self, node: Call) -> Condition | None:
        if node.key in _SIGNS:
            return self.compared(_SIGNS[node.key], node.args[0], node.args[1])
        reading = _READERS.get(node.key)
        return reading(self, node) if reading is not None else None

    def field_at(self, node: Node) -> tuple[str, FieldDef] | None:
        """The path and field that a node stands for; of a moment, its day."""
        if isinstance(node, Call) and node.key == "date_of":
            node = node.args[0]
        elif isinstance(node, Field) and node.type.name == "datetime":
            return None
        if not isinstance(node, Field):
            return None
        path = ".".join(node.path)
        field = self.find(path)
        return (path, field) if field is not None else None

    def compared(self, sign: str, left: Node, right: Node) -> Condition | None:
        if not _is_subject(left):
            left, right, sign = right, left, _FLIPPED[sign]
        at = self.field_at(left)
        if at is None:
            return None
        path, field = at
        if isinstance(right, ActorField):
            return self.of_actor(sign, path, field, right.name)
        if family_of(field) == "date":
            return _day(sign, path, right)
        value = _value(right)
        if value is None:
            return None
        if family_of(field) in ("choice", "reference", "open_reference", "person", "department"):
            operator = {"eq": "in", "ne": "not_in"}.get(sign)
            return Condition(path, operator, (value,)) if operator else None
        return Condition(path, sign, (value,))

    def of_actor(self, sign: str, path: str, field: FieldDef, name: str) -> Condition | None:
        if name == "id" and field.target == ("user",) and sign in ("eq", "ne"):
            return Condition(path, "me" if sign == "eq" else "not_me")
        if name != "department" or sign != "eq" or field.target != ("department",):
            return None
        person, _, last = path.rpartition(".")
        above = self.find(person) if person else None
        if last == "department" and above is not None and above.target == ("user",):
            return Condition(person, "my_department")
        return Condition(path, "mine")

    def of_actors(self, node: Call) -> Condition | None:
        """Among the people or departments of the one who acts."""
        at, listed = self.field_at(node.args[0]), node.args[1]
        if at is None or not isinstance(listed, ActorField):
            return None
        path, field = at
        if listed.name == "followed":
            return Condition(path, "followed") if field.name == RECORD_ID else None
        if field.target == ("user",):
            operator = _PEOPLE.get(listed.name)
            return Condition(path, operator) if operator else None
        if listed.name != "department_and_below" or field.target != ("department",):
            return None
        person, _, last = path.rpartition(".")
        above = self.find(person) if person else None
        if last == "department" and above is not None and above.target == ("user",):
            return Condition(person, "my_department_below")
        return Condition(path, "mine_below")

    def blank(self, node: Call) -> Condition | None:
        subject = node.args[0]
        path = ".".join(subject.path) if isinstance(subject, Field) else ""
        return Condition(path, node.key.replace("is_", "")) if path and self.find(path) else None

    def text(self, node: Call) -> Condition | None:
        at, value = self.field_at(node.args[0]), _value(node.args[1]) if len(node.args) == 2 else None
        if at is None or value is None:
            return None
        path, _ = at
        above, _, last = path.rpartition(".")
        if node.key == "contains" and last == "title" and above:
            return Condition(above, "contains", (value,))
        return Condition(path, "contains" if node.key == "contains" else "starts", (value,))

    def among(self, node: Call) -> Condition | None:
        at, values = self.field_at(node.args[0]), [_value(a) for a in node.args[1:]]
        known = tuple(v for v in values if v is not None)
        return Condition(at[0], "in", known) if at is not None and len(known) == len(values) else None

    def includes(self, node: Call) -> Condition | None:
        at, values = self.field_at(node.args[0]), [_value(a) for a in node.args[1:]]
        known = tuple(v for v in values if v is not None)
        if at is None or len(known) != len(values):
            return None
        return Condition(at[0], "has_all" if node.key == "includes_all" else "has_any", known)

    def between(self, node: Call) -> Condition | None:
        at = self.field_at(node.args[0])
        if at is None:
            return None
        path, field = at
        if family_of(field) == "date":
            return _days(path, node.args[1], node.args[2])
        low, high = _value(node.args[1]), _value(node.args[2])
        return Condition(path, "between", (low, high)) if low is not None and high is not None else None


_READERS: dict[str, Callable[[_Recogniser, Call], Condition | None]] = {
    "is_blank": _Recogniser.blank,
    "not_blank": _Recogniser.blank,
    "contains": _Recogniser.text,
    "starts_with": _Recogniser.text,
    "in": _Recogniser.among,
    "in_references": _Recogniser.of_actors,
    "includes": _Recogniser.includes,
    "includes_any": _Recogniser.includes,
    "includes_all": _Recogniser.includes,
    "between": _Recogniser.between,
}


def _is_subject(node: Node) -> bool:
    return isinstance(node, Field) or (isinstance(node, Call) and node.key == "date_of")


def _value(node: Node) -> str | None:
    """The value of a constant as conditions hold it; None for anything else."""
    if isinstance(node, Call) and node.key == "hours" and isinstance(node.args[0], Constant):
        return _value(node.args[0])
    value: Any = node.value if isinstance(node, Constant) else None
    if node.type.name == "reference" and isinstance(value, int):
        return encode_id(value)
    match value:
        case None | bool():
            return None
        case str():
            return value
        case int() | Decimal():
            return number_text(str(value))
        case timedelta():
            seconds = Decimal(value // timedelta(seconds=1))
            return number_text(str(seconds / 3600)) if seconds % 36 == 0 else None
        case time():
            return value.isoformat("minutes") if not value.second else None
        case _:
            return None


def _day_text(node: Node) -> str | None:
    """A day that depends on today in the words of PERIODS; None for other days."""
    if not isinstance(node, Call):
        return None
    function = _DAY_FUNCTIONS.get(node.key)
    parts = [_part_text(a) for a in node.args]
    return f"{function}({', '.join(p for p in parts if p)})" if function and None not in parts else None


def _part_text(node: Node) -> str | None:
    if isinstance(node, Constant):
        return f"'{node.value}'" if isinstance(node.value, str) else str(node.value)
    return _day_text(node)


def _day_value(node: Node) -> str | None:
    """A fixed day, or today, as conditions hold it."""
    if isinstance(node, Call) and node.key == "date_from_text" and isinstance(node.args[0], Constant):
        node = node.args[0]
    value: Any = node.value if isinstance(node, Constant) else None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value
    return TODAY if isinstance(node, Call) and node.key == "today" else None


def _day(sign: str, path: str, node: Node) -> Condition | None:
    """A day compared with one other."""
    text = _day_text(node)
    if sign == "eq" and text is not None and (text,) in _PERIODS and text != "today()":
        return Condition(path, "within", (_PERIODS[text,],))
    value = _day_value(node)
    if value is not None:
        return (
            Condition(path, "within", (TODAY,)) if (sign, value) == ("eq", TODAY) else Condition(path, sign, (value,))
        )
    span = _span(node)
    if span is None or sign not in ("lt", "gt") or (sign == "lt") != (span[0] < 0):
        return None
    return Condition(path, "older" if sign == "lt" else "later", (str(abs(span[0])), span[1]))


def _span(node: Node) -> tuple[int, str] | None:
    """So many units from today, as ``add_days(today(), -30)`` or ``today() - 30``."""
    if not isinstance(node, Call) or len(node.args) != 2:
        return None
    unit = next((u for u, name in UNITS.items() if name == _DAY_FUNCTIONS.get(node.key)), None)
    unit = "days" if node.key == "date_subtract" else unit
    start, count = node.args
    is_today = isinstance(start, Call) and start.key == "today"
    number = count.value if isinstance(count, Constant) else None
    if not (unit and is_today and isinstance(number, int) and number):
        return None
    return (-number if node.key == "date_subtract" else number), unit


def _days(path: str, low: Node, high: Node) -> Condition | None:
    """A day from ``low`` to ``high``."""
    texts = tuple(t for t in (_day_text(low), _day_text(high)) if t)
    if len(texts) == 2 and texts in _PERIODS:
        return Condition(path, "within", (_PERIODS[texts],))
    first, last = _day_value(low), _day_value(high)
    if first is not None and last is not None:
        return Condition(path, "between", (first, last))
    if last == TODAY and (span := _span(low)) and span[0] < 0:
        return Condition(path, "last", (str(-span[0]), span[1]))
    if first == TODAY and (span := _span(high)) and span[0] > 0:
        return Condition(path, "next", (str(span[0]), span[1]))
    return None
