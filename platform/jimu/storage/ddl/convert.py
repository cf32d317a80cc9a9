"""Values of one kind as values of another, when a column changes its type. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from jimu.fieldtypes.kinds import Kind
from jimu.storage.schema import Column

MISFIT: Final = object()
_LARGEST = 10**18
_POINTING = frozenset({Kind.REFERENCE, Kind.REFERENCES})
_TRUE, _FALSE = frozenset({"true", "yes", "1", "是"}), frozenset({"false", "no", "0", "否"})


def convert(value: Any, kind: Kind, column: Column) -> Any:
    """``value`` (of ``kind``, not None) as ``column`` holds it, or MISFIT where that would lose something."""
    if (kind in _POINTING) != (column.kind in _POINTING):
        return MISFIT
    if kind is Kind.TEXTS and column.kind is not Kind.JSON and column.kind is not Kind.TEXTS:
        return convert(value[0], Kind.TEXT, column) if len(value) == 1 else (
            ", ".join(value) if column.kind is Kind.TEXT else MISFIT)
    try:
        return _TO[column.kind](value, column)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        return MISFIT


def _text(value: Any, column: Column) -> Any:
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, datetime):
        text = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    elif isinstance(value, (date, time)):
        text = value.isoformat()
    elif isinstance(value, timedelta):
        text = str(value // timedelta(seconds=1))
    elif isinstance(value, Decimal):
        text = f"{value:f}"
    elif isinstance(value, (str, int)):
        text = str(value)
    else:
        return MISFIT
    return MISFIT if column.length is not None and len(text) > column.length else text


def _number(value: Any) -> Decimal:
    if isinstance(value, (bool, date, time, list, dict)):
        raise TypeError
    if isinstance(value, timedelta):
        return Decimal(value // timedelta(seconds=1))
    number = Decimal(value.strip().replace(",", "") if isinstance(value, str) else value)
    if not number.is_finite():
        raise ValueError
    return number


def _integer(value: Any, column: Column) -> Any:
    number = _number(value)
    return int(number) if number == int(number) and abs(number) < _LARGEST else MISFIT


def _decimal(value: Any, column: Column) -> Any:
    number = _number(value)
    rounded = number.quantize(Decimal(1).scaleb(-column.scale), ROUND_HALF_UP)
    return rounded if rounded == number and abs(rounded.scaleb(column.scale)) < _LARGEST else MISFIT


def _boolean(value: Any, column: Column) -> Any:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    return True if text in _TRUE else False if text in _FALSE else MISFIT


def _date(value: Any, column: Column) -> Any:
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else MISFIT
    return value if isinstance(value, date) else date.fromisoformat(value.strip())


def _datetime(value: Any, column: Column) -> Any:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    found = datetime.fromisoformat(value.strip())
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _time(value: Any, column: Column) -> Any:
    return value if isinstance(value, time) else time.fromisoformat(value.strip()).replace(microsecond=0)


def _duration(value: Any, column: Column) -> Any:
    return value if isinstance(value, timedelta) else timedelta(seconds=int(_number(value)))


def _reference(value: Any, column: Column) -> Any:
    if isinstance(value, list):
        return value[0] if len(value) == 1 else MISFIT
    return MISFIT


def _texts(value: Any, column: Column) -> Any:
    return value if isinstance(value, list) and all(isinstance(v, str) for v in value) else (
        [value] if isinstance(value, str) else MISFIT)


def _references(value: Any, column: Column) -> Any:
    return [value] if isinstance(value, int) else value if isinstance(value, list) else MISFIT


def _json(value: Any, column: Column) -> Any:
    if isinstance(value, (str, int, bool, list, dict)):
        return value
    return _text(value, Column("", Kind.TEXT, column.symbol))


_TO: dict[Kind, Callable[[Any, Column], Any]] = {
    Kind.TEXT: _text, Kind.INTEGER: _integer, Kind.DECIMAL: _decimal, Kind.BOOLEAN: _boolean, Kind.DATE: _date,
    Kind.DATETIME: _datetime, Kind.TIME: _time, Kind.DURATION: _duration, Kind.REFERENCE: _reference,
    Kind.TEXTS: _texts, Kind.REFERENCES: _references, Kind.JSON: _json,
}
