"""Picklists: retired options, options of the record type, and options that depend on another field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jimu.definitions.model import FieldDef, RecordTypeDef
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.wave import Wave

RETIRED = "{value} can no longer be chosen."
NOT_FOR_TYPE = "{value} may not be chosen for this record type."
NOT_UNDER = "{value} may not be chosen together with the value of {controller}."


def check_choices(wave: Wave) -> None:
    """Judge new choices, and choices whose controlling field or record type changed."""
    plan = wave.plan
    if not plan.picklists and not plan.object.record_types:
        return
    free = {field.name: _free_values(field) for field in plan.picklists}
    for draft in wave.judged:
        _check_record_type(wave, draft)
        kind = plan.object.record_types.get(draft.values.get("record_type") or "")
        kind_changed = "record_type" in draft.changed
        for field in plan.picklists:
            value = draft.values.get(field.name)
            if kind is None and (value is None or (isinstance(value, str) and value in free[field.name])):
                continue
            if draft.is_new or kind_changed or field.name in draft.changed or field.controller in draft.changed:
                _check_field(wave, draft, field, kind)


def _free_values(field: FieldDef) -> frozenset[str]:
    """The values that may always be chosen."""
    return frozenset(c.value for c in field.choices or () if not c.retired and c.depends is None)


def _check_record_type(wave: Wave, draft: Draft) -> None:
    name = draft.values.get("record_type")
    if name is None or "record_type" not in draft.changed:
        return
    kind = wave.plan.object.record_types.get(name)
    if kind is None:
        draft.add_problem("unknown_choice", Message("There is no such record type."), "record_type")
    elif kind.retired:
        draft.add_problem("retired_choice", Message(RETIRED, {"value": kind.label}), "record_type")


def _check_field(wave: Wave, draft: Draft, field: FieldDef, kind: RecordTypeDef | None) -> None:
    allowed = kind.choices.get(field.name) if kind else None
    before = set(_each((draft.before or {}).get(field.name)))
    for value in _each(draft.values.get(field.name)):
        choice = field.choice(value)
        if choice is None:
            continue  # the field type has said so already
        if choice.retired and value not in before:
            draft.add_problem("retired_choice", Message(RETIRED, {"value": choice.label}), field.name)
        elif allowed is not None and value not in allowed:
            draft.add_problem(
                "choice_not_for_record_type", Message(NOT_FOR_TYPE, {"value": choice.label}), field.name
            )
        elif (
            choice.depends is not None and field.controller and not _is_under(draft, field.controller, choice.depends)
        ):
            label = wave.plan.fields[field.controller].label
            message = Message(NOT_UNDER, {"value": choice.label, "controller": label})
            draft.add_problem("choice_depends", message, field.name)


def _is_under(draft: Draft, controller: str, depends: tuple[str, ...]) -> bool:
    return any(value in depends for value in _each(draft.values.get(controller)))


def _each(value: Any) -> Iterable[str]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)
