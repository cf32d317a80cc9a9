"""One object with a field of every type, and the four evaluators side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Environment, Formula, Path, Symbol, check, evaluate, evaluate_reference
from jimu.formulas.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    TEXTS,
    TIME,
    BusinessCalendar,
    Type,
    reference,
)
from jimu.storage.expressions.trial import Trial
from jimu.storage.schema import Column

CHOICES = ("new", "won", "lost")
OWN: dict[str, tuple[Kind, Symbol]] = {
    "id": (Kind.REFERENCE, Symbol(reference("deal"))),
    "name": (Kind.TEXT, Symbol(TEXT)),
    "code": (Kind.TEXT, Symbol(TEXT)),
    "stage": (Kind.TEXT, Symbol(TEXT, choices=CHOICES)),
    "amount": (Kind.DECIMAL, Symbol(NUMBER, scale=2)),
    "rate": (Kind.DECIMAL, Symbol(NUMBER, scale=6)),
    "share": (Kind.DECIMAL, Symbol(NUMBER, scale=2, digits=5)),
    "pieces": (Kind.INTEGER, Symbol(NUMBER)),
    "stars": (Kind.INTEGER, Symbol(NUMBER, digits=2)),
    "active": (Kind.BOOLEAN, Symbol(BOOLEAN)),
    "paid": (Kind.BOOLEAN, Symbol(BOOLEAN)),
    "close_on": (Kind.DATE, Symbol(DATE)),
    "born_on": (Kind.DATE, Symbol(DATE)),
    "created_at": (Kind.DATETIME, Symbol(DATETIME)),
    "called_at": (Kind.DATETIME, Symbol(DATETIME)),
    "opens": (Kind.TIME, Symbol(TIME)),
    "took": (Kind.DURATION, Symbol(DURATION)),
    "waits": (Kind.DURATION, Symbol(DURATION)),
    "tags": (Kind.TEXTS, Symbol(TEXTS)),
    "account": (Kind.REFERENCE, Symbol(reference("account"))),
    "owner": (Kind.REFERENCE, Symbol(reference("user"))),
    "anything": (Kind.REFERENCE, Symbol(reference(None))),
    "lines": (Kind.REFERENCES, Symbol(Type("references", "line"))),
    "rare_name": (Kind.TEXT, Symbol(TEXT)),
    "rare_stage": (Kind.TEXT, Symbol(TEXT, choices=CHOICES)),
    "rare_amount": (Kind.DECIMAL, Symbol(NUMBER, scale=2)),
    "rare_pieces": (Kind.INTEGER, Symbol(NUMBER)),
    "rare_active": (Kind.BOOLEAN, Symbol(BOOLEAN)),
    "rare_born_on": (Kind.DATE, Symbol(DATE)),
    "rare_called_at": (Kind.DATETIME, Symbol(DATETIME)),
    "rare_opens": (Kind.TIME, Symbol(TIME)),
    "rare_took": (Kind.DURATION, Symbol(DURATION)),
    "rare_tags": (Kind.TEXTS, Symbol(TEXTS)),
}
SPARSE = "rare_"  # fields whose names begin so are sparse
OBJECTS: dict[str, dict[str, tuple[Kind, Symbol]]] = {
    "deal": OWN,
    "account": {
        "title": (Kind.TEXT, Symbol(TEXT)),
        "name": (Kind.TEXT, Symbol(TEXT)),
        "limit": (Kind.DECIMAL, Symbol(NUMBER, scale=2)),
        "rare_name": (Kind.TEXT, Symbol(TEXT)),
        "owner": (Kind.REFERENCE, Symbol(reference("user"))),
    },
    "user": {
        "name": (Kind.TEXT, Symbol(TEXT)),
        "level": (Kind.INTEGER, Symbol(NUMBER)),
        "manager": (Kind.REFERENCE, Symbol(reference("user"))),
        "secret": (Kind.TEXT, Symbol(TEXT, readable=False)),
    },
}
OVER_LOOKUPS: tuple[Path, ...] = (
    ("account", "name"),
    ("account", "limit"),
    ("account", "rare_name"),
    ("account", "owner"),
    ("account", "owner", "name"),
)

ENVIRONMENT = Environment(
    now=datetime(2024, 5, 6, 17, 30, 15, tzinfo=UTC),
    zone=ZoneInfo("Asia/Shanghai"),
    user={
        "id": 7,
        "name": "Ann",
        "level": 3,
        "manager": None,
        "roles": ["sales", "经理"],
        "subordinates": frozenset({5, 9}),
        "team": frozenset({7, 5, 9}),
        "departments": frozenset(),
    },
    holidays=frozenset({date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3), date(2024, 5, 4)}),
    workdays=frozenset({date(2024, 4, 28), date(2024, 5, 11)}),
    calendars={"shop": BusinessCalendar(frozenset({date(2024, 5, 6)}), frozenset({date(2024, 5, 4)}))},
)


class DealScope:
    """The scope of formulas on ``deal``; ``extra`` fields may be added to it."""

    object = "deal"

    def __init__(self, extra: Mapping[str, Symbol] | None = None) -> None:
        self.extra = dict(extra or {})

    def find(self, object: str, name: str) -> Symbol | None:
        if object == "deal" and name in self.extra:
            return self.extra[name]
        found = OBJECTS.get(object, {}).get(name)
        return found[1] if found else None

    def names(self, object: str) -> list[str]:
        return [*OBJECTS.get(object, {}), *(self.extra if object == "deal" else ())]


SCOPE = DealScope()


def columns(extra: Mapping[str, Column] | None = None) -> dict[Path, Column]:
    """The columns of the trial table: own fields and what is reached over lookups."""
    found: dict[Path, Column] = {}
    for name, (kind, symbol) in OWN.items():
        if kind is not Kind.REFERENCES:
            found[(name,)] = Column(name, kind, symbol, symbol.scale, sparse=name.startswith(SPARSE))
    for path in OVER_LOOKUPS:
        owner = {"account": "account", "owner": "user"}[path[-2]]
        kind, symbol = OBJECTS[owner][path[-1]]
        found[path] = Column(path[-1], kind, symbol, symbol.scale, sparse=path[-1].startswith(SPARSE))
    found.update({(name,): column for name, column in (extra or {}).items()})
    return found


def formula(source: str, scope: DealScope = SCOPE, expected: Type | None = None) -> Formula:
    """The checked formula; fails with its diagnostics."""
    found, problems = check(source, scope, "deal", expected)
    assert found is not None, f"{source}: {[str(p.message) for p in problems]}"
    return found


def refusals(source: str, expected: Type | None = None) -> list[tuple[str, int]]:
    """Codes and columns of what is wrong with ``source``."""
    found, problems = check(source, SCOPE, "deal", expected)
    assert found is None, f"{source} was accepted"
    return [(p.code, p.place.column) for p in problems]


def in_python(source: str, record: Mapping[str, Any] | None = None, environment: Environment = ENVIRONMENT) -> Any:
    """The value by the compiled evaluator, held to the reference one; the record's keys are dotted paths."""
    checked = formula(source)
    get = by_path(record or {}).get
    value = evaluate(checked, get, environment)
    assert same(value, evaluate_reference(checked, get, environment)), source
    return value


