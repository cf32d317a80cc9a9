"""Stages: the way that a record goes through the options of one of its fields, and what is asked for on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jimu.definitions.documents import Document, optional_text, text_of
from jimu.definitions.kinds.actions import ActionBuilder, Person
from jimu.definitions.kinds.duration import Duration, parse_duration
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import NO_TEXT, FieldDef, Formula
from jimu.definitions.reader import YamlMap
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Place
from jimu.fieldtypes.base import formula_type
from jimu.formulas.types import BOOLEAN
from jimu.messages import Message, Text

OPEN, WON, LOST = "", "won", "lost"


@dataclass(frozen=True, slots=True)
class StageCondition:
    """``check`` must hold; ``message`` is told where it does not."""

    check: Formula
    message: Text


@dataclass(frozen=True, slots=True)
class StageTask:
    """An activity that entering the stage makes. ``whom``: '' is the record's owner, else a field that names a user;
    ``people``: or who is named by rules, the first of them.
    ``due``: after entering. ``required``: the stage cannot be left forwards before it is done.
    """

    name: str
    label: Text
    kind: str = "task"
    whom: str = ""
    due: Duration | None = None
    required: bool = False
    help: Text = NO_TEXT
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class StageDef:
    """One stage. ``to``: where one may go on to (forwards or into a closed stage). ``closed``: '' while it goes on,
    ``won`` where it ends well, ``lost`` where it is given up. ``requires``: fields that must be filled to be in it.
    ``set``: values (or formulas) that entering it gives to other fields.
    """

    value: str
    to: frozenset[str]
    closed: str = OPEN
    requires: tuple[str, ...] = ()
    enter: tuple[StageCondition, ...] = ()
    leave: tuple[StageCondition, ...] = ()
    set: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    tasks: tuple[StageTask, ...] = ()
    guidance: Text = NO_TEXT
    expected: Duration | None = None
    probability: int | None = None

    @property
    def is_closed(self) -> bool:
        return self.closed != OPEN


@dataclass(frozen=True, slots=True)
class StagesDef:
    """``stages`` by option, in order. ``record_types`` () = all. ``back``: whether one may return to an earlier stage,
    ``back_reason`` whether only with a reason. ``calendar``: by which ``expected`` counts (None: the default one).
    """

    name: str
    label: Text
    object: str
    field: str
    stages: Mapping[str, StageDef]
    record_types: tuple[str, ...] = ()
    back: bool = True
    back_reason: bool = True
    calendar: str | None = None
    source: Place = dataclasses.field(default_factory=Place)

    def is_back(self, before: str, after: str) -> bool:
        """Whether going from one stage to another is a return: to an earlier one, or out of a closed one."""
        order = list(self.stages)
        if before not in self.stages or after not in self.stages:
            return False
        if self.stages[after].is_closed:
            return False
        return self.stages[before].is_closed or order.index(after) < order.index(before)


def build_stages(document: Document, linking: Linking) -> StagesDef | None:
    data = document.data
    object = linking.linker.check_object(data["object"], document.value_place("object"), document.address)
    if object is None:
        return None
    chosen = linking.linker.check_field(data["field"], object.name, document.value_place("field"), document.address)
    if chosen is None:
        return None
    building = _Building(document, linking, object.name, chosen)
    if chosen.choices is None or chosen.type != "picklist":
        building.error("stage_field", "{field} is no picklist, so it has no stages.", ("field",), field=chosen.address)
        return None
    back = data.get("back", {})
    return StagesDef(
        document.name,
        text_of(data, "label", document.name),
        object.name,
        chosen.name,
        building.stages(),
        building.record_types(),
        bool(back.get("allowed", True)),
        bool(back.get("reason", True)),
        building.calendar(),
        document.place,
    )


class _Building:
    def __init__(self, document: Document, linking: Linking, object: str, field: FieldDef) -> None:
        self.document, self.linking, self.object, self.field = document, linking, object, field
        self.written: YamlMap = document.data["stages"]

    def error(self, code: str, template: str, path: tuple[str | int, ...], **params: object) -> None:
        place, address = self.document.value_place(*path), self.document.address
        self.linking.findings.error(code, template, params, place, address)

    def stages(self) -> dict[str, StageDef]:
        options = {c.value for c in self.field.choices or () if not c.retired}
        found: dict[str, StageDef] = {}
        for value, raw in self.written.items():
            if value not in options:
                place = self.document.key_place("stages", value)
                self.linking.findings.unknown(
                    "unknown_option", "{field} has no option {name}.", value, place, self.document.address, options,
                    field=self.field.address,
                )  # fmt: skip
                continue
            found[value] = self.stage(value, raw)
        for missing in sorted(options - set(self.written)):
            params = {"name": missing, "field": self.field.address}
            place, address = self.document.key_place("stages"), self.document.address
            template = "The option {name} of {field} is no stage."
            self.linking.findings.error("stage_missing", template, params, place, address)
        return found

    def stage(self, value: str, raw: YamlMap) -> StageDef:
        at = ("stages", value)
        return StageDef(
            value,
            self.next_of(value, raw),
            raw.get("closed", OPEN),
            self.fields(raw.get("requires", ()), (*at, "requires")),
            self.conditions(raw.get("enter", ()), (*at, "enter")),
            self.conditions(raw.get("leave", ()), (*at, "leave")),
            self.values(raw.get("set", {}), (*at, "set")),
            tuple(self.task(task, (*at, "tasks", i)) for i, task in enumerate(raw.get("tasks", ()))),
            optional_text(raw, "guidance"),
            self.duration(raw.get("expected"), (*at, "expected")),
            int(raw["probability"]) if "probability" in raw else None,
        )

    def next_of(self, value: str, raw: YamlMap) -> frozenset[str]:
        """``to`` as written; without it the stage after this one and those that give up, for a closed one none."""
        given, order = raw.get("to"), list(self.written)
        if given == "any":
            closed = {name for name, other in self.written.items() if other.get("closed")}
            return frozenset({*order[order.index(value) + 1 :], *closed}) - {value}
        if given is not None:
            for i, name in enumerate(given):
                if name not in self.written:
                    self.error("unknown_stage", "There is no stage {name}.", ("stages", value, "to", i), name=name)
            return frozenset(given)
        if raw.get("closed"):
            return frozenset()
        lost = {name for name, other in self.written.items() if other.get("closed") == LOST}
        later = order[order.index(value) + 1 :]
        return frozenset({*later[:1], *lost})

    def fields(self, names: list[str], path: tuple[str | int, ...]) -> tuple[str, ...]:
        linker, address = self.linking.linker, self.document.address
        found = (linker.check_field(n, self.object, self.document.value_place(*path, i), address)
                 for i, n in enumerate(names))  # fmt: skip
        return tuple(f.name for f in found if f is not None)

    def conditions(self, written: list[YamlMap], path: tuple[str | int, ...]) -> tuple[StageCondition, ...]:
        found = []
        for i, raw in enumerate(written):
            place = self.document.value_place(*path, i, "check")
            formula = self.linking.linker.formula(raw["check"], self.object, BOOLEAN, place, self.document.address)
            if formula is not None:
                found.append(StageCondition(formula, text_of(raw, "message", raw["check"])))
        return tuple(found)

    def values(self, written: YamlMap, path: tuple[str | int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in written.items():
            place, address = self.document.key_place(*path, name), self.document.address
            given = self.linking.linker.check_field(name, self.object, place, address)
            if given is None:
                continue
            if given.is_computed or given.name == self.field.name:
                self.error("stage_sets", "{field} cannot be set by a stage.", (*path, name), field=given.address)
            elif isinstance(value, YamlMap):
                expected = formula_type(given)
                at = self.document.value_place(*path, name, "formula")
                found[name] = self.linking.linker.formula(value["formula"], self.object, expected, at, address)
            elif ActionBuilder(self.document, self.linking, self.object).is_option(value, given, (*path, name)):
                found[name] = value
        return {name: value for name, value in found.items() if value is not None}

    def task(self, raw: YamlMap, path: tuple[str | int, ...]) -> StageTask:
        whom = raw.get("whom", "")
        builder = ActionBuilder(self.document, self.linking, self.object)
        people = () if isinstance(whom, str) else builder.people(whom, (*path, "whom"))
        if not isinstance(whom, str):
            whom = ""
        if whom:
            place = self.document.value_place(*path, "whom")
            given = self.linking.linker.check_field(whom, self.object, place, self.document.address)
            if given is not None and given.target != ("user",):
                self.error("not_a_user", "{field} does not point at a user.", (*path, "whom"), field=given.address)
        return StageTask(
            raw["name"],
            text_of(raw, "label", raw["name"]),
            raw.get("kind", "task"),
            whom,
            self.duration(raw.get("due"), (*path, "due")),
            bool(raw.get("required")),
            optional_text(raw, "help"),
            people,
        )

    def duration(self, text: str | None, path: tuple[str | int, ...]) -> Duration | None:
        found = parse_duration(text) if text else None
        if text and found is None:
            self.error("bad_duration", "A length of time is written like 2 workdays or 8 working hours; not {text}.",
                       path, text=text)  # fmt: skip
        return found

    def record_types(self) -> tuple[str, ...]:
        known = self.linking.manifest.objects[self.object].record_types
        names = tuple(self.document.data.get("record_types", ()))
        for i, name in enumerate(names):
            if name not in known:
                self.error("unknown_record_type", "{object} has no record type {name}.", ("record_types", i),
                           object=self.object, name=name)  # fmt: skip
        return names

    def calendar(self) -> str | None:
        name: str | None = self.document.data.get("calendar")
        if name and name not in self.linking.manifest.all("calendar"):
            self.error("unknown_calendar", "There is no calendar called {name}.", ("calendar",), name=name)
        return name


def uses_of_stages(manifest: Manifest, stages: StagesDef) -> Iterator[Use]:
    source = f"stages:{stages.name}"
    yield Use(f"{stages.object}.{stages.field}", source, "stages", stages.source)
    for stage in stages.stages.values():
        for name in (*stage.requires, *stage.set):
            yield Use(f"{stages.object}.{name}", source, "stages", stages.source)
        for condition in (*stage.enter, *stage.leave):
            for address in fields_on(manifest, stages.object, sorted(condition.check.paths)):
                yield Use(address, source, "check", stages.source)


STAGES = DefinitionKind(
    "stages", "flows/stages", Message("stages"), Message("Stages"), build_stages, uses_of_stages
)
