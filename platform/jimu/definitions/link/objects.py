"""Objects linked: conditions, filters and defaults of fields, checks, the title, who points at whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from jimu.definitions.documents import Document, plain
from jimu.definitions.link.care import link_duplicates, link_personal, link_retention
from jimu.definitions.link.linker import Linker
from jimu.definitions.model import CheckDef, FieldDef, ObjectDef
from jimu.definitions.reader import YamlMap
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldError, LoadContext
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import BOOLEAN
from jimu.messages import Text

_CONDITIONS = ("visible_when", "required_when", "read_only_when")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def link_objects(linker: Linker, country: str | None) -> dict[str, ObjectDef]:
    """Every object, whole."""
    linker.link_computed_fields()
    for name, definition in linker.objects.items():
        document = linker.documents[name]
        for field in definition.fields.values():
            raw = document.data["fields"].get(field.name) if not field.system and field.part_of is None else None
            if isinstance(raw, YamlMap) and not field.retired:
                linker.fields[name][field.name] = _link_field(
                    linker, linker.fields[name][field.name], raw, document, country
                )
    dependents, rollups_on = _dependents(linker.fields, linker.objects), _rollups_on(linker.fields)
    return {
        name: _link_object(linker, definition, dependents.get(name, ()), rollups_on.get(name, ()))
        for name, definition in linker.objects.items()
    }


def _link_field(linker: Linker, field: FieldDef, raw: YamlMap, document: Document, country: str | None) -> FieldDef:
    changes: dict[str, Any] = {}
    for key in _CONDITIONS:
        if raw.get(key):
            place = document.value_place("fields", field.name, key)
            changes[key] = linker.formula(raw[key], field.object, BOOLEAN, place, field.address)
    if raw.get("filter") and field.kind in (Kind.REFERENCE, Kind.REFERENCES):
        changes["filter"] = _filter(linker, field, raw, document)
    if raw.get("default") is not None:
        changes["default"] = _default(linker, field, raw["default"], document, country)
    _check_targets(linker, field, document)
    return replace(field, **changes) if changes else field


def _check_targets(linker: Linker, field: FieldDef, document: Document) -> None:
    if field.formula is not None or field.rollup is not None:
        return
    for target in field.target:
        linker.check_object(target, document.value_place("fields", field.name, "to"), field.address)


def _filter(linker: Linker, field: FieldDef, raw: YamlMap, document: Document) -> Any:
    place = document.value_place("fields", field.name, "filter")
    if len(field.target) != 1:
        linker.findings.error(
            "filter_target", "A filter needs a field that points at exactly one object.", {}, place, field.address
        )
        return None
    if field.target[0] not in linker.objects:
        return None  # reported with the target
    return linker.formula(raw["filter"], field.target[0], BOOLEAN, place, field.address)


def _default(linker: Linker, field: FieldDef, raw: Any, document: Document, country: str | None) -> Any:
    """The default: a formula of the field's type, or a constant that the field's type takes."""
    if field.formula is not None or field.rollup is not None or field.type == "autonumber":
        place = document.key_place("fields", field.name, "default")
        linker.findings.error(
            "default_of_computed",
            "{field} is computed and has no default.",
            {"field": field.address},
            place,
            field.address,
        )
        return None
    if isinstance(raw, YamlMap) and isinstance(raw.get("formula"), str) and len(raw) == 1:
        place = document.value_place("fields", field.name, "default", "formula")
        symbol = linker.symbol(field.object, field.name)
        return linker.formula(raw["formula"], field.object, symbol.type if symbol else None, place, field.address)
    try:
        return registry.get(field.type).load(plain(raw), field, LoadContext(now=_EPOCH, country=country))
    except FieldError as error:
        linker.findings.error(
            "bad_default",
            "The default does not fit: {reason}",
            {"reason": error.message},
            document.value_place("fields", field.name, "default"),
            field.address,
        )
        return None


def _link_object(
    linker: Linker,
    definition: ObjectDef,
    dependents: tuple[tuple[str, str], ...],
    rollups_on: tuple[tuple[str, str], ...],
) -> ObjectDef:
    document = linker.documents[definition.name]
    fields = linker.fields[definition.name]
    place = document.value_place("title") if document.data.get("title") else definition.source
    for i, name in enumerate(definition.follow or ()):
        linker.check_field(name, definition.name, document.value_place("follow", i), definition.name)
    return replace(
        definition,
        fields=fields,
        title=linker.template(definition.title_source, definition.name, place, definition.name),
        checks=tuple(_checks(linker, document)),
        duplicates=link_duplicates(linker, document),
        retention=link_retention(linker, document),
        personal=link_personal(linker, document),
        dependents=dependents,
        rollups_on=rollups_on,
        compute_order=tuple(linker.compute_order[definition.name]),
    )


def _checks(linker: Linker, document: Document) -> list[CheckDef]:
    made: dict[str, CheckDef] = {}
    for i, raw in enumerate(document.data.get("checks", ())):
        name, address = raw["name"], f"{document.name}#check:{raw['name']}"
        if name in made:
            linker.findings.error(
                "duplicate_name",
                "There are two checks called {name}.",
                {"name": name},
                document.value_place("checks", i, "name"),
                address,
            )
            continue
        if raw.get("retired"):
            continue
        formula = linker.formula(
            raw["check"], document.name, BOOLEAN, document.value_place("checks", i, "check"), address
        )
        fields = tuple(raw.get("fields") or ())
        for j, field in enumerate(fields):
            linker.check_field(field, document.name, document.value_place("checks", i, "fields", j), address)
        made[name] = CheckDef(
            name,
            formula,
            Text.of(raw["message"]),
            fields,
            raw.get("severity", "error"),
            document.key_place("checks", i),
        )
    return list(made.values())


Pairs = dict[str, tuple[tuple[str, str], ...]]


def _dependents(fields: Mapping[str, Mapping[str, FieldDef]], objects: Mapping[str, ObjectDef]) -> Pairs:
    """Object -> (object, field) of every stored reference to it; one that may point at any object points at each."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in objects}
    for object_name, own in fields.items():
        if objects[object_name].retired:
            continue
        for field in own.values():
            if (
                field.kind not in (Kind.REFERENCE, Kind.REFERENCES)
                or field.system
                or field.retired
                or field.formula
                or field.rollup
            ):
                continue
            for target in field.target or tuple(objects):
                if target in found:
                    found[target].append((object_name, field.name))
    return {name: tuple(pairs) for name, pairs in found.items()}


def _rollups_on(fields: Mapping[str, Mapping[str, FieldDef]]) -> Pairs:
    found: dict[str, list[tuple[str, str]]] = {}
    for own in fields.values():
        for field in own.values():
            if field.rollup is not None and not field.retired:
                found.setdefault(field.rollup.object, []).append((field.object, field.name))
    return {name: tuple(pairs) for name, pairs in found.items()}
