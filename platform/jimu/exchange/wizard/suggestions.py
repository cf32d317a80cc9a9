"""A mapping to start from: what the columns of a file most likely mean, by their headers and by what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from rapidfuzz import fuzz, process

from jimu.access.fields import EDIT, field_access
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.exchange.importing.headers import folded, is_importable, match_headers, suggest_headers
from jimu.exchange.importing.lookups import plain_title
from jimu.exchange.wizard.profile import MOST_VALUES, ColumnProfile, FileProfile
from jimu.fieldtypes.kinds import Kind
from jimu.records import Context

Plan = dict[str, Any]
"""A step of an import plan as its YAML says it: see ``importing.step``."""

_LIKE = 60.0
_FEW, _MOST = 2, 0.6
_SHORT = 4
"""Shorter headers are like parts of too many words."""
_TYPED = (Kind.DATE, Kind.DATETIME, Kind.DECIMAL, Kind.INTEGER, Kind.BOOLEAN, Kind.REFERENCE, Kind.DURATION)
_DATES = (Kind.DATE, Kind.DATETIME)


def fields_for(object: ObjectDef, context: Context) -> list[FieldDef]:
    """The fields that the actor may give values to by a file, in the order of the object; the record's id first."""
    access = field_access(context.actor, context.manifest, object.name)
    own = [f for f in object.active_fields if is_importable(f) and not f.hidden and f.kind is not Kind.COMPOSITE]
    return [f for f in own if f.name == "id" or access.get(f.name) == EDIT]


def suggest_plan(profile: FileProfile, object: ObjectDef, context: Context) -> Plan:
    """Header -> field by name, label in any language or likeness; blanks, orders of dates and values with them."""
    allowed = {f.name for f in fields_for(object, context)}
    exact = {h: f for h, f in match_headers(profile.headers, object).items() if f in allowed}
    rest = [h for h in profile.headers if h not in exact]
    by_header = {column.header: column for column in profile.columns}
    likely = {
        s.header: s.field
        for s in suggest_headers([h for h in rest if len(folded(h)) >= _SHORT], object)
        if s.field in allowed and _may_hold(object.fields[s.field], by_header[s.header])
    }
    exact |= _called_like_the_object(rest, object, allowed - set(exact.values()))
    taken = set(exact.values())
    columns: dict[str, Any] = {}
    for column in profile.columns:
        name = exact.get(column.header) or likely.get(column.header) or _by_content(column, object, allowed - taken)
        if name is None or (column.header not in exact and name in taken) or not column.filled:
            columns[column.header] = None
            continue
        taken.add(name)
        columns[column.header] = suggest_column(column, object.fields[name])
    return {"object": object.name, "columns": columns, "existing": "update", "key": _key(columns, object)}


def _called_like_the_object(headers: Sequence[str], object: ObjectDef, allowed: AbstractSet[str]) -> dict[str, str]:
    """A column ``account`` of accounts holds their names."""
    name = plain_title(object)
    if name not in allowed:
        return {}
    spelt = {folded(x) for x in (object.name, *object.label.by_locale.values(), *object.plural.by_locale.values())}
    return {header: name for header in headers if folded(header) in spelt}


def _by_content(column: ColumnProfile, object: ObjectDef, open_fields: AbstractSet[str]) -> str | None:
    """The picklist most of whose options stand in the column."""
    texts = [(folded(str(text)), int(n)) for text, n in column.values]
    total = sum(n for _, n in texts)
    if not total or column.distinct > MOST_VALUES:
        return None
    for name in sorted(open_fields):
        choices = [c for c in object.fields[name].choices or () if not c.retired]
        known = {folded(x) for c in choices for x in (c.value, *c.label.by_locale.values())}
        if len(choices) >= _FEW and sum(n for text, n in texts if text in known) > total * _MOST:
            return name
    return None


def _may_hold(field: FieldDef, column: ColumnProfile) -> bool:
    """Whether what stands in a column could be of the field: a likeness of names alone deceives."""
    if field.kind in (Kind.DECIMAL, Kind.INTEGER):
        return column.numbers * 2 >= column.filled
    if not field.choices or field.kind is not Kind.TEXT:
        return True
    unknown = sum(n for _, n in unknown_values(column, field))
    return unknown * 2 <= sum(int(n) for _, n in column.values)


def remembered_plan(profile: FileProfile, remembered: Mapping[str, Any], object: ObjectDef, context: Context) -> Plan:
    """What was said of a file with the same headers, as far as it still holds."""
    allowed = {f.name for f in fields_for(object, context)}
    by_fold = {folded(header) or header: rule for header, rule in (remembered.get("columns") or {}).items()}
    columns = {}
    for header in profile.headers:
        rule = by_fold.get(folded(header) or header)
        columns[header] = rule if rule and rule.get("field") in allowed else None
    return {**{k: v for k, v in remembered.items() if k != "decisions"}, "object": object.name, "columns": columns}


def suggest_column(column: ColumnProfile, field: FieldDef) -> dict[str, Any]:
    """The rule of a column that means ``field``."""
    rule: dict[str, Any] = {"field": field.name}
    empty = [text for text, _ in suspicious(column, field)]
    if empty:
        rule["empty"] = empty
    if field.kind in _DATES and column.format_known:
        rule["dates"] = column.format_known
    values = suggest_values(unknown_values(column, field, empty), field)
    if values:
        rule["values"] = values
    return rule


def suspicious(column: ColumnProfile, field: FieldDef) -> list[tuple[str, int]]:
    """Texts that probably mean nothing: placeholders that are no value of the field itself."""
    known = {folded(x) for c in field.choices or () for x in (c.value, *c.label.by_locale.values())}
    return [(text, n) for text, n in column.placeholders if not known or folded(text) not in known or not folded(text)]


def unknown_values(column: ColumnProfile, field: FieldDef, empty: Sequence[str] = ()) -> list[tuple[str, int]]:
    """Texts of the column that are no option of a picklist, with how often they stand there."""
    if not field.choices or field.kind not in (Kind.TEXT, Kind.TEXTS):
        return []
    known = {folded(x) for c in field.choices or () if not c.retired for x in (c.value, *c.label.by_locale.values())}
    return [(str(t), int(n)) for t, n in column.values if folded(str(t)) not in known and t not in empty]


def suggest_values(unknown: Sequence[tuple[str, int]], field: FieldDef) -> dict[str, str]:
    """The option that each text most likely means; one that is like none is left for a person."""
    open_choices = [c for c in field.choices or () if not c.retired]
    spelt = {folded(x): c.value for c in open_choices for x in (c.value, *c.label.by_locale.values())}
    found: dict[str, str] = {}
    for text, _ in unknown:
        best = process.extractOne(folded(text), list(spelt), scorer=fuzz.ratio, score_cutoff=_LIKE)
        if best:
            found[text] = spelt[best[0]]
    return found


def _key(columns: Mapping[str, Any], object: ObjectDef) -> list[str]:
    """The record's id, or a unique field that a column gives: else every row is a new record."""
    given = {rule["field"] for rule in columns.values() if rule}
    if "id" in given:
        return ["id"]
    singles = [u[0] for u in object.uniques if len(u) == 1]
    return next(([name] for name in singles if name in given), [])
