"""How each kind lies in the database: SQL types, and conversion between Python values and what the driver takes.

Converters are given as templates of Python source over a variable ``v``; ``storage.codecs`` compiles them into one
function per set of columns, so that no value is dispatched on while rows are read or written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import orjson
import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql

from jimu.fieldtypes.kinds import Kind
from jimu.storage.capabilities import Capabilities
from jimu.storage.schema import Column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


def plain_json(value: Any) -> Any:
    """For orjson: decimals as text, durations as whole seconds."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return value // _SECOND
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"JSON cannot say a {type(value).__name__}")


def dump_json(value: Any) -> str:
    """JSON text; dates as ISO, datetimes in UTC with Z."""
    return orjson.dumps(value, default=plain_json, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS).decode()


def _jsonb(value: Any) -> Jsonb:
    return Jsonb(value, dumps=dump_json)


def sql_type(column: Column, capabilities: Capabilities) -> sa.types.TypeEngine[Any]:
    """The physical type of a column that has one. Text compares by code point on both databases."""
    return _EXACT_TYPES[column.kind](column) if capabilities.exact_numeric else _PLAIN_TYPES[column.kind]()


_EXACT_TYPES: dict[Kind, Callable[[Column], sa.types.TypeEngine[Any]]] = {
    Kind.TEXT: lambda c: sa.Text(collation="C"),
    Kind.INTEGER: lambda c: sa.BigInteger(),
    Kind.DECIMAL: lambda c: sa.Numeric(18, c.scale),
    Kind.BOOLEAN: lambda c: sa.Boolean(),
    Kind.DATE: lambda c: sa.Date(),
    Kind.DATETIME: lambda c: postgresql.TIMESTAMP(timezone=True),
    Kind.TIME: lambda c: postgresql.TIME(precision=0),
    Kind.DURATION: lambda c: sa.BigInteger(),
    Kind.REFERENCE: lambda c: sa.BigInteger(),
    Kind.TEXTS: lambda c: postgresql.ARRAY(sa.Text()),
    Kind.JSON: lambda c: postgresql.JSONB(),
}
_PLAIN_TYPES: dict[Kind, Callable[[], sa.types.TypeEngine[Any]]] = {
    Kind.TEXT: sa.Text, Kind.INTEGER: sa.Integer, Kind.DECIMAL: sa.Integer, Kind.BOOLEAN: sa.Integer,
    Kind.DATE: sa.Text, Kind.DATETIME: sa.Integer, Kind.TIME: sa.Text, Kind.DURATION: sa.Integer,
    Kind.REFERENCE: sa.Integer, Kind.TEXTS: sa.Text, Kind.JSON: sa.Text,
}

# Names that the templates below use.
NAMES: dict[str, Any] = {
    "Decimal": Decimal, "HALF_UP": ROUND_HALF_UP, "EPOCH": _EPOCH, "MICROSECOND": _MICROSECOND, "SECOND": _SECOND,
    "EPOCH_DAY": _EPOCH.toordinal(), "timedelta": timedelta, "date": date, "time": time, "loads": orjson.loads,
    "dumps": dump_json, "jsonb": _jsonb,
}


def encode_template(column: Column, capabilities: Capabilities) -> str:
    """Python source that turns the value ``v`` (not None) into the driver's; '' for none needed."""
    if column.kind is Kind.DURATION:
        return "v // SECOND"
    if capabilities.exact_numeric:
        return "jsonb(v)" if column.kind is Kind.JSON else ""
    return {
        Kind.DECIMAL: f"int((v * {10**column.scale}).to_integral_value(HALF_UP)) if v.__class__ is Decimal"
                      f" else int((Decimal(v) * {10**column.scale}).to_integral_value(HALF_UP))",
        Kind.BOOLEAN: "1 if v else 0",
        Kind.DATE: "v.isoformat()",
        Kind.DATETIME: "(v - EPOCH) // MICROSECOND",
        Kind.TIME: "v.isoformat('seconds')",
        Kind.TEXTS: "dumps(v)",
        Kind.JSON: "dumps(v)",
    }.get(column.kind, "")


def key_template(column: Column, capabilities: Capabilities) -> str:
    """Python source that turns the value ``v`` (not None) into what JSON holds of it under a key; '' for none needed.

    Where JSON is text, that is what a column would hold; else what ``storage.places`` can make a typed value of
    without losing a digit and without asking the session's settings, as an index demands.
    """
    if not capabilities.binary_json:
        return encode_template(column, capabilities)
    return {
        Kind.DECIMAL: "str(v)",
        Kind.DATE: "v.toordinal() - EPOCH_DAY",
        Kind.DATETIME: "(v - EPOCH) // MICROSECOND",
        Kind.TIME: "v.hour * 3600 + v.minute * 60 + v.second",
        Kind.DURATION: "v // SECOND",
        Kind.JSON: "dumps(v)",
    }.get(column.kind, "")


def decode_template(column: Column, capabilities: Capabilities) -> str:
    """Python source that turns the driver's ``v`` (not None) into the value; '' for none needed."""
    if column.kind is Kind.DURATION:
        return "timedelta(seconds=v)"
    if capabilities.exact_numeric:
        return ""
    return {
        Kind.DECIMAL: f"Decimal(v).scaleb({-column.scale})",
        Kind.BOOLEAN: "v == 1",
        Kind.DATE: "date.fromisoformat(v)",
        Kind.DATETIME: "EPOCH + timedelta(0, 0, v)",
        Kind.TIME: "time.fromisoformat(v)",
        Kind.TEXTS: "loads(v)",
        Kind.JSON: "loads(v)",
    }.get(column.kind, "")
