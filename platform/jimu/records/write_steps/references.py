"""References must point at living records of the right object that the actor may read and the lookup's filter lets in.

Set-wise: one query per target object and filter for the whole wave, whatever the number of records. A reference that
was there before is not judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jimu.access import record_filter
from jimu.access.scopes import USER_OBJECT, all_of
from jimu.definitions.model import FieldDef
from jimu.messages import Message
from jimu.records.draft import Draft
from jimu.records.redirects import find_survivors
from jimu.records.wave import Wave
from jimu.records.write_steps.parents import check_parents
from jimu.storage.query import EVERYTHING, Compare, Filter, Where

UNKNOWN = "unknown_reference"
UNKNOWN_REFERENCE = Message("There is no such record.")
FILTERED_REFERENCE = Message("This record may not be chosen here.")
INACTIVE_USER = Message("This user is not active.")
TOO_MANY = Message("At most {max} records may be chosen.")

# What tells of people's places goes on telling of those who are no longer active.
_OF_ANYBODY = frozenset(
    {"membership", "department_period", "approval", "approval_task", "approval_entry", "approval_reader"}
)

Use = tuple[Draft, FieldDef, int]


@dataclass
class _Question:
    """Which of the ``uses`` point at a record of ``object`` that matches ``filter``, and by whom it may be read?"""

    object: str
    filter: Filter
    by_actor: bool
    hold: bool
    uses: list[Use] = field(default_factory=list)
    turned: bool = False  # to the survivors of records merged into others


def check_references(wave: Wave) -> None:
    """Add a problem for each new reference that may not be made."""
    uses = [use for d in wave.judged for use in _new_references(wave, d)]
    if uses:
        uses = _to_survivors(wave, uses)
        for question in _questions(wave, uses):
            _ask(wave, question)
    check_parents(wave)


def _new_references(wave: Wave, draft: Draft) -> Iterable[Use]:
    for ref in wave.plan.references:
        if not draft.is_new and ref.name not in draft.changed:
            continue
        value = draft.values.get(ref.name)
        if value is None or _is_the_actor(wave, draft, ref, value):
            continue
        if isinstance(value, list):
            before = (draft.before or {}).get(ref.name) or ()
            yield from ((draft, ref, id) for id in value if id not in before)
        else:
            yield draft, ref, value


def _to_survivors(wave: Wave, uses: list[Use]) -> list[Use]:
    """Lookups to any object that name a record merged into another lead to that. Those to one object: ``_ask``."""
    ids = {id for _, ref, id in uses if len(ref.target) != 1}
    known = wave.transaction.titles(ids) if ids else {}
    gone = {id for id in ids if id not in known or known[id].deleted}
    survivors = find_survivors(wave.transaction, wave.context.manifest, gone) if gone else {}
    return [_turn(use, survivors) for use in uses]


def _turn(use: Use, survivors: Mapping[int, int]) -> Use:
    """The use, of the survivor where it was of a record that was merged into it."""
    draft, ref, id = use
    if id not in survivors:
        return use
    value = draft.values[ref.name]
    turned = survivors[id] if value == id else list(dict.fromkeys(survivors.get(v, v) for v in value))
    draft.values[ref.name] = turned
    return draft, ref, survivors[id]


def _is_the_actor(wave: Wave, draft: Draft, ref: FieldDef, value: object) -> bool:
    """The actor is known to exist and to be active."""
    return ref.name in wave.plan.users and value == wave.context.actor.id and ref.filter is None


def _questions(wave: Wave, uses: list[Use]) -> Iterable[_Question]:
    found: dict[tuple[str, str, bool, bool], _Question] = {}
    objects = _objects_of(wave, uses)
    for draft, ref, id in uses:
        target = objects.get(id) if len(ref.target) != 1 else ref.target[0]
        if target is None or (ref.target and target not in ref.target) or target not in wave.context.manifest.objects:
            _refuse(draft, ref)
            continue
        # Only what the actor asked for is held against the actor; defaults and hooks may know more.
        by_actor = ref.name in draft.given and ref.name not in draft.by_hook
        # What goes, or stays, with its target must not see it go at this very moment.
        hold = ref.on_delete != "set_null" and not wave.unit.is_preview
        key = (target, f"{ref.object}.{ref.name}" if ref.filter is not None else "", by_actor, hold)
        question = found.get(key)
        if question is None:
            question = found[key] = _Question(target, _chosen_from(ref, target), by_actor, hold)
        question.uses.append((draft, ref, id))
    return found.values()


def _objects_of(wave: Wave, uses: list[Use]) -> dict[int, str]:
    """The object of each record that a lookup to several objects points at."""
    ids = {id for _, ref, id in uses if len(ref.target) != 1}
    return {id: t.object for id, t in wave.transaction.titles(ids).items() if not t.deleted} if ids else {}


def _chosen_from(ref: FieldDef, target: str) -> Filter:
    only_active = target == USER_OBJECT and ref.object not in _OF_ANYBODY
    active = Compare("active", "eq", True) if only_active else EVERYTHING
    return all_of([active, Where(ref.filter) if ref.filter is not None else EVERYTHING])


def _ask(wave: Wave, question: _Question) -> None:
    actor, manifest = wave.context.actor, wave.context.manifest
    readable = record_filter(actor, manifest, question.object) if question.by_actor else EVERYTHING
    ids = {id for _, _, id in question.uses}
    filter = all_of([readable, question.filter])
    fitting = wave.transaction.matching(
        question.object, ids, filter, wave.environment, "alive", hold=question.hold
    )
    wrong = ids - fitting
    if not wrong:
        return
    survivors = find_survivors(wave.transaction, wave.context.manifest, wrong) if not question.turned else {}
    if survivors:
        question.uses, question.turned = [_turn(use, survivors) for use in question.uses], True
        _ask(wave, question)
        return
    known = _matching(wave, question.object, wrong, readable) if question.filter != EVERYTHING else set()
    for draft, ref, id in question.uses:
        if id in known:
            is_user = question.object == USER_OBJECT and ref.filter is None
            code, message = (
                ("inactive_user", INACTIVE_USER) if is_user else ("filtered_reference", FILTERED_REFERENCE)
            )
            draft.add_problem(code, message, ref.name)
        elif id in wrong:
            _refuse(draft, ref)


def _refuse(draft: Draft, ref: FieldDef) -> None:
    """Also forget the value, so that no rule or formula reads on through it and tells what it finds."""
    draft.add_problem(UNKNOWN, UNKNOWN_REFERENCE, ref.name)
    draft.values[ref.name] = (draft.before or {}).get(ref.name)


def _matching(wave: Wave, object: str, ids: set[int], filter: Filter) -> set[int]:
    return wave.transaction.matching(object, ids, filter, wave.environment, "alive")
