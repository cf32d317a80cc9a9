"""The import wizard's pages as data: columns with what they could mean, what a check found, what a run did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as with_default
from typing import Any

from jimu.access.rules import action_allowed
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.exchange.importing.lookups import match_fields, naming_field, plain_title, question_for
from jimu.exchange.importing.row_formulas import formula_names
from jimu.exchange.wizard.imports import DataImport
from jimu.exchange.wizard.profile import ColumnProfile
from jimu.exchange.wizard.suggestions import fields_for, suggest_column, suspicious, unknown_values
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.web.pages.reader import Reader

_DATES = (Kind.DATE, Kind.DATETIME)
_NUMBERS = (Kind.DECIMAL, Kind.INTEGER)
_ORGANISATION = ("department", "user")
MOST_SHOWN_VALUES = 40
_MOST_OTHERS = 8
DATE_ORDERS: tuple[tuple[str, Message], ...] = (
    ("day_first", Message("Day first: 31.12.2026")),
    ("month_first", Message("Month first: 12/31/2026")),
    ("year_first", Message("Year first: 2026-12-31")),
)
ACTIONS: Mapping[str, tuple[Message, str]] = {
    "created": (Message("Create"), "green"),
    "updated": (Message("Update"), "blue"),
    "unchanged": (Message("Unchanged"), "gray"),
    "skipped": (Message("Skip"), "gray"),
    "asked": (Message("To be decided"), "orange"),
    "left_out": (Message("Left out"), "gray"),
    "failed": (Message("Fails"), "red"),
}


@dataclass(frozen=True)
class ValueChoice:
    """A text of the file that is no option, how often it stands there, and what it was said to mean."""

    text: str
    count: int
    chosen: str


@dataclass(frozen=True)
class ColumnView:
    """``field``: the name of the one chosen, '' for none; ``note``: what is to be known of the column."""

    index: int
    header: str
    unnamed: bool
    examples: Sequence[str]
    filled: int
    field: str
    rule: Mapping[str, Any] = with_default(default_factory=dict)
    matches: Sequence[tuple[str, str]] = ()
    can_create: str = ""
    values: Sequence[ValueChoice] = ()
    options: Sequence[tuple[str, str]] = ()
    more_values: int = 0
    takes_unknown: bool = False
    blanks: Sequence[tuple[str, int, bool]] = ()
    asks_order: bool = False
    order_note: str = ""
    asks_factor: bool = False


def objects_for(reader: Reader) -> list[tuple[str, str]]:
    """The objects of which the reader may make records by a file; of the system's those of the organisation."""
    found = [
        (o.name, reader.label(o.plural))
        for o in reader.manifest.objects.values()
        if not o.retired
        and (not o.system or o.name in _ORGANISATION)
        and action_allowed(reader.actor, reader.manifest, o.name, "create")
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())


def field_options(object: ObjectDef, reader: Reader) -> list[tuple[str, str]]:
    """What a column may be taken for."""
    return [(f.name, _label(f, object, reader)) for f in fields_for(object, reader.context)]


def _label(field: FieldDef, object: ObjectDef, reader: Reader) -> str:
    label = reader.label(field.label) or field.name
    whole = object.fields.get(field.part_of or "")
    label = f"{reader.label(whole.label)} · {label}" if whole is not None and whole.kind is Kind.COMPOSITE else label
    return f"{label} *" if field.required else label


def key_options(data: DataImport, object: ObjectDef, reader: Reader) -> list[tuple[str, str]]:
    """The fields by which records can be known again: those that a column gives, unique ones first."""
    given = {rule["field"] for rule in (data.plan.get("columns") or {}).values() if rule and rule.get("field")}
    given |= (data.plan.get("formulas") or {}).keys()
    unique = {u[0] for u in object.uniques if len(u) == 1} | {"id"}
    names = [n for n in given if object.fields[n].kind.has_column and object.fields[n].kind is not Kind.JSON]
    title = plain_title(object)
    names.sort(key=lambda n: (n not in unique, n != title, object.fields[n].kind is not Kind.TEXT, n))
    return [(n, reader.label(object.fields[n].label) or n) for n in names]


