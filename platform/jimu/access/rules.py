"""The rules that decide which records an actor may read, change or delete.

``GRANTS`` add up: a record is covered if any of them covers it. ``RESTRICTIONS`` take away: it must pass all of them.
Each rule is a function from a ``Question`` to a storage filter, so whatever reads (list, count, sum, search, export,
one record) adds the same predicate. A further kind of rule (teams, shares, pools …) is one more function in a tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from jimu.access.actor import Actor
from jimu.access.approvals import KEPT, by_approval
from jimu.access.delegation import ABSENCE, as_agent, covers
from jimu.access.per_manifest import PerManifest
from jimu.access.permissions import permissions_for
from jimu.access.pools import by_pool
from jimu.access.reach import EDIT, REACH, levels_for, may_be_given
from jimu.access.restrictions import by_restriction_rules
from jimu.access.rights import has_right
from jimu.access.scopes import USER_OBJECT, Question, all_of, any_of, own, scope_filter
from jimu.access.sharing_rules import by_sharing_rules
from jimu.access.teams import ON_RECORDS, SHARE, TEAM, by_share, by_team, has_team, is_shared_by_hand
from jimu.access.token_scopes import token_allows
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.definitions.symbols import ObjectScope
from jimu.errors import Forbidden, NotFound
from jimu.formulas import check
from jimu.formulas.types import BOOLEAN
from jimu.messages import Message
from jimu.storage.query import EVERYTHING, NOTHING, Compare, Filter, Not, Related, Where

ACTIONS = ("create", "read", "update", "delete", "purge", "export", "share")

# Says of a record that hangs on another one for which field of it it is.
FILE_FIELD = "field"

# Says with which roles its owner shares a record of the engine's own objects.
ROLES_FIELD = "shared_with"

Rule = Callable[[Question], Filter]
# Records, and fields of theirs.
Masks = tuple[tuple[Filter, frozenset[str]], ...]


# The objects of the organisation, which go with the accounts.
_KEPT_WITH_USERS = ("department", "membership")


def by_system_right(question: Question) -> Filter:
    """view_all reads everything (of what hangs on a record as far as that is read: a restriction may take it away),
    modify_all does everything; users keeps departments and who belongs to them.
    """
    actor, manifest, target = question.actor, question.manifest, question.object
    if has_right(actor, manifest, "modify_all"):
        return EVERYTHING
    if question.action in ("read", "export") and has_right(actor, manifest, "view_all"):
        if target.owner != "parent" or target.parent is None:
            return EVERYTHING
        return _parents(question, target.fields[target.parent].target)
    if target.name in _KEPT_WITH_USERS and question.action != "purge" and has_right(actor, manifest, "users"):
        return EVERYTHING
    return NOTHING


def by_role(question: Question) -> Filter:
    """The scopes that the actor's roles give for the object; objects that follow a parent are judged by
    ``by_parent``.
    """
    if question.object.owner == "parent":
        return NOTHING
    given = permissions_for(question.actor, question.manifest, question.object)
    action = question.action
    if action == "create":
        return EVERYTHING if given.allows("create") else NOTHING
    if action in REACH:
        if not given.allows(action):
            return NOTHING
        action = REACH[action]
    return any_of([scope_filter(scope, question) for scope in given.scopes(action)])


def by_parent(question: Question) -> Filter:
    """A record with a parent goes with its parent: who may read that reads this, who may change that changes this.

    A role that names the object may give less (``none``); any scope means: as far as the parent goes. What hangs on any
    record (comments, files) may be added by whoever reads the record; there ``own`` means what the actor added, and
    that is what may be changed if no role says otherwise.
    """
    target = question.object
    if target.owner != "parent" or target.parent is None:
        return NOTHING
    scopes = _scopes_under_parent(question)
    if not scopes:
        return NOTHING
    reach = EVERYTHING
    if hangs_on_any(target):
        reach = any_of([scope_filter(scope, question) for scope in scopes])
    return all_of([reach, _parents(question, target.fields[target.parent].target)])


def _scopes_under_parent(question: Question) -> tuple[str, ...]:
    target, action = question.object, question.action
    given = permissions_for(question.actor, question.manifest, target)
    if not given.named:
        if action == "purge":
            return ()
        if target.name in ON_RECORDS:
            return ("all",)
        return ("own",) if hangs_on_any(target) and action in ("update", "delete") else ("all",)
    if action == "create":
        return ("all",) if given.allows("create") else ()
    if action in REACH:
        return given.scopes(REACH[action]) if given.allows(action) else ()
    return given.scopes(action)


def _parents(question: Question, targets: tuple[str, ...]) -> Filter:
    """The records whose parent the actor may read (or change, where changing the child changes the parent; or share,
    for what decides who sees the parent). What may not be exported takes its children along.
    """
    manifest, parent = question.manifest, question.object.parent or ""
    on_record = "share" if question.object.name in ON_RECORDS else "read"
    action = "read" if question.action == "read" else "update" if targets else on_record
    action = "export" if question.action == "export" else action
    names = targets or tuple(n for n, o in manifest.objects.items() if _can_bear(o, question.object))
    filters = {name: record_filter(question.actor, manifest, name, action) for name in names}
    if filters and all(f == EVERYTHING for f in filters.values()):
        return EVERYTHING
    return any_of([Related(parent, name, filter) for name, filter in filters.items() if filter != NOTHING])


def _can_bear(object: ObjectDef, hanging: ObjectDef) -> bool:
    """Whether something of ``hanging`` can hang on records of ``object``."""
    if object.retired or hangs_on_any(object):
        return False
    if object.system and not (object.features - {"history"}):
        # Comments and the like are on what people work with; what else is the engine's may have files as fields.
        return any(hanging.name in field.target for field in object.active_fields)
    return has_team(object) if hanging.name == TEAM else is_shared_by_hand(object) if hanging.name == SHARE else True


def by_hidden_files(question: Question) -> Filter:
    """Files of a field of their record that the actor may not read, or sees masked in that record, are not there."""
    target, parent = question.object, question.object.parent or ""
    if FILE_FIELD not in target.fields or not hangs_on_any(target):
        return EVERYTHING
    found: list[Filter] = []
    for name, object in question.manifest.objects.items():
        if _can_bear(object, target) and record_filter(question.actor, question.manifest, name) != NOTHING:
            for records, fields in _hidden_files(question, name):
                in_field = Compare(FILE_FIELD, "in", tuple(sorted(fields)))
                found.append(Not(all_of([in_field, Related(parent, name, records)])))
    return all_of(found)


def _hidden_files(question: Question, object: str) -> Masks:
    """Records of ``object``, and their fields whose files (the records that are asked for) the actor may not read."""
    from jimu.access.fields import hidden_references  # fields ask the rules which objects may be read
    from jimu.access.masks import row_masks  # and so do masks

    actor, manifest, files = question.actor, question.manifest, question.object.name
    found = [(EVERYTHING, hidden_references(actor, manifest, object, files))]
    known = manifest.objects[object].fields
    for records, fields in row_masks(actor, manifest, object):
        found.append((records, frozenset(name for name in fields if files in known[name].target)))
    return tuple((records, fields) for records, fields in found if fields)


def by_directory(question: Question) -> Filter:
    """The engine's own objects that no role names: everyone signed in sees who is who and keeps their own things."""
    target, actor = question.object, question.actor
    if not target.system or target.owner == "parent" or actor.id is None or target.name in KEPT:
        return NOTHING
    if permissions_for(actor, question.manifest, target).named:
        return NOTHING
    if target.owner == "user":
        return EVERYTHING if question.action == "create" else NOTHING if question.action == "purge" else own(question)
    return EVERYTHING if question.action == "read" else NOTHING


