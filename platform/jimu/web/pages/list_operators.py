"""What may be asked of a field by clicking: its operators by the field's kind, how they read, what values they take.

The table of periods serves both ways: ``list_formulas`` writes its formulas, ``list_recognition`` finds them again.
"""

from __future__ import annotations

from dataclasses import dataclass

from jimu.definitions.model import FieldDef
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message


@dataclass(frozen=True, slots=True)
class Operator:
    """``words`` stand between the field's label and the values. ``takes``: none, one, many, two, span (a number and a
    unit) or period.
    """

    name: str
    words: Message
    takes: str = "one"


BLANKS = (
    Operator("blank", Message("is blank"), "none"),
    Operator("not_blank", Message("is not blank"), "none"),
)
_COMPARED = (
    Operator("eq", Message("is")),
    Operator("ne", Message("is not")),
    Operator("gt", Message("is more than")),
    Operator("ge", Message("is at least")),
    Operator("lt", Message("is less than")),
    Operator("le", Message("is at most")),
    Operator("between", Message("is between"), "two"),
)
_DAYS = (
    Operator("within", Message("is"), "period"),
    Operator("last", Message("is in the last"), "span"),
    Operator("next", Message("is in the next"), "span"),
    Operator("older", Message("is longer ago than"), "span"),
    Operator("later", Message("is further ahead than"), "span"),
    Operator("eq", Message("is on")),
    Operator("ne", Message("is not on")),
    Operator("lt", Message("is before")),
    Operator("le", Message("is on or before")),
    Operator("gt", Message("is after")),
    Operator("ge", Message("is on or after")),
    Operator("between", Message("is between"), "two"),
)
_TIMES = (
    Operator("eq", Message("is at")),
    Operator("ne", Message("is not at")),
    Operator("lt", Message("is before")),
    Operator("ge", Message("is at or after")),
    Operator("between", Message("is between"), "two"),
)
_TEXTS = (
    Operator("has_any", Message("has one of"), "many"),
    Operator("has_all", Message("has all of"), "many"),
    Operator("has_none", Message("has none of"), "many"),
)
_CHOSEN = (
    Operator("in", Message("is one of"), "many"),
    Operator("not_in", Message("is none of"), "many"),
)
_NAMED = (
    Operator("contains", Message("contains")),
    Operator("not_contains", Message("does not contain")),
)
_TYPED = (
    *_NAMED,
    Operator("eq", Message("is")),
    Operator("ne", Message("is not")),
    Operator("starts", Message("begins with")),
)

FAMILIES: dict[str, tuple[Operator, ...]] = {
    "choice": (*_CHOSEN, *BLANKS),
    "choices": (*_TEXTS, *BLANKS),
    "tags": (*_TEXTS, *BLANKS),
    "text": (*_TYPED, *_CHOSEN, *BLANKS),
    "number": (*_COMPARED, *BLANKS),
    "duration": (*_COMPARED, *BLANKS),
    "boolean": (Operator("is_true", Message("is yes"), "none"), Operator("is_false", Message("is no"), "none")),
    "date": (*_DAYS, *BLANKS),
    "time": (*_TIMES, *BLANKS),
    "reference": (*_CHOSEN, *_NAMED, *BLANKS),
    "open_reference": (*_CHOSEN, *BLANKS),
    "person": (
        Operator("me", Message("is me"), "none"),
        Operator("not_me", Message("is not me"), "none"),
        Operator("my_team", Message("is me or one of my subordinates"), "none"),
        Operator("my_subordinates", Message("is one of my subordinates"), "none"),
        Operator("my_department", Message("is in my department"), "none"),
        Operator("my_department_below", Message("is in my department or one below it"), "none"),
        *_CHOSEN,
        *_NAMED,
        *BLANKS,
    ),
    "department": (
        Operator("mine", Message("is my department"), "none"),
        Operator("mine_below", Message("is my department or one below it"), "none"),
        *_CHOSEN,
        *_NAMED,
        *BLANKS,
    ),
    "record": (
        Operator("followed", Message("is one that I follow"), "none"),
        Operator("not_followed", Message("is none that I follow"), "none"),
    ),
    "opaque": BLANKS,
}

_KINDS = {
    Kind.INTEGER: "number",
    Kind.DECIMAL: "number",
    Kind.DURATION: "duration",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "date",
    Kind.TIME: "time",
    Kind.TEXTS: "tags",
}
_HIDDEN = frozenset({"version", "deleted_at"})
RECORD_ID = "id"


def can_filter(field: FieldDef) -> bool:
    """Whether conditions can be built on the field."""
    if field.retired or field.name in _HIDDEN or field.type == "secret":
        return False
    if field.kind in (Kind.COMPOSITE, Kind.REFERENCES, Kind.JSON):
        return False
    return not (field.formula is not None and not field.stored and field.formula.python_only)


def family_of(field: FieldDef) -> str:
    """The key in FAMILIES."""
    if field.name == RECORD_ID:
        return "record"
    if field.choices is not None:
        return "choices" if field.kind is Kind.TEXTS else "choice"
    if field.kind is Kind.REFERENCE:
        people: dict[tuple[str, ...], str] = {("user",): "person", ("department",): "department"}
        return people.get(field.target) or ("reference" if len(field.target) == 1 else "open_reference")
    if field.kind is Kind.TEXT:
        return "opaque" if field.type == "rich_text" else "text"
    return _KINDS.get(field.kind, "opaque")


def operators_of(field: FieldDef) -> tuple[Operator, ...]:
    return FAMILIES[family_of(field)]


def operator_of(field: FieldDef, name: str) -> Operator | None:
    return next((o for o in operators_of(field) if o.name == name), None)


def _around(unit: str, function: str, step: int) -> tuple[str, str]:
    day = f"{function}(today(), {step})" if step else "today()"
    return f"start_of({day}, '{unit}')", f"end_of({day}, '{unit}')"


# A period of time as (first day, last day) in the formula language; one text: a single day.
PERIODS: dict[str, tuple[str, ...]] = {
    "today": ("today()",),
    "yesterday": ("add_days(today(), -1)",),
    "tomorrow": ("add_days(today(), 1)",),
    "this_week": _around("week", "add_days", 0),
    "last_week": _around("week", "add_days", -7),
    "next_week": _around("week", "add_days", 7),
    "this_month": _around("month", "add_months", 0),
    "last_month": _around("month", "add_months", -1),
    "next_month": _around("month", "add_months", 1),
    "this_quarter": _around("quarter", "add_months", 0),
    "last_quarter": _around("quarter", "add_months", -3),
    "next_quarter": _around("quarter", "add_months", 3),
    "this_year": _around("year", "add_years", 0),
    "last_year": _around("year", "add_years", -1),
    "next_year": _around("year", "add_years", 1),
}
PERIOD_WORDS: dict[str, Message] = {
    "today": Message("today"),
    "yesterday": Message("yesterday"),
    "tomorrow": Message("tomorrow"),
    "this_week": Message("this week"),
    "last_week": Message("last week"),
    "next_week": Message("next week"),
    "this_month": Message("this month"),
    "last_month": Message("last month"),
    "next_month": Message("next month"),
    "this_quarter": Message("this quarter"),
    "last_quarter": Message("last quarter"),
    "next_quarter": Message("next quarter"),
    "this_year": Message("this year"),
    "last_year": Message("last year"),
    "next_year": Message("next year"),
}
UNITS = {"days": "add_days", "months": "add_months", "years": "add_years"}
UNIT_WORDS = {"days": Message("{n} days"), "months": Message("{n} months"), "years": Message("{n} years")}
TODAY = "today"
