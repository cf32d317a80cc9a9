"""Why somebody may do something to a record, or not: each rule that has a say, in words, and what it says of it.

The reasons are the very filters that ``rules`` adds up, asked one by one; so an explanation cannot differ from what
holds. Whoever asks has to be judged by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jimu.access.actor import Actor
from jimu.access.delegation import as_agent, covers
from jimu.access.fields import field_access
from jimu.access.masks import row_masks
from jimu.access.permissions import permissions_for
from jimu.access.reach import REACH, may_be_given
from jimu.access.restrictions import restrictions_on
from jimu.access.rights import has_right
from jimu.access.rules import (
    GRANTS,
    Rule,
    by_delegation,
    by_inheritance,
    by_role,
    by_system_right,
    record_filter,
)
from jimu.access.scopes import Question, scope_filter
from jimu.access.sharing_rules import by_sharing_rules, rule_filter, rules_for
from jimu.access.token_scopes import token_allows
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectPermission
from jimu.diagnostics import Place
from jimu.formulas import Environment
from jimu.messages import Message
from jimu.storage.query import EVERYTHING, NOTHING, Filter, Related, Where

if TYPE_CHECKING:
    from jimu.storage import Transaction


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule. ``holds``: for a rule that gives, whether it covers the record; for one that takes away, whether it
    lets the record through. ``takes``: it takes away. ``rule``: a stable name; ``place``: where it is written.
    """

    rule: str
    message: Message
    holds: bool
    takes: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """``allowed``: as the engine judges it. ``reasons``: those that give or take away first, then those that do not."""

    action: str
    allowed: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class FieldReason:
    """``level``: none, mask, read or edit. ``roles``: what each role of the person says of the field, by role.
    ``masked_here``: in this record it is masked whatever the level.
    """

    field: str
    level: str
    roles: tuple[tuple[str, str], ...]
    masked_here: bool = False


def explain(
    transaction: Transaction, question: Question, record: int, environment: Environment
) -> Explanation:
    """Every rule that has a say in ``question`` about the record; ``environment`` is the actor's."""

    def covers_it(filter: Filter) -> bool:
        if filter in (EVERYTHING, NOTHING):
            return filter == EVERYTHING
        return bool(transaction.matching(question.object.name, [record], filter, environment))

    actor, manifest, name = question.actor, question.manifest, question.object.name
    reasons = [
        Reason(rule, message, covers_it(filter), takes, place)
        for rule, message, filter, takes, place in _reasons(question)
    ]
    readable = covers_it(record_filter(actor, manifest, name, "read"))
    allowed = readable and covers_it(record_filter(actor, manifest, name, question.action))
    if question.action != "read" and not readable:
        reasons.insert(0, Reason("unreadable", Message("What may not be read may not be touched."), False, True))
    decisive = [r for r in reasons if r.holds != r.takes]
    return Explanation(question.action, allowed, (*decisive, *(r for r in reasons if r not in decisive)))


SCOPE_WORDS = {
    "none": Message("none"),
    "own": Message("own"),
    "subordinates": Message("subordinates"),
    "department": Message("department"),
    "department_and_below": Message("department and below"),
    "company": Message("company"),
    "all": Message("all"),
}
ACCESS_WORDS = {"read": Message("read"), "edit": Message("edit")}

_Said = tuple[str, Message, Filter, bool, Place | None]


def _reasons(question: Question) -> Iterator[_Said]:
    if not token_allows(question.actor.scopes, question.object.name, question.action):
        yield "token", Message("The token's scopes leave this out."), NOTHING, True, None
    yield from _rights(question)
    yield from _roles(question)
    for rule in GRANTS:
        if rule not in _APART:
            words = _WORDS.get(rule.__name__, Message("By the rule {rule}.", {"rule": rule.__name__}))
            filter = rule(question)
            if filter != NOTHING:
                yield rule.__name__, words, filter, False, None
    yield from _sharing(question)
    yield from _inherited(question)
    yield from _delegated(question)
    for restriction in restrictions_on(question):
        message = Message("The restriction “{rule}” leaves only some records.", {"rule": restriction.label})
        yield f"restriction:{restriction.name}", message, Where(restriction.only), True, restriction.source


# Rules that are told one by one.
_APART: tuple[Rule, ...] = (by_system_right, by_role, by_sharing_rules, by_inheritance, by_delegation)

