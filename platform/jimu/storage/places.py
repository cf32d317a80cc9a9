"""Where a column's values lie: in a physical column of their own, or under a key of the table's JSON column (``ext``).

The column map decides it (``Entry.key``); here is the SQL of both. What is taken out of JSON has the type, the order
and the comparisons of a column of that kind, so that nothing above needs to know which of the two it reads. The same
text is in statements and in index definitions, which is what lets the planners use an index over such a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from jimu.fieldtypes.kinds import Kind
from jimu.storage.capabilities import Capabilities
from jimu.storage.columns import Entry
from jimu.storage.names import quoted
from jimu.storage.physical import sql_type
from jimu.storage.schema import Column

EXT = "ext"
EXT_KEY = " ext"   # by which SQLAlchemy knows it; no logical name has a blank

# {0}: the JSON column, {1}: the key as a literal. Only functions that are immutable: others cannot be indexed.
_UNITS = "({0} ->> {1})::bigint"
_BINARY: Mapping[Kind, str] = {
    Kind.TEXT: '(({0} ->> {1}) COLLATE "C")',
    Kind.INTEGER: f"({_UNITS})",
    Kind.DECIMAL: "(({0} ->> {1})::numeric(18, {2}))",
    Kind.BOOLEAN: "(({0} ->> {1})::boolean)",
    Kind.DATE: "(DATE '1970-01-01' + ({0} ->> {1})::integer)",
    # Seconds and the rest apart: an interval is multiplied as a binary float, which is exact for each of them.
    Kind.DATETIME: (
        f"timezone('UTC', TIMESTAMP '1970-01-01 00:00:00' + ({_UNITS} / 1000000) * INTERVAL '1 second'"
        f" + mod({_UNITS}, 1000000) * INTERVAL '1 microsecond')"
    ),
    Kind.TIME: "(TIME '00:00:00' + ({0} ->> {1})::integer * INTERVAL '1 second')",
    Kind.DURATION: f"({_UNITS})",
    Kind.TEXTS: "(CASE WHEN ({0} -> {1}) IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text({0} -> {1})) END)",
    Kind.JSON: "(({0} ->> {1})::jsonb)",
}
_WHOLE = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN, Kind.DATETIME, Kind.DURATION})


def _template(column: Column, key: str, capabilities: Capabilities) -> str:
    """SQL of the value under ``key``, of the JSON column that stands for ``{0}``."""
    if capabilities.binary_json:
        return _BINARY[column.kind].format("{0}", _literal(key), column.scale)
    path = _literal('$."' + key + '"')
    # The cast gives the value the affinity of a column: it is compared with texts and numbers as a column is.
    return f"CAST(json_extract({{0}}, {path}) AS {'INTEGER' if column.kind in _WHOLE else 'TEXT'})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("{", "{{").replace("}", "}}") + "'"


class Extracted(FunctionElement[Any]):
    """A value taken out of a JSON column, as SQL."""

    inherit_cache = False

    def __init__(self, document: Any, template: str, type_: sa.types.TypeEngine[Any]) -> None:
        super().__init__(document)
        self.template = template
        self.type = type_


@compiles(Extracted)
def _render_extracted(element: Extracted, compiler: Any, **kw: Any) -> str:
    [document] = element.clauses
    return element.template.format(compiler.process(document, **kw))


@dataclass(frozen=True, slots=True)
class Place:
    """``physical`` is the column's own, or with a ``key`` the JSON column that holds it under that key."""

    name: str
    physical: str
    key: str
    template: str
    type: sa.types.TypeEngine[Any]

    def text(self, table: str = "") -> str:
        """The value in SQL text; ``table``: by which its table goes there."""
        return self.template.format(f"{table}.{quoted(self.physical)}" if table else quoted(self.physical))

    def element(self, table: Any) -> Any:
        """The value as a column of ``table``, an SQLAlchemy table or alias."""
        return Extracted(table.c[EXT_KEY], self.template, self.type) if self.key else table.c[self.name]


def own_place(column: Column, capabilities: Capabilities) -> Place:
    """A physical column by the logical name."""
    return Place(column.name, column.name, "", "{0}", sql_type(column, capabilities))


def keyed_place(key: str, column: Column, capabilities: Capabilities, physical: str = EXT) -> Place:
    """A key of the JSON column ``physical``."""
    return Place(column.name, physical, key, _template(column, key, capabilities), sql_type(column, capabilities))


def place_of(entry: Entry, column: Column, capabilities: Capabilities) -> Place:
    """Where ``entry`` says that the values of ``column`` lie."""
    if entry.key:
        return keyed_place(entry.key, column, capabilities, entry.physical)
    return Place(column.name, entry.physical, "", "{0}", sql_type(column, capabilities))


def ext_definition(physical: str, capabilities: Capabilities) -> str:
    """The JSON column in CREATE and ALTER TABLE."""
    name = quoted(physical)
    return f"{name} jsonb" if capabilities.binary_json else f"{name} TEXT CHECK ({name} IS NULL OR json_valid({name}))"


def assignment(physical: str, key: str, capabilities: Capabilities) -> str:
    """What follows SET, with one parameter (marked ``?``): the value, or with a ``key`` the keys that change.

    Keys that the parameter does not name are kept, one whose value is null goes.
    """
    name = quoted(physical)
    if not key:
        return f"{name} = ?"
    if capabilities.binary_json:
        return f"{name} = nullif(jsonb_strip_nulls(coalesce({name}, '{{}}'::jsonb) || ?), '{{}}'::jsonb)"
    return f"{name} = nullif(json_patch(coalesce({name}, '{{}}'), ?), '{{}}')"
