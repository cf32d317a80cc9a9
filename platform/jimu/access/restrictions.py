"""Restriction rules: what they leave out is out, whatever else opens it; only ``modify_all`` is above them."""

from __future__ import annotations

from jimu.access.per_manifest import PerManifest
from jimu.access.rights import has_right
from jimu.access.scopes import Question, all_of
from jimu.definitions.kinds.restriction import RestrictionDef
from jimu.definitions.manifest import Manifest
from jimu.storage.query import EVERYTHING, Filter, Where


def restrictions_on(question: Question) -> tuple[RestrictionDef, ...]:
    """The restriction rules that hold for the actor and the action."""
    found = _by_object.get(question.manifest).get(question.object.name, ())
    if not found or has_right(question.actor, question.manifest, "modify_all"):
        return ()
    roles = question.actor.roles
    return tuple(r for r in found if question.action in r.actions and r.applies_to(roles))


def by_restriction_rules(question: Question) -> Filter:
    """What all restriction rules leave. Of ``create`` nothing is taken here: the new values are judged when they are
    known.
    """
    if question.action == "create":
        return EVERYTHING
    return all_of([Where(rule.only) for rule in restrictions_on(question)])


def _build(manifest: Manifest) -> dict[str, tuple[RestrictionDef, ...]]:
    found: dict[str, list[RestrictionDef]] = {}
    for rule in manifest.all("restriction").values():
        if isinstance(rule, RestrictionDef):
            found.setdefault(rule.object, []).append(rule)
    return {object: tuple(rules) for object, rules in found.items()}


_by_object: PerManifest[dict[str, tuple[RestrictionDef, ...]]] = PerManifest(_build)
