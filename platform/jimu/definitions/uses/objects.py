"""What fields, checks, keys and record types of objects refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.definitions.use import Use, fields_on
from jimu.formulas.formula import Formula

_CONDITIONS = ("visible_when", "required_when", "read_only_when", "default")


def uses_of_objects(manifest: Manifest) -> Iterator[Use]:
    for object in manifest.objects.values():
        for field in object.active_fields:
            if not field.system:
                yield from _of_field(manifest, object, field)
        yield from _of_object(manifest, object)
        yield from _of_checks(manifest, object)


def _of_field(manifest: Manifest, object: ObjectDef, field: FieldDef) -> Iterator[Use]:
    def use(target: str, how: str) -> Use:
        return Use(target, field.address, how, field.source)

    def read(formula: Any, start: str, how: str) -> Iterator[Use]:
        if isinstance(formula, Formula):
            for address in dict.fromkeys(fields_on(manifest, start, sorted(formula.paths))):
                if address != field.address:
                    yield use(address, how)

    yield from read(field.formula, object.name, "formula")
    for key in _CONDITIONS:
        yield from read(getattr(field, key), object.name, key)
    if field.filter is not None and len(field.target) == 1:
        yield from read(field.filter, field.target[0], "filter")
    if field.rollup is not None:
        yield from _of_rollup(manifest, field)
    elif field.formula is None:
        how = "parent" if object.parent == field.name else "points_at"
        yield from (use(target, how) for target in field.target)
    if field.controller:
        yield use(f"{object.name}.{field.controller}", "controller")
    if field.option_list:
        yield use(f"options:{field.option_list}", "options")


def _of_rollup(manifest: Manifest, field: FieldDef) -> Iterator[Use]:
    rollup = field.rollup
    assert rollup is not None
    read = [rollup.lookup, *(name for name in (rollup.field, rollup.order_by) if name)]
    addresses = [rollup.object, *(f"{rollup.object}.{name.removeprefix('-')}" for name in read)]
    if rollup.where is not None:
        addresses += fields_on(manifest, rollup.object, sorted(rollup.where.paths))
    for address in dict.fromkeys(addresses):
        yield Use(address, field.address, "rollup", field.source)


def _of_object(manifest: Manifest, object: ObjectDef) -> Iterator[Use]:
    def use(name: str, how: str) -> Use:
        return Use(f"{object.name}.{name.removeprefix('-')}", object.name, how, object.source)

    if isinstance(object.title, Formula):
        for address in dict.fromkeys(fields_on(manifest, object.name, sorted(object.title.paths))):
            yield Use(address, object.name, "title", object.source)
    for group in object.uniques:
        yield from (use(name, "unique") for name in group)
    for group in object.indexes:
        yield from (use(name, "index") for name in group)
    yield from (use(name, "followed") for name in object.follow or ())
    for kind in object.record_types.values():
        for name in dict.fromkeys([*kind.choices, *kind.required, *kind.defaults]):
            yield use(name, "record_type")
        if kind.layout:
            yield Use(f"page:{kind.layout}", object.name, "record_type", object.source)


def _of_checks(manifest: Manifest, object: ObjectDef) -> Iterator[Use]:
    for check in object.checks:
        source = f"{object.name}#check:{check.name}"
        if isinstance(check.check, Formula):
            for address in dict.fromkeys(fields_on(manifest, object.name, sorted(check.check.paths))):
                yield Use(address, source, "check", check.source)
        yield from (Use(f"{object.name}.{name}", source, "check_shown", check.source) for name in check.fields)
