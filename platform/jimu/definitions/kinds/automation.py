"""Automations: when something happens to a record (or a time comes), if a condition holds, do this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jimu.definitions.documents import Document, text_of
from jimu.definitions.kinds.actions import KINDS_OF_ACTION, ActionBuilder, ActionDef, formulas_of
from jimu.definitions.kinds.cron import is_cron
from jimu.definitions.kinds.kind import DefinitionKind, Linking
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import Formula
from jimu.definitions.use import Use, fields_on
from jimu.diagnostics import Place
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message, Text

BEFORE, AFTER = "before", "after"
_BEFORE_ACTIONS = frozenset({"set", "refuse"})
_AFTER_ACTIONS = KINDS_OF_ACTION - {"refuse"}


@dataclass(frozen=True, slots=True)
class Trigger:
    """What sets an automation off. ``kind``: created, updated, saved (created or updated), deleted, restored, changed
    (``field`` from one of ``before`` to one of ``after``; () = any), schedule (``cron``), date (``days`` before (-) or
    after (+) the day in ``field``, at ``time``), approval (``after``: outcomes, ``name``: the flow), stuck
    (longer in a stage than expected; ``after``: which stages, ``name``: of which flow of stages) or webhook.
    ``fields``: of updated and saved, one of these changed (() = any).
    """

    kind: str
    field: str = ""
    fields: tuple[str, ...] = ()
    before: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()
    cron: str = ""
    days: int = 0
    time: str = ""
    name: str = ""

    @property
    def is_timed(self) -> bool:
        return self.kind in ("schedule", "date")


@dataclass(frozen=True, slots=True)
class AutomationDef:
    """``at``: before (in the same transaction, may set and refuse) or after (a job, once it is committed). Those of one
    object go by ``order``, then name. ``attempts``: how often a failed run is tried in all.
    """

    name: str
    label: Text
    object: str
    triggers: tuple[Trigger, ...]
    condition: Formula | None
    actions: tuple[ActionDef, ...]
    at: str = AFTER
    order: int = 100
    attempts: int = 5
    active: bool = True
    source: Place = field(default_factory=Place)


def build_automation(document: Document, linking: Linking) -> AutomationDef | None:
    data = document.data
    object = linking.linker.check_object(data["object"], document.value_place("object"), document.address)
    if object is None:
        return None
    builder = ActionBuilder(document, linking, object.name)
    triggers = _Triggers(builder).all()
    at = data.get("at", AFTER)
    if at == BEFORE and any(t.is_timed or t.kind in ("approval", "webhook", "stuck") for t in triggers):
        builder.error("before_what", "before is for what is being written; a time or an event comes after.", ("at",))
    return AutomationDef(
        document.name,
        text_of(data, "label", document.name),
        object.name,
        triggers,
        builder.formula(data.get("if"), ("if",), object.name),
        builder.actions(("do",), _BEFORE_ACTIONS if at == BEFORE else _AFTER_ACTIONS),
        at,
        data.get("order", 100),
        data.get("attempts", 5),
        bool(data.get("active", True)),
        document.place,
    )


class _Triggers:
    def __init__(self, builder: ActionBuilder) -> None:
        self.builder = builder

    def all(self) -> tuple[Trigger, ...]:
        written = self.builder.document.data["when"]
        listed = written if isinstance(written, list) else [written]
        found = []
        for i, raw in enumerate(listed):
            path: tuple[str | int, ...] = ("when", i) if isinstance(written, list) else ("when",)
            if isinstance(raw, str):
                found.append(Trigger(raw))
            else:
                kind, details = next(iter(raw.items()))
                trigger = getattr(self, f"_{kind}")(details, (*path, kind))
                if trigger is not None:
                    found.append(trigger)
        return tuple(found)

    def _updated(self, names: Any, path: tuple[str | int, ...]) -> Trigger:
        return Trigger("updated", fields=self._fields(names, path))

    def _saved(self, names: Any, path: tuple[str | int, ...]) -> Trigger:
        return Trigger("saved", fields=self._fields(names, path))

    def _fields(self, names: Any, path: tuple[str | int, ...]) -> tuple[str, ...]:
        found = (self.builder.field(name, self.builder.object, (*path, i)) for i, name in enumerate(names))
        return tuple(f.name for f in found if f is not None)

    def _changed(self, raw: Mapping[str, Any], path: tuple[str | int, ...]) -> Trigger | None:
        given = self.builder.field(raw["field"], self.builder.object, (*path, "field"))
        if given is None:
            return None
        return Trigger("changed", given.name, before=_listed(raw, "from"), after=_listed(raw, "to"))

    def _schedule(self, cron: Any, path: tuple[str | int, ...]) -> Trigger | None:
        if not is_cron(str(cron)):
            template = "A schedule is written as five fields of cron, such as 0 8 * * mon-fri; not {text}."
            self.builder.error("bad_cron", template, path, text=cron)
            return None
        return Trigger("schedule", cron=str(cron))

    def _date(self, raw: Mapping[str, Any], path: tuple[str | int, ...]) -> Trigger | None:
        given = self.builder.field(raw["field"], self.builder.object, (*path, "field"))
        if given is None:
            return None
        if given.kind not in (Kind.DATE, Kind.DATETIME):
            self.builder.error("not_a_day", "{field} holds no day.", (*path, "field"), field=given.address)
            return None
        days = -raw["before"] if "before" in raw else raw.get("after", 0)
        return Trigger("date", given.name, days=days, time=raw.get("at", "08:00"))

    def _approval(self, raw: Mapping[str, Any], path: tuple[str | int, ...]) -> Trigger:
        return Trigger("approval", after=_listed(raw, "is"), name=raw.get("flow", ""))

    def _stuck(self, raw: Mapping[str, Any], path: tuple[str | int, ...]) -> Trigger:
        return Trigger("stuck", after=_listed(raw, "stage"), name=raw.get("flow", ""))


def _listed(raw: Mapping[str, Any], key: str) -> tuple[Any, ...]:
    found = raw.get(key)
    return () if found is None else tuple(found) if isinstance(found, list) else (found,)


def uses_of_automation(manifest: Manifest, automation: AutomationDef) -> Iterator[Use]:
    source, object = f"automation:{automation.name}", automation.object

    def use(target: str) -> Use:
        return Use(target, source, "automation", automation.source)

    yield use(object)
    for trigger in automation.triggers:
        for name in (trigger.field, *trigger.fields):
            if name:
                yield use(f"{object}.{name}")
    formulas = [("", automation.condition)] if automation.condition is not None else []
    for action in automation.actions:
        formulas += formulas_of(action)
        for name in action.values if action.object else ():
            yield use(f"{action.object}.{name}")
    for on, formula in formulas:
        for address in fields_on(manifest, on or object, sorted(formula.paths)):
            yield use(address)


AUTOMATION = DefinitionKind(
    "automation",
    "flows/automations",
    Message("automation"),
    Message("Automations"),
    build_automation,
    uses_of_automation,
)
