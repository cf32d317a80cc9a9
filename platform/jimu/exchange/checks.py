"""Checks of seeds and import plans against the objects they name; problems as diagnostics, none raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ImportPlanDef, ObjectDef, SeedDef
from jimu.diagnostics import Diagnostic, Place, nearest
from jimu.exchange.importing.headers import is_importable
from jimu.exchange.importing.step import names, read_step
from jimu.exchange.seeding.generators import GENERATORS, generator_of
from jimu.exchange.seeding.words import read_word_lists
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message

_NESTED = ("of", "else")


def check_import_plans(manifest: Manifest) -> list[Diagnostic]:
    """Unknown objects and fields, keys that no column gives."""
    return [d for plan in manifest.import_plans.values() for d in _check_plan(plan, manifest)]


def check_seeds(manifest: Manifest) -> list[Diagnostic]:
    """Unknown objects, fields, generators, word lists, and steps picked from that are not loaded before."""
    checker = _SeedChecker(manifest)
    for seed in sorted(manifest.seeds.values(), key=lambda s: (s.order, s.name)):
        checker.check(seed)
    return checker.found


def _check_plan(plan: ImportPlanDef, manifest: Manifest) -> Iterator[Diagnostic]:
    for number, raw in enumerate(plan.steps, start=1):
        step = read_step(raw)
        address = f"import_plan:{plan.name}/{number}"
        object = manifest.objects.get(step.object)
        if object is None:
            yield _unknown("unknown_object", step.object, manifest.objects, plan.source, address)
            continue
        given = {name for rule in (step.columns or {}).values() if rule for name in rule.fields}
        given |= {*step.formulas, *step.constants}
        for name in (*given, *step.key):
            if name not in object.fields or not is_importable(object.fields[name]):
                yield _unknown("unknown_field", name, _importable(object), plan.source, address)
        for name in step.key:
            if step.columns is not None and name not in given:
                yield Diagnostic(
                    "key_not_mapped",
                    Message("No column gives the key field {field}.", {"field": name}),
                    plan.source,
                    address,
                )


class _SeedChecker:
    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.words = read_word_lists(manifest)
        self.pools: set[str] = set()
        self.found: list[Diagnostic] = []
        for list_ in self.words.values():
            for missing in list_.problems():
                self.found.append(
                    Diagnostic(
                        "unknown_words",
                        Message(
                            "The word list {name} has no list {missing}.", {"name": list_.name, "missing": missing}
                        ),
                        Place(),
                        f"words:{list_.name}",
                    )
                )

    def check(self, seed: SeedDef) -> None:
        for number, step in enumerate(seed.steps, start=1):
            address = f"seed:{seed.name}/{number}"
            self._check_records(step, step.get("records", ()), seed, address)
            flow = (step.get("approvals") or {}).get("flow")
            flows = self.manifest.all("approval")
            if flow is not None and (flow not in flows or flows[flow].object != step["object"]):
                self.found.append(_unknown("unknown_flow", flow, flows, seed.source, address))
            given = step.get("generate")
            if given:
                self._check_generated(step["object"], given, seed, address)
                self._check_key(step, given, seed, address)
            self.pools.add(step.get("as", step["object"]))
            for child in (given or {}).get("children", ()):
                self._check_generated(child["object"], child, seed, address)
                self.pools.add(child.get("as", child["object"]))

    def _check_records(self, step: Mapping[str, Any], records: Any, seed: SeedDef, address: str) -> None:
        object = self._object(step["object"], seed, address)
        if object is None:
            return
        for record in records:
            for name in record:
                self._check_field(object, name, seed, address)
            for name in names(step["key"]):
                if name not in record:
                    self.found.append(
                        Diagnostic(
                            "key_not_given",
                            Message("A record lacks its key {field}.", {"field": name}),
                            seed.source,
                            address,
                        )
                    )

    def _check_generated(self, name: str, given: Mapping[str, Any], seed: SeedDef, address: str) -> None:
        object = self._object(name, seed, address)
        if object is not None:
            for field in given["fields"]:
                self._check_field(object, field, seed, address)
        for group in ("let", "fields"):
            for spec in (given.get(group) or {}).values():
                self._check_spec(spec, seed, address)

    def _check_key(self, step: Mapping[str, Any], given: Mapping[str, Any], seed: SeedDef, address: str) -> None:
        for name in names(step["key"]):
            if name not in given["fields"]:
                self.found.append(
                    Diagnostic(
                        "key_not_given",
                        Message("The key {field} is not generated.", {"field": name}),
                        seed.source,
                        address,
                    )
                )

    def _check_spec(self, spec: Any, seed: SeedDef, address: str) -> None:
        if not isinstance(spec, Mapping):
            return
        name = generator_of(spec)
        if name is None:
            first = next(iter(spec), "")
            self.found.append(_unknown("unknown_generator", first, GENERATORS, seed.source, address))
            return
        if name == "words" and spec["words"] not in self.words:
            self.found.append(_unknown("unknown_words", spec["words"], self.words, seed.source, address))
        if name == "pick" and spec["pick"] not in self.pools:
            self.found.append(_unknown("unknown_step", spec["pick"], self.pools, seed.source, address))
        for inner in _inner(name, spec):
            self._check_spec(inner, seed, address)

    def _object(self, name: str, seed: SeedDef, address: str) -> ObjectDef | None:
        object = self.manifest.objects.get(name)
        if object is None:
            self.found.append(_unknown("unknown_object", name, self.manifest.objects, seed.source, address))
        return object

    def _check_field(self, object: ObjectDef, name: str, seed: SeedDef, address: str) -> None:
        field = object.fields.get(name)
        if field is None or not (is_importable(field) or field.kind is Kind.COMPOSITE):
            self.found.append(_unknown("unknown_field", name, _importable(object), seed.source, address))


def _inner(name: str, spec: Mapping[str, Any]) -> Iterator[Any]:
    yield from (spec[key] for key in _NESTED if key in spec)
    if name == "by":
        yield from spec["cases"].values()
    elif name == "map":
        yield from spec["map"].values()
    elif name == "choice" and not isinstance(spec["choice"], Mapping):
        yield from spec["choice"]


def _importable(object: ObjectDef) -> list[str]:
    return [f.name for f in object.active_fields if is_importable(f)]


def _unknown(code: str, name: str, known: Any, place: Place, address: str) -> Diagnostic:
    return Diagnostic(
        code,
        Message("{name} is not known here.", {"name": name}),
        place,
        address,
        suggestion=nearest(name, list(known)),
    )
