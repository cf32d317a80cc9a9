"""Service levels: clocks on records that run, pause and stop by conditions, with targets in business time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jimu.definitions.documents import Document, text_of
from jimu.definitions.kinds.actions import ActionBuilder, ActionDef, formulas_of
from jimu.definitions.kinds.duration import Duration
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, Formula
from jimu.definitions.reader import YamlMap
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Place
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message, Text

_ACTIONS = frozenset({"set", "create", "update", "notify", "webhook", "call", "assign", "approve"})
# What a clock can keep in fields of its record, and the kinds of field that can hold it.
KEPT: Mapping[str, tuple[Kind, ...]] = {
    "due": (Kind.DATETIME,),
    "state": (Kind.TEXT,),
    "breached": (Kind.BOOLEAN,),
    "stopped": (Kind.DATETIME,),
    "left": (Kind.DURATION,),
}
STATES = ("running", "paused", "met", "missed")


@dataclass(frozen=True, slots=True)
class Target:
    """``within`` counts for records for which ``when`` holds (None: all)."""

    within: Duration
    when: Formula | None = None


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """Done when ``percent`` of the time is used, or ``before`` the end."""

    percent: int | None
    before: Duration | None
    actions: tuple[ActionDef, ...]


@dataclass(frozen=True, slots=True)
class ClockDef:
    """Starts when ``start`` first holds (None: when the record is made), stands still while ``pause`` holds, ends when
    ``stop`` does. ``targets``: the first that fits. ``keep``: what (``KEPT``) -> field of the record.
    """

    name: str
    label: Text
    start: Formula | None
    pause: Formula | None
    stop: Formula | None
    targets: tuple[Target, ...]
    keep: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[EarlyWarning, ...] = ()
    breach: tuple[ActionDef, ...] = ()


@dataclass(frozen=True, slots=True)
class SlaDef:
    """``when``: which records of ``object`` it is for (None: all). ``calendar`` None: the default one."""

    name: str
    label: Text
    object: str
    when: Formula | None
    clocks: Mapping[str, ClockDef]
    calendar: str | None = None
    source: Place = field(default_factory=Place)


Path = tuple[str | int, ...]


def build_sla(document: Document, linking: Linking) -> SlaDef | None:
    data = document.data
    object = linking.linker.check_object(data["object"], document.value_place("object"), document.address)
    if object is None:
        return None
    building = _Building(ActionBuilder(document, linking, object.name))
    calendar: str | None = data.get("calendar")
    if calendar and calendar not in linking.manifest.all("calendar"):
        building.actions.error("unknown_calendar", "There is no calendar called {name}.", ("calendar",), name=calendar)
    return SlaDef(
        document.name,
        text_of(data, "label", document.name),
        object.name,
        building.condition(data.get("when"), ("when",)),
        {name: building.clock(name, raw) for name, raw in data["clocks"].items()},
        calendar,
        document.place,
    )


class _Building:
    def __init__(self, actions: ActionBuilder) -> None:
        self.actions = actions

    def condition(self, source: object, path: Path) -> Formula | None:
        """A condition; it is judged while the record is written, so it reads what is written, not what is computed."""
        formula = self.actions.formula(source, path, self.actions.object)
        fields = self.actions.linking.linker.fields[self.actions.object]
        for read in sorted(formula.paths) if formula is not None else ():
            given = fields.get(read[0])
            if given is not None and given.is_computed:
                template = "A clock cannot go by {field}, which is computed later; write out its formula."
                self.actions.error("clock_computed", template, path, field=given.address)
                return None
        return formula

    def clock(self, name: str, raw: YamlMap) -> ClockDef:
        at: Path = ("clocks", name)
        return ClockDef(
            name,
            text_of(raw, "label", name),
            self.condition(raw.get("start"), (*at, "start")),
            self.condition(raw.get("pause"), (*at, "pause")),
            self.condition(raw.get("stop"), (*at, "stop")),
            self.targets(raw["targets"], (*at, "targets")),
            self.keep(raw.get("keep", {}), (*at, "keep")),
            tuple(self.early(w, (*at, "warn", i)) for i, w in enumerate(raw.get("warn", ()))),
            self.actions.actions((*at, "breach"), _ACTIONS) if "breach" in raw else (),
        )

    def targets(self, written: list[YamlMap], path: Path) -> tuple[Target, ...]:
        found = []
        for i, raw in enumerate(written):
            within = self.actions.duration(raw["within"], (*path, i, "within"))
            if within is not None:
                found.append(Target(within, self.condition(raw.get("when"), (*path, i, "when"))))
        return tuple(found)

    def keep(self, written: YamlMap, path: Path) -> dict[str, str]:
        found: dict[str, str] = {}
        for what, name in written.items():
            given = self.actions.field(name, self.actions.object, (*path, what))
            if given is None:
                continue
            if not _can_hold(given, what):
                template = "{field} cannot hold the {what} of a clock."
                self.actions.error("clock_keeps", template, (*path, what), field=given.address, what=what)
            else:
                found[what] = name
        return found

    def early(self, raw: YamlMap, path: Path) -> EarlyWarning:
        before = self.actions.duration(raw["before"], (*path, "before")) if "before" in raw else None
        return EarlyWarning(raw.get("percent"), before, self.actions.actions((*path, "do"), _ACTIONS))


def _can_hold(given: FieldDef, what: str) -> bool:
    if given.is_computed or given.system or given.kind not in KEPT[what]:
        return False
    if what == "state" and given.choices is not None:
        return set(STATES) <= {c.value for c in given.choices}
    return True


def uses_of_sla(manifest: Manifest, sla: SlaDef) -> Iterator[Use]:
    source = f"sla:{sla.name}"
    yield Use(sla.object, source, "sla", sla.source)
    formulas = [("", sla.when)] if sla.when is not None else []
    for clock in sla.clocks.values():
        yield from (Use(f"{sla.object}.{name}", source, "sla", sla.source) for name in clock.keep.values())
        conditions = (clock.start, clock.pause, clock.stop, *(t.when for t in clock.targets))
        formulas += [("", f) for f in conditions if f is not None]
        for action in (*clock.breach, *(a for w in clock.warnings for a in w.actions)):
            formulas += formulas_of(action)
    for on, formula in formulas:
        for address in fields_on(manifest, on or sla.object, sorted(formula.paths)):
            yield Use(address, source, "sla", sla.source)


SLA = DefinitionKind("sla", "flows/sla", Message("service level"), Message("Service levels"), build_sla, uses_of_sla)
