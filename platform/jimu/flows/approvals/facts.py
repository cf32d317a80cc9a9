"""The world's answers, from records: the organisation, the record as it is now, absences, calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from jimu.access.loading import organisation_at
from jimu.access.organisation import Organisation, Person
from jimu.business_time import NoEnd, add, calendar_of_person, find_calendar
from jimu.definitions.approvals.model import FlowDef, PeopleNode, SubFlowNode
from jimu.definitions.kinds.calendar import CalendarDef
from jimu.definitions.kinds.duration import Duration
from jimu.definitions.money import code_of
from jimu.errors import Invalid, NotFound, Problem
from jimu.fieldtypes import registry
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.ids import decode_id, encode_id
from jimu.flows.approvals.model import Run
from jimu.formulas import evaluate
from jimu.formulas.functions.money import convert
from jimu.formulas.types import Environment
from jimu.messages import Message
from jimu.records.context import Context
from jimu.records.environment import build_environment
from jimu.records.object_plan import plan_of
from jimu.records.wave import build_load_context
from jimu.records.world import World
from jimu.storage.query import Compare, Query

ABSENCE = "absence"
_OTHER_CURRENCY = Message("{field} is in another currency than the conditions of this approval.")
_NO_RATE = Message("{field} is in {currency}, for which there is no exchange rate.")
_MOST_ABSENCES = 5_000
_DEEPEST = 5
_MOST_LINES = 5_000


class Facts:
    """About one approval: ``record`` with the values of ``held`` over what is stored. ``context`` has a transaction."""

    def __init__(
        self, context: Context, flow: FlowDef, record: int, submitter: int, held: Mapping[str, Any] | None = None
    ) -> None:
        self.context, self.flow, self.record, self.submitter = context, flow, record, submitter
        self.held = dict(held or {})
        self.department: int | None = None
        self._kept_rates: Mapping[str, str] = {}

    def of_run(self, run: Run) -> Self:
        """As it was asked for: for which department, at which rates of exchange."""
        self.department, self._kept_rates = run.department, run.rates
        return self

    def handed_in(self, department: int | None) -> Self:
        """It is asked for now, at the rates of today. ``department``: the one chosen, None leaves it as it is."""
        self.department = self.department if department is None else department
        self._kept_rates = {}
        return self

    def answer(self, question: str, *arguments: Any) -> Any:
        found = getattr(self, f"ask_{question}")(*arguments)
        return list(found) if isinstance(found, tuple) else found

    # --- what is asked ---

    @cached_property
    def organisation(self) -> Organisation:
        return organisation_at(self.context.transaction, self.context.manifest, at=self.context.clock())

    @cached_property
    def values(self) -> Mapping[str, Any]:
        row = self.context.transaction.fetch(self.flow.object, [self.record]).get(self.record) or {}
        return {**row, **self._held(), "submitter": self.submitter}

    def _held(self) -> dict[str, Any]:
        """The values over the stored ones, by their types; what cannot be one is refused."""
        fields = self.context.manifest.object(self.flow.object).fields
        known = {name: value for name, value in self.held.items() if name in fields}
        if not known:
            return {}
        how, found = build_load_context(self.context, self._environment), {}
        for name, value in known.items():
            try:
                found[name] = registry.get(fields[name].type).load(value, fields[name], how)
            except FieldError as error:
                raise Invalid(error.message, [Problem(error.code, error.message, name)]) from None
        return found

    @cached_property
    def _world(self) -> World:
        return World(self.context.transaction, self.context.manifest, self._environment)

    @cached_property
    def _environment(self) -> Environment:
        """With the rates of exchange that were kept when the approval was asked for."""
        found, kept = build_environment(self.context), self._kept_rates
        if not kept:
            return found
        worth = {code: Decimal(text) for code, text in kept.items()}
        return replace(found, rates=lambda code, day: worth.get(code))

    @cached_property
    def _absences(self) -> Mapping[int, list[Mapping[str, Any]]]:
        now = self.context.clock()
        filter = Compare("starts_at", "le", now) & Compare("ends_at", "gt", now)
        fields = ("owner", "agent", "ends_at", "objects")
        rows = self.context.transaction.select(Query(ABSENCE, filter, fields=fields, limit=_MOST_ABSENCES)).rows
        found: dict[int, list[Mapping[str, Any]]] = {}
        for row in rows:
            objects = row["objects"] or ()
            if row["agent"] is not None and (not objects or self.flow.object in objects):
                found.setdefault(row["owner"], []).append(row)
        return found

    def get(self, path: tuple[str, ...]) -> Any:
        """How formulas of the flow read the record; ``submitter.…`` is who asked."""
        if path[0] == "submitter":
            if len(path) == 1:
                return self.submitter
            row = self._world._row("user", self.submitter)
            if row is not None and self.department is not None:
                row = {**row, "department": self.department}
            return None if row is None else self._world.read(plan_of(self.context.manifest, "user"), row, path[1:])
        found = self._world.read(plan_of(self.context.manifest, self.flow.object), self.values, path)
        is_compared = self.flow.converts and len(path) == 1 and path[0] in self.flow.money
        return self._converted(found, self._code(path[0])) if is_compared and found is not None else found

    def _converted(self, amount: Any, code: str) -> Any:
        """The amount in the currency of the conditions; None where no rate of exchange is known."""
        day = self.context.clock().astimezone(self._environment.zone).date()
        return amount if code == self._wanted else convert(self._environment, amount, code, self._wanted, day)

    def value(self, formula: Any) -> Any:
        return evaluate(formula, self.get, self._environment)

    def fits(self) -> bool:
        """Whether the flow is for this record: by its company, its currency and the flow's condition."""
        if self.flow.companies and self._company_code() not in self.flow.companies:
            return False
        if self._other_money():
            return False
        return self.flow.trigger.when is None or bool(self.value(self.flow.trigger.when))

    def _company_code(self) -> str:
        """The code of the legal company of the record's owner, of who asks where it has none."""
        owner = self.values.get("owner") or self.submitter
        person = self._person(owner) or self._person(self.submitter)
        company = self.organisation.company_of(self._place(person)) if person else None
        return self.organisation.departments[company].code if company is not None else ""

    def _other_money(self) -> str:
        """A field whose amount is in another currency than the flow's conditions are; '' for none. A blank amount is in
        none, and no comparison holds of it.
        """
        for name in self.flow.money:
            amount, code = self.values.get(name), self._code(name)
            if amount is None or code == self._wanted:
                continue
            if not self.flow.converts or self._converted(amount, code) is None:
                return name
        return ""

    def _code(self, name: str) -> str:
        return self.values.get(code_of(name)) or self.context.manifest.workspace.currency

    @property
    def _wanted(self) -> str:
        """The currency of the flow's conditions."""
        own = self.context.manifest.workspace.currency
        return own if self.flow.currency in ("", "default") else self.flow.currency

    # --- answers ---

    def _person(self, user: int) -> Person | None:
        return self.organisation.people.get(user)

    def ask_active(self, user: int) -> bool:
        person = self._person(user)
        return person is not None and person.active

    def ask_manager(self, user: int) -> int | None:
        person = self._person(user)
        return person.manager if person else None

    def ask_department(self, user: int) -> int | None:
        person = self._person(user)
        return person.department if person else None

    def ask_head(self, department: int) -> int | None:
        found = self.organisation.departments.get(department)
        return found.head if found else None

    def ask_departments(self, user: int) -> list[int]:
        person = self._person(user)
        return list(person.departments) if person else []

    def ask_company(self, department: int) -> int | None:
        path = self.organisation.path(department)
        return next((d for d in path if self.organisation.departments[d].is_company), None)

    def ask_companies(self, user: int) -> list[int | None]:
        return list(dict.fromkeys(self.ask_company(d) for d in self.ask_departments(user)))

    def _place(self, person: Person) -> int | None:
        """The department for which somebody asks, or belongs to first of all."""
        chosen = self.department if person.id == self.submitter else None
        return person.department if chosen is None else chosen

    def ask_above(self, department: int) -> int | None:
        found = self.organisation.departments.get(department)
        return found.above if found else None

    def ask_role(self, name: str, within: str, submitter: int) -> list[int]:
        found = [p for p in self.organisation.people.values() if p.active and name in p.roles]
        person = self._person(submitter)
        if within and person is not None:
            place = self._place(person)
            near = frozenset({place}) if within == "department" else self._company(place)
            found = [p for p in found if near & set(p.departments)]
        return sorted(p.id for p in found)

    def _company(self, department: int | None) -> frozenset[int | None]:
        return frozenset(self.organisation.company(department))

    def ask_has_role(self, user: int, role: str) -> bool:
        person = self._person(user)
        return person is not None and role in person.roles

    def ask_group(self, code: str) -> list[int]:
        places = [d.id for d in self.organisation.departments.values() if d.code == code]
        return sorted(p for p in self.organisation.members(places) if self.ask_active(p))

    def ask_field(self, name: str) -> list[int]:
        return self._users_of(self.values.get(name))

    def ask_owner(self) -> list[int]:
        return self._users_of(self.values.get("owner"))

    def ask_named(self, emails: Iterable[str]) -> list[int]:
        by_address = {p.email.lower(): p.id for p in self.organisation.people.values()}
        return [by_address[e] for e in emails if e in by_address]

    def ask_formula(self, node: str, place: str) -> list[int]:
        where, _, number = place.rpartition(":")
        definition = self.flow.nodes.get(node)
        rules = {
            "approvers": getattr(definition, "approvers", ()),
            "cc": getattr(definition, "cc", ()),
            "people": getattr(definition, "people", ()),
            "admins": self.flow.admins,
            "on_empty": definition.on_empty.rules if isinstance(definition, PeopleNode) else (),
        }
        return self._users_of(self.value(rules[where][int(number)].formula))

    def _users_of(self, found: Any) -> list[int]:
        """Users as they are, departments as their heads."""
        ids = found if isinstance(found, (list, tuple)) else [] if found is None else [found]
        people = []
        for id in ids:
            if id in self.organisation.people:
                people.append(id)
            elif id in self.organisation.departments and (head := self.ask_head(id)) is not None:
                people.append(head)
        return list(dict.fromkeys(people))

    def ask_admins(self) -> list[int]:
        roles = {name for name, role in self.context.manifest.roles.items() if "modify_all" in role.system}
        return sorted(p.id for p in self.organisation.people.values() if p.active and roles & p.roles)

    def ask_is_admin(self, user: int) -> bool:
        return user in self.ask_admins()

    def ask_agents(self, user: int, at: str) -> list[list[Any]]:
        """The agent named, and that one's agent while that one is away too; the end is the earliest on the way."""
        found: list[list[Any]] = []
        seen, queue = {user}, [(user, None)]
        for _ in range(_DEEPEST):
            following: list[tuple[int, datetime | None]] = []
            for person, until in queue:
                for row in self._absences.get(person, ()):
                    agent = row["agent"]
                    end = row["ends_at"] if until is None else min(until, row["ends_at"])
                    if agent not in seen:
                        seen.add(agent)
                        following.append((agent, end))
                        if self.ask_active(agent):
                            found.append([agent, end.isoformat()])
            queue = following  # type: ignore[assignment]
        return found

    def ask_condition(self, node: str, branch: int) -> dict[str, Any]:
        formula = self.flow.nodes[node].branches[branch].when
        if name := self._other_money():
            text = _NO_RATE if self.flow.converts else _OTHER_CURRENCY
            said = Message(text.template, {"field": name, "currency": self._code(name)})
            raise Invalid(said, [Problem("other_currency", said, name)])
        read: dict[str, Any] = {}

        def get(path: tuple[str, ...]) -> Any:
            read[".".join(path)] = found = self.get(path)
            return found

        holds = bool(evaluate(formula, get, self._environment))
        return {"holds": holds, "values": {name: _told(value) for name, value in read.items()}}

    def ask_rates(self) -> dict[str, str]:
        """Of the currencies that the workspace uses."""
        today = self.context.clock().astimezone(self._environment.zone).date()
        codes = self.context.manifest.workspace.currencies
        found = {code: self._environment.rates(code, today) for code in codes}
        return {code: str(rate) for code, rate in found.items() if rate is not None}

    def ask_filled(self, name: str) -> bool:
        return self.values.get(name) not in (None, "", [], ())

    def ask_lines_blank(self, column: str, besides: Iterable[str]) -> bool:
        object, _, name = column.partition(".")
        parent = self.context.manifest.object(object).parent
        left_out = {decode_id(text) for text in besides}
        if parent is None:
            return False
        blank = Compare(parent, "eq", self.record) & Compare(name, "blank")
        rows = self.context.transaction.select(Query(object, blank, fields=(), limit=_MOST_LINES)).rows
        return any(row["id"] not in left_out for row in rows)

    def ask_moment(self, name: str) -> str | None:
        found = self.values.get(name)
        if found is None:
            return None
        if not isinstance(found, datetime):
            zone = self._environment.zone
            found = datetime(found.year, found.month, found.day, tzinfo=zone)
        return str(found.isoformat())

    def ask_items(self, node: str) -> list[str]:
        definition: SubFlowNode = self.flow.nodes[node]
        if definition.each:
            object, _, field = definition.each.partition(".")
            ids = self.context.transaction.refs(object, field, [self.record], deleted=False, limit=500)
            return [encode_id(i) for i in sorted(ids)]
        found = self.values.get(definition.field) if definition.field else self.record
        return [encode_id(found)] if found is not None else []

    def _calendar(self, user: int | None, name: str) -> CalendarDef:
        """The one named, else that of the person's department or one above it, else the default one."""
        person = self._person(user) if user is not None and not name else None
        if person is None:
            return find_calendar(self.context.manifest, name or None)
        departments = self.organisation.departments
        return calendar_of_person(
            self.context.manifest, (departments[d].code for d in self.organisation.path(person.department))
        )

    def ask_due(self, at: str, amount: int, unit: str, user: int | None, calendar: str) -> str:
        start, span = datetime.fromisoformat(at), Duration(amount, unit)
        try:
            return add(self._calendar(user, calendar), start, span).isoformat()
        except (NoEnd, NotFound):
            return (start + span.plain).isoformat()


def _told(value: Any) -> Any:
    """A value that a condition read, as history keeps it."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_told(v) for v in value]
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
