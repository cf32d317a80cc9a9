"""The candidates of a rule and what is known of each, asked set-wise once for many records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jimu.access.loading import organisation_at
from jimu.access.organisation import Organisation
from jimu.access.people import of_user, people_among
from jimu.clock import day_in
from jimu.definitions.kinds.assignment import CANDIDATE, AssignmentDef
from jimu.flows.assignments.choosing import Candidate
from jimu.flows.pools.limits import limit_for
from jimu.formulas import evaluate
from jimu.records import Context
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.ownership import entries_of, held, losses_before
from jimu.records.world import World
from jimu.storage.query import AllOf, Compare, Query

USER, ABSENCE = "user", "absence"
ASSIGNED = "assigned"
_MOST_ABSENCES = 10_000


class Candidates:
    """Those of one rule at one moment. ``given`` counts in what was given since."""

    def __init__(self, rule: AssignmentDef, context: Context) -> None:
        self.rule, self.context = rule, context
        self.organisation: Organisation = organisation_at(context.transaction, context.manifest, at=context.clock())
        self.environment = build_environment(context)
        self.plan = plan_of(context.manifest, rule.object)
        self.world = World(context.transaction, context.manifest, self.environment)
        self._known: dict[int, Candidate] = {}
        self._everybody = [] if rule.how == "manager_of" else self._by_rule()

    def for_record(self, id: int, row: Mapping[str, Any], excluded: Iterable[int] = ()) -> list[Candidate]:
        """The candidates for one record, in the order in which they are asked."""
        ids = self._managers(id, row) if self.rule.how == "manager_of" else self._everybody
        out = set(excluded)
        found = [replace(c, away="excluded") if c.id in out else c for c in (self._known[i] for i in ids)]
        return [self._scored(c, row) for c in found] if self.rule.score is not None else found

    def given(self, id: int) -> None:
        if id in self._known:
            self._known[id] = self._known[id].given_one()

    def active_users(self) -> Mapping[int, Mapping[str, Any]]:
        """Everybody active, by id: the users' own records."""
        return self._users(p.id for p in self.organisation.people.values() if p.active)

    def _by_rule(self) -> list[int]:
        rules = list(self.rule.to)
        pool = self.context.manifest.all("pool").get(self.rule.pool)
        users = self.active_users()
        found = set(people_among(rules, users, self.organisation))
        if pool is not None:
            found |= set(people_among(pool.members, users, self.organisation))
        self._learn({id: users[id] for id in found})
        return sorted(found)

    def _managers(self, id: int, row: Mapping[str, Any]) -> list[int]:
        """The managers of the person that the record names, the nearest first."""
        of = self.rule.manager_of
        person = losses_before([id], self.context).get(id) if of == "previous_owner" else row.get(of)
        chain = list(self.organisation.managers_of(person)) if person is not None else []
        missing = [m for m in chain if m not in self._known]
        if missing:
            self._learn({i: u for i, u in self._users(missing).items() if u.get("active")})
        return [m for m in chain if m in self._known]

    def _users(self, ids: Iterable[int]) -> Mapping[int, Mapping[str, Any]]:
        rows: dict[int, Mapping[str, Any]] = self.context.transaction.fetch(USER, list(ids))
        return {id: row for id, row in rows.items() if row.get("deleted_at") is None}

    def _learn(self, users: Mapping[int, Mapping[str, Any]]) -> None:
        if not users:
            return
        rule, context = self.rule, self.context
        load = held(rule.object, users, rule.load, context)
        today = entries_of(users, ASSIGNED, _day_began(context), context, rule=rule.name)
        absent = self._absent(users)
        for id, user in users.items():
            self._known[id] = Candidate(
                id,
                user,
                load.get(id, 0),
                today.get(id, 0),
                limit_for(rule.limits.open, user, context),
                limit_for(rule.limits.per_day, user, context),
                self._weight(user),
                away="absent" if id in absent else "",
            )

    def _weight(self, user: Mapping[str, Any]) -> Decimal:
        if self.rule.weight is None:
            return Decimal(1)
        return Decimal(of_user(self.rule.weight, user, self.context.clock()) or 0)

    def _absent(self, ids: Iterable[int]) -> set[int]:
        found = self.context.manifest.objects.get(ABSENCE)
        if found is None or found.retired:
            return set()
        now = self.context.clock()
        rule = AllOf(
            (
                Compare("owner", "in", tuple(sorted(ids))),
                Compare("starts_at", "le", now),
                Compare("ends_at", "gt", now),
            )
        )
        page = self.context.transaction.select(Query(ABSENCE, rule, fields=("owner",), limit=_MOST_ABSENCES))
        return {row["owner"] for row in page.rows}

    def _scored(self, candidate: Candidate, row: Mapping[str, Any]) -> Candidate:
        """With what the rule's score gives for the record and this candidate."""
        assert self.rule.score is not None
        record, user = self.world.reader(self.plan, row), plan_of(self.context.manifest, USER)
        person = self.world.reader(user, candidate.user)

        def get(path: tuple[str, ...]) -> Any:
            return person(path[1:]) if path[0] == CANDIDATE and len(path) > 1 else record(path)

        value = evaluate(self.rule.score, get, self.environment)
        return replace(candidate, score=None if value is None else Decimal(value))


def _day_began(context: Context) -> datetime:
    """When the workspace's present day began."""
    zone = context.manifest.workspace.time_zone
    day = day_in(context.clock(), zone)
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def rules_of(object: str, context: Context) -> Sequence[AssignmentDef]:
    """The assignment rules of ``object`` in their order."""
    found = [r for r in context.manifest.all("assignment").values() if r.object == object]
    return sorted(found, key=lambda r: (r.order, r.name))
