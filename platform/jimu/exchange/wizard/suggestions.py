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
from jimu.exchange.importing.wording import Wording, agreement, wording_of
from jimu.exchange.wizard.profile import MOST_VALUES, ColumnProfile, FileProfile
from jimu.exchange.wizard.recognising import lookups_of, recognise
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.records import Context

Plan = dict[str, Any]
"""A step of an import plan as its YAML says it: see ``importing.step``."""

_LIKE = 60.0
_NEAREST, _AS_LIKE = 6, 5.0
_FEW, _MOST = 2, 0.6
_SHORT = 4
_SAME, _NEAR = 0.9, 0.5
_TWO = 4
"""So many texts a column of yes and no has at most: both, and two ways of saying neither."""
_DATES = (Kind.DATE, Kind.DATETIME)


def fields_for(object: ObjectDef, context: Context) -> list[FieldDef]:
    """The fields that the actor may give values to by a file, in the order of the object; the record's id first."""
    access = field_access(context.actor, context.manifest, object.name)
    own = [f for f in object.active_fields if is_importable(f) and _is_offered(f, object)]
    return [f for f in own if f.name == "id" or access.get(f.name) == EDIT]


def _is_offered(field: FieldDef, object: ObjectDef) -> bool:
    """Parts that say the same as their whole (names of people) may have columns of their own."""
    main = object.fields.get(field.part_of or "")
    is_tied_part = main is not None and not main.hidden and registry.get(main.type).is_tied
    return (is_tied_part or not field.hidden) and field.kind is not Kind.COMPOSITE


def suggest_plan(profile: FileProfile, object: ObjectDef, context: Context) -> Plan:
    """Header -> field, the surest ways of telling first; blanks, orders of dates and values with them."""
    allowed = [f.name for f in fields_for(object, context) if f.part_of is None]
    matching = _Matching(profile, object, allowed, context)
    ways = (matching.called, matching.worded, matching.alike, matching.recognised, matching.listed, matching.near)
    for tell in (*ways, matching.titled):
        tell()
    columns = {c.header: _rule(c, matching.found.get(c.header), object) for c in profile.columns}
    return {"object": object.name, "columns": columns, "existing": "update", "key": _key(columns, object)}


def _rule(column: ColumnProfile, name: str | None, object: ObjectDef) -> dict[str, Any] | None:
    return suggest_column(column, object.fields[name]) if name else None


