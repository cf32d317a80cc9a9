"""A small schema with a column of every kind, and rows for it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from jimu.fieldtypes.kinds import Kind
from jimu.formulas import check
from jimu.formulas.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    JSON,
    NUMBER,
    TEXT,
    TEXTS,
    TIME,
    Symbol,
    Type,
    reference,
    references,
)
from jimu.storage.schema import SYSTEM_COLUMNS, Column, Index, Schema, Table, Unique

NOW = datetime(2026, 3, 4, 5, 6, 7, 890_123, tzinfo=UTC)
_TYPES: dict[Kind, Type] = {
    Kind.TEXT: TEXT, Kind.INTEGER: NUMBER, Kind.DECIMAL: NUMBER, Kind.BOOLEAN: BOOLEAN, Kind.DATE: DATE,
    Kind.DATETIME: DATETIME, Kind.TIME: TIME, Kind.DURATION: DURATION, Kind.TEXTS: TEXTS, Kind.JSON: JSON,
}
STATUSES = ("new", "working", "won", "lost")


def column(name: str, kind: Kind = Kind.TEXT, **options: Any) -> Column:
    """A column with the symbol that follows from its kind; ``choices`` goes to the symbol."""
    target = options.get("target", ())
    if kind is Kind.REFERENCE:
        type_ = reference(target[0] if len(target) == 1 else None)
    elif kind is Kind.REFERENCES:
        type_ = references(target[0] if len(target) == 1 else None)
    else:
        type_ = _TYPES[kind]
    symbol = Symbol(type_, scale=options.get("scale", 0), choices=options.pop("choices", None))
    return Column(name, kind, symbol, **options)


def system_columns() -> list[Column]:
    users = {"owner": ("user",), "created_by": ("user",), "updated_by": ("user",)}
    return [column(name, kind, target=users.get(name, ())) for name, kind in SYSTEM_COLUMNS]


def table(object: str, *columns: Column, **options: Any) -> Table:
    return Table(object, {c.name: c for c in (*system_columns(), *columns)}, **options)


def schema(*tables: Table) -> Schema:
    return Schema({t.object: t for t in tables})


def user_table() -> Table:
    return table("user", column("email", search=True), uniques=(Unique(("email",)),))


def account_table() -> Table:
    return table(
        "account",
        column("name", search=True, pinyin=True), column("code"), column("industry"),
        column("parent", Kind.REFERENCE, target=("account",)),
        column("lead_count", Kind.INTEGER), column("lead_sum", Kind.DECIMAL, scale=2),
        column("lead_avg", Kind.DECIMAL, scale=1), column("last_lead", Kind.TEXT),
        uniques=(Unique(("code",)),),
    )


def lead_columns() -> list[Column]:
    return [
        column("name", search=True, pinyin=True), column("company", search=True),
        column("phone", search=True), column("status", choices=STATUSES),
        column("amount", Kind.DECIMAL, scale=2, summed=True), column("employees", Kind.INTEGER),
        column("hot", Kind.BOOLEAN), column("close_on", Kind.DATE), column("called_at", Kind.DATETIME),
        column("best_time", Kind.TIME), column("effort", Kind.DURATION), column("tags", Kind.TEXTS),
        column("extra", Kind.JSON), column("account", Kind.REFERENCE, target=("account",)),
        column("about", Kind.REFERENCE), column("contacts", Kind.REFERENCES, target=("account",)),
    ]


def lead_table(*more: Column, **options: Any) -> Table:
    made = {c.name: c for c in (*lead_columns(), *more)}
    options.setdefault("indexes", (Index(("status", "-created_at")), Index(("close_on",)), Index(("amount",))))
    return table("lead", *made.values(), **options)


def sample_schema(*more: Column) -> Schema:
    return schema(user_table(), account_table(), lead_table(*more))


def formula(source: str, object: str, of: Schema) -> Any:
    """A checked formula; fails the test if it is not sound."""
    found, diagnostics = check(source, ScopeOf(of, object), object)
    assert found is not None, [str(d.message) for d in diagnostics]
    return found


class ScopeOf:
    """The ``formulas.Scope`` of a schema."""

    def __init__(self, of: Schema, object: str) -> None:
        self.object = object
        self.find = of.find
        self.names = of.names


def stamps(at: datetime = NOW) -> dict[str, Any]:
    return {"created_at": at, "updated_at": at}


def full_lead(**values: Any) -> dict[str, Any]:
    """A lead with a value in every column that needs no other record."""
    return {
        **stamps(), "title": "王小明", "name": "王小明", "company": "深圳市张李贸易有限公司",
        "phone": "+86 138-0013-8000", "status": "new",
        "amount": Decimal("1054.10"), "employees": 17, "hot": True, "close_on": date(2026, 5, 1),
        "called_at": NOW - timedelta(microseconds=1), "best_time": time(9, 30), "effort": timedelta(hours=2),
        "tags": ["vip", "展会"], "extra": {"a": [1, "x", None]}, **values,
    }


def many_leads(n: int, seed: int = 1, users: int = 0) -> list[Mapping[str, Any]]:
    """``n`` leads, spread over a year, the same for the same seed."""
    pick = random.Random(seed)
    words = ["Acme", "Globex", "Initech", "Umbrella", "Hooli", "Stark", "Wayne", "Wonka", "Cyberdyne", "Tyrell"]
    firms = ["深圳", "上海", "北京", "广州", "杭州"]
    return [
        {
            **stamps(NOW - timedelta(minutes=pick.randrange(500_000))),
            "title": f"Lead {i}", "name": f"Lead {i}",
            "company": f"{pick.choice(words)} {pick.choice(words)} {pick.choice(firms)}{i % 997}",
            "phone": f"+86 13{pick.randrange(10**9):09d}", "status": pick.choice(STATUSES),
            "amount": None if i % 7 == 0 else Decimal(pick.randrange(10**7)) / 100,
            "employees": pick.randrange(1000), "hot": pick.random() < 0.3,
            "close_on": None if i % 5 == 0 else date(2026, 1, 1) + timedelta(days=pick.randrange(365)),
            "owner": users + 1 if users else None,
        }
        for i in range(n)
    ]
