"""Row converters, compiled once per set of columns: driver tuples to dicts and dicts to driver tuples.

The source is generated from the templates of ``storage.physical`` and from column positions; names of fields appear
in it as quoted constants only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jimu.storage.capabilities import Capabilities
from jimu.storage.physical import NAMES, decode_template, encode_template, key_template
from jimu.storage.schema import Column

Load = Callable[[Any], Any]
Decode = Callable[[Sequence[Sequence[Any]]], list[dict[str, Any]]]
Keyed = Sequence[tuple[str, Column]]   # key in the JSON column, and the column whose values lie there
Encode = Callable[[Sequence[Mapping[str, Any]]], list[list[Any]]]


def _function(source: str, names: Mapping[str, Any]) -> Any:
    namespace = {**NAMES, **names}
    exec(compile(source, "<row converter>", "exec"), namespace)  # noqa: S102 - our own templates, see the docstring
    return namespace["convert"]


def _guarded(template: str, source: str) -> str:
    return f"(None if (v := {source}) is None else {template})" if template else source


def decoder(columns: Sequence[tuple[str, Column | Load]], capabilities: Capabilities) -> Decode:
    """A function from driver rows to dicts; per position its name and its column, or a loader if computed."""
    names: dict[str, Any] = {}
    parts = []
    for position, (name, column) in enumerate(columns):
        if isinstance(column, Column):
            value = _guarded(decode_template(column, capabilities), f"r[{position}]")
        else:
            names[f"load{position}"] = column
            value = f"load{position}(r[{position}])"
        parts.append(f"{name!r}: {value}")
    body = ", ".join(parts)
    decode: Decode = _function(f"def convert(rows):\n    return [{{{body}}} for r in rows]", names)
    return decode


def encoder(
    columns: Sequence[Column], capabilities: Capabilities, keyed: Keyed = (), *, patch: bool = False
) -> Encode:
    """A function from dicts (a missing name is blank) to lists of driver values in the order of ``columns``.

    With ``keyed`` columns the list ends with the JSON of their values by key: without blanks, or to ``patch`` what is
    there with them as nulls (see ``places.assignment``).
    """
    parts = [_guarded(encode_template(c, capabilities), f"g({c.name!r})") for c in columns]
    if keyed:
        parts.append(_document(keyed, capabilities, patch))
    body = ", ".join(parts)
    source = f"def convert(rows):\n    return [[{body}] for g in [r.get for r in rows]]"
    encode: Encode = _function(source, {"filled": _filled})
    return encode


def _document(keyed: Keyed, capabilities: Capabilities, patch: bool) -> str:
    items = ", ".join(f"{key!r}: {_guarded(key_template(c, capabilities), f'g({c.name!r})')}" for key, c in keyed)
    dump = "jsonb" if capabilities.binary_json else "dumps"
    if patch:
        return f"{dump}({{{items}}})"
    return f"({dump}(d) if (d := filled({{{items}}})) else None)"


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def value_encoder(column: Column, capabilities: Capabilities) -> Load:
    """A function from one value to the driver's."""
    template = encode_template(column, capabilities)
    convert: Load = _function(f"def convert(v):\n    return {_guarded(template, 'v')}", {})
    return convert


def value_decoder(column: Column, capabilities: Capabilities) -> Load:
    """A function from one driver value to the value."""
    template = decode_template(column, capabilities)
    convert: Load = _function(f"def convert(v):\n    return {_guarded(template, 'v')}", {})
    return convert
