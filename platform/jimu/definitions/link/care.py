"""Duplicate rules, retention and personal data of an object, linked: their fields are there and suit what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jimu.definitions.care import (
    FUZZY,
    AcrossDef,
    DuplicateRuleDef,
    MatchDef,
    PersonalDef,
    RetentionDef,
    RetentionRuleDef,
)
from jimu.definitions.documents import Document, optional_text, plain, text_of
from jimu.definitions.link.linker import Linker
from jimu.definitions.model import FieldDef
from jimu.definitions.reader import YamlMap
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import BOOLEAN

_COMPARED = frozenset(
    {Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.REFERENCE}
)
_USUAL_LEAST = 0.9
At = tuple[str | int, ...]


class _Part:
    """One part of an object's document: reports at its places."""

    def __init__(self, linker: Linker, document: Document, address: str) -> None:
        self.linker, self.document, self.address = linker, document, address

    def formula(self, source: str | None, object: str, at: At) -> Any:
        if not source:
            return None
        place = self.document.value_place(*at)
        return self.linker.formula(source, object, BOOLEAN, place, self.address)

    def field(self, name: str, object: str, at: At) -> FieldDef | None:
        return self.linker.check_field(name, object, self.document.value_place(*at), self.address)

    def error(self, code: str, template: str, at: At, **params: Any) -> None:
        place = self.document.value_place(*at)
        self.linker.findings.error(code, template, params, place, self.address)


def link_duplicates(linker: Linker, document: Document) -> tuple[DuplicateRuleDef, ...]:
    made: dict[str, DuplicateRuleDef] = {}
    for i, raw in enumerate(document.data.get("duplicates", ())):
        part = _Part(linker, document, f"{document.name}#duplicate_rule:{raw['name']}")
        if raw["name"] in made:
            template = "There are two duplicate rules called {name}."
            part.error("duplicate_name", template, ("duplicates", i, "name"), name=raw["name"])
        elif not raw.get("retired"):
            made[raw["name"]] = _rule(part, raw, ("duplicates", i))
    return tuple(made.values())


def _rule(part: _Part, raw: YamlMap, at: At) -> DuplicateRuleDef:
    object = part.document.name
    match = tuple(_match(part, one, (*at, "match", i)) for i, one in enumerate(raw["match"]))
    if all(one.optional for one in match):
        part.error("no_match_field", "A duplicate rule needs a field that must agree.", (*at, "match"))
    _check_request(part, raw, at)
    across = tuple(_across(part, raw, (*at, "across", i), match) for i in range(len(raw.get("across", ()))))
    return DuplicateRuleDef(
        raw["name"],
        object,
        text_of(raw, "label", raw["name"]),
        match,
        across,
        part.formula(raw.get("when"), object, (*at, "when")),
        part.formula(raw.get("among"), object, (*at, "among")),
        bool(raw.get("own", True)),
        float(raw.get("least", 0)),
        raw.get("on_match", "warn"),
        raw.get("tell", "exists"),
        tuple(raw.get("leave_out") or ()),
        optional_text(raw, "message"),
        raw.get("approval", ""),
        tuple(plain(one) for one in raw.get("reviewers") or ()),
        part.document.key_place(*at),
    )


def _check_request(part: _Part, raw: YamlMap, at: At) -> None:
    """Who is asked is said where somebody is asked, and only there."""
    is_request = raw.get("on_match") == "request"
    if is_request and not (raw.get("approval") or raw.get("reviewers")):
        template = "Say with approval or reviewers who is asked."
        part.error("nobody_asked", template, (*at, "on_match"))
    for key in ("approval", "reviewers"):
        if raw.get(key) and (not is_request or (key == "reviewers" and raw.get("approval"))):
            template = "{key} says who is asked where on_match is request and nothing else says it."
            part.error("nothing_asked", template, (*at, key), key=key)


def _match(part: _Part, raw: YamlMap, at: At) -> MatchDef:
    how = raw.get("how", "exact")
    _check_compared(part, raw["field"], part.document.name, how, (*at, "field"))
    least = float(raw.get("least", _USUAL_LEAST)) if how in (FUZZY, "pinyin") else 1.0
    return MatchDef(raw["field"], how, least, float(raw.get("weight", 1)), bool(raw.get("optional")))


