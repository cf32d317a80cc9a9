"""Required fields and the conditions on fields: what must be filled in, what may be seen, what may be changed now."""

from __future__ import annotations

from dataclasses import dataclass

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import evaluate
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.wave import Wave

REQUIRED = Message("This field must be filled in.")
READ_ONLY_NOW = Message("This field cannot be changed in the record's present state.")


@dataclass(frozen=True, slots=True)
class FieldState:
    """The fields of one draft that its conditions hide, demand or protect."""

    hidden: frozenset[str]
    required: frozenset[str]
    read_only: frozenset[str]


def check_conditions(wave: Wave) -> None:
    """Required fields must have a value unless they are hidden; fields that are read-only now must not change."""
    for draft in wave.judged:
        state = field_state(wave, draft)
        refused = {p.field for p in draft.problems}
        for name in sorted(state.required):
            if draft.values.get(name) is None and name not in refused and not _has_parts(wave, draft, name):
                draft.add_problem("required", REQUIRED, name)
        if not wave.context.actor.is_system:
            for name in sorted(state.read_only & set(draft.given) & set(draft.changed)):
                draft.add_problem("read_only", READ_ONLY_NOW, name)


def field_state(wave: Wave, draft: Draft) -> FieldState:
    """``required`` leaves hidden fields out. Read-only conditions look at the record as it was stored."""
    plan = wave.plan
    required = set(plan.required)
    kind = plan.object.record_types.get(draft.values.get("record_type") or "")
    if kind is not None:
        required.update(name for name in kind.required if name in plan.fields)
    is_touched = draft.is_new or "owner" in draft.changed
    if plan.fields["owner"].required and is_touched and not wave.context.actor.is_system:
        required.add("owner")  # what the engine made may have none; a person must not take it away
    hidden: set[str] = set()
    read_only: set[str] = set()
    if plan.conditions:
        get, environment = wave.reader(draft), wave.environment_of(draft)
        for field in plan.conditions:
            if field.visible_when is not None and not evaluate(field.visible_when, get, environment):
                hidden.update((field.name, *field.parts))
            elif field.required_when is not None and evaluate(field.required_when, get, environment):
                required.add(field.name)
            if field.read_only_when is not None and _is_read_only(wave, draft, field.read_only_when):
                read_only.update((field.name, *field.parts))
    return FieldState(frozenset(hidden), frozenset(required - hidden), frozenset(read_only))


def _is_read_only(wave: Wave, draft: Draft, condition: object) -> bool:
    if draft.before is None:
        return False
    before = draft.before
    get = wave.world.reader(wave.plan, before) if wave.plan.needs_world else lambda path: before.get(path[0])
    return bool(evaluate(condition, get, wave.environment_of(draft)))  # type: ignore[arg-type]


def _has_parts(wave: Wave, draft: Draft, name: str) -> bool:
    """Whether a composite has a value in one of its parts; the currency alone is no amount."""
    field = wave.plan.fields[name]
    return field.kind is Kind.COMPOSITE and any(draft.values.get(part) is not None for part in field.parts)