def by_own_profile(question: Question) -> Filter:
    """Everyone may see and change their own user record; fields that need a right (roles, active …) stay protected."""
    is_own = question.object.name == USER_OBJECT and question.action in ("read", "update")
    return own(question) if is_own else NOTHING


def by_sharing(question: Question) -> Filter:
    """The engine's own records that their owner shares with roles (lists) are read by who has one of the roles."""
    target, actor = question.object, question.actor
    if not target.system or question.action != "read" or ROLES_FIELD not in target.fields:
        return NOTHING
    roles = sorted(r for r in actor.roles if target.fields[ROLES_FIELD].choice(r) is not None)
    if not roles:
        return NOTHING
    source = f"includes_any({ROLES_FIELD}, {', '.join(repr(r) for r in roles)})"
    formula, _ = check(source, ObjectScope(target.name, question.manifest.objects), target.name, BOOLEAN)
    return NOTHING if formula is None else Where(formula)


def by_duty(question: Question) -> Filter:
    """Who manages accounts sees to it that people who are away are stood in for."""
    if question.object.name != ABSENCE or question.action == "purge":
        return NOTHING
    return EVERYTHING if has_right(question.actor, question.manifest, "users") else NOTHING


def by_inheritance(question: Question) -> Filter:
    """Records that follow another one (``access: inherits:``): who may read that reads this, and so for changing."""
    target, action = question.object, question.action
    if not target.inherits or not may_be_given(question):
        return NOTHING
    needed = "read" if levels_for(action) != (EDIT,) else "update"
    found = []
    for inherited in target.inherits:
        above = target.fields[inherited.field].target
        if (inherited.read if needed == "read" else inherited.update) and len(above) == 1:
            filter = record_filter(question.actor, question.manifest, above[0], action)
            found.append(Related(inherited.field, above[0], filter) if filter != NOTHING else NOTHING)
    return any_of(found)


