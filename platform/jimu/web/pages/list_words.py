"""Trees of conditions as a reader reads them: "Stage is one of Won, Lost and Amount is at least 5,000"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from jimu.definitions.model import FieldDef
from jimu.fieldtypes import registry
from jimu.fieldtypes.ids import decode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import read
from jimu.web.pages.list_conditions import Condition, Tree, conditions_of, is_empty
from jimu.web.pages.list_fields import fields_on, path_label
from jimu.web.pages.list_formulas import number_text
from jimu.web.pages.list_operators import PERIOD_WORDS, RECORD_ID, TODAY, UNIT_WORDS, operator_of
from jimu.web.pages.reader import Reader

Titles = Mapping[int, str]
_RECORD = Message("The record")
_JOINED = {"all": Message("{first}, and {second}"), "any": Message("{first} or {second}")}


def titles_in(trees: Iterable[Tree], object: str, reader: Reader) -> Titles:
    """The titles of the records that conditions name, in one query; none is asked where no condition names one."""
    ids: set[int] = set()
    for tree in trees:
        for condition in conditions_of(tree):
            steps = fields_on(condition.field, object, reader)
            if steps and steps[-1].kind is Kind.REFERENCE and condition.operator in ("in", "not_in"):
                ids |= {i for v in condition.values if (i := id_of(v)) is not None}
    return read.resolve_titles(ids, reader.context) if ids else {}


def id_of(text: str) -> int | None:
    try:
        return decode_id(text)
    except ValueError:
        return None


def words_of(tree: Tree, object: str, reader: Reader, titles: Titles) -> str:
    """``tree`` in the reader's language; a group inside another one stands in brackets."""
    if isinstance(tree, Condition):
        return _condition(tree, object, reader, titles)
    if is_empty(tree):
        return ""
    parts = [words_of(item, object, reader, titles) for item in tree.items]
    parts = [part if isinstance(item, Condition) else f"({part})" for item, part in zip(tree.items, parts, strict=True)]
    joined = parts[0]
    for part in parts[1:]:
        joined = reader.render(_joined("any" if tree.how == "none" else tree.how, joined, part))
    return reader.render(Message("none of: {conditions}", {"conditions": joined})) if tree.how == "none" else joined


def _joined(how: str, first: str, second: str) -> Message:
    return Message(_JOINED[how].template, {"first": first, "second": second})


def _condition(condition: Condition, object: str, reader: Reader, titles: Titles) -> str:
    steps = fields_on(condition.field, object, reader)
    if not steps:
        return condition.field
    operator = operator_of(steps[-1], condition.operator)
    words = reader.render(operator.words) if operator else condition.operator
    values = _values(condition, steps[-1], reader, titles, operator.takes if operator else "one")
    label = reader.render(_RECORD) if condition.field == RECORD_ID else path_label(steps, reader)
    return " ".join(x for x in (label, words, values) if x)


def _values(condition: Condition, field: FieldDef, reader: Reader, titles: Titles, takes: str) -> str:
    values = condition.values
    if takes == "period" and values and values[0] in PERIOD_WORDS:
        return reader.render(PERIOD_WORDS[values[0]])
    if takes == "span" and len(values) == 2 and values[1] in UNIT_WORDS:
        return reader.render(Message(UNIT_WORDS[values[1]].template, {"n": values[0]}))
    shown = [value_words(v, field, reader, titles) for v in values]
    if takes == "two" and len(shown) == 2:
        return reader.render(Message("{first} and {second}", {"first": shown[0], "second": shown[1]}))
    return (", " if reader.locale == "en" else "、").join(shown)


def value_words(value: str, field: FieldDef, reader: Reader, titles: Titles) -> str:
    """One value of a condition on ``field`` as people write it."""
    if (choice := field.choice(value)) is not None:
        return reader.label(choice.label) or value
    if field.kind is Kind.REFERENCE:
        id = id_of(value)
        title = titles.get(id) if id is not None else None
        return value if id is None else title or reader.render(Message("(not for you to see)"))
    if field.kind in (Kind.DATE, Kind.DATETIME):
        return _day(value, field, reader)
    if field.kind in (Kind.INTEGER, Kind.DECIMAL) and (number := number_text(value)) is not None:
        return f"{Decimal(number):,}"
    return value


def _day(value: str, field: FieldDef, reader: Reader) -> str:
    if value == TODAY:
        return reader.render(PERIOD_WORDS[TODAY])
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return registry.for_kind(Kind.DATE).format(day, field, reader.format_context())
