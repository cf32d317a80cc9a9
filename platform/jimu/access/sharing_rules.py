"""Sharing rules: records that meet a condition are opened to roles, departments, people, or whom the record names."""

from __future__ import annotations

from jimu.access.organisation import Organisation
from jimu.access.per_manifest import PerManifest
from jimu.access.reach import levels_for, may_be_given
from jimu.access.scopes import Question, all_of, any_of
from jimu.definitions.kinds.sharing import Recipient, SharingDef
from jimu.definitions.manifest import Manifest
from jimu.storage.query import EVERYTHING, NOTHING, Compare, Filter, Where


def rules_for(manifest: Manifest, object: str) -> tuple[SharingDef, ...]:
    """The sharing rules of ``object``, by name."""
    return _by_object.get(manifest).get(object, ())


def by_sharing_rules(question: Question) -> Filter:
    """What sharing rules open to the actor."""
    rules = rules_for(question.manifest, question.object.name)
    if not rules or not may_be_given(question):
        return NOTHING
    return any_of([rule_filter(rule, question) for rule in rules])


def rule_filter(rule: SharingDef, question: Question) -> Filter:
    """The records that one rule opens to the actor for the action."""
    if rule.access not in levels_for(question.action):
        return NOTHING
    meant = any_of([_recipient(recipient, question) for recipient in rule.recipients])
    return all_of([meant, Where(rule.when) if rule.when is not None else EVERYTHING])


def _recipient(recipient: Recipient, question: Question) -> Filter:
    """EVERYTHING where the actor is meant whatever the record, a comparison where the record says who is."""
    actor, organisation = question.actor, question.actor.organisation
    if recipient.kind == "role":
        return EVERYTHING if recipient.name in actor.roles else NOTHING
    if recipient.kind == "user":
        return EVERYTHING if recipient.name.casefold() == actor.email.casefold() else NOTHING
    if recipient.kind == "department":
        return EVERYTHING if _is_member(recipient, question) else NOTHING
    if actor.id is None:
        return NOTHING
    if recipient.kind == "field":
        return Compare(recipient.name, "eq", actor.id)
    managed = managed_by(organisation, actor.id, recipient.levels)
    return Compare(recipient.name, "in", managed) if managed else NOTHING


def _is_member(recipient: Recipient, question: Question) -> bool:
    organisation = question.actor.organisation
    person = organisation.people.get(question.actor.id or 0)
    found = next((d.id for d in organisation.departments.values() if d.code == recipient.name), None)
    if person is None or found is None:
        return False
    meant = organisation.below(found) if recipient.below else frozenset((found,))
    return not meant.isdisjoint(person.departments)


def managed_by(organisation: Organisation, manager: int, levels: int | None) -> frozenset[int]:
    """Whose manager ``manager`` is, directly or over at most ``levels`` steps of the reporting line."""
    found: set[int] = set()
    here = {manager}
    while here and (levels is None or levels > 0):
        here = {person for user in here for person in organisation.reports_of(user)} - found - {manager}
        found |= here
        levels = None if levels is None else levels - 1
    return frozenset(found)


def _build(manifest: Manifest) -> dict[str, tuple[SharingDef, ...]]:
    found: dict[str, list[SharingDef]] = {}
    for rule in manifest.all("sharing").values():
        if isinstance(rule, SharingDef):
            found.setdefault(rule.object, []).append(rule)
    return {object: tuple(rules) for object, rules in found.items()}


_by_object: PerManifest[dict[str, tuple[SharingDef, ...]]] = PerManifest(_build)