_WORDS = {
    "by_parent": Message("It goes with the record that it belongs to."),
    "by_directory": Message("Everyone may see who is who, and keep their own things."),
    "by_own_profile": Message("Everyone may see and change their own user record."),
    "by_sharing": Message("Its owner shares it with a role of this person."),
    "by_duty": Message("Who manages accounts sees to absences."),
    "by_team": Message("In the team of the record."),
    "by_share": Message("Shared by hand with this person, a role or a department of theirs."),
    "by_pool": Message("In a pool that is open to this person."),
    "by_approval": Message("Has a task in an approval of the record."),
}


def _rights(question: Question) -> Iterator[_Said]:
    for right in ("modify_all", "view_all"):
        if has_right(question.actor, question.manifest, right):
            reaches = right == "modify_all" or question.action in ("read", "export")
            message = Message("Has the system right {right}.", {"right": right})
            yield f"right:{right}", message, EVERYTHING if reaches else NOTHING, False, None


def _roles(question: Question) -> Iterator[_Said]:
    if question.object.owner == "parent":
        return
    scoped = REACH.get(question.action, question.action)
    said = False
    for name, permission in _by_role(question):
        role = question.manifest.roles[name]
        scope = ("all" if permission.create else "none") if scoped == "create" else getattr(permission, scoped)
        said = said or scope != "none"
        if question.action in REACH and not getattr(permission, question.action):
            scope = "none"
        words = {"role": role.label, "scope": SCOPE_WORDS[scope]}
        message = Message("The role {role} gives the scope: {scope}.", words)
        yield f"role:{name}", message, scope_filter(scope, question), False, role.source
    if not said:
        yield "no_role", Message("No role of this person allows this for any record."), NOTHING, False, None


def _by_role(question: Question) -> Iterator[tuple[str, ObjectPermission]]:
    """Each of the actor's roles that says something of the object, with what."""
    for name in sorted(question.actor.roles):
        alone = Actor(id=question.actor.id, roles=frozenset({name}))
        for permission in permissions_for(alone, question.manifest, question.object).given:
            yield name, permission


def _sharing(question: Question) -> Iterator[_Said]:
    if may_be_given(question):
        for rule in rules_for(question.manifest, question.object.name):
            words = {"rule": rule.label, "access": ACCESS_WORDS[rule.access]}
            message = Message("The sharing rule “{rule}” ({access}).", words)
            yield f"sharing:{rule.name}", message, rule_filter(rule, question), False, rule.source


def _inherited(question: Question) -> Iterator[_Said]:
    found = by_inheritance(question)
    for part in getattr(found, "filters", (found,)):
        if isinstance(part, Related):
            field = question.object.fields[part.column]
            above = question.manifest.objects[part.object]
            message = Message(
                "Who may do this to the {object} in {field} may do it here.",
                {"object": above.label, "field": field.label},
            )
            yield f"inherited:{part.column}", message, part, False, question.object.source


def _delegated(question: Question) -> Iterator[_Said]:
    for stand_in in question.actor.stands_in:
        absent = stand_in.absent
        message = Message("Stands in for {name}, who is away.", {"name": absent.name})
        filter = NOTHING
        if covers(stand_in, question):
            given = record_filter(absent, question.manifest, question.object.name, question.action)
            filter = as_agent(absent, given)
        yield f"absence:{absent.id}", message, filter, False, None


def explain_fields(
    transaction: Transaction, actor: Actor, manifest: Manifest, object: str, record: int, environment: Environment
) -> tuple[FieldReason, ...]:
    """What the actor may see and change of each field, what each role says of it, and what is masked in this record."""
    target = manifest.object(object)
    masked: set[str] = set()
    for filter, fields in row_masks(actor, manifest, object):
        if transaction.matching(object, [record], filter, environment):
            masked |= fields
    question = Question(actor, manifest, target, "read")
    said: dict[str, list[tuple[str, str]]] = {}
    for role, permission in _by_role(question):
        for field in target.active_fields:
            level = permission.fields.get(field.part_of or field.name, permission.default_field)
            said.setdefault(field.name, []).append((role, level))
    levels = field_access(actor, manifest, object)
    return tuple(
        FieldReason(name, level, tuple(said.get(name, ())), name in masked)
        for name, level in levels.items()
        if not target.fields[name].hidden
    )


def rules_of(explanations: Iterable[Explanation]) -> set[str]:
    """The names of all rules that give something."""
    return {r.rule for e in explanations for r in e.reasons if r.holds and not r.takes}
