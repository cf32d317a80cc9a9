"""Whether a file has the shape of its kind: JSON Schema's verdicts made into diagnostics a person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema import ValidationError

from jimu.definitions.reader import YamlList, YamlMap, key_place, value_place
from jimu.definitions.schemas import checker, definition, field_checker
from jimu.diagnostics import Diagnostic, nearest
from jimu.fieldtypes import registry
from jimu.messages import Message

Path = tuple[str | int, ...]
Fault = tuple[Path, Diagnostic]
"""What must be taken out, and why."""

_TYPES = {
    "string": Message("text"),
    "object": Message("a mapping"),
    "array": Message("a list"),
    "integer": Message("a whole number"),
    "number": Message("a number"),
    "boolean": Message("true or false"),
    "null": Message("nothing"),
}


def check_shape(kind: str, data: YamlMap, address: str) -> list[Diagnostic]:
    """Everything in ``data`` (read from a file of ``kind``) that its schema does not allow.

    What is wrong is taken out of ``data``, so that the later steps can go on with the rest and report its faults as
    well.
    """
    faults = list(_explain_all(checker(kind).iter_errors(data), data, (), address))
    if kind == "object" and isinstance(data.get("fields"), YamlMap):
        for name, field in data["fields"].items():
            if isinstance(field, YamlMap):
                faults += _check_field(data, name, field, f"{address}.{name}")
    for path in sorted({path for path, _ in faults}, key=_from_the_end):
        _take_out(data, path)
    return [diagnostic for _, diagnostic in faults]


def _from_the_end(path: Path) -> tuple[int, list[tuple[str, int]]]:
    """Deeper places first, and later items of a list before earlier ones, so that indexes stay right while taking
    out.
    """
    return -len(path), [(step, 0) if isinstance(step, str) else ("", -step) for step in path]


def _take_out(data: Any, path: Path) -> None:
    for step in path[:-1]:
        try:
            data = data[step]
        except (KeyError, IndexError):
            return  # gone with what it stood in
    if path and isinstance(data, YamlMap):
        data.discard(str(path[-1]))
    elif path and isinstance(data, YamlList) and isinstance(path[-1], int):
        data.take_out(path[-1])


def _check_field(data: YamlMap, name: str, field: YamlMap, address: str) -> list[Fault]:
    type_name = field.get("type")
    if not isinstance(type_name, str):
        message = Message("The field {name} does not say its type.", {"name": name})
        return [
            (("fields", name, "type"), Diagnostic("missing_key", message, key_place(data, "fields", name), address))
        ]
    type_ = registry.find(type_name)
    if type_ is None or type_.is_internal:
        message = Message("There is no field type called {type}.", {"type": type_name})
        return [
            (
                ("fields", name, "type"),
                Diagnostic(
                    "unknown_type",
                    message,
                    value_place(data, "fields", name, "type"),
                    address,
                    suggestion=nearest(type_name, registry.names()),
                ),
            )
        ]
    return list(_explain_all(field_checker(type_).iter_errors(field), data, ("fields", name), address))


def _explain_all(errors: Iterable[ValidationError], data: Any, prefix: Path, address: str) -> Iterator[Fault]:
    for error in errors:
        yield from _explain(error, data, (*prefix, *error.absolute_path), address)


def _explain(error: ValidationError, data: Any, path: Path, address: str) -> Iterator[Fault]:
    if "propertyNames" in error.absolute_schema_path:
        yield (*path, str(error.instance)), _bad_name(error, data, (*path, str(error.instance)), address, of_key=True)
    elif error.validator == "additionalProperties":
        yield from _unknown_keys(error, data, path, address)
    elif error.validator == "required":
        yield from _missing_keys(error, data, path, address)
    elif error.validator in ("anyOf", "oneOf"):
        yield from _no_branch(error, data, path, address)
    elif error.validator == "type":
        yield path, _wrong_type(_as_list(error.validator_value), error.instance, data, path, address)
    elif error.validator == "enum":
        yield path, _not_among(error, data, path, address)
    elif error.validator == "pattern":
        yield path, _bad_name(error, data, path, address, of_key=False)
    else:
        yield path, Diagnostic("bad_value", _limit_message(error, path), value_place(data, *path), address)


def _unknown_keys(error: ValidationError, data: Any, path: Path, address: str) -> Iterator[Fault]:
    schema = _schema(error)
    allowed = schema.get("properties", {})
    patterns = tuple(schema.get("patternProperties", {}))
    for key in _each(error.instance):
        if key in allowed or any(re.search(p, key) for p in patterns):
            continue
        message = (
            Message("{owner} has no key {key}.", {"owner": _key(path), "key": key})
            if path
            else Message("There is no key {key} here.", {"key": key})
        )
        yield (
            (*path, key),
            Diagnostic("unknown_key", message, key_place(data, *path, key), address, suggestion=nearest(key, allowed)),
        )


def _missing_keys(error: ValidationError, data: Any, path: Path, address: str) -> Iterator[Fault]:
    for key in _each(error.validator_value):
        if key not in list(_each(error.instance)):
            message = Message("The key {key} is missing.", {"key": key})
            # A field, and a whole file, can go on without; an item of a list or a group cannot.
            taken = path if len(path) > 1 and path[0] != "fields" else (*path, key)
            yield taken, Diagnostic("missing_key", message, key_place(data, *path), address)


def _no_branch(error: ValidationError, data: Any, path: Path, address: str) -> Iterator[Fault]:
    """Explain by the one branch that was meant: that of the value's own type with the fewest faults."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [found for found in branches.values() if not any(e.validator == "type" and not e.path for e in found)]
    if not meant:
        wanted = [
            t
            for found in branches.values()
            for e in found
            if e.validator == "type" and not e.path
            for t in _as_list(e.validator_value)
        ]
        yield path, _wrong_type(wanted, error.instance, data, path, address)
        return
    for inner in min(meant, key=len):
        yield from _explain(inner, data, (*path, *inner.path), address)


