"""Values from outside: refused where they may not be written, coerced by their field type, filled in by defaults."""

from __future__ import annotations

import copy
from typing import Any

from jimu.access.fields import EDIT, NONE
from jimu.definitions.model import FieldDef
from jimu.diagnostics import nearest
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import evaluate
from jimu.messages import Message
from jimu.records.commands import Loaded
from jimu.records.draft import Draft
from jimu.records.masking import masked_in
from jimu.records.pools import new_to_creator
from jimu.records.wave import Wave

UNKNOWN_FIELD = Message("There is no such field.")
READ_ONLY = Message("This field cannot be written.")
FORBIDDEN_FIELD = Message("You may not change this field.")

# Old data comes with its own numbers; nobody else may give one.
_MAY_NUMBER = frozenset({"import", "seed"})


def reject_unwritable_fields(wave: Wave) -> None:
    """Unknown, computed, read-only and forbidden fields are problems, never dropped in silence."""
    access, fields, masked = wave.access, wave.plan.fields, _masked(wave)
    for draft in wave.open:
        for name in draft.given:
            if masked and name in masked.get(draft.id, ()):
                draft.add_problem("forbidden_field", FORBIDDEN_FIELD, name)
            elif access.get(name) != EDIT and not _may_number(wave, fields.get(name)):
                _reject(wave, draft, name)


def _masked(wave: Wave) -> dict[int, frozenset[str]]:
    """What nobody may write who sees it masked in the record."""
    if wave.action != "update":
        return {}
    ids = [draft.id for draft in wave.open]
    return masked_in(wave.transaction, wave.object, ids, wave.context, wave.environment)


def _reject(wave: Wave, draft: Draft, name: str) -> None:
    field = wave.plan.fields.get(name)
    if field is None or wave.access.get(name, NONE) == NONE:
        near = nearest(name, (n for n, level in wave.access.items() if level != NONE))
        message = (
            Message("There is no such field. Did you mean {nearest}?", {"nearest": near}) if near else UNKNOWN_FIELD
        )
        draft.add_problem("unknown_field", message, name)
    elif field.is_computed or field.read_only or field.system:
        draft.add_problem("read_only", READ_ONLY, name)
    else:
        draft.add_problem("forbidden_field", FORBIDDEN_FIELD, name)


def _may_number(wave: Wave, field: FieldDef | None) -> bool:
    actor = wave.context.actor
    return (
        field is not None
        and field.type == "autonumber"
        and wave.action == "create"
        and (actor.is_system or (actor.is_admin and actor.via in _MAY_NUMBER))
    )


def coerce_values(wave: Wave) -> None:
    """Turn given values into the field types' Python values; every value that cannot be is a problem."""
    composites = {f.name for f in wave.plan.composites}
    for draft in wave.open:
        if isinstance(draft.given, Loaded) and not draft.problems and composites.isdisjoint(draft.given):
            draft.values.update(draft.given)
            draft.touched.update(draft.given)
            continue
        refused = {p.field for p in draft.problems}
        keep = _keep if isinstance(draft.given, Loaded) else _put
        for name, value in draft.given.items():
            if name not in refused:
                keep(wave, draft, name, value)


def put_value(wave: Wave, draft: Draft, name: str, value: Any) -> None:
    """A value that the engine sets itself, coerced as any other; no field permission is asked for."""
    _put(wave, draft, name, value)


def coerce_hook_values(wave: Wave) -> None:
    """The same for what hooks set."""
    for draft in wave.open:
        for name in sorted(draft.by_hook):
            if name not in wave.plan.loads:
                draft.values.pop(name, None)
                draft.add_problem("unknown_field", UNKNOWN_FIELD, name)
            else:
                _put(wave, draft, name, draft.values[name])


def _put(wave: Wave, draft: Draft, name: str, value: Any) -> None:
    plan, field = wave.plan, wave.plan.fields[name]
    try:
        loaded = plan.loads.get(name, plan.number_load)(value, field, wave.unit.load_context)
    except FieldError as error:
        draft.add_problem(error.code, error.message, f"{name}_{error.part}" if error.part else name)
        draft.values.pop(name, None)
        return
    _keep(wave, draft, name, loaded)


def _keep(wave: Wave, draft: Draft, name: str, loaded: Any) -> None:
    """Put a loaded value where the record will have it: a composite's parts each in their own place."""
    field = wave.plan.fields[name]
    if field.kind is Kind.COMPOSITE:
        draft.values.pop(name, None)
        for part in field.parts:
            draft.values[part] = (loaded or {}).get(part.removeprefix(f"{name}_"))
            draft.touched.add(part)
        return
    draft.values[name] = loaded
    draft.touched.add(name)


def apply_defaults(wave: Wave) -> None:
    """Fill in what a new record was not given. An explicit blank stays blank."""
    if wave.action != "create":
        return
    for draft in wave.open:
        _default_record_type(wave, draft)
        _default_constants(wave, draft)
        _default_owner(wave, draft)
        draft.values.update(wave.plan.rollups)
    if wave.plan.default_formulas:
        _default_formulas(wave)


def _default_record_type(wave: Wave, draft: Draft) -> None:
    kinds = wave.plan.object.record_types
    if kinds and draft.values.get("record_type") is None and "record_type" not in draft.given:
        first = next((k.name for k in kinds.values() if not k.retired), None)
        draft.values["record_type"] = first


def _default_constants(wave: Wave, draft: Draft) -> None:
    kind = wave.plan.object.record_types.get(draft.values.get("record_type") or "")
    for name, value in (kind.defaults if kind else {}).items():
        if name not in draft.given and name in wave.plan.fields:
            _put(wave, draft, name, value)
    values = draft.values
    for field, value in wave.plan.constants:
        if field.name not in values and field.name not in draft.given:
            _put(wave, draft, field.name, copy.copy(value))


def _default_owner(wave: Wave, draft: Draft) -> None:
    has_default = wave.plan.object.owner == "user" or new_to_creator(wave.context.manifest, wave.object)
    if has_default and "owner" not in draft.given and draft.values.get("owner") is None:
        draft.values["owner"] = wave.context.actor.id or None


def _default_formulas(wave: Wave) -> None:
    for field in wave.plan.default_formulas:
        for draft in wave.open:
            if field.name in draft.values or field.name in draft.given:
                continue
            value = evaluate(field.default, wave.reader(draft), wave.environment)
            _put(wave, draft, field.name, value)
