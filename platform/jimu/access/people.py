"""Who the people are that a definition names by rule: judged for one actor, or for everybody at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access.actor import Actor
from jimu.access.organisation import Organisation
from jimu.definitions.kinds.people import PeopleRule
from jimu.definitions.model import Formula
from jimu.formulas import Environment, evaluate

Values = Mapping[str, Any]


def is_among(actor: Actor, rules: Sequence[PeopleRule]) -> bool:
    """Whether ``actor`` is one of the people of ``rules``."""
    if actor.id is None or not rules:
        return False
    return any(_fits(rule, actor.id, actor.roles, actor.email, actor.record, actor.organisation) for rule in rules)


def people_among(
    rules: Iterable[PeopleRule], users: Mapping[int, Values], organisation: Organisation
) -> tuple[int, ...]:
    """The ids of those of ``users`` (id → the user's own record) that are active and among ``rules``, in order."""
    listed = tuple(rules)
    return tuple(
        id
        for id, row in sorted(users.items())
        if row.get("active")
        and any(
            _fits(r, id, frozenset(row.get("roles") or ()), row.get("email") or "", row, organisation) for r in listed
        )
    )


def of_user(formula: Formula, user: Values, now: datetime | None = None, zone: str = "UTC") -> Any:
    """The value of a formula on a user's own record."""
    environment = Environment(now=now or datetime.now(UTC), zone=ZoneInfo(zone), user=dict(user))
    return evaluate(formula, _reader(user), environment)


def _fits(
    rule: PeopleRule, id: int, roles: frozenset[str], email: str, record: Values, organisation: Organisation
) -> bool:
    if rule.roles and roles.isdisjoint(rule.roles):
        return False
    if rule.users and email.lower() not in rule.users:
        return False
    if rule.departments and id not in _members(rule.departments, organisation):
        return False
    return rule.when is None or bool(of_user(rule.when, record))


def _members(codes: Sequence[str], organisation: Organisation) -> frozenset[int]:
    """The members of the departments with these codes, and of those below."""
    wanted = frozenset(codes)
    tops = [d.id for d in organisation.departments.values() if d.code in wanted]
    return organisation.members({below for top in tops for below in organisation.below(top)})


def _reader(values: Values) -> Callable[[tuple[str, ...]], Any]:
    return lambda path: values.get(path[0])
