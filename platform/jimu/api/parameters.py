"""Query parameters: declared once per endpoint, read here, described in OpenAPI from the same declaration.

Unknown and repeated parameters are refused, with the nearest right name, since a misspelt filter that is ignored would
show everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from jimu.diagnostics import nearest
from jimu.errors import BadRequest, Problem
from jimu.fieldtypes.ids import PATTERN, decode_id
from jimu.messages import Message

JsonSchema = dict[str, Any]
BAD_PARAMETERS = Message("Some parameters cannot be understood.")


@dataclass(frozen=True, slots=True)
class Parameter:
    """``read`` turns the text into a value, or raises ``ValueError`` (its argument is a ``Message``)."""

    name: str
    description: str
    schema: JsonSchema
    read: Callable[[str], Any]
    default: Any = None
    required: bool = False
    example: Any = None


def text(
    name: str, description: str, *, required: bool = False, example: str | None = None, most: int = 20_000
) -> Parameter:
    def read(given: str) -> str:
        if len(given) > most:
            raise ValueError(Message("{name} is longer than {max} characters.", {"name": name, "max": most}))
        return given

    return Parameter(name, description, {"type": "string", "maxLength": most}, read, "", required, example)


def names(
    name: str,
    description: str,
    *,
    required: bool = False,
    default: Sequence[str] | None = (),
    example: str | None = None,
) -> Parameter:
    """A list with commas; commas inside brackets do not part it."""
    return Parameter(name, description, {"type": "string"}, split_list, default, required, example)


def integer(name: str, description: str, *, default: int, least: int, most: int) -> Parameter:
    def read(given: str) -> int:
        if not (given.isascii() and given.isdigit() and len(given) < 10 and least <= int(given) <= most):
            raise ValueError(
                Message("{name} must be a whole number from {min} to {max}.", {"name": name, "min": least, "max": most})
            )
        return int(given)

    return Parameter(
        name, description, {"type": "integer", "minimum": least, "maximum": most, "default": default}, read, default
    )


def choice(name: str, description: str, values: Sequence[str], default: str) -> Parameter:
    def read(given: str) -> str:
        if given not in values:
            raise ValueError(Message("{name} must be one of: {values}.", {"name": name, "values": list(values)}))
        return given

    return Parameter(name, description, {"type": "string", "enum": list(values), "default": default}, read, default)


def record_id(name: str, description: str, *, required: bool = False) -> Parameter:
    def read(given: str) -> int:
        try:
            return decode_id(given)
        except ValueError:
            raise ValueError(Message("{name} must be the id of a record.", {"name": name})) from None

    return Parameter(name, description, {"type": "string", "pattern": PATTERN}, read, None, required)


@dataclass(frozen=True)
class ParameterSet:
    """The parameters of one endpoint."""

    parameters: tuple[Parameter, ...] = ()
    by_name: Mapping[str, Parameter] = field(init=False)
    defaults: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {p.name: p for p in self.parameters})
        object.__setattr__(self, "defaults", {p.name: p.default for p in self.parameters})

    def read(self) -> dict[str, Any]:
        """The values of the request's query; raises BadRequest with every problem."""
        values = dict(self.defaults)
        query = request.query_string
        problems: list[Problem] = []
        if query:
            for name, given in request.args.lists():
                self._read_one(name, given, values, problems)
        for parameter in self.parameters:
            if parameter.required and not values[parameter.name]:
                missing = Message("The parameter {name} is missing.", {"name": parameter.name})
                problems.append(Problem("missing_parameter", missing, parameter.name))
        if problems:
            raise BadRequest(BAD_PARAMETERS, problems)
        return values

    def _read_one(self, name: str, given: list[str], values: dict[str, Any], problems: list[Problem]) -> None:
        parameter = self.by_name.get(name)
        if parameter is None:
            problems.append(Problem("unknown_parameter", _unknown(name, self.by_name), name[:100]))
        elif len(given) > 1:
            twice = Message("The parameter {name} is given more than once.", {"name": name})
            problems.append(Problem("repeated_parameter", twice, name))
        elif "\0" in given[0]:
            problems.append(Problem("bad_parameter", Message("{name} holds a broken character.", {"name": name}), name))
        elif given[0] != "":
            try:
                values[name] = parameter.read(given[0])
            except ValueError as error:
                problems.append(Problem("bad_parameter", error.args[0], name))


def _unknown(name: str, known: Mapping[str, Parameter]) -> Message:
    near = nearest(name, known)
    if near:
        return Message("There is no parameter {name}. Did you mean {nearest}?", {"name": name[:100], "nearest": near})
    return Message("There is no parameter {name}.", {"name": name[:100]})


def split_list(given: str) -> list[str]:
    """The members of a list with commas: ``sum(amount), count()``."""
    parts, depth, start = [], 0, 0
    for i, char in enumerate(given):
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(given[start:i])
            start = i + 1
    parts.append(given[start:])
    return [part.strip() for part in parts if part.strip()]
