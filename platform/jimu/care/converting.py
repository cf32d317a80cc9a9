"""Converting: one record becomes several others, as a ``conversion`` says: one transaction, which can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jimu.access import action_allowed, record_filter
from jimu.access.fields import EDIT, field_access, readable_fields
from jimu.bulk import open_unit
from jimu.care.children import find_children, move_children
from jimu.care.looking import looking
from jimu.care.matching import Found, find_matches
from jimu.care.merging import as_engine
from jimu.definitions.kinds.conversion import ConversionDef, ConversionStepDef
from jimu.errors import BadRequest, Conflict, Forbidden, Invalid, JimuError, NotFound, Problem
from jimu.fieldtypes.ids import encode_id
from jimu.formulas import evaluate, fit
from jimu.messages import Message
from jimu.records import Context, Record, read, write
from jimu.records.auditing import audit
from jimu.records.commands import Create, Update
from jimu.records.draft import INVALID
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.titles import find_titles
from jimu.records.world import World

NO_CONVERSION = Message("There is no such conversion.")
NOT_NOW = Message("This record cannot be converted (any more).")
NEEDED = Message("{step} cannot be left out.")
NOT_FOUND = Message("There is no such record.")
NEW, EXISTING, SKIP = "new", "existing", "skip"
SUBJECT = Message("{what}: {title}")


@dataclass(frozen=True)
class Choice:
    """What is done in a step: ``how``: new, existing (the record ``id``) or skip. ``values``: changed by the person."""

    how: str = NEW
    id: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StepForecast:
    """``values``: what a new record would get; ``found``: records that are there already, the best first; ``choice``:
    what is proposed.
    """

    step: ConversionStepDef
    values: Mapping[str, Any]
    found: tuple[Found, ...]
    choice: Choice


@dataclass(frozen=True)
class Converted:
    """``records``: by step; ``unit``: the ``mass_change`` that takes all of it back."""

    records: Mapping[str, Record]
    moved: Mapping[str, int]
    unit: int


def conversions_of(object: str, context: Context) -> list[ConversionDef]:
    """Those that the actor could carry out on some records of ``object``."""
    found = [c for c in context.manifest.all("conversion").values() if c.object == object]
    return [c for c in found if _may(c, context)]


def _may(conversion: ConversionDef, context: Context) -> bool:
    actor, manifest = context.actor, context.manifest
    if not action_allowed(actor, manifest, conversion.object, "update"):
        return False
    needed = [step for step in conversion.steps.values() if not step.optional]
    return all(
        action_allowed(actor, manifest, step.object, "create") or action_allowed(actor, manifest, step.object, "read")
        for step in needed
    )


def get_conversion(name: str, context: Context, object: str = "") -> ConversionDef:
    """Raises NotFound when there is none (of ``object``), or none that the actor could carry out."""
    found = context.manifest.all("conversion").get(name)
    if found is None or object not in ("", found.object) or not _may(found, context):
        raise NotFound(NO_CONVERSION)
    return found  # type: ignore[no-any-return]


@dataclass
class _Source:
    """The record that is converted, as formulas read it."""

    conversion: ConversionDef
    row: Mapping[str, Any]
    context: Context

    def __post_init__(self) -> None:
        self.environment = build_environment(self.context)
        self.world = World(self.context.transaction, self.context.manifest, self.environment)
        self.plan = plan_of(self.context.manifest, self.conversion.object)
        self.readable = readable_fields(self.context.actor, self.context.manifest, self.conversion.object)

    def can_be_converted(self) -> bool:
        return self.conversion.when is None or bool(self._value(self.conversion.when))

    def _value(self, formula: Any) -> Any:
        return evaluate(formula, self.world.reader(self.plan, self.row), self.environment)

    def values(self, object: str, mapped: Mapping[str, Any]) -> dict[str, Any]:
        """What a record of ``object`` gets; what the actor may not read is not carried over by them."""
        fields = self.context.manifest.object(object).fields
        made = {}
        for name, formula in mapped.items():
            if all(path[0] in self.readable or path[0] == "user" for path in formula.paths):
                value = fit(self._value(formula), fields[name].kind, fields[name].scale)
                if value is not None and value != "":
                    made[name] = value
        return made


def can_convert(conversion: ConversionDef, id: int, context: Context) -> bool:
    """Whether this record can be converted now by the actor."""
    with looking(context) as inner:
        try:
            _load(conversion, id, inner, lock=False)
        except JimuError:
            return False
    return True


def foresee_conversion(
    conversion: ConversionDef, id: int, context: Context, onto: Mapping[str, int] | None = None
) -> list[StepForecast]:
    """What would come of it, step by step. Raises NotFound, Forbidden, Conflict as ``convert`` does. ``onto``: step →
    the record that is to be joined there, if the actor may read it.
    """
    with looking(context) as inner:
        source = _load(conversion, id, inner, lock=False)
        steps = [_forecast(step, source) for step in conversion.steps.values()]
        return [_onto(one, (onto or {}).get(one.step.name, 0), inner) for one in steps]


def _onto(foreseen: StepForecast, id: int, context: Context) -> StepForecast:
    if not id:
        return foreseen
    title = find_titles(context.transaction, [id], context, build_environment(context)).get(id)
    if title is None or context.transaction.titles([id])[id].object != foreseen.step.object:
        return foreseen
    others = tuple(found for found in foreseen.found if found.id != id)
    known = next((found for found in foreseen.found if found.id == id), Found(id, title, 1.0, "chosen"))
    return replace(foreseen, found=(known, *others), choice=Choice(EXISTING, id))


def _forecast(step: ConversionStepDef, source: _Source) -> StepForecast:
    values = source.values(step.object, step.map)
    found = tuple(find_matches(step, values, source.row, source.context))
    can_make = action_allowed(source.context.actor, source.context.manifest, step.object, "create")
    if found and found[0].is_sure:
        choice = Choice(EXISTING, found[0].id)
    elif step.optional and (not step.by_default or not can_make):
        choice = Choice(SKIP)
    else:
        choice = Choice(NEW)
    return StepForecast(step, values, found, choice)


def convert(
    conversion: ConversionDef, id: int, choices: Mapping[str, Choice], context: Context
) -> Converted:
    """Do it, with the actor's rights: everything or nothing. A step without a choice does what is proposed for it.

    Raises Invalid with every problem of a step's values (``field`` is ``step.field``), Conflict when the record cannot
    be converted (any more).
    """
    with write.unit_of_work(context) as transaction:
        source = _load(conversion, id, transaction, lock=True)
        title = str(source.row.get("title") or "")
        subject = replace(SUBJECT, params={"what": conversion.label, "title": title})
        with open_unit(transaction, subject, "convert", conversion.object) as unit, unit.work() as inner:
            made = _make(conversion, source, choices, inner)
            moved = _move(conversion, id, made, inner)
            _mark(conversion, source, made, inner)
        records = {name: read.get(conversion.steps[name].object, one, transaction) for name, one in made.items()}
        audit(
            transaction,
            "data.converted",
            object=conversion.object,
            record=id,
            details={"into": {n: encode_id(one) for n, one in made.items()}, "unit": encode_id(unit.id)},
        )
    return Converted(records, moved, unit.id)


def _load(conversion: ConversionDef, id: int, context: Context, *, lock: bool) -> _Source:
    row = context.transaction.fetch(conversion.object, [id], lock=lock).get(id)
    environment = build_environment(context)
    for action, error in (("read", NotFound(NOT_FOUND)), ("update", Forbidden(NOT_NOW))):
        rule = record_filter(context.actor, context.manifest, conversion.object, action)
        if row is None or not context.transaction.matching(conversion.object, [id], rule, environment, "alive"):
            raise error
    source = _Source(conversion, row or {}, context)
    if not source.can_be_converted():
        raise Conflict(NOT_NOW)
    return source


def _make(
    conversion: ConversionDef, source: _Source, choices: Mapping[str, Choice], context: Context
) -> dict[str, int]:
    """The records of the steps: step → id."""
    made: dict[str, int] = {}
    problems: list[Problem] = []
    details: dict[str, Any] = {}
    for name, step in conversion.steps.items():
        choice = choices.get(name) or _forecast(step, source).choice
        if choice.how == SKIP:
            if not step.optional:
                raise BadRequest(Message(NEEDED.template, {"step": step.label}), details={"step": name})
            continue
        try:
            made[name] = _one(step, choice, source, made, context)
        except Invalid as error:
            problems += [Problem(p.code, p.message, f"{name}.{p.field}" if p.field else name) for p in error.problems]
            if "duplicates" in error.details:
                details.setdefault("duplicates", {})[name] = error.details["duplicates"]
    if problems:
        raise Invalid(INVALID, problems, details)
    return made


def _one(
    step: ConversionStepDef, choice: Choice, source: _Source, made: Mapping[str, int], context: Context
) -> int:
    links = {name: made[other] for name, other in step.links.items() if other in made}
    mapped = source.values(step.object, step.map)
    if choice.how == EXISTING:
        return _join(step, choice.id, {**mapped, **links}, context)
    access = field_access(context.actor, context.manifest, step.object)
    values = {n: v for n, v in {**mapped, **links}.items() if access.get(n) == EDIT}
    return write.write(Create(step.object, {**values, **choice.values}), context).id


def _join(step: ConversionStepDef, id: int, values: Mapping[str, Any], context: Context) -> int:
    """The record that is there already; what is blank in it is filled, as far as the actor may change it."""
    record = read.get(step.object, id, context, titles=False)
    if not step.fill:
        return record.id
    access = field_access(context.actor, context.manifest, step.object)
    blank = {
        name: value
        for name, value in values.items()
        if access.get(name) == EDIT and name in record.values and record.values[name] in (None, "", [])
    }
    rule = record_filter(context.actor, context.manifest, step.object, "update")
    environment = build_environment(context)
    may = context.transaction.matching(step.object, [record.id], rule, environment, "alive")
    if blank and may:
        write.write(Update(step.object, record.id, blank), replace(context, duplicates="ignore"))
    return record.id


def _move(conversion: ConversionDef, id: int, made: Mapping[str, int], context: Context) -> dict[str, int]:
    moved: dict[str, int] = {}
    for move in conversion.moves:
        step = next((name for name in move.to if name in made), None)
        if step is None:
            continue
        children = find_children(conversion.object, [id], made[step], context)
        children = replace(children, pointing={o: found for o, found in children.pointing.items() if o in move.objects})
        for object, count in move_children(children, as_engine(context)).by_object.items():
            moved[object] = moved.get(object, 0) + count
    return moved


def _mark(conversion: ConversionDef, source: _Source, made: Mapping[str, int], context: Context) -> None:
    """What the converted record gets, by the conversion and not by the actor."""
    values: dict[str, Any] = source.values(conversion.object, conversion.set)
    values |= {name: made[step] for name, step in conversion.set_links.items() if step in made}
    if values:
        write.write(Update(conversion.object, source.row["id"], values), as_engine(context))
