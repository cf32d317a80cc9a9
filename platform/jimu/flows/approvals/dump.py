"""Runs, entries and events as JSON and back, by the types of their fields."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

from jimu.flows.approvals.events import EVENTS, Event
from jimu.flows.approvals.model import Run


def dump(value: Any) -> Any:
    """As JSON: keys are texts, moments ISO, fractions "2/3"; what is as by default is left out of a dataclass."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: dump(v) for f in dataclasses.fields(value) if (v := getattr(value, f.name)) != _default(f)}
    if isinstance(value, Mapping):
        return {str(k): dump(v) for k, v in value.items()}
    if isinstance(value, (frozenset, set)):
        return [dump(v) for v in sorted(value)]
    if isinstance(value, (tuple, list)):
        return [dump(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Fraction) else value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else dataclasses.MISSING


def load_run(data: Mapping[str, Any]) -> Run:
    run: Run = load_data(Run, data)
    return run


def dump_event(event: Event) -> dict[str, Any]:
    return {"event": type(event).__name__, **dump(event)}


def load_event(data: Mapping[str, Any]) -> Event:
    event: Event = load_data(EVENTS[data["event"]], data)
    return event


@cache
def _types(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def load_data(kind: Any, value: Any) -> Any:
    """What ``dump`` has made of a value of this type."""
    if value is None:
        return None
    if dataclasses.is_dataclass(kind):
        hints = _types(kind)  # type: ignore[arg-type]
        given = [f.name for f in dataclasses.fields(kind) if f.name in value]
        return kind(**{name: load_data(hints[name], value[name]) for name in given})  # type: ignore[operator]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return load_data(next(a for a in arguments if a is not type(None)), value)
    if origin is tuple:
        several = arguments[-1] is Ellipsis
        return tuple(load_data(arguments[0 if several else i], v) for i, v in enumerate(value))
    if origin is frozenset:
        return frozenset(load_data(arguments[0], v) for v in value)
    if origin is not None and issubclass(origin, Mapping):
        return {load_data(arguments[0], k): load_data(arguments[1], v) for k, v in value.items()}
    return _plain(kind, value)


def _plain(kind: Any, value: Any) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    if kind is Fraction:
        return Fraction(value)
    return int(value) if kind is int else value