def by_path(record: Mapping[str, Any]) -> dict[Path, Any]:
    return {tuple(name.split(".")): value for name, value in record.items()}


def same(a: Any, b: Any) -> bool:
    """Equal, and of the same type but for numbers."""
    if a is None or b is None or isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)


def disagreements(
    trial: Trial,
    checked: Formula,
    records: Sequence[Mapping[Path, Any]],
    environment: Environment = ENVIRONMENT,
) -> list[str]:
    """How ``trial``'s database differs from Python on ``records``: in values, conditions or order. Empty: nowhere."""
    trial.fill(records)
    python = [evaluate(checked, r.get, environment) for r in records]
    reference_values = [evaluate_reference(checked, r.get, environment) for r in records]
    found = [
        f"compiled {a!r} is not reference {b!r}"
        for a, b in zip(python, reference_values, strict=True)
        if not same(a, b)
    ]
    sql = trial.values(checked, environment)
    found += [
        f"{trial.dialect} {b!r} is not python {a!r} for {dict(r)!r}"
        for a, b, r in zip(python, sql, records, strict=True)
        if not same(a, b)
    ]
    if checked.type == BOOLEAN:
        wanted = [number for number, value in enumerate(python) if value]
        matching = trial.matching(checked, environment)
        if matching != wanted:
            found.append(f"{trial.dialect} selects {matching}, python {wanted}")
    elif checked.type.name not in ("texts", "reference", "blank", "json"):
        wanted = sorted(
            range(len(records)), key=lambda n: (python[n] is None, python[n] if python[n] is not None else 0, n)
        )
        given = trial.sorted(checked, environment)
        if given != wanted:
            found.append(f"{trial.dialect} sorts {given}, python {wanted}: {python}")
    return found