def formula_examples(data: DataImport) -> list[tuple[str, str]]:
    """Each column of the file, and its name in formulas."""
    headers = data.profile.headers if data.profile else []
    return list(zip(headers, formula_names(headers), strict=True))


def columns_of(data: DataImport, object: ObjectDef, reader: Reader) -> Iterator[ColumnView]:
    assert data.profile is not None
    rules = data.plan.get("columns") or {}
    for index, column in enumerate(data.profile.columns):
        rule = rules.get(column.header) or {}
        definition = object.fields.get(rule.get("field") or "")
        base: dict[str, Any] = {
            "index": index,
            "header": column.header,
            "unnamed": not column.raw.strip(),
            "examples": column.examples,
            "filled": column.filled,
            "field": definition.name if definition else "",
            "rule": rule,
        }
        yield ColumnView(**base, **(_details(column, definition, rule, reader) if definition else {}))


def _details(column: ColumnProfile, field: FieldDef, rule: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    chosen = set(rule.get("empty") or ())
    found = dict(suspicious(column, field))
    found.update({text: 0 for text in chosen if text not in found})
    made: dict[str, Any] = {"blanks": [(text, n, text in chosen) for text, n in found.items()]}
    if field.choices and field.kind in (Kind.TEXT, Kind.TEXTS):
        made |= _values(column, field, rule, reader)
    if field.kind in (Kind.REFERENCE, Kind.REFERENCES) and field.name != "id":
        made |= _matching(field, rule, reader)
    if field.kind in _DATES and column.dates < column.filled:
        made |= {"asks_order": True, "order_note": _order_note(column, reader)}
    made["asks_factor"] = field.kind in _NUMBERS
    return made


def _values(column: ColumnProfile, field: FieldDef, rule: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    mapped = rule.get("values") or {}
    unknown = unknown_values(column, field, rule.get("empty") or ())
    values = [ValueChoice(text, n, mapped.get(text, "")) for text, n in unknown[:MOST_SHOWN_VALUES]]
    options = [(c.value, reader.label(c.label) or c.value) for c in field.choices or () if not c.retired]
    more = max(0, len(unknown) - len(values))
    return {"values": values, "options": options, "more_values": more, "takes_unknown": field.kind is Kind.TEXT}


def _matching(field: FieldDef, rule: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """By which field of its object a text names a record; whether one can be made of it."""
    if len(field.target) != 1:
        return {}
    target = reader.manifest.object(field.target[0])
    names = [n for n in (*match_fields(target), *_others(target)) if n != "title"]
    matches = [(n, reader.label(target.fields[n].label) or n) for n in dict.fromkeys(names)]
    question = question_for(field, rule.get("match"), reader.manifest)
    may = action_allowed(reader.actor, reader.manifest, target.name, "create")
    can_create = reader.label(target.label) if may and naming_field(question, reader.manifest) else ""
    return {"matches": matches, "can_create": can_create}


def _others(target: ObjectDef) -> list[str]:
    """Fields by which people also know a record, though two may share them."""
    found = [f.name for f in target.active_fields if not f.system and f.type in ("text", "email")]
    return found[:_MOST_OTHERS]


def _order_note(column: ColumnProfile, reader: Reader) -> str:
    if column.format_known == "day_first":
        return reader.render(Message("{n} dates can only be read day first.", {"n": column.day_first}))
    if column.format_known == "month_first":
        return reader.render(Message("{n} dates can only be read month first.", {"n": column.month_first}))
    if column.is_ambiguous:
        said = Message("“{example}” could be two days, and nothing in the column decides: choose.")
        return reader.render(replace(said, params={"example": column.either_example}))
    return ""


def read_plan(data: DataImport, form: Any, object: ObjectDef, reader: Reader) -> dict[str, Any]:
    """The mapping that the form says."""
    assert data.profile is not None
    allowed = {f.name: f for f in fields_for(object, reader.context)}
    before = data.plan.get("columns") or {}
    columns: dict[str, Any] = {}
    for index, column in enumerate(data.profile.columns):
        name = form.get(f"field.{index}", "")
        old = before.get(column.header) or {}
        if name not in allowed:
            columns[column.header] = None
        elif name != old.get("field"):
            columns[column.header] = suggest_column(column, allowed[name])
        else:
            columns[column.header] = _read_rule(index, name, old, form)
    kept = {k: v for k, v in data.plan.items() if k in ("encoding", "delimiter", "sheet", "where")}
    key = [n for n in form.getlist("key") if n in allowed]
    made = {**kept, "object": object.name, "columns": columns, "key": key}
    pairs = zip(form.getlist("set_field"), form.getlist("set_value"), strict=False)
    made["set"] = {name: value.strip() for name, value in pairs if name in allowed and value.strip()}
    formulas = zip(form.getlist("formula_field"), form.getlist("formula"), strict=False)
    made["formulas"] = {name: text.strip() for name, text in formulas if name in allowed and text.strip()}
    for name, choices in _SAID.items():
        said = form.get(name, choices[0])
        made[name] = said if said in choices else choices[0]
    return made


_SAID = {
    "existing": ("update", "skip", "refuse"),
    "blanks": ("keep", "clear"),
    "duplicates": ("judge", "skip", "update", "create", "ask"),
}


def _read_rule(index: int, name: str, old: Mapping[str, Any], form: Any) -> dict[str, Any]:
    rule: dict[str, Any] = {"field": name}
    empty = [*form.getlist(f"empty.{index}"), *_lines(form.get(f"empty_more.{index}", ""))]
    if empty:
        rule["empty"] = list(dict.fromkeys(empty))
    if form.get(f"match.{index}"):
        rule["match"] = form[f"match.{index}"]
    if form.get(f"create.{index}"):
        rule["create"] = True
    if form.get(f"dates.{index}"):
        rule["dates"] = form[f"dates.{index}"]
    if form.get(f"multiply.{index}", "").strip() not in ("", "1"):
        rule["multiply"] = form[f"multiply.{index}"].strip()
    values = dict(old.get("values") or {}) if f"text.{index}" not in form else {}
    for text, said in zip(form.getlist(f"text.{index}"), form.getlist(f"value.{index}"), strict=False):
        if said:
            values[text] = said
    if values:
        rule["values"] = values
    if form.get(f"unknown.{index}"):
        rule["unknown"] = form[f"unknown.{index}"]
    return rule


def _lines(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def plan_problems(data: DataImport, object: ObjectDef, reader: Reader) -> list[str]:
    """What is still to be decided before a check makes sense."""
    assert data.profile is not None
    found: list[str] = []
    rules = data.plan.get("columns") or {}
    given: dict[str, str] = {}
    for column in data.profile.columns:
        rule = rules.get(column.header)
        if not rule:
            continue
        definition = object.fields[rule["field"]]
        label = reader.label(definition.label)
        if rule["field"] in given:
            said = Message("{field} gets values from two columns: {a} and {b}.")
            both = {"field": label, "a": given[rule["field"]], "b": column.header}
            found.append(reader.render(replace(said, params=both)))
        given.setdefault(rule["field"], column.header)
        if definition.kind in _DATES and column.is_ambiguous and not rule.get("dates"):
            said = Message("{header}: say whether the day or the month comes first.", {"header": column.header})
            found.append(reader.render(said))
    missing = _missing(object, {*given, *(data.plan.get("set") or {}), *(data.plan.get("formulas") or {})}, reader)
    if missing and not data.plan.get("key"):
        said = Message("No column gives {fields}, which every record needs.", {"fields": missing})
        found.append(reader.render(said))
    if not given:
        found.append(reader.render(Message("Say first what at least one column means.")))
    return found


def _missing(object: ObjectDef, given: set[str], reader: Reader) -> list[str]:
    """The fields that every record needs and that nothing gives."""
    return [
        reader.label(f.label)
        for f in fields_for(object, reader.context)
        if f.required and f.default is None and f.name not in given and not f.system
    ]
