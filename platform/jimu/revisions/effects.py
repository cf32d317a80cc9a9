"""What a change does to the data: for each kind of change one function that asks the data and says it in a sentence.

``EFFECTS`` is the whole table: (part, what, key) of a ``definitions.Change`` → effects. A change that is not in it
touches no value and is reported as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from jimu.definitions import Change, Manifest
from jimu.definitions.model import FieldDef
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Formula
from jimu.messages import Message
from jimu.revisions.findings import Finding, Severity
from jimu.revisions.questions import Questions


@dataclass(frozen=True)
class Situation:
    """``old`` asks through the schema in force, ``new`` through the one to come.

    ``failing``: (object, name) of new and changed checks -> records that fail, and titles of some.
    """

    before: Manifest
    after: Manifest
    old: Questions
    new: Questions
    failing: Mapping[tuple[str, str], tuple[int, tuple[str, ...]]] = field(default_factory=dict)


Effect = Callable[[Change, Situation], Finding | None]


def plain(change: Change, _: Situation | None = None) -> Finding:
    """The change itself, without an effect on values."""
    return Finding(f"{change.part}_{change.what}", Severity.SAFE, change.address, change.message)


def object_hidden(change: Change, situation: Situation) -> Finding | None:
    object = str(change.object)
    count = situation.old.total(object)
    message = Message("Object {object} goes out of use; records that are kept, hidden: {n}.",
                      {"object": object, "n": count})
    return _finding(f"object_{change.what}", change, message, count)


def field_hidden(change: Change, situation: Situation) -> Finding | None:
    """Retired, or gone from the files, which comes to the same: the column and its values stay."""
    field = situation.before.objects[str(change.object)].fields[str(change.name)]
    if not _has_values(field):
        return plain(change)
    count = situation.old.filled(field.object, field.name)
    message = Message("Field {field} goes out of use; values that are kept, hidden: {n}.",
                      {"field": change.address, "n": count})
    return _finding(f"field_{change.what}", change, message, count, situation.old.total(field.object))


def field_restored(change: Change, situation: Situation) -> Finding | None:
    field = situation.after.objects[str(change.object)].fields[str(change.name)]
    if not _has_values(field) or field.is_computed:
        return plain(change)
    count = situation.new.filled(field.object, field.name)
    message = Message("Field {field} is in use again; values that come back: {n}.",
                      {"field": change.address, "n": count})
    return Finding("field_restored", Severity.SAFE, change.address, message, count)


def field_renamed(change: Change, situation: Situation) -> Finding | None:
    field = situation.after.objects[str(change.object)].fields[str(change.name)]
    if not _has_values(field):
        return plain(change)
    count = situation.new.filled(field.object, field.name)
    message = Message("Field {before} is now called {after}; values that stay: {n}.",
                      {"before": change.before, "after": change.after, "n": count})
    return Finding("field_renamed", Severity.SAFE, change.address, message, count)


def required_blank(change: Change, situation: Situation) -> Finding | None:
    """A field that is required from now on: its blank records can only be saved once somebody fills it."""
    field = situation.after.objects[str(change.object)].fields[str(change.name)]
    if not field.required or field.is_computed or not _has_values(field):
        return None
    count = situation.new.blank(field.object, field.name)
    total = situation.new.total(field.object)
    message = Message("Field {field} is required; records that have none yet: {n} of {total}.",
                      {"field": field.address, "n": count, "total": total})
    return _finding("required_blank", change, message, count, total) if count else None


def added_required(change: Change, situation: Situation) -> Finding | None:
    return required_blank(change, situation) or plain(change)


_DUPLICATES = "{key} becomes unique; values that occur more than once: {groups}, records that have them: {n}."
_MANY_DUPLICATES = (
    "{key} becomes unique; values that occur more than once: over {groups}, records that have them: over {n}."
)


def unique_duplicates(change: Change, situation: Situation) -> Finding | None:
    """Records that share a key which is to be unique. The database itself would refuse, so this cannot be allowed."""
    object = situation.after.objects[str(change.object)]
    columns = tuple(change.after)
    if not all(_has_values(object.fields[c]) for c in columns):
        return None
    found = situation.new.duplicates(object.name, columns)
    if not found.groups:
        return None
    template = _DUPLICATES if found.is_all else _MANY_DUPLICATES
    message = Message(template, {"key": ", ".join(columns), "groups": found.groups, "n": found.records})
    return Finding("unique_duplicates", Severity.BLOCKING, change.address, message, found.records,
                   situation.new.total(object.name), found.examples, can_be_allowed=False)


def check_failing(change: Change, situation: Situation) -> Finding | None:
    """Records that break a new or changed check: they stay, and must be mended when they are next saved."""
    object = str(change.object)
    count, examples = situation.failing.get((object, str(change.name)), (0, ()))
    if not count:
        return None
    total = situation.new.total(object)
    message = Message("Check {name}; records that fail it: {n} of {total}.",
                      {"name": change.name, "n": count, "total": total})
    return _finding("check_fails", change, message, count, total, examples)


def count_failing(
    changes: Iterable[Change], after: Manifest, questions: Questions
) -> dict[tuple[str, str], tuple[int, tuple[str, ...]]]:
    """``Situation.failing``: one pass over the records of each object, however many of its checks are new."""
    found: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
    for name, formulas in _checks_to_count(changes, after).items():
        counted = questions.failing(name, list(formulas.values()))
        found |= {(name, check): failing for check, failing in zip(formulas, counted, strict=True)}
    return found


def _checks_to_count(changes: Iterable[Change], after: Manifest) -> dict[str, dict[str, Formula]]:
    """Object -> check -> its formula: those that the database can judge, of what is stored alone."""
    found: dict[str, dict[str, Formula]] = {}
    for change in changes:
        if check_failing not in _effects(change):
            continue
        formula = next((c.check for c in after.objects[str(change.object)].checks if c.name == change.name), None)
        if formula is not None and not (formula.uses_prior or formula.uses_actor or formula.python_only):
            found.setdefault(str(change.object), {})[str(change.name)] = formula
    return found


def choices_used(change: Change, situation: Situation) -> Finding | None:
    """Choices that are gone or retired, and that records still have."""
    field = situation.after.objects[str(change.object)].fields[str(change.name)]
    allowed = {c.value for c in field.choices or () if not c.retired}
    old = situation.before.objects[str(change.object)].fields.get(str(change.name))
    gone = [c.value for c in (old.choices if old else None) or () if c.value not in allowed and not c.retired]
    used = {value: _uses(situation.new, field, value) for value in gone}
    used = {value: n for value, n in used.items() if n}
    if not used:
        return None
    message = Message("Field {field} loses choices that are still used: {values}; records that have them: {n}.",
                      {"field": field.address, "n": sum(used.values()), "values": list(used)})
    examples = tuple(f"{value} ({n}×)" for value, n in used.items())
    return _finding("choices_used", change, message, sum(used.values()), situation.new.total(field.object), examples)


def values_too_long(change: Change, situation: Situation) -> Finding | None:
    field = situation.after.objects[str(change.object)].fields[str(change.name)]
    if field.length is None or field.kind is not Kind.TEXT:
        return None
    count = situation.new.matching(field.object, f"len({field.name}) > {field.length}")
    message = Message("Field {field}; values longer than {length} characters, which stay as they are: {n}.",
                      {"field": field.address, "n": count, "length": field.length})
    return _finding("values_too_long", change, message, count) if count else None


def values_out_of_bounds(change: Change, situation: Situation) -> Finding | None:
    """Numbers beyond a new or narrower bound: they stay, and must be mended when they are next saved."""
    field = situation.after.objects[str(change.object)].fields[str(change.name)]
    bound = field.options.get(str(change.key))
    if bound is None or field.kind not in (Kind.INTEGER, Kind.DECIMAL) or not _has_values(field):
        return None
    sign, text = _BOUNDS[str(change.key)]
    count = situation.new.matching(field.object, f"{field.name} {sign} {bound}")
    message = replace(text, params={"field": field.address, "n": count, "bound": bound})
    total = situation.new.total(field.object)
    return _finding("values_out_of_bounds", change, message, count, total) if count else None


def values_moved(change: Change, situation: Situation) -> Finding | None:
    """A field that becomes sparse, or is so no longer: its values are carried over to where they lie from now on."""
    object = situation.after.objects[str(change.object)]
    field = object.fields[str(change.name)]
    stored = [f for f in (field, *(object.fields[p] for p in field.parts)) if _has_values(f)]
    if not stored or field.retired:
        return plain(change)
    count = sum(situation.new.filled(f.object, f.name) for f in (stored[:1] if _has_values(field) else stored))
    message = replace(_BECOMES_SPARSE if field.sparse else _SPARSE_NO_LONGER,
                      params={"field": field.address, "n": count})
    return Finding("values_moved", Severity.SAFE, change.address, message, count)


_BECOMES_SPARSE = Message("Field {field} becomes sparse; values that move to the column of sparse fields: {n}.")
_SPARSE_NO_LONGER = Message("Field {field} is sparse no longer; values that move to a column of its own: {n}.")
_BOUNDS = {
    "min": ("<", Message("Field {field}; values below {bound}, which stay as they are: {n}.")),
    "max": (">", Message("Field {field}; values above {bound}, which stay as they are: {n}.")),
}


def role_users(change: Change, situation: Situation) -> Finding | None:
    """Who is touched by a changed or removed role."""
    count = situation.old.matching("user", f"{change.name!r} in roles") if "user" in situation.before.objects else 0
    message = Message("{change} Users who have this role: {n}.", {"change": change.message, "n": count})
    severity = Severity.WARNING if count and change.what == "removed" else Severity.SAFE
    return Finding(f"role_{change.what}", severity, change.address, message, count)


def approvals_run(change: Change, situation: Situation) -> Finding | None:
    """A flow is gone while approvals go by it: nothing would lock their records any more."""
    count = situation.old.matching("approval", f"flow == {change.name!r} and not is_blank(key)")
    if not count:
        return plain(change)
    template = "Flow {flow} is gone; approvals that still go by it: {n}. Set active: false until they have ended."
    message = Message(template, {"flow": str(change.name), "n": count})
    return Finding("approval_removed", Severity.BLOCKING, change.address, message, count)


EFFECTS: Mapping[tuple[str, str, str | None], tuple[Effect, ...]] = {
    ("object", "retired", None): (object_hidden,),
    ("object", "removed", None): (object_hidden,),
    ("field", "added", None): (added_required,),
    ("field", "retired", None): (field_hidden,),
    ("field", "removed", None): (field_hidden,),
    ("field", "restored", None): (field_restored, required_blank),
    ("field", "renamed", None): (field_renamed,),
    ("field", "changed", "required"): (required_blank,),
    ("field", "changed", "choices"): (choices_used,),
    ("field", "changed", "type"): (plain, values_too_long),
    ("field", "changed", "length"): (values_too_long,),
    ("field", "changed", "sparse"): (values_moved,),
    ("field", "changed", "min"): (values_out_of_bounds,),
    ("field", "changed", "max"): (values_out_of_bounds,),
    ("check", "added", None): (check_failing,),
    ("check", "changed", "check"): (check_failing,),
    ("unique", "added", None): (unique_duplicates,),
    ("role", "changed", "objects"): (role_users,),
    ("role", "changed", "system"): (role_users,),
    ("role", "removed", None): (role_users,),
    ("approval", "removed", None): (approvals_run,),
}


def effects_of(change: Change, situation: Situation) -> list[Finding]:
    """The findings of one change: its effects, or the bare change where nothing is to be said of values."""
    found = [effect(change, situation) for effect in _effects(change)]
    return [f for f in found if f is not None] or [plain(change)]


def _effects(change: Change) -> tuple[Effect, ...]:
    return EFFECTS.get((change.part, change.what, change.key), ())


def _finding(
    code: str, change: Change, message: Message, count: int, total: int | None = None, examples: tuple[str, ...] = ()
) -> Finding:
    severity = Severity.WARNING if count else Severity.SAFE
    return Finding(code, severity, change.address, message, count, total, examples)


def _has_values(field: FieldDef) -> bool:
    """Whether the field has a column that can be asked."""
    return bool(field.stored and field.kind.has_column and not field.system)


def _uses(questions: Questions, field: FieldDef, value: str) -> int:
    if field.kind is Kind.TEXTS:
        return questions.matching(field.object, f"{value!r} in {field.name}")
    return questions.equal(field.object, field.name, value)