def _wrong_type(wanted: list[str], value: Any, data: Any, path: Path, address: str) -> Diagnostic:
    params = {"key": _key(path), "wanted": [_TYPES[t] for t in dict.fromkeys(wanted)], "found": _TYPES[_type_of(value)]}
    message = (
        Message("{key} must be {wanted}, not {found}.", params)
        if path
        else Message("The file must hold {wanted}, not {found}.", params)
    )
    return Diagnostic("wrong_type", message, value_place(data, *path), address)


def _not_among(error: ValidationError, data: Any, path: Path, address: str) -> Diagnostic:
    allowed = [str(v) for v in _each(error.validator_value)]
    message = Message(
        "{key} cannot be {value}; it is one of: {allowed}.",
        {"key": _key(path), "value": _shown(error.instance), "allowed": allowed},
    )
    return Diagnostic(
        "bad_value", message, value_place(data, *path), address, suggestion=nearest(str(error.instance), allowed)
    )


def _bad_name(error: ValidationError, data: Any, path: Path, address: str, *, of_key: bool) -> Diagnostic:
    pattern = str(error.validator_value)
    form = _FORMS.get(pattern) or Message("text that matches {pattern}", {"pattern": pattern})
    params = {"key": _key(path), "value": _shown(error.instance), "form": form}
    message = (
        Message("{value} cannot be a key here; it must be {form}.", params)
        if of_key
        else Message("{key} cannot be {value}; it must be {form}.", params)
    )
    where = key_place(data, *path) if of_key else value_place(data, *path)
    return Diagnostic("bad_name", message, where, address)


# What a pattern of the schemas asks for, in words; others are shown as they are.
_NAME_FORM = Message("a name in snake_case: small letters, digits and _, a letter first")
_COLOUR = str(definition("color")["pattern"])
_FORMS = {
    "^[a-z][a-z0-9_]{0,58}$": _NAME_FORM,
    "^[a-z][a-z0-9_]*$": _NAME_FORM,
    "^-?[a-z][a-z0-9_]*$": Message("the name of a field, with - before it for falling order"),
    "^[a-z][a-z0-9_-]*$": Message("small letters, digits, _ and -, a letter first"),
    "^[a-z0-9-]+$": Message("the name of an icon: small letters, digits and -"),
    _COLOUR: Message("a colour: #rrggbb, or a name such as blue or red"),
    "^[A-Z]{3}$": Message("a code of three capital letters, such as CNY"),
    "^[A-Z]{2}$": Message("a code of two capital letters, such as CN"),
    "^(/|https?://)": Message("an address that begins with /, http:// or https://"),
    r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$": Message("an object and a field of it, written object.field"),
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,4}$": Message("the name of a field, or a path over lookups such as a.b"),
    r"^-?[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,4}$": Message(
        "the name of a field or a path over lookups such as a.b, with - before it for falling order"
    ),
    r"^(\*|[a-z][a-z0-9_]{0,58})$": Message("the name of an object, or * for every one"),
}
_LIMITS = {
    "minLength": "{key} may not be empty.",
    "maxLength": "{key} is longer than {limit} letters.",
    "minimum": "{key} must be at least {limit}.",
    "maximum": "{key} must be at most {limit}.",
    "exclusiveMinimum": "{key} must be more than {limit}.",
    "exclusiveMaximum": "{key} must be less than {limit}.",
    "minItems": "{key} must have at least {limit} entries.",
    "maxItems": "{key} must have at most {limit} entries.",
    "minProperties": "{key} may not be empty.",
    "uniqueItems": "{key} says the same thing twice.",
}


def _limit_message(error: ValidationError, path: Path) -> Message:
    template = _LIMITS.get(str(error.validator), "{key} cannot be {value}.")
    return Message(template, {"key": _key(path), "limit": error.validator_value, "value": _shown(error.instance)})


def _key(path: Path) -> str:
    """The last key of ``path``, with its place in a list: ``fields[2]``."""
    names = [i for i, step in enumerate(path) if isinstance(step, str)]
    if not names:
        return "".join(f"[{step}]" for step in path)
    last = names[-1]
    return str(path[last]) + "".join(f"[{step}]" for step in path[last + 1 :])


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, Iterable) else ()


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "number"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
