"""Conditions built by clicking: a field, an operator and values, turned into text of the formula language and into
words.

The list reads formulas only; a condition is a way to write one. In addresses it is a JSON array:
``["stage","in","won"]``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from jimu.access.per_manifest import PerManifest
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.web.pages.reader import Reader


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    operator: str
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return json.dumps([self.field, self.operator, *self.values], ensure_ascii=False, separators=(",", ":"))


def read_condition(text: str) -> Condition | None:
    """The condition that an address names; None if it is none."""
    try:
        given = json.loads(text)
    except ValueError:
        return None
    if not isinstance(given, list) or len(given) < 2 or not all(isinstance(v, str) for v in given):
        return None
    return Condition(given[0], given[1], tuple(given[2:]))


def operators_of(field: FieldDef) -> tuple[tuple[str, Message], ...]:
    """What may be asked of ``field``: operators and how they are read, between the field's label and the value."""
    if field.choices is not None or field.type in ("country", "currency_code"):
        many = field.kind is Kind.TEXTS
        return (
            ("in", Message("is one of") if not many else Message("has one of")),
            ("not_in", Message("is none of")),
            *_blanks(),
        )
    match field.kind:
        case Kind.TEXT:
            if field.type in ("secret", "rich_text"):
                return _blanks()
            return (
                ("contains", Message("contains")),
                ("eq", Message("is")),
                ("ne", Message("is not")),
                ("starts", Message("begins with")),
                *_blanks(),
            )
        case Kind.INTEGER | Kind.DECIMAL:
            return (
                ("eq", Message("is")),
                ("ne", Message("is not")),
                ("ge", Message("is at least")),
                ("le", Message("is at most")),
                ("between", Message("is between")),
                *_blanks(),
            )
        case Kind.BOOLEAN:
            return (("is_true", Message("is yes")), ("is_false", Message("is no")))
        case Kind.DATE | Kind.DATETIME:
            return (
                ("today", Message("is today")),
                ("this_week", Message("is in this week")),
                ("this_month", Message("is in this month")),
                ("this_year", Message("is in this year")),
                ("days_last", Message("is in the last days")),
                ("days_next", Message("is in the next days")),
                ("eq", Message("is on")),
                ("ge", Message("is on or after")),
                ("le", Message("is on or before")),
                ("between", Message("is between")),
                *_blanks(),
            )
        case Kind.REFERENCE:
            mine = (("me", Message("is me")),) if field.target == ("user",) else ()
            return (*mine, ("contains", Message("contains")), *_blanks())
        case Kind.TEXTS:
            return (("has", Message("has")), *_blanks())
        case _:
            return _blanks()


def _blanks() -> tuple[tuple[str, Message], ...]:
    return (("blank", Message("is blank")), ("not_blank", Message("is not blank")))


def can_filter(field: FieldDef) -> bool:
    return field.kind not in (Kind.COMPOSITE, Kind.REFERENCES, Kind.JSON, Kind.TIME) and field.name not in (
        "id",
        "version",
        "deleted_at",
    )


def formula_of(condition: Condition, field: FieldDef) -> str | None:
    """The condition in the formula language; None when its values do not fit the field."""
    name, values = condition.field, condition.values
    if condition.operator not in dict(operators_of(field)):
        return None
    simple = {
        "blank": f"is_blank({name})",
        "not_blank": f"not is_blank({name})",
        "is_true": name,
        "is_false": f"not {name}",
        "me": f"{name} == user.id",
    }
    if condition.operator in simple:
        return simple[condition.operator]
    if field.kind in (Kind.DATE, Kind.DATETIME):
        return _date_formula(condition, field)
    literals = [_literal(value, field) for value in values]
    if not literals or None in literals:
        return None
    return _plain_formula(condition.operator, name, [x for x in literals if x is not None], field)


