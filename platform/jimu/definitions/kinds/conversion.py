"""Conversions: one record becomes several others, new ones or such as are there (a lead: account, contact, deal)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.documents import Document, optional_text, text_of
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import NO_TEXT, Formula
from jimu.definitions.reader import YamlMap
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Place
from jimu.fieldtypes.kinds import Kind
from jimu.formulas.types import BOOLEAN
from jimu.messages import Message, Text


@dataclass(frozen=True, slots=True)
class ConversionStepDef:
    """A record of ``object``. ``map``: its field → formula on the source. ``links``: its lookup → the step whose record
    it points at. ``match``: duplicate rules of ``object`` by which one that is there is found, ``key``: fields that it
    has in common; ``found_by``: a lookup of the source that points at it already. ``optional``: can be left out;
    ``by_default``: is made unless somebody says no. ``fill``: blank fields of one that is there are filled.
    """

    name: str
    object: str
    label: Text
    map: Mapping[str, Formula]
    links: Mapping[str, str] = field(default_factory=dict)
    match: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    found_by: str = ""
    optional: bool = False
    by_default: bool = True
    fill: bool = True


@dataclass(frozen=True, slots=True)
class MoveDef:
    """What hangs on the source, of ``objects``, hangs on the record of the first of ``to`` that was made."""

    objects: tuple[str, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConversionDef:
    """``when``: which records can be converted. ``set``: what the source gets, ``set_links``: its lookup → step."""

    name: str
    label: Text
    object: str
    steps: Mapping[str, ConversionStepDef]
    when: Formula | None = None
    moves: tuple[MoveDef, ...] = ()
    set: Mapping[str, Formula] = field(default_factory=dict)
    set_links: Mapping[str, str] = field(default_factory=dict)
    help: Text = NO_TEXT
    source: Place = field(default_factory=Place)


def build_conversion(document: Document, linking: Linking) -> ConversionDef | None:
    data = document.data
    object = data["object"]
    if linking.linker.check_object(object, document.value_place("object"), document.address) is None:
        return None
    making = _Making(document, linking, object)
    steps: dict[str, ConversionStepDef] = {}
    for name, raw in data["steps"].items():
        step = making.step(name, raw, steps)
        if step is not None:
            steps[name] = step
    set, set_links = making.what_is_set(data.get("set", {}), steps)
    return ConversionDef(
        document.name,
        text_of(data, "label", document.name),
        object,
        steps,
        making.formula(data.get("when"), BOOLEAN, ("when",)),
        tuple(making.moves(data.get("move", ()), steps)),
        set,
        set_links,
        optional_text(data, "help"),
        document.place,
    )


class _Making:
    def __init__(self, document: Document, linking: Linking, object: str) -> None:
        self.document, self.linking, self.object = document, linking, object
        self.linker = linking.linker

    def formula(self, source: Any, expected: Any, at: tuple[str | int, ...]) -> Formula | None:
        if not isinstance(source, str):
            return None
        place = self.document.value_place(*at)
        return self.linker.formula(source, self.object, expected, place, self.document.address)

    def error(self, code: str, template: str, at: tuple[str | int, ...], **params: Any) -> None:
        self.linking.findings.error(code, template, params, self.document.value_place(*at), self.document.address)

    def step(self, name: str, raw: YamlMap, before: Mapping[str, ConversionStepDef]) -> ConversionStepDef | None:
        at = ("steps", name)
        object = raw["to"]
        target = self.linker.check_object(object, self.document.value_place(*at, "to"), self.document.address)
        if target is None:
            return None
        found_by = raw.get("found_by") or ""
        if found_by:
            place = self.document.value_place(*at, "found_by")
            self.linker.check_field(found_by, self.object, place, self.document.address)
        return ConversionStepDef(
            name,
            object,
            text_of(raw, "label", name) if raw.get("label") else target.label,
            self.mapped(raw.get("map", {}), object, (*at, "map")),
            dict(self.linked(raw.get("links", {}), object, before, (*at, "links"))),
            tuple(self.rules(raw.get("match", ()), object, (*at, "match"))),
            tuple(self.keys(raw, object, at)),
            found_by,
            bool(raw.get("optional")),
            bool(raw.get("by_default", True)),
            bool(raw.get("fill", True)),
        )

    def mapped(self, raw: YamlMap, object: str, at: tuple[str | int, ...]) -> dict[str, Formula]:
        made: dict[str, Formula] = {}
        for name, source in raw.items():
            place = self.document.key_place(*at, name)
            field = self.linker.check_field(name, object, place, self.document.address)
            if field is None:
                continue
            if field.is_computed:
                template = "{field} is computed and cannot be set."
                self.error("computed_target", template, (*at, name), field=field.address)
                continue
            symbol = self.linker.symbol(object, name)
            formula = self.formula(source, symbol.type if symbol else None, (*at, name))
            if formula is not None:
                made[name] = formula
        return made

    def linked(
        self, raw: YamlMap, object: str, before: Mapping[str, ConversionStepDef], at: tuple[str | int, ...]
    ) -> Iterator[tuple[str, str]]:
        for name, step in raw.items():
            place = self.document.key_place(*at, name)
            field = self.linker.check_field(name, object, place, self.document.address)
            if step not in before:
                self.error("unknown_step", "There is no step {name} before this one.", (*at, name), name=step)
            elif field is not None and not _can_point_at(field, before[step].object):
                template = "{field} cannot point at records of {object}."
                self.error("wrong_lookup", template, (*at, name), field=field.address, object=before[step].object)
            elif field is not None:
                yield name, step

    def rules(self, raw: Any, object: str, at: tuple[str | int, ...]) -> Iterator[str]:
        known = {d["name"] for d in self.linker.documents[object].data.get("duplicates", ())}
        for i, name in enumerate(raw):
            if name in known:
                yield name
            else:
                template = "{object} has no duplicate rule called {name}."
                self.error("unknown_duplicate_rule", template, (*at, i), name=name, object=object)

    def keys(self, raw: YamlMap, object: str, at: tuple[str | int, ...]) -> Iterator[str]:
        for i, name in enumerate(raw.get("key", ())):
            place = self.document.value_place(*at, "key", i)
            if self.linker.check_field(name, object, place, self.document.address) is not None:
                yield name

    def moves(self, raw: Any, steps: Mapping[str, ConversionStepDef]) -> Iterator[MoveDef]:
        for i, move in enumerate(raw):
            for j, object in enumerate(move["objects"]):
                place = self.document.value_place("move", i, "objects", j)
                self.linker.check_object(object, place, self.document.address)
            to = [move["to"]] if isinstance(move["to"], str) else list(move["to"])
            for name in to:
                if name not in steps:
                    self.error("unknown_step", "There is no step {name}.", ("move", i, "to"), name=name)
            yield MoveDef(tuple(move["objects"]), tuple(to))

    def what_is_set(
        self, raw: YamlMap, steps: Mapping[str, ConversionStepDef]
    ) -> tuple[dict[str, Formula], dict[str, str]]:
        """Field of the source → formula, or ``{step: name}``."""
        formulas = {name: source for name, source in raw.items() if isinstance(source, str)}
        links: dict[str, str] = {}
        for name, value in raw.items():
            if not isinstance(value, YamlMap):
                continue
            place = self.document.key_place("set", name)
            field = self.linker.check_field(name, self.object, place, self.document.address)
            step = str(value.get("step", ""))
            if step not in steps:
                self.error("unknown_step", "There is no step {name}.", ("set", name), name=step)
            elif field is not None and _can_point_at(field, steps[step].object):
                links[name] = step
            elif field is not None:
                template = "{field} cannot point at records of {object}."
                self.error("wrong_lookup", template, ("set", name), field=field.address, object=steps[step].object)
        made = YamlMap(raw.mark) if isinstance(raw, YamlMap) else YamlMap(("", 0, 0))
        for name, source in formulas.items():
            made.set(name, source, raw.keys_at[name], raw.values_at[name])
        return self.mapped(made, self.object, ("set",)), links


def _can_point_at(field: Any, object: str) -> bool:
    return field.kind is Kind.REFERENCE and (not field.target or object in field.target)


def conversion_uses(manifest: Manifest, definition: ConversionDef) -> Iterator[Use]:
    source = f"conversion:{definition.name}"

    def use(target: str) -> Use:
        return Use(target, source, "conversion", definition.source)

    yield use(definition.object)
    formulas = [*definition.set.values(), *([definition.when] if definition.when else [])]
    for name in (*definition.set, *definition.set_links):
        yield use(f"{definition.object}.{name}")
    for step in definition.steps.values():
        yield use(step.object)
        formulas += step.map.values()
        for name in (*step.map, *step.links, *step.key):
            yield use(f"{step.object}.{name}")
    paths = sorted({path for formula in formulas for path in formula.paths})
    for address in dict.fromkeys(fields_on(manifest, definition.object, paths)):
        yield use(address)


CONVERSION = DefinitionKind(
    "conversion",
    "flows/conversions",
    Message("conversion"),
    Message("Conversions"),
    build_conversion,
    conversion_uses,
)