class _Matching:
    """``found``: header -> field, as it grows. Each way of telling looks at the columns and fields that are open yet;
    columns without any value are left out.
    """

    def __init__(self, profile: FileProfile, object: ObjectDef, allowed: Sequence[str], context: Context) -> None:
        self._profile, self._object, self._allowed = profile, object, allowed
        self._own = [object.name, *object.label.by_locale.values(), *object.plural.by_locale.values()]
        self.found: dict[str, str] = {}
        self.called()
        self._records = recognise(self._columns(), lookups_of(object, self._fields()), context)

    def _columns(self) -> list[ColumnProfile]:
        return [c for c in self._profile.columns if c.filled and c.header not in self.found]

    def _fields(self) -> list[str]:
        taken = set(self.found.values())
        return [name for name in self._allowed if name not in taken]

    def called(self) -> None:
        """By name, by label in any language; a column ``account`` of accounts holds their names."""
        headers = [c.header for c in self._columns()]
        exact = match_headers(headers, self._object)
        self.found |= {h: name for h, name in exact.items() if name in self._fields()}
        title, own = plain_title(self._object), {folded(name) for name in self._own}
        if title in self._fields():
            self.found |= {h: title for h in headers if h not in self.found and folded(h) in own}

    def alike(self) -> None:
        """By likeness of letters, where the content does not speak against it."""
        by_header = {c.header: c for c in self._columns() if not _is_short(folded(c.header))}
        for said in suggest_headers(list(by_header), self._object):
            fits = self._may_hold(said.field, by_header[said.header]) and self._speaks_of(said.field, said.header)
            if said.field in self._fields() and fits:
                self.found[said.header] = said.field

    def _speaks_of(self, name: str, header: str) -> bool:
        """False for an id that is like a name by all other letters."""
        role = wording_of(header).role
        roles = {one.role for one in self._wordings(name)}
        return not role or role in roles or "" in roles

    def worded(self) -> None:
        """By what the words of header and label say."""
        self._by_words(_SAME)

    def near(self) -> None:
        """By words of which the header or the label has more."""
        self._by_words(_NEAR)

    def _by_words(self, least: float) -> None:
        rated = []
        for column in self._columns():
            said = wording_of(column.header, self._own)
            for name in self._fields():
                rate = max(agreement(said, one) for one in self._wordings(name))
                if rate >= least and self._may_hold(name, column):
                    rated.append((-rate, column.header, name))
        for _, header, name in sorted(rated, key=lambda one: one[0]):
            if header not in self.found and name in self._fields():
                self.found[header] = name

    def _wordings(self, name: str) -> list[Wording]:
        field = self._object.fields[name]
        return [wording_of(text, self._own) for text in (name, *field.label.by_locale.values(), *field.known_as)]

    def recognised(self) -> None:
        """By the records that the texts name, where only one field points at (one of) them."""
        fields = lookups_of(self._object, self._fields())
        for target in dict.fromkeys(field.target[0] for field in fields):
            pointing = [f for f in fields if f.target[0] == target]
            (field, *others) = [f for f in pointing if f.kind is Kind.REFERENCE] or pointing
            if others:
                continue
            named = [c for c in self._columns() if self._records.is_named(target, c.header)]
            if named:
                best = max(named, key=lambda c: (self._records.share(target, c.header), c.distinct))
                self.found[best.header] = field.name

    def listed(self) -> None:
        """Picklists by the options that stand in the column."""
        for column in self._columns():
            name = _by_content(column, self._object, set(self._fields()))
            if name:
                self.found[column.header] = name

    def titled(self) -> None:
        """What the record is called by, where nothing gave it and one column alone speaks of a name: 股票名称."""
        title = plain_title(self._object)
        if title not in self._fields():
            return
        named = [c.header for c in self._columns() if wording_of(c.header, self._own).role == "name"]
        if len(named) == 1:
            self.found[named[0]] = title

    def _names_rows(self, column: ColumnProfile) -> bool:
        """Whether the texts of a column are titles of other rows of the file."""
        by_field = {field: header for header, field in self.found.items()}
        title = by_field.get(plain_title(self._object) or "", "")
        known = {str(t) for c in self._profile.columns if c.header == title for t, _ in c.values}
        texts = {str(t) for t, _ in column.values}
        return len(texts) > 1 and len(texts & known) >= _MOST * len(texts)

    def _may_hold(self, name: str, column: ColumnProfile) -> bool:
        """Whether what stands in a column could be of the field: a likeness of names alone deceives."""
        field = self._object.fields[name]
        if field.kind in (Kind.DECIMAL, Kind.INTEGER):
            return column.numbers * 2 >= column.filled
        if field.kind in _DATES:
            return (column.moments + column.dates) * 2 >= column.filled
        if field.kind is Kind.BOOLEAN:
            return column.distinct <= _TWO
        if field.type == "email":
            mails = sum(int(n) for text, n in column.values if "@" in str(text))
            return mails * 2 >= sum(int(n) for _, n in column.values)
        if field.kind in (Kind.REFERENCE, Kind.REFERENCES) and len(field.target) == 1:
            target = field.target[0]
            is_own = target == self._object.name and self._names_rows(column)
            return is_own or target in self._records.empty or self._records.is_named(target, column.header)
        if not field.choices or field.kind is not Kind.TEXT:
            return True
        unknown = sum(n for _, n in unknown_values(column, field))
        return unknown * 2 <= sum(int(n) for _, n in column.values)


def _is_short(text: str) -> bool:
    """Shorter ones are like parts of too many words; two Chinese characters are a word."""
    return len(text) < (_SHORT if text.isascii() else 2)


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
    """The option that each text most likely means; one that is like none, or like two (Korea), is left for a person."""
    open_choices = [c for c in field.choices or () if not c.retired]
    spelt = {folded(x): c.value for c in open_choices for x in (c.value, *c.label.by_locale.values())}
    found: dict[str, str] = {}
    for text, _ in unknown:
        near = process.extract(folded(text), list(spelt), scorer=fuzz.ratio, score_cutoff=_LIKE, limit=_NEAREST)
        meant = {spelt[spelling] for spelling, likeness, _ in near if likeness > near[0][1] - _AS_LIKE}
        if len(meant) == 1:
            found[text] = meant.pop()
    return found


def _key(columns: Mapping[str, Any], object: ObjectDef) -> list[str]:
    """The record's id, or unique fields that columns give: else every row is a new record."""
    given = {rule["field"] for rule in columns.values() if rule}
    if "id" in given:
        return ["id"]
    return next((list(unique) for unique in sorted(object.uniques, key=len) if given.issuperset(unique)), [])