def _across(part: _Part, rule: YamlMap, at: At, match: tuple[MatchDef, ...]) -> AcrossDef:
    raw = rule["across"][at[-1]]
    object, fields = raw["object"], {str(k): str(v) for k, v in raw["fields"].items()}
    if part.linker.check_object(object, part.document.value_place(*at, "object"), part.address) is None:
        return AcrossDef(object, {})
    by_field = {one.field: one for one in match}
    for own, theirs in fields.items():
        if own not in by_field:
            template = "{name} is not among the fields that the rule compares."
            part.error("unknown_match_field", template, (*at, "fields", own), name=own)
        else:
            _check_compared(part, theirs, object, by_field[own].how, (*at, "fields", own))
    missing = [one.field for one in match if not one.optional and one.field not in fields]
    if missing:
        template = "Say with what {fields} is compared in {object}."
        part.error("match_field_missing", template, (*at, "fields"), fields=", ".join(missing), object=object)
    return AcrossDef(object, fields, part.formula(raw.get("where"), object, (*at, "where")))


def _check_compared(part: _Part, name: str, object: str, how: str, at: At) -> None:
    field = part.field(name, object, at)
    if field is None:
        return
    is_text = field.kind is Kind.TEXT
    if field.type == "secret" or field.kind not in _COMPARED or (field.formula is not None and not field.stored):
        template = "{field} has no stored value that could be compared."
    elif how != "exact" and not is_text:
        template = "{field} is no text; it can only be compared exactly."
    else:
        return
    part.error("not_comparable", template, at, field=field.address)


def link_retention(linker: Linker, document: Document) -> RetentionDef | None:
    raw = document.data.get("retention")
    if not isinstance(raw, YamlMap):
        return None
    return RetentionDef(raw.get("bin_days"), tuple(_retention_rules(linker, document, raw)))


def _retention_rules(linker: Linker, document: Document, raw: YamlMap) -> Iterator[RetentionRuleDef]:
    for i, rule in enumerate(raw.get("rules", ())):
        at: At = ("retention", "rules", i)
        part = _Part(linker, document, f"{document.name}#retention:{rule['name']}")
        since = rule.get("since", "updated_at")
        field = part.field(since, document.name, (*at, "since") if rule.get("since") else at)
        if field is not None and field.kind not in (Kind.DATE, Kind.DATETIME):
            part.error("not_a_date", "{field} is no date.", (*at, "since"), field=field.address)
        if rule["then"] == "anonymise" and not document.data.get("personal"):
            template = "{object} says nothing of personal fields, so nothing could be anonymised."
            part.error("nothing_personal", template, (*at, "then"), object=document.name)
        if not rule.get("retired"):
            when = part.formula(rule.get("when"), document.name, (*at, "when"))
            label, place = text_of(rule, "label", rule["name"]), document.key_place(*at)
            yield RetentionRuleDef(rule["name"], rule["days"], since, rule["then"], when, label, place)


def link_personal(linker: Linker, document: Document) -> PersonalDef | None:
    raw = document.data.get("personal")
    if not isinstance(raw, YamlMap):
        return None
    part = _Part(linker, document, document.name)
    keep = {str(k): plain(v) for k, v in raw.get("keep", {}).items()}
    for i, name in enumerate(raw["fields"]):
        at: At = ("personal", "fields", i)
        field = part.field(name, document.name, at)
        if field is None:
            continue
        if field.is_computed:
            part.error("computed_personal", "{field} is computed; name what it is made of.", at, field=field.address)
        elif field.required and name not in keep:
            part.error("personal_required", "{field} is required; say under keep what stays.", at, field=field.address)
    for name in keep:
        part.field(name, document.name, ("personal", "keep", name))
    for i, name in enumerate(raw.get("about", ())):
        at = ("personal", "about", i)
        field = part.field(name, document.name, at)
        if field is not None and field.kind not in (Kind.REFERENCE, Kind.REFERENCES):
            part.error("not_a_lookup", "{field} does not point at a record.", at, field=field.address)
    return PersonalDef(tuple(raw["fields"]), tuple(raw.get("about", ())), keep)
