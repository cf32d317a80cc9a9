"""A record made up on the command line: the fields that ``jimu formula`` is told of, their types and values.

Types come from the object in the workspace, from the ``fields`` of a batch line, or, where nobody says, from the
values: a text that is a date is a date. ``{"account": {"name": "Acme"}}`` and ``{"account.name": "Acme"}`` reach
over lookups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from jimu.errors import BadRequest
from jimu.fieldtypes import registry
from jimu.fieldtypes.kinds import Kind
from jimu.formulas import Environment, Formula, Path, Scope, Symbol, Type, evaluate, fit
from jimu.formulas.numbers import canonical, places
from jimu.formulas.record_ids import decode_id
from jimu.formulas.tree import Field, walk
from jimu.formulas.types import BLANK, BOOLEAN, DATE, DATETIME, DURATION, JSON, NUMBER, TEXT, TEXTS, TIME, reference
from jimu.messages import Message
from jimu.storage.schema import Column

_TYPES: dict[Kind, Type] = {
    Kind.TEXT: TEXT,
    Kind.INTEGER: NUMBER,
    Kind.DECIMAL: NUMBER,
    Kind.BOOLEAN: BOOLEAN,
    Kind.DATE: DATE,
    Kind.DATETIME: DATETIME,
    Kind.TIME: TIME,
    Kind.DURATION: DURATION,
    Kind.TEXTS: TEXTS,
    Kind.JSON: JSON,
}
_KINDS: dict[str, Kind] = {
    "text": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "time": Kind.TIME,
    "duration": Kind.DURATION,
    "texts": Kind.TEXTS,
    "reference": Kind.REFERENCE,
    "json": Kind.JSON,
    "references": Kind.REFERENCES,
}


@dataclass
class GivenScope:
    """The ``Scope`` of fields given by dotted path. An object that a lookup leads to is named by the path itself."""

    symbols: dict[Path, Symbol] = field(default_factory=dict)

    def find(self, object: str, name: str) -> Symbol | None:
        path = (*object.split("."), name)[1:] if object != "user" else ("user", name)
        found = self.symbols.get(path)
        if any(len(p) > len(path) and p[: len(path)] == path for p in self.symbols):
            return Symbol(reference(".".join(("record", *path))))
        return found

    def names(self, object: str) -> list[str]:
        start = tuple(object.split("."))[1:] if object != "user" else ("user",)
        return sorted({p[len(start)] for p in self.symbols if len(p) > len(start) and p[: len(start)] == start})


def flatten(values: Mapping[str, Any], prefix: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, value) of each value, nested ones too."""
    for name, value in values.items():
        path = (*prefix, *name.split("."))
        if isinstance(value, Mapping):
            yield from flatten(value, path)
        else:
            yield path, value


def declared_symbol(declared: Any, path: Path, value: Any) -> Symbol:
    """The symbol of a field declared as ``"currency"`` or ``{"type": "decimal", "scale": 4}``; raises BadRequest."""
    options = {"type": declared} if isinstance(declared, str) else dict(declared)
    name = options.pop("type", "text")
    if name == "number":
        return Symbol(NUMBER, scale=int(options.get("scale", _scale_of(value))))
    if name in _KINDS and registry.find(name) is None:
        return Symbol(_type(_KINDS[name], path, None))
    type_ = registry.find(name)
    if type_ is None:
        raise BadRequest(Message("There is no field type {name}.", {"name": name}))
    resolved = type_.resolve(options)
    scale = int(options.get("scale", resolved.scale))
    if resolved.needs_link and options.get("returns"):
        return declared_symbol({**options, "type": options["returns"]}, path, value)
    return Symbol(_type(resolved.kind, path, options.get("to")), scale=scale if resolved.kind is Kind.DECIMAL else 0)


def _type(kind: Kind, path: Path, target: Any) -> Type:
    if kind is Kind.REFERENCE:
        return reference(".".join(("record", *path)) if target is None or not isinstance(target, str) else target)
    return Type("references") if kind is Kind.REFERENCES else _TYPES.get(kind, JSON)


def inferred_symbol(value: Any) -> Symbol:
    """The symbol of a field of which only the value is known."""
    if value is None:
        return Symbol(BLANK)
    if isinstance(value, bool):
        return Symbol(BOOLEAN)
    if isinstance(value, int | Decimal):
        return Symbol(NUMBER, scale=_scale_of(value))
    if isinstance(value, list):
        return Symbol(TEXTS)
    # ISO's short forms are left alone: 20240131 may be a code, 1200.50 an amount.
    for type, mark in ((DATE, "-"), (DATETIME, ":"), (TIME, ":")):
        if len(value) > 4 and mark in value and _read_text(value, type.name) is not None:
            return Symbol(type)
    return Symbol(TEXT)


