"""The duplicate rules of a configuration, ready to be used, by the objects that take part in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jimu.access.per_manifest import PerManifest
from jimu.definitions.care import DuplicateRuleDef
from jimu.definitions.manifest import Manifest
from jimu.records.duplicates.comparing import Comparison
from jimu.records.duplicates.keys import Keys, rule_number


@dataclass(frozen=True)
class Rule:
    """``number`` stands for it in the table of keys."""

    definition: DuplicateRuleDef
    number: int
    comparison: Comparison
    keys: Keys

    @property
    def name(self) -> str:
        return self.definition.name

    def fields_of(self, object: str) -> Mapping[str, str]:
        """See ``DuplicateRuleDef.fields_of``."""
        return self.definition.fields_of(object)


@dataclass(frozen=True)
class Part:
    """An object's part in a rule: ``fields`` are the rule's field → its own. ``is_judged``: the rule is about it.
    ``is_found``: its records lie under keys.
    """

    rule: Rule
    fields: Mapping[str, str]
    is_judged: bool
    is_found: bool


def rules_of(manifest: Manifest, object: str) -> tuple[Rule, ...]:
    """The rules that are about records of ``object``."""
    return tuple(part.rule for part in parts_of(manifest, object) if part.is_judged)


def parts_of(manifest: Manifest, object: str) -> tuple[Part, ...]:
    """The rules in which records of ``object`` have a part."""
    return _known.get(manifest).get(object, ())


def all_rules(manifest: Manifest) -> tuple[Rule, ...]:
    return tuple(part.rule for parts in _known.get(manifest).values() for part in parts if part.is_judged)


def find_rule(manifest: Manifest, object: str, name: str) -> Rule | None:
    return next((rule for rule in rules_of(manifest, object) if rule.name == name), None)


def _build(manifest: Manifest) -> dict[str, tuple[Part, ...]]:
    found: dict[str, list[Part]] = {}
    country = manifest.workspace.country
    for object in manifest.objects.values():
        if object.retired:
            continue
        for definition in object.duplicates:
            number = rule_number(definition, country)
            rule = Rule(definition, number, Comparison(definition, country), Keys.of(definition))
            own = Part(rule, definition.fields_of(object.name), True, definition.own)
            found.setdefault(object.name, []).append(own)
            for name in definition.objects:
                if name != object.name:
                    found.setdefault(name, []).append(Part(rule, definition.fields_of(name), False, True))
    return {object: tuple(parts) for object, parts in found.items()}


_known: PerManifest[dict[str, tuple[Part, ...]]] = PerManifest(_build)
