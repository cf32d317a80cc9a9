"""The JSON Schemas of every kind of YAML file, with each registered field type's own options worked in.

``json_schema`` is for editors: whole, self-contained, with descriptions. ``checker`` and ``field_checker`` are what
reading uses: references are written out and each field is checked against its own type's schema alone, since
jsonschema is slow and a choice between forty types would make it forty times slower.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator

from jimu.definitions.kinds import KINDS as FURTHER
from jimu.fieldtypes import registry
from jimu.fieldtypes.base import FieldType

Schema = dict[str, Any]

KINDS: tuple[str, ...] = (
    "object",
    "options",
    "role",
    "app",
    "page",
    "list",
    "seed",
    "import_plan",
    "workspace",
    "plugin",
    *(kind.name for kind in FURTHER),
)
WORDS = ("append", "prepend", "replace", "remove", "retire")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str, *, overlay: bool = False) -> Schema:
    """The JSON Schema (2020-12) of ``kind``. ``overlay``: of a file that only says what differs from a base. Raises
    KeyError.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    schema = dict(_raw(kind))
    defs = {**_raw("common")["$defs"], **schema.pop("$defs", {})}
    if kind == "object":
        defs["field"] = _any_field()
        schema["properties"] = {
            **schema["properties"],
            "fields": {**schema["properties"]["fields"], "additionalProperties": {"$ref": "#/$defs/field"}},
        }
    schema = {"$schema": _DIALECT, **schema, "$defs": _used(schema, defs)}
    made: Schema = _relaxed(schema) if overlay else schema
    return made


def definition(name: str) -> Schema:
    """The schema of a value that several kinds share, such as ``color``."""
    found: Schema = _raw("common")["$defs"][name]
    return found


@cache
def checker(kind: str) -> Draft202012Validator:
    """The validator of whole files of ``kind`` (of an object's fields it checks only that they are mappings)."""
    schema = dict(_raw(kind))
    defs = {**_raw("common")["$defs"], **schema.get("$defs", {})}
    inlined = _inline(schema, defs, ())
    return Draft202012Validator(
        {**inlined, "$defs": {n: _inline(d, defs, (n,)) for n, d in schema.get("$defs", {}).items()}}
    )


def field_checker(type_: FieldType) -> Draft202012Validator:
    """The validator of a field of ``type_``."""
    known = _field_checkers.get(type_.name)
    if known is None or known[0] is not type_:
        schema = _inline(field_schema(type_), _raw("common")["$defs"], ())
        known = _field_checkers[type_.name] = (type_, Draft202012Validator(schema))
    return known[1]


_field_checkers: dict[str, tuple[FieldType, Draft202012Validator]] = {}


def field_schema(type_: FieldType) -> Schema:
    """The schema of a field of ``type_``: the keys of all fields and the type's own."""
    common = _raw("field")
    return {
        **common,
        "required": ["type", *type_.required_options],
        "properties": {**common["properties"], **own_options(type_)},
    }


def own_options(type_: FieldType) -> Schema:
    """The type's own keys; a type with choices takes them from the field or from a list, in one way."""
    own = {key: dict(schema) for key, schema in type_.option_schema.items()}
    if type_.has_choices:
        own["options"] = {
            "description": "The values that may be chosen, in order; or {list: name} for a shared list.",
            "anyOf": [
                {"$ref": "#/$defs/choices"},
                {
                    "type": "object",
                    "required": ["list"],
                    "additionalProperties": False,
                    "properties": {"list": {"$ref": "#/$defs/name"}},
                },
            ],
        }
    return own


def common_field_keys() -> frozenset[str]:
    return frozenset(_raw("field")["properties"])


def _any_field() -> Schema:
    """The schema of a field of any type, for editors: the type decides which further keys there are."""
    common = _raw("field")
    types = [registry.get(name) for name in registry.names()]
    type_names = {"enum": [t.name for t in types], "description": common["properties"]["type"]["description"]}
    return {
        "type": "object",
        "required": ["type"],
        "properties": {**common["properties"], "type": type_names},
        "patternProperties": common["patternProperties"],
        "allOf": [
            {
                "if": {"properties": {"type": {"const": t.name}}, "required": ["type"]},
                "then": {
                    "properties": own_options(t),
                    **({"required": list(t.required_options)} if t.required_options else {}),
                },
            }
            for t in types
        ],
        "unevaluatedProperties": False,
    }


@cache
def _raw(name: str) -> Schema:
    text = (resources.files("jimu.definitions") / "yaml_schema" / f"{name}.json").read_text("utf-8")
    loaded: Schema = json.loads(text)
    return loaded


def _inline(schema: Any, defs: Schema, inside: tuple[str, ...]) -> Any:
    """``schema`` with references written out, except those that lead back to themselves."""
    if isinstance(schema, list):
        return [_inline(item, defs, inside) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rpartition("/")[2]
        if name in inside:
            return schema
        return {**_inline(defs[name], defs, (*inside, name)), **{k: v for k, v in schema.items() if k != "$ref"}}
    return {key: _inline(value, defs, inside) for key, value in schema.items() if key != "$defs"}


def _used(schema: Schema, defs: Schema) -> Schema:
    """Those of ``defs`` that ``schema`` reaches."""
    found: Schema = {}
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2] if isinstance(part.get("$ref"), str) else ""
            if name and name not in found:
                found[name] = defs[name]
                waiting.append(defs[name])
            waiting.extend(part.values())
    return {name: found[name] for name in sorted(found)}


def _relaxed(schema: Any) -> Any:
    """``schema`` for overlays: nothing is required, lists may be changed by a word, null takes a key away."""
    if isinstance(schema, list):
        return [_relaxed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _relaxed(value) for key, value in schema.items() if key != "required" or not isinstance(value, list)}
    if schema.get("type") == "array":
        whole = {key: made[key] for key in made if key != "description"}
        words = {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {word: {"type": "array"} for word in WORDS},
        }
        return {"anyOf": [whole, words], **({"description": made["description"]} if "description" in made else {})}
    return made
