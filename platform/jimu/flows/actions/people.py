"""Whom an action is for: rules about people turned into users, each once, only active ones."""

from __future__ import annotations

from collections.abc import Sequence

from jimu.access.loading import organisation_at
from jimu.access.organisation import Organisation
from jimu.definitions.kinds.actions import Person
from jimu.flows.actions.subject import Doing, Subject


def organisation(doing: Doing) -> Organisation:
    """The organisation of today."""
    return organisation_at(doing.context.transaction, doing.context.manifest, at=doing.context.clock())


def find_people(rules: Sequence[Person], subject: Subject, doing: Doing, organisation: Organisation) -> list[int]:
    """The active users whom ``rules`` name for ``subject``, in their order."""
    found = [id for rule in rules for id in _of(rule, subject, doing, organisation)]
    return [id for id in dict.fromkeys(found) if id in organisation.people and organisation.people[id].active]


def _of(rule: Person, subject: Subject, doing: Doing, organisation: Organisation) -> Sequence[int]:
    owner = subject.values.get("owner")
    match rule.kind:
        case "owner":
            return (owner,) if owner else ()
        case "manager":
            return organisation.managers_of(owner)[:1] if owner else ()
        case "head":
            person = organisation.people.get(owner) if owner else None
            return _head_above(person.department, organisation) if person else ()
        case "formula":
            value = doing.value(rule.formula, subject)
            ids = [] if value is None else [value] if isinstance(value, int) else list(value)
            return [p for id in ids for p in ((id,) if id in organisation.people else _head_above(id, organisation))]
        case "creator":
            creator = subject.values.get("created_by")
            return (creator,) if creator else ()
        case "actor":
            return (doing.asked_by,) if doing.asked_by else ()
        case "field":
            value = subject.values.get(rule.name)
            return () if value is None else (value,) if isinstance(value, int) else tuple(value)
        case "role":
            return [p.id for p in organisation.people.values() if rule.name in p.roles]
        case "department":
            department = next((d.id for d in organisation.departments.values() if d.code == rule.name), None)
            return sorted(organisation.members(organisation.below(department))) if department else ()
        case _:
            return [p.id for p in organisation.people.values() if p.email.lower() == rule.name.lower()]


def _head_above(department: int | None, organisation: Organisation) -> Sequence[int]:
    """The head of a department, else of the nearest one above it that has one."""
    path = organisation.path(department) if department in organisation.departments else ()
    heads = (organisation.departments[d].head for d in path)
    return [head for head in heads if head is not None][:1]