def by_delegation(question: Question) -> Filter:
    """What those may read and change for whom the actor stands in."""
    found = []
    for stand_in in question.actor.stands_in:
        if covers(stand_in, question):
            absent = stand_in.absent
            filter = record_filter(absent, question.manifest, question.object.name, question.action)
            found.append(as_agent(absent, filter))
    return any_of(found)


GRANTS: tuple[Rule, ...] = (
    by_system_right,
    by_role,
    by_parent,
    by_directory,
    by_own_profile,
    by_sharing,
    by_duty,
    by_team,
    by_share,
    by_sharing_rules,
    by_inheritance,
    by_pool,
    by_approval,
    by_delegation,
)
RESTRICTIONS: tuple[Rule, ...] = (by_restriction_rules, by_hidden_files)

# The version of the organisation stands for all that rules look at beside the roles.
_Key = tuple[int | None, frozenset[str], frozenset[str] | None, int, Hashable, str, str]
_CACHE_SIZE = 20_000
_known: PerManifest[dict[_Key, Filter]] = PerManifest(lambda manifest: {})


def record_filter(actor: Actor, manifest: Manifest, object: str, action: str = "read") -> Filter:
    """The records of ``object`` to which ``actor`` may do ``action``: NOTHING if none, EVERYTHING if all.

    For ``create`` the filter is judged on the new values (a child may be made under a parent that may be changed).
    """
    if actor.is_system:
        return EVERYTHING
    known = _known.get(manifest)
    key = (actor.id, actor.roles, actor.scopes, actor.organisation.version, _standing(actor), object, action)
    found = known.get(key)
    if found is None:
        if len(known) >= _CACHE_SIZE:
            known.clear()
        found = known[key] = _judge(Question(actor, manifest, manifest.object(object), action))
    return found


def _standing(actor: Actor) -> Hashable:
    """For whom the actor stands in, and where no organisation says so under its version, what rules look at."""
    if not actor.stands_in and actor.organisation.version:
        return None
    return (*((s.absent.id, s.objects) for s in actor.stands_in), actor.email, actor.department)


def _judge(question: Question) -> Filter:
    if not token_allows(question.actor.scopes, question.object.name, question.action):
        return NOTHING
    granted = any_of([rule(question) for rule in GRANTS])
    return all_of([granted, *(rule(question) for rule in RESTRICTIONS)])


def action_allowed(actor: Actor, manifest: Manifest, object: str, action: str) -> bool:
    """Whether ``actor`` may do ``action`` to at least some records of ``object``.

    Raises NotFound for unknown objects.
    """
    if actor.is_system:
        manifest.object(object)
        return True
    return record_filter(actor, manifest, object, action) != NOTHING


def require_action(actor: Actor, manifest: Manifest, object: str, action: str) -> None:
    """Raises NotFound if the object may not even be read (or does not exist), Forbidden if only the action is
    denied.
    """
    if action_allowed(actor, manifest, object, action):
        return
    label = manifest.object(object).label
    if action != "read" and action_allowed(actor, manifest, object, "read"):
        raise Forbidden(
            Message("You may not do this to records of {object}.", {"object": label}),
            details={"object": object, "action": action},
        )
    raise NotFound(Message("There is no object called {name}.", {"name": object}))


def hangs_on_any(object: ObjectDef) -> bool:
    """Whether records of ``object`` hang on a record of any object (a comment, a file) and follow its access."""
    return object.owner == "parent" and object.parent is not None and not object.fields[object.parent].target
