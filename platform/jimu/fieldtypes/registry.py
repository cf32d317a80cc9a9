"""The registry of field types: built-in ones and those of plugins, by name.

Types are code, the same in every manifest of a process, so the registry is filled once, when the plugin manager is
built (``register``), and then only read. A second type of the same name is an error of the plugin that brings it.
"""

from __future__ import annotations

from collections.abc import Iterable

from jimu.fieldtypes.base import FieldType
from jimu.fieldtypes.kinds import Kind

_types: dict[str, FieldType] = {}
_classes: frozenset[type[FieldType]] = frozenset()

# The type that shows and describes values known by their kind alone: results of formulas and roll-ups.
_BY_KIND = {
    Kind.TEXT: "long_text",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
    Kind.TIME: "time",
    Kind.DURATION: "duration",
    Kind.REFERENCE: "any_lookup",
    Kind.TEXTS: "tags",
    Kind.REFERENCES: "multi_lookup",
    Kind.JSON: "json",
}


def register(types: Iterable[FieldType], *, replace: bool = False) -> None:
    """Add ``types``. Raises ValueError when a name is taken by another class, unless ``replace``."""
    global _classes
    for type_ in types:
        known = _types.get(type_.name)
        if known is not None and type(known) is not type(type_) and not replace:
            raise ValueError(f"there is already a field type called {type_.name!r}")
        _types[type_.name] = type_
    _classes = frozenset(type(type_) for type_ in _types.values())


def classes() -> frozenset[type[FieldType]]:
    """The classes of all types: equal as long as no plugin added or replaced one."""
    return _classes


def get(name: str) -> FieldType:
    """The type called ``name``; raises KeyError."""
    return _types[name]


def find(name: str) -> FieldType | None:
    return _types.get(name)


def names(*, internal: bool = False) -> list[str]:
    """The names that YAML may use, sorted; with ``internal`` also those the engine alone uses."""
    return sorted(name for name, type_ in _types.items() if internal or not type_.is_internal)


def for_kind(kind: Kind) -> FieldType:
    """The plainest type of a kind."""
    return _types[_BY_KIND[kind]]
