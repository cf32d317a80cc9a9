"""Functions registered on every SQLite connection, so that SQL says exactly what Python says.

Numbers travel as whole multiples of ``10**-scale``: integers, or texts of digits where 64 bits are too few.
``jimu_call`` runs the Python evaluator of any function of the formula language.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from jimu.formulas import characters, numbers
from jimu.formulas.limits import MAX_TEXT, NUMBER_LIMIT
from jimu.formulas.signature import REGISTRY
from jimu.formulas.types import BusinessCalendar, Environment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_LARGEST = 2**63 - 1

# How the arguments and the result of a function are written in the specification that jimu_call takes;
# n<scale>: numbers.
CODES = {
    "text": "t",
    "boolean": "b",
    "date": "d",
    "datetime": "m",
    "time": "h",
    "duration": "s",
    "reference": "r",
    "texts": "l",
    "json": "t",
    "blank": "t",
}
_DECODERS: dict[str, Callable[[Any], Any]] = {
    "t": lambda v: v,
    "r": lambda v: v,
    "b": bool,
    "d": date.fromisoformat,
    "m": lambda v: _EPOCH + timedelta(microseconds=v),
    "h": time.fromisoformat,
    "s": lambda v: timedelta(seconds=v),
    "l": orjson.loads,
}
_ENCODERS: dict[str, Callable[[Any], Any]] = {
    "t": lambda v: v,
    "r": lambda v: v,
    "b": int,
    "d": date.isoformat,
    "m": lambda v: (v - _EPOCH) // _MICROSECOND,
    "h": lambda v: v.isoformat("seconds"),
    "s": lambda v: v // _SECOND,
    "l": lambda v: orjson.dumps(v).decode(),
}

Units = int | str | None


def _fitting(units: int) -> int | str:
    return units if -_LARGEST <= units <= _LARGEST else str(units)


def _limited(units: int, scale: int) -> Units:
    """``units`` as SQLite takes it; blank when the number is out of range."""
    return _fitting(units) if abs(units) < NUMBER_LIMIT * 10**scale else None


def _add(a: Units, b: Units, scale: int) -> Units:
    return None if a is None or b is None else _limited(int(a) + int(b), scale)


def _subtract(a: Units, b: Units, scale: int) -> Units:
    return None if a is None or b is None else _limited(int(a) - int(b), scale)


def _multiply(a: Units, b: Units, drop: int, scale: int) -> Units:
    """``a * b`` with ``drop`` places rounded away; ``scale`` is that of the result."""
    if a is None or b is None:
        return None
    product = int(a) * int(b)
    return _limited(numbers.divide_half_up(product, 10**drop) if drop else product, scale)


def _divide(a: Units, a_scale: int, b: Units, b_scale: int, scale: int) -> Units:
    """``a / b`` to 12 places, in units of ``10**-scale``."""
    if a is None or b is None or int(b) == 0:
        return None
    found = numbers.divide(numbers.from_units(int(a), a_scale), numbers.from_units(int(b), b_scale))
    return None if found is None else _fitting(numbers.units(found, scale))


def _round(a: Units, drop: int) -> Units:
    return None if a is None else _fitting(numbers.divide_half_up(int(a), 10**drop))


def _compare(a: Units, b: Units) -> int | None:
    if a is None or b is None:
        return None
    return (int(a) > int(b)) - (int(a) < int(b))


def _sort_key(a: Units) -> str | None:
    """A text that sorts as the number does."""
    if a is None:
        return None
    units = int(a)
    return f"1{units:080}" if units >= 0 else f"0{10**80 + units:080}"


def _fit(a: Units, scale: int, wanted: int) -> int | None:
    """What a column of ``wanted`` places holds: rounded half up; blank beyond 18 digits."""
    if a is None:
        return None
    units = int(a)
    if scale > wanted:
        units = numbers.divide_half_up(units, 10 ** (scale - wanted))
    else:
        units *= 10 ** (wanted - scale)
    return units if abs(units) < 10**18 else None


def _fit_text(text: str | None) -> str | None:
    return None if text is None or len(text) > MAX_TEXT else text


def _lower(text: str | None) -> str | None:
    return None if text is None else characters.lower(text)


def _upper(text: str | None) -> str | None:
    return None if text is None else characters.upper(text)


def describe_environment(environment: Environment, calendar: str | None = None) -> str:
    """What a function needs of ``environment``, as one text parameter. ``calendar``: the business calendar that it
    names; with one that is not known its workdays are blank.
    """
    named = environment.calendars.get(calendar or "") if calendar else None
    free, worked = (named.free, named.worked) if named else (environment.holidays, environment.workdays)
    return orjson.dumps(
        [
            environment.now.isoformat(),
            environment.zone.key,
            environment.language,
            calendar if named else None,
            sorted(d.isoformat() for d in free),
            sorted(d.isoformat() for d in worked),
        ]
    ).decode()


@lru_cache(maxsize=64)
def _environment(described: str) -> Environment:
    now, zone, language, calendar, free, worked = orjson.loads(described)
    holidays, workdays = frozenset(map(date.fromisoformat, free)), frozenset(map(date.fromisoformat, worked))
    return Environment(
        now=datetime.fromisoformat(now),
        zone=ZoneInfo(zone),
        language=language,
        holidays=holidays,
        workdays=workdays,
        calendars={calendar: BusinessCalendar(holidays, workdays)} if calendar else {},
    )


def _decoder(code: str) -> Callable[[Any], Any]:
    if code[0] != "n":
        return _DECODERS[code]
    scale = int(code[1:])
    return lambda v: numbers.from_units(int(v), scale)


def _encoder(code: str) -> Callable[[Any], Any]:
    if code[0] != "n":
        return _ENCODERS[code]
    scale = int(code[1:])
    return lambda v: _fitting(numbers.units(v, scale))


@lru_cache(maxsize=2048)
def _callee(specification: str) -> tuple[Any, Callable[[Any], Any], tuple[Callable[[Any], Any], ...]]:
    key, result, *arguments = specification.split("|")
    return REGISTRY.by_key[key], _encoder(result), tuple(_decoder(a) for a in arguments)


def _call(specification: str, environment: str, *given: Any) -> Any:
    """The function that ``specification`` names (key, code of the result, codes of the arguments) on ``given``."""
    signature, encode, decoders = _callee(specification)
    if not signature.takes_blanks and None in given:
        return None
    args = [None if v is None else decode(v) for v, decode in zip(given, decoders, strict=True)]
    if signature.environment:
        args.insert(0, _environment(environment))
    value = signature.evaluate(*args)
    return None if value is None else encode(value)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "jimu_add": (3, _add),
    "jimu_subtract": (3, _subtract),
    "jimu_multiply": (4, _multiply),
    "jimu_divide": (5, _divide),
    "jimu_round": (2, _round),
    "jimu_compare": (2, _compare),
    "jimu_sort_key": (1, _sort_key),
    "jimu_fit": (3, _fit),
    "jimu_fit_text": (1, _fit_text),
    "jimu_lower": (1, _lower),
    "jimu_upper": (1, _upper),
    "jimu_call": (-1, _call),
}


def register_sqlite_functions(dbapi_connection: Any) -> None:
    """Add the ``jimu_…`` functions to a sqlite3 connection; all are deterministic."""
    for name, (count, function) in FUNCTIONS.items():
        dbapi_connection.create_function(name, count, function, deterministic=True)
