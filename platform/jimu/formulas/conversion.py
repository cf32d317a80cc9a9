"""Building typed nodes, and the few conversions that the language makes by itself.

A text constant beside a day, time, moment or reference is read as one; where a function wants a day, a moment gives
its day; where a condition is wanted, any value is true when it is not blank (and not zero).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from jimu.formulas import numbers
from jimu.formulas.functions.days import date_from_text
from jimu.formulas.limits import NUMBER_LIMIT
from jimu.formulas.operators import TRUTH
from jimu.formulas.record_ids import decode_id
from jimu.formulas.shapes import common
from jimu.formulas.signature import REGISTRY, SECONDS, Signature
from jimu.formulas.tree import Call, Constant, Field, Node, Shape
from jimu.formulas.types import (
    BLANK,
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    TEXT,
    TEXTS,
    TIME,
    Symbol,
    Type,
    reference,
)

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", re.ASCII)
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(:\d\d(\.\d{1,6})?)?)(?P<zone>Z|[+-]\d\d:\d\d)?", re.ASCII
)

# Blank only when all (or the values among them) are, or when the result is out of range.
_ARITHMETIC = {"number_add", "number_subtract", "number_multiply"}
_DIVISION = {"number_divide", "number_floor_divide", "number_modulo"}
_ALL_BLANK = {"concat", "coalesce", "min", "max"}


def constant(value: Any, offset: int, type: Type | None = None) -> Constant:
    """A constant node; ``type`` must be given where the value does not tell it."""
    found = type or _type_of(value)
    return Constant(found, offset, _shape_of(value), value is None, value)


def _type_of(value: Any) -> Type:
    for python, found in (
        (bool, BOOLEAN),
        (int, NUMBER),
        (Decimal, NUMBER),
        (str, TEXT),
        (datetime, DATETIME),
        (date, DATE),
        (time, TIME),
        (timedelta, DURATION),
        (list, TEXTS),
    ):
        if isinstance(value, python):
            return found
    return BLANK


def _shape_of(value: Any) -> Shape | None:
    if isinstance(value, timedelta):
        return SECONDS
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    scale = numbers.places(value)
    return Shape(scale, abs(numbers.units(value, scale)))


def field_shape(symbol: Symbol) -> Shape | None:
    if symbol.type == NUMBER:
        return Shape(symbol.scale, 10**symbol.digits - 1)
    return SECONDS if symbol.type == DURATION else None


def unified(nodes: Sequence[Node]) -> Type | None:
    """The one type of all ``nodes``, blank constants fitting any; None: they differ."""
    found: Type = BLANK
    for node in nodes:
        if node.type == BLANK or node.type == found:
            continue
        if found == BLANK:
            found = node.type
        elif found.name == node.type.name == "reference":
            found = reference(None) if found.object and node.type.object else found
        else:
            return None
    return found


def call(signature: Signature, args: Sequence[Node], offset: int, result: Type | None = None) -> Call:
    """The call, with its type, shape and whether it can be blank worked out."""
    shared = [a for i, a in enumerate(args) if signature.parameter(i).type == "T"] if args else []
    found = result or (Type(signature.result) if signature.result != "T" else unified(shared) or BLANK)
    shape = None
    if found == NUMBER:
        shape = signature.shape_of(args) if signature.result != "T" else common(value_args(signature.key, args))
    elif found == DURATION:
        shape = SECONDS
    return Call(found, offset, shape, _is_nullable(signature, args, shape), signature, tuple(args))


def value_args(key: str, args: Sequence[Node]) -> list[Node]:
    """The arguments of a call that can be its result."""
    if key == "if":
        return [a for i, a in enumerate(args) if i % 2 or i == len(args) - 1]
    if key == "case":
        return [a for i, a in enumerate(args) if i and (not i % 2 or i == len(args) - 1)]
    return list(args)


def _is_nullable(signature: Signature, args: Sequence[Node], shape: Shape | None) -> bool:
    key = signature.key
    if key in _ALL_BLANK:
        return all(a.nullable for a in args)
    if key in ("if", "case"):
        has_default = len(args) % 2 == (1 if key == "if" else 0)
        return not has_default or any(a.nullable for a in value_args(key, args))
    if signature.takes_blanks:
        return signature.may_be_blank
    out_of_range = signature.may_be_blank
    if shape is not None and key in _ARITHMETIC | _DIVISION:
        divisor = args[-1]
        divides = key in _DIVISION and not (isinstance(divisor, Constant) and divisor.value)
        out_of_range = divides or shape.bound >= NUMBER_LIMIT * 10**shape.scale
    return out_of_range or any(a.nullable for a in args)


def truth(node: Node) -> Node:
    """``node`` as a condition."""
    return node if node.type == BOOLEAN else call(TRUTH, [node], node.offset)


def day_of(node: Node) -> Node:
    return call(REGISTRY.by_key["date_of"], [node], node.offset)


def moment_of(day: Node) -> Node:
    """The moment at which ``day`` begins."""
    return call(REGISTRY.by_key["moment_from_local"], [day], day.offset)


def read_constant(node: Node, wanted: Type) -> Node | None:
    """A text constant as a constant of another type; None if it is none, or does not read as one."""
    if isinstance(node, Constant) and node.value is None:
        return replace(node, type=wanted)
    if not isinstance(node, Constant) or not isinstance(node.value, str):
        return None
    text = node.value.strip()
    if wanted == DATE:
        day = date_from_text(text)
        return None if day is None else constant(day, node.offset)
    if wanted == TIME and _TIME.fullmatch(text):
        return constant(time.fromisoformat(text), node.offset)
    if wanted == DATETIME:
        return _read_moment(text, node.offset)
    if wanted.name == "reference":
        number = decode_id(text)
        return None if number is None else constant(number, node.offset, wanted)
    return None


def _read_moment(text: str, offset: int) -> Node | None:
    """With an offset the moment itself; without one, what the clocks in the reader's zone show."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        day = date_from_text(text)
        return None if day is None else moment_of(constant(day, offset))
    try:
        moment = datetime.fromisoformat(text)
        if match["zone"]:
            return constant(moment.astimezone(UTC), offset)
    except (ValueError, OverflowError):
        return None
    parts = [constant(moment.date(), offset), constant(moment.time().replace(microsecond=0), offset)]
    return call(REGISTRY.by_key["moment_from_local"], parts, offset)


def choices_of(node: Node) -> tuple[str, ...] | None:
    return node.symbol.choices if isinstance(node, Field) else None


def retyped(node: Node, type: Type) -> Node:
    """A blank constant with the type that it stands for."""
    return replace(node, type=type) if node.type == BLANK else node
