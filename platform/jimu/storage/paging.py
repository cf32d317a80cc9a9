"""Keyset paging: the order as SQL, the condition for "after this row", and the cursor between the two.

Blanks come last in both directions, which no one index order gives. So where the first sort key can be blank, a list
is read in two *segments*: first the rows where it is not blank, then those where it is, each in an order that an
index has.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa

from jimu.storage.errors import BadCursor
from jimu.storage.query import Sort

# System columns that are never blank.
NEVER_BLANK = frozenset({("id",), ("version",), ("created_at",), ("updated_at",)})


@dataclass(frozen=True, slots=True)
class SortKey:
    """``nullable`` keys are compared with blanks last, which takes a sort instead of an index."""

    element: Any
    descending: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Position:
    """Where the page before ended: segment and the values of its last row's sort keys, id last."""

    segment: int
    values: tuple[Any, ...]


def order_by(keys: Sequence[SortKey]) -> list[Any]:
    """ORDER BY for the keys of one segment."""
    clauses: list[Any] = []
    for key in keys:
        if key.nullable:
            clauses.append(key.element.is_(None))
        clauses.append(key.element.desc() if key.descending else key.element)
    return clauses


def after(keys: Sequence[SortKey], values: Sequence[Any], parameters: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Rows that come after the one with ``values``, which ``parameters`` carry; their blanks shape the condition."""
    if not any(k.nullable for k in keys) and len({k.descending for k in keys}) == 1:
        left, right = sa.tuple_(*(k.element for k in keys)), sa.tuple_(*parameters)
        if len(keys) == 1:
            left, right = keys[0].element, parameters[0]
        condition: sa.ColumnElement[bool] = left < right if keys[0].descending else left > right
        return condition
    beyond = _beyond(keys, values, parameters)
    if keys[0].nullable:
        return beyond
    # Implied by the rest; it is what an index can be entered by.
    first = keys[0].element <= parameters[0] if keys[0].descending else keys[0].element >= parameters[0]
    return sa.and_(first, beyond)


def _beyond(keys: Sequence[SortKey], values: Sequence[Any], parameters: Sequence[Any]) -> sa.ColumnElement[bool]:
    key, value, parameter = keys[0], values[0], parameters[0]
    if value is None:
        beyond: sa.ColumnElement[bool] = sa.false()
        same = key.element.is_(None)
    else:
        beyond = key.element < parameter if key.descending else key.element > parameter
        if key.nullable:
            beyond = sa.or_(beyond, key.element.is_(None))
        same = key.element == parameter
    if len(keys) == 1:
        return beyond
    return sa.or_(beyond, sa.and_(same, _beyond(keys[1:], values[1:], parameters[1:])))


def with_id(sort: Sequence[Sort]) -> tuple[Sort, ...]:
    """The total order: ``sort`` up to a key that is unique, else with id at the end, in the last key's direction."""
    wanted: list[Sort] = []
    for key in sort:
        if key.path not in [k.path for k in wanted]:
            wanted.append(key)
        if key.path == ("id",):
            return tuple(wanted)
    return (*wanted, Sort(("id",), wanted[-1].descending if wanted else True))


def encode_cursor(fingerprint: str, position: Position) -> str:
    """Text for the outside; it holds for lists with this fingerprint only."""
    raw = orjson.dumps([fingerprint, position.segment, [_tagged(v) for v in position.values]])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(fingerprint: str, text: str, keys: int) -> Position:
    """Raises BadCursor for text that ``encode_cursor`` did not make with this fingerprint."""
    try:
        raw = orjson.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
        given, segment, values = raw
        position = Position(segment, tuple(_UNTAGGED[tag](value) for tag, value in values))
    except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error) as error:
        raise BadCursor("the cursor cannot be read") from error
    if given != fingerprint or segment not in (0, 1) or len(position.values) != keys:
        raise BadCursor("the cursor belongs to another list")
    return position


def fingerprint(object: str, sort: Sequence[Sort]) -> str:
    """Short text that is equal for lists in the same order."""
    spelt = ",".join(f"{'-' if s.descending else ''}{'.'.join(s.path)}" for s in sort)
    return hashlib.sha256(f"{object}:{spelt}".encode()).hexdigest()[:8]


def _tagged(value: Any) -> tuple[str, Any]:
    if value is None or isinstance(value, (bool, int, str)):
        return "p", value
    if isinstance(value, Decimal):
        return "n", str(value)
    if isinstance(value, datetime):
        return "m", value.isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    if isinstance(value, time):
        return "t", value.isoformat()
    return "f", repr(value)


def _plain(value: Any) -> Any:
    """Raises ValueError for what no column holds: a cursor comes from outside."""
    is_text = isinstance(value, str) and "\0" not in value
    if value is None or is_text or (isinstance(value, int) and -(2**63) <= value < 2**63):
        return value
    raise ValueError(value)


def _number(value: Any) -> Decimal:
    found = Decimal(value)
    if not found.is_finite() or abs(found.adjusted()) > _MOST_DIGITS:
        raise ValueError(value)
    return found


_MOST_DIGITS = 100
_UNTAGGED: dict[str, Any] = {
    "p": _plain, "n": _number, "m": datetime.fromisoformat, "d": date.fromisoformat, "t": time.fromisoformat,
    "f": float,
}
