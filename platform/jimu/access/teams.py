"""Records opened one by one: to the members of their team, and to those with whom they are shared by hand.

Both are records of system objects that hang on the record (``team_member``, ``share``), looked up in the same
statement: a member added or removed, or a day that has come, acts on the next question.
"""

from __future__ import annotations

from jimu.access.per_manifest import PerManifest
from jimu.access.reach import levels_for, may_be_given
from jimu.access.scopes import Question, all_of, any_of
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.definitions.symbols import ObjectScope
from jimu.formulas import check
from jimu.formulas.types import BOOLEAN
from jimu.storage.query import NOTHING, Compare, Filter, HasRow, Where

TEAM, SHARE, DEFAULT_TEAM = "team_member", "share", "default_team_member"
# Objects whose records decide who else sees the record on which they hang.
ON_RECORDS = frozenset({TEAM, SHARE})
TEAM_FEATURE = "team"
RECORD, ACCESS = "record", "access"

_STILL_HOLDS = "is_blank(until) or until >= today()"


def has_team(object: ObjectDef) -> bool:
    """Whether records of ``object`` have a team."""
    return TEAM_FEATURE in object.features and object.owner != "parent"


def is_shared_by_hand(object: ObjectDef) -> bool:
    """Whether records of ``object`` can be shared one by one."""
    return not object.system and object.owner != "parent" and not object.retired


def by_team(question: Question) -> Filter:
    """Records in whose team the actor is, until the day on which that ends."""
    if not has_team(question.object) or TEAM not in question.manifest.objects or not may_be_given(question):
        return NOTHING
    mine = Compare("member", "eq", question.actor.id)
    return HasRow(TEAM, RECORD, all_of([mine, _level(question), still_holds(question.manifest, TEAM)]))


def by_share(question: Question) -> Filter:
    """Records shared by hand with the actor, a role or a department of theirs."""
    if not is_shared_by_hand(question.object) or SHARE not in question.manifest.objects or not may_be_given(question):
        return NOTHING
    return HasRow(SHARE, RECORD, all_of([with_me(question), _level(question), still_holds(question.manifest, SHARE)]))


def with_me(question: Question) -> Filter:
    """The shares that are meant for the actor."""
    actor, organisation = question.actor, question.actor.organisation
    person = organisation.people.get(actor.id or 0)
    mine = person.departments if person else tuple(d for d in (actor.department,) if d is not None)
    above = {higher for department in mine for higher in organisation.path(department)[1:]} - set(mine)
    parts: list[Filter] = [Compare("with_user", "eq", actor.id)]
    if actor.roles:
        parts.append(Compare("with_role", "in", tuple(sorted(actor.roles))))
    if mine:
        parts.append(Compare("with_department", "in", tuple(sorted(mine))))
    if above:
        further = [Compare("with_department", "in", tuple(sorted(above))), Compare("below", "eq", True)]
        parts.append(all_of(list(further)))
    return any_of(parts)


def _level(question: Question) -> Filter:
    levels = levels_for(question.action)
    return Compare(ACCESS, "in", levels) if len(levels) == 1 else all_of([])


def still_holds(manifest: Manifest, object: str) -> Filter:
    """That the last day of a team member or share has not passed, in the asker's time zone."""
    return _holding.get(manifest)[object]


def _build(manifest: Manifest) -> dict[str, Filter]:
    return {name: _built(manifest, name) for name in sorted(ON_RECORDS) if name in manifest.objects}


def _built(manifest: Manifest, object: str) -> Filter:
    formula, problems = check(_STILL_HOLDS, ObjectScope(object, manifest.objects), object, BOOLEAN)
    assert formula is not None, problems
    return Where(formula)


_holding: PerManifest[dict[str, Filter]] = PerManifest(_build)