def _scale_of(value: Any) -> int:
    try:
        return min(places(Decimal(str(value))), 12) if value is not None else 6
    except InvalidOperation:
        return 6


def load_value(value: Any, symbol: Symbol, path: Path) -> Any:
    """The Python value of a JSON value for a field; raises BadRequest."""
    if value is None or value == "" or value == []:
        return None
    loaded = _load(value, symbol.type.name, symbol.scale)
    if loaded is None:
        raise BadRequest(
            Message(
                "{field} is a {type}: {value} is none.",
                {"field": ".".join(path), "type": symbol.type.name, "value": str(value)},
            )
        )
    return loaded


def _load(value: Any, type: str, scale: int) -> Any:
    if type == "number":
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else None
        except InvalidOperation:
            return None
        return (
            None if number is None or not number.is_finite() else fit(number, "decimal" if scale else "integer", scale)
        )
    if type == "boolean":
        return value if isinstance(value, bool) else None
    if type == "duration":
        return timedelta(seconds=value) if isinstance(value, int) and not isinstance(value, bool) else None
    if type == "texts":
        return [normalize("NFC", str(v)) for v in value] if isinstance(value, list) else None
    if type == "reference":
        return value if isinstance(value, int) and not isinstance(value, bool) else decode_id(str(value))
    if type in ("date", "datetime", "time"):
        return _read_text(value, type) if isinstance(value, str) else None
    return normalize("NFC", value) if isinstance(value, str) else value


def _read_text(value: str, type: str) -> Any:
    try:
        if type == "date":
            return date.fromisoformat(value) if len(value) == 10 else None
        if type == "time":
            return time.fromisoformat(value).replace(microsecond=0)
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC) if len(value) > 10 else None
    except (ValueError, OverflowError):
        return None


def dump_value(value: Any, type: Type) -> Any:
    """The value for JSON: whole numbers as numbers, others as texts, ids as their 13 characters, durations as
    seconds.
    """
    from jimu.fieldtypes.ids import encode_id

    if value is None or isinstance(value, bool | str | list):
        return value
    if type.name == "reference":
        return encode_id(value)
    if isinstance(value, int | Decimal):
        return int(value) if value == int(value) and -(2**53) < value < 2**53 else canonical(value)
    if isinstance(value, timedelta):
        return value // timedelta(seconds=1)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date | time) else value


@dataclass
class GivenRecord:
    """The values of a record, by path; formula fields that were not given are computed."""

    values: Mapping[Path, Any]
    columns: dict[Path, Column] = field(default_factory=dict)

    def prepare(self, formula: Formula, prefix: Path = ()) -> None:
        """Note the columns that ``formula`` reads when it stands on the record that ``prefix`` leads to."""
        for node in walk(formula.tree):
            if not isinstance(node, Field) or (path := (*prefix, *node.path)) in self.columns:
                continue
            kind = _kind(node.symbol)
            inner = node.symbol.formula if path not in self.values else None
            self.columns[path] = Column(path[-1], kind, node.symbol, node.symbol.scale, expression=inner)
            if inner is not None:
                self.prepare(inner, path[:-1])

    def get(self, path: Path, environment: Environment) -> Any:
        column = self.columns.get(path)
        if column is None or column.expression is None:
            return self.values.get(path)
        value = evaluate(column.expression, lambda p: self.get((*path[:-1], *p), environment), environment)
        return fit(value, column.kind, column.scale)


def _kind(symbol: Symbol) -> Kind:
    if symbol.type == NUMBER:
        return Kind.DECIMAL if symbol.scale else Kind.INTEGER
    return _KINDS[symbol.type.name]


def loaded(values: Mapping[Path, Any], scope: Scope, object: str) -> dict[Path, Any]:
    """``values`` read by the types that ``scope`` knows; raises BadRequest for names that it does not."""
    found: dict[Path, Any] = {}
    for path, value in values.items():
        owner = object
        for index, name in enumerate(path):
            symbol = scope.find(owner, name)
            if symbol is None:
                raise BadRequest(Message("{object} has no field {name}.", {"object": owner, "name": ".".join(path)}))
            if index < len(path) - 1:
                owner = symbol.type.object or ""
        assert symbol is not None
        found[path] = load_value(value, symbol, path)
    return found