def _plain_formula(operator: str, name: str, literals: list[str], field: FieldDef) -> str | None:
    subject = f"{name}.title" if field.kind is Kind.REFERENCE else name
    first = literals[0]
    if operator in ("in", "not_in"):
        inside = (
            " or ".join(f"{x} in {name}" for x in literals)
            if field.kind is Kind.TEXTS
            else f"{name} in [{', '.join(literals)}]"
        )
        return inside if operator == "in" else f"not ({inside})"
    if operator == "between":
        return f"{name} >= {first} and {name} <= {literals[1]}" if len(literals) == 2 else None
    signs = {"eq": "==", "ne": "!=", "ge": ">=", "le": "<="}
    if operator in signs:
        return f"{name} {signs[operator]} {first}"
    if operator == "has":
        return f"{first} in {name}"
    return f"contains({subject}, {first})" if operator == "contains" else f"starts_with({subject}, {first})"


def _date_formula(condition: Condition, field: FieldDef) -> str | None:
    day = condition.field if field.kind is Kind.DATE else f"date_of({condition.field})"
    operator, values = condition.operator, condition.values
    whole = {"this_week": "week", "this_month": "month", "this_year": "year"}
    if operator == "today":
        return f"{day} == today()"
    if operator in whole:
        unit = whole[operator]
        return f"{day} >= start_of(today(), '{unit}') and {day} <= end_of(today(), '{unit}')"
    if operator in ("days_last", "days_next"):
        if len(values) != 1 or not values[0].isdecimal() or len(values[0]) > 5:
            return None
        days = int(values[0])
        return (
            f"{day} >= add_days(today(), -{days}) and {day} <= today()"
            if operator == "days_last"
            else f"{day} >= today() and {day} <= add_days(today(), {days})"
        )
    try:
        dates = [f"date('{date.fromisoformat(v).isoformat()}')" for v in values]
    except ValueError:
        return None
    return _plain_formula(operator, day, dates, field) if dates else None


def _literal(value: str, field: FieldDef) -> str | None:
    if field.kind in (Kind.INTEGER, Kind.DECIMAL):
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            return None
        return f"{number:f}" if number.is_finite() and abs(number) < 10**18 else None
    return quoted(value)


def quoted(text: str) -> str:
    """``text`` as a literal of the formula language."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ").replace("\r", " ") + "'"


def words_of(condition: Condition, field: FieldDef, reader: Reader) -> str:
    """The condition as a reader reads it: "Stage is one of Won, Lost"."""
    operator = dict(operators_of(field)).get(condition.operator)
    shown = [reader.label(choice.label) if (choice := field.choice(value)) else value for value in condition.values]
    values = (
        reader.render(Message("{first} and {second}", {"first": shown[0], "second": shown[1]}))
        if (condition.operator == "between" and len(shown) == 2)
        else ", ".join(shown)
    )
    return " ".join(
        x for x in (reader.label(field.label), reader.render(operator) if operator else condition.operator, values) if x
    )


def builder_data(fields: Sequence[FieldDef], reader: Reader) -> dict[str, Any]:
    """What the filter builder in the browser must know of the fields."""
    return {
        field.name: {
            "label": reader.label(field.label),
            "input": _input_type(field),
            "operators": [[name, reader.render(text)] for name, text in operators_of(field)],
            "choices": [[c.value, reader.label(c.label) or c.value] for c in field.choices]
            if field.choices is not None
            else None,
        }
        for field in fields
    }


_builders: PerManifest[dict[Any, Mapping[str, Any]]] = PerManifest(lambda manifest: {})


def builder_for(object: str, reader: Reader, fields: Callable[[], Sequence[FieldDef]]) -> Mapping[str, Any]:
    """``builder_data`` of ``object`` for the reader, worked out once."""
    known = _builders.get(reader.manifest)
    key = (object, *reader.key)
    found = known.get(key)
    if found is None:
        found = known[key] = builder_data(fields(), reader)
    return found


def _input_type(field: FieldDef) -> str:
    if field.kind in (Kind.INTEGER, Kind.DECIMAL):
        return "number"
    return "date" if field.kind in (Kind.DATE, Kind.DATETIME) else "text"
